package incidents

import (
	"net/url"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/tie"
	"aftercall/tasks/incident"
	"aftercall/web/frame"
)

func samples() []frame.View {
	row := func(state incident.State) incidentRow {
		return incidentRow{
			Incident: incident.Incident{
				ID: 1, Name: "Outage", State: state, FromAt: 1, UntilAt: 2, Notify: true, NoticeZh: "抢修中", NoticeEn: "Being repaired",
				PerHour: 100, Origin: incident.ByBurst, Seen: 43, Usual: 6, BegunAt: 1, NextAt: 2, ReleasedAt: 2, EndedAt: 3,
			},
			Rule: "category is broadband", Team: "A", Held: 3, Tag: tagOf(state),
		}
	}
	running := row(incident.Active)
	running.ScannedAt, running.UntilAt, running.EndedAt = 0, 0, 0
	contacts := []incident.Row{
		{
			Tie: tie.Tie{ID: 1, ContactID: 4, State: tie.Held, TiedAt: 1}, Visible: true,
			Contact:  contact.Contact{ID: 4, ExternalID: "T-1", Category: "c", Status: contact.Resolved},
			Customer: contact.Customer{ID: 2, Name: "张伟"},
		},
		{Tie: tie.Tie{ID: 2, State: tie.Freed, ByHand: true, FreedAt: 2}},
		{Tie: tie.Tie{ID: 3, State: tie.Removed}},
	}
	var events []incident.EventRow
	for _, kind := range incident.EventKinds() {
		e := incident.Event{At: clock.Instant(1), Kind: kind, Count: 2, Detail: "why"}
		events = append(events, incident.EventRow{Event: e, By: "Lin"})
	}
	var notices []incident.NoticeCount
	for _, state := range incident.NoticeStates() {
		notices = append(notices, incident.NoticeCount{State: state, Reason: "no_address", Count: 2})
	}
	wrong := frame.Form{
		Values: url.Values{"name": {"x"}}, Error: "wrong",
		Errors: map[string]string{"name": "is required", "why": "say why", "attribute": "choose"},
	}
	standing := incident.Standing{
		Held: 3, Freed: 1, Removed: 1, Customers: 3, HeldCustomers: 2, Callbacks: 2, Waiting: 2, Superseded: 1,
		Surveys: 1, Notices: notices,
	}
	compared := []comparedRow{{"Resolutions", "10", "4", "6"}}
	views := []frame.View{
		&listPage{},
		&listPage{Proposed: []incidentRow{row(incident.Proposed)}, Incidents: []incidentRow{running, row(incident.Released)}},
		&tiePage{}, &tiePage{Contact: contact.Contact{ID: 3, ExternalID: "T-1"}, Incidents: []incidentRow{running}},
		&formPage{Form: wrong, Teams: []frame.Option{{Value: "0", Label: "all"}}, Categories: []string{"a"}, Products: []string{"b"}},
		&formPage{ID: 1, Begun: true, Form: wrong, Attributes: []frame.Option{{Value: "area", Label: "Area"}}},
		&contactsPage{Incident: running}, &contactsPage{Incident: running, Contacts: contacts, Pager: frame.Pager{Older: "/x"}},
		&detailPage{
			Incident: running, May: true, Standing: standing, Contacts: contacts, More: "/x", Compared: compared,
			Events: events, HasNotice: true,
		},
		&detailPage{Incident: running, May: true, Form: wrong, Refused: "tie"},
	}
	for _, state := range incident.States() {
		views = append(views,
			&detailPage{
				Incident: row(state), May: true, Standing: standing, Events: events,
				Preview: incident.Preview{Contacts: 3, Callbacks: 2, AtLeast: true},
			},
			&detailPage{Incident: row(state), Standing: standing, Form: wrong, Refused: "release"})
	}
	return views
}
