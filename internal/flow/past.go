package flow

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/contact/identity"
	"aftercall/internal/contact/maintenance"
	"aftercall/internal/database"
	"aftercall/internal/permission"
	"aftercall/survey"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/missed"
	"aftercall/tasks/callback/worklist"
	"aftercall/tasks/decision"
	"aftercall/tasks/handoff"
)

// Topic is what a part of a customer's timeline is about. It is translated under "timeline_topic.<code>".
type Topic string

// The topics. Touches are every contact we made, as permission counts them; each but an offer is told by another topic too, so that they
// are told only when they are asked for.
const (
	OnContacts    Topic = "contacts"
	OnDecisions   Topic = "decisions"
	OnCalls       Topic = "calls"
	OnSurveys     Topic = "surveys"
	OnHandoffs    Topic = "handoffs"
	OnPermission  Topic = "permission"
	OnCorrections Topic = "corrections"
	OnTouches     Topic = "touches"
)

// Topics returns every topic, in the order of a page.
func Topics() []Topic {
	return []Topic{OnContacts, OnDecisions, OnCalls, OnSurveys, OnHandoffs, OnPermission, OnCorrections, OnTouches}
}

// Customers reads what is known of a customer across features, for the customer's page. It writes nothing.
type Customers struct {
	db     *database.DB
	permit *permission.Service
	now    clock.Now
}

// NewCustomers returns the reads of a database.
func NewCustomers(db *database.DB, permit *permission.Service, now clock.Now) Customers {
	return Customers{db, permit, now}
}

// Place is where an event stands in a timeline: by its time, then by the part that tells it, its row and its number among what is told
// of the row. The newest comes first, and of what happened at the same time what came of something before what it came of. The zero
// place is before all of them.
type Place struct {
	At   clock.Instant
	Part int
	Row  int64
	No   int
}

// String writes a place as a page's address has it.
func (p Place) String() string { return fmt.Sprintf("%d-%d-%d-%d", p.At, p.Part, p.Row, p.No) }

// ParsePlace reads what String wrote; anything else is the zero place.
func ParsePlace(text string) Place {
	var n [4]int64
	parts := strings.Split(text, "-")
	if len(parts) != len(n) {
		return Place{}
	}
	for i, part := range parts {
		var err error
		if n[i], err = strconv.ParseInt(part, 10, 64); err != nil || n[i] < 0 {
			return Place{}
		}
	}
	return Place{clock.Instant(n[0]), int(n[1]), n[2], int(n[3])}
}

func (p Place) compare(other Place) int {
	return cmp.Or(cmp.Compare(p.At, other.At), cmp.Compare(p.Part, other.Part), cmp.Compare(p.Row, other.Row), cmp.Compare(p.No, other.No))
}

// before is the stretch of a part that lies before the place.
func (p Place) before(part, limit int) database.Stretch {
	s := database.Newest(limit)
	if p != (Place{}) {
		s.At, s.ID = p.At, 0
		if part == p.Part {
			s.ID, s.Limit = p.Row, limit+1 // the row itself may have told everything
		}
		if part < p.Part {
			s.ID = math.MaxInt64
		}
	}
	return s
}

// Told is an event with its place.
type Told struct {
	contact.Event
	Place Place
}

// TimelineFilter narrows a customer's timeline. The zero value is its beginning, all topics but touches.
type TimelineFilter struct {
	Topic Topic // empty: all but touches; another than those there are tells nothing
	After Place
	Limit int
}

// Timeline is a part of a customer's timeline.
type Timeline struct {
	Events   []Told
	Contacts map[int64]contact.Contact // those the events are about
	Hidden   int                       // contacts of the person that the viewer does not see, up to MostHidden
}

// MostHidden is up to how many contacts of other teams are counted.
const MostHidden = 100

// past is what a part of a timeline is read by.
type past struct {
	contact.Past
	subject permission.Subject
}

// part reads one part of a timeline.
type part struct {
	topic Topic
	read  func(c Customers, tx database.Tx, p past) ([]contact.Event, error)
}

func of(read func(database.Tx, contact.Past) ([]contact.Event, error)) func(Customers, database.Tx, past) ([]contact.Event, error) {
	return func(_ Customers, tx database.Tx, p past) ([]contact.Event, error) { return read(tx, p.Past) }
}

// parts returns every part of a timeline. Of two at the same time the later in the list stands above.
func parts() []part {
	return []part{
		{OnContacts, of(contact.PastContacts)},
		{OnContacts, of(contact.PastResolutions)},
		{OnCorrections, of(contact.PastCorrections)},
		{OnSurveys, of(contact.PastLateRatings)},
		{OnDecisions, of(decision.PastDecisions)},
		{OnCalls, of(worklist.PastCallbacks)},
		{OnCalls, of(worklist.PastActs)},
		{OnCalls, of(worklist.PastCalls)},
		{OnCorrections, of(worklist.PastOutcomes)},
		{OnCalls, of(missed.PastTexts)},
		{OnSurveys, of(survey.PastInvitations)},
		{OnSurveys, of(survey.PastResponses)},
		{OnHandoffs, of(handoff.PastHandoffs)},
		{OnPermission, Customers.consents},
		{OnPermission, Customers.suppressions},
		{OnTouches, Customers.touches},
		{OnCorrections, of(maintenance.PastCorrections)},
		{OnCorrections, of(identity.PastChanges)},
	}
}

// Timeline returns what happened to a person, the newest first: to all customers who are the same person and whom the viewer sees, of the
// contacts that the viewer sees. However much happened, it is read in the same number of statements. It returns fault.NotFound for a
// customer the viewer does not see.
func (c Customers) Timeline(ctx context.Context, viewer account.Viewer, customerID int64, f TimelineFilter) (Timeline, error) {
	tx := c.db.View(ctx)
	p, err := c.whose(ctx, tx, viewer, customerID)
	if err != nil {
		return Timeline{}, err
	}
	var line Timeline
	for i, part := range parts() {
		if f.Topic != part.topic && (f.Topic != "" || part.topic == OnTouches) {
			continue
		}
		p.Stretch = f.After.before(i, f.Limit)
		events, err := part.read(c, tx, p)
		if err != nil {
			return Timeline{}, fmt.Errorf("timeline of customer %d: %w", customerID, err)
		}
		line.Events = append(line.Events, placed(i, events, f.After)...)
	}
	slices.SortFunc(line.Events, func(a, b Told) int { return b.Place.compare(a.Place) })
	line.Events = line.Events[:min(len(line.Events), f.Limit)]
	if err := line.name(tx, viewer); err != nil {
		return Timeline{}, err
	}
	line.Hidden, err = contact.CountUnseen(tx, viewer, p.subject.RecordIDs(), MostHidden)
	return line, err
}

// whose returns the person of a customer, as far as the viewer sees them.
func (c Customers) whose(ctx context.Context, tx database.Tx, viewer account.Viewer, customerID int64) (past, error) {
	subject, err := c.permit.Subject(ctx, viewer, customerID)
	if err != nil {
		return past{}, err
	}
	seen, err := contact.Directory{}.Seen(tx, viewer, subject.RecordIDs())
	return past{contact.Past{Viewer: viewer, Customers: seen}, subject}, err
}

// placed gives the events of a part their places and leaves out what does not come after a place.
func placed(part int, events []contact.Event, after Place) []Told {
	var told []Told
	numbers := map[int64]int{}
	for _, e := range events {
		place := Place{e.At, part, e.Row, numbers[e.Row]}
		numbers[e.Row]++
		if after == (Place{}) || place.compare(after) < 0 {
			told = append(told, Told{e, place})
		}
	}
	return told
}

// name reads the contacts that events are about, and takes away what leads to objects that the viewer may not open.
func (l *Timeline) name(tx database.Tx, viewer account.Viewer) error {
	events := make([]*contact.Event, len(l.Events))
	for i := range l.Events {
		events[i] = &l.Events[i].Event
	}
	called := make([]int64, len(events)) // what lead may take away
	for i, e := range events {
		if e.About.Kind == contact.AboutCallback {
			called[i] = e.About.ID
		}
	}
	callbacks, err := lead(tx, viewer, events)
	if err != nil {
		return err
	}
	contactIDs := make([]int64, len(events))
	for i, e := range events {
		e.ContactID = cmp.Or(e.ContactID, callbacks[called[i]].ContactID)
		contactIDs[i] = e.ContactID
	}
	if l.Contacts, err = contact.SeenByID(tx, viewer, contactIDs); err != nil {
		return err
	}
	for _, e := range events {
		if l.Contacts[e.ContactID].ID == 0 {
			e.ContactID = 0
		}
	}
	return nil
}

// lead takes away where events lead that the viewer may not go, but for places on the page of a contact, which are nowhere without it. It
// returns the callbacks that events are about.
func lead(tx database.Tx, viewer account.Viewer, events []*contact.Event) (map[int64]callback.Callback, error) {
	about := map[contact.ObjectKind][]int64{}
	for _, e := range events {
		about[e.About.Kind] = append(about[e.About.Kind], e.About.ID)
	}
	callbacks, err := worklist.ByID(tx, about[contact.AboutCallback])
	if err != nil {
		return nil, err
	}
	handoffs, err := handoff.SeenOf(tx, viewer, about[contact.AboutHandoff])
	for _, e := range events {
		unseen := e.About.Kind == contact.AboutCallback && !viewer.SeesTeam(callbacks[e.About.ID].TeamID) ||
			e.About.Kind == contact.AboutHandoff && !handoffs[e.About.ID]
		if unseen {
			e.About = contact.Object{}
		}
	}
	return callbacks, err
}

// leadAll is lead for a list of events.
func leadAll(tx database.Tx, viewer account.Viewer, events []contact.Event) error {
	list := make([]*contact.Event, len(events))
	for i := range events {
		list[i] = &events[i]
	}
	_, err := lead(tx, viewer, list)
	return err
}
