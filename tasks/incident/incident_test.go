package incident_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/internal/tie"
	"aftercall/tasks/callback"
	"aftercall/tasks/incident"
	"aftercall/tasks/policy"
)

func isFault(err error, code string) bool {
	var f *fault.Error
	return errors.As(err, &f) && f.Code == code
}

// What was resolved before an incident began and what is resolved while it lasts waits; what is about something else does not.
func TestAnIncidentPausesCallbacksAndSurveys(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		o := newOffice(t, db)
		before := o.take(o.fault("A-1", "断网", 1), o.fault("A-2", "断网", 2))
		other := o.take(o.fault("B-1", "资费", 3))
		o.work(everything()...)
		i, err := o.Incidents.Create(t.Context(), lead, incident.Definition{Name: "断网", Rule: about("断网"), From: o.at.Add(-time.Hour)})
		must(t, err)
		p, err := o.Incidents.Preview(t.Context(), lead, i.ID)
		if err != nil || p != (incident.Preview{Contacts: 2, Customers: 2, Callbacks: 2, Surveys: 2}) {
			t.Fatalf("it will hold %+v %v", p, err)
		}
		must(t, o.Incidents.Begin(t.Context(), lead, i.ID))
		o.work(everything()...)
		during := o.take(o.fault("A-3", "断网", 4))
		o.work(everything()...)
		for _, c := range o.callbacks(append(before, during...)...) {
			if c.State != callback.Waiting || c.WaitReason != callback.ReasonIncident {
				t.Errorf("callback %d is %s for %q", c.ID, c.State, c.WaitReason)
			}
		}
		desk, ok := o.claim()
		if !ok || desk.Callback.ContactID != other[0] {
			t.Fatalf("claimed %+v", desk.Callback)
		}
		o.finish(desk)
		if _, ok := o.claim(); ok {
			t.Error("a callback that waits was handed out")
		}
		supply, err := o.Callbacks.Supply(t.Context(), caller)
		if err != nil || len(supply.Waiting) != 1 || supply.Waiting[0].Reason != callback.ReasonIncident || supply.Waiting[0].Count != 3 {
			t.Errorf("supply says %+v %v", supply, err)
		}
		o.at = o.at.Add(3 * time.Hour)
		o.work(everything()...)
		for _, m := range o.carrier.taken {
			if !strings.HasSuffix(m.To, "12000003") {
				t.Errorf("asked %s", m.To)
			}
		}
		s, err := o.Incidents.Standing(t.Context(), lead, i.ID)
		if err != nil || s.Held != 3 || s.Waiting != 3 || s.Surveys != 3 || s.Customers != 3 {
			t.Errorf("it stands %+v %v", s, err)
		}
	})
}

// Ten days are longer than a callback lives and than the policy would still send a survey.
func TestNothingExpiresWhileAnIncidentHoldsIt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		o := newOffice(t, db)
		contacts := o.take(o.fault("A-1", "断网", 1))
		o.work(everything()...)
		was := o.callbacks(contacts...)[0]
		i := o.begin("断网", nil)
		o.work(everything()...)
		for range 10 {
			o.at = o.at.Add(24 * time.Hour)
			o.work(everything()...)
		}
		if c := o.callbacks(contacts...)[0]; c.State != callback.Waiting || c.Overdue(o.at) {
			t.Fatalf("the callback is %s, overdue %v: %s", c.State, c.Overdue(o.at), c.CloseReason)
		}
		must(t, o.Incidents.Release(t.Context(), lead, i.ID, 0))
		o.work(everything()...)
		c := o.callbacks(contacts...)[0]
		if c.State != callback.Ready || c.ExpiresAt.Sub(o.at) < was.ExpiresAt.Sub(morning)-time.Minute {
			t.Errorf("it is %s until %s; it had until %s", c.State, c.ExpiresAt, was.ExpiresAt)
		}
		if len(o.carrier.taken) != 1 {
			t.Errorf("%d surveys were sent: %+v", len(o.carrier.taken), o.decisions(policy.FollowUpSurvey, contacts...))
		}
	})
}

func TestReleasedCustomersAreCalledAndAskedOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		o := newOffice(t, db)
		contacts := o.take(o.fault("A-1", "断网", 1), o.fault("A-2", "断网", 1), o.fault("A-3", "断网", 1), o.fault("A-4", "断网", 2))
		o.work(everything()...)
		i := o.begin("断网", nil)
		o.work(everything()...)
		must(t, o.Incidents.Release(t.Context(), lead, i.ID, 0))
		o.at = o.at.Add(4 * time.Hour)
		o.work(everything()...)
		open, superseded := map[int64]int{}, 0
		for _, c := range o.callbacks(contacts...) {
			switch {
			case c.State == callback.Ready:
				open[c.CustomerID]++
			case c.CloseReason == callback.ReasonSuperseded:
				superseded++
			default:
				t.Errorf("callback %d is %s for %s %s", c.ID, c.State, c.WaitReason, c.CloseReason)
			}
		}
		if len(open) != 2 || superseded != 2 {
			t.Errorf("%v are to be called, %d are superseded", open, superseded)
		}
		if len(o.carrier.taken) != 2 {
			t.Errorf("%d surveys were sent", len(o.carrier.taken))
		}
		if now := o.now(i); now.State != incident.Released || now.EndedAt.IsZero() {
			t.Errorf("the incident is %s", now.State)
		}
		summary, err := o.Decisions.Summary(t.Context(), lead, 0, o.at)
		must(t, err)
		for _, k := range summary.Kinds {
			if k.Undecided != 0 {
				t.Errorf("%s: %d are undecided", k.Kind, k.Undecided)
			}
		}
	})
}

// Twelve an hour: one each five minutes, and none at night.
func TestCustomersAreFreedALittleAtATimeByDay(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		o := newOffice(t, db)
		var contacts []int64
		for n := range 20 {
			contacts = append(contacts, o.take(o.fault("A-"+string(rune('a'+n)), "断网", n+1))...)
		}
		i := o.begin("断网", nil)
		o.work(everything()...)
		o.at = morning.Add(9*time.Hour + 30*time.Minute) // 19:35
		must(t, o.Incidents.Release(t.Context(), lead, i.ID, 12))
		held := func() int {
			s, err := o.Incidents.Standing(t.Context(), lead, i.ID)
			must(t, err)
			return s.Held
		}
		for range 12 * 3 {
			o.work(everything()...)
			o.at = o.at.Add(5 * time.Minute)
		}
		if n := held(); n != 15 { // from 19:35 to 20:00
			t.Errorf("%d of 20 are held at night", n)
		}
		next := o.now(i).NextAt
		if hour := next.In(time.FixedZone("", 8*3600)).Hour(); hour != 9 {
			t.Errorf("the next one is freed at %s", next)
		}
		o.at = next
		for range 15 {
			o.work(everything()...)
			o.at = o.at.Add(5 * time.Minute)
		}
		if n := held(); n != 0 || o.now(i).State != incident.Released {
			t.Errorf("%d are held, it is %s", n, o.now(i).State)
		}
		_ = contacts
	})
}

func TestCalledOffEverythingIsAsItWas(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		o := newOffice(t, db)
		contacts := o.take(o.fault("A-1", "断网", 1), o.fault("A-2", "断网", 1))
		o.work(everything()...)
		i := o.begin("断网", nil)
		o.work(everything()...)
		must(t, o.Incidents.CallOff(t.Context(), lead, i.ID, "误报"))
		o.work(everything()...)
		for _, c := range o.callbacks(contacts...) {
			if c.State != callback.Ready {
				t.Errorf("callback %d is %s for %s %s", c.ID, c.State, c.WaitReason, c.CloseReason)
			}
		}
		if n := dbtest.Count(t, db, "suspended_callbacks", "1 = 1"); n != 0 {
			t.Errorf("%d are remembered for nothing", n)
		}
		if now := o.now(i); now.State != incident.CalledOff {
			t.Errorf("the incident is %s", now.State)
		}
	})
}

// A release that was a mistake: who was not freed yet waits on, and what was resolved meanwhile is held too.
func TestAStoppedReleaseHoldsTheRest(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		o := newOffice(t, db)
		o.take(o.fault("A-1", "断网", 1), o.fault("A-2", "断网", 2), o.fault("A-3", "断网", 3))
		o.work(everything()...)
		i := o.begin("断网", nil)
		o.work(everything()...)
		must(t, o.Incidents.Release(t.Context(), lead, i.ID, 12))
		o.work(everything()...)
		o.take(o.fault("A-4", "断网", 4))
		o.work(everything()...)
		must(t, o.Incidents.Stop(t.Context(), lead, i.ID, "又断了"))
		o.work(everything()...)
		s, err := o.Incidents.Standing(t.Context(), lead, i.ID)
		if err != nil || s.Held != 3 || s.Freed != 1 || s.Waiting != 3 {
			t.Errorf("it stands %+v %v", s, err)
		}
	})
}

// The caller who has it on the desk is told, cannot dial, and gives it back to wait.
func TestACallerWithAHeldCallbackIsTold(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		o := newOffice(t, db)
		o.take(o.fault("A-1", "断网", 1))
		o.work(everything()...)
		desk, _ := o.claim()
		i := o.begin("断网", nil)
		o.work(everything()...)
		pulse, err := o.Callbacks.Beat(t.Context(), caller, desk.Callback.ID, desk.Callback.Fence)
		if err != nil || pulse.Forbidden != callback.ReasonIncident || pulse.Lost {
			t.Errorf("the beat says %+v %v", pulse, err)
		}
		if _, err := o.Callbacks.Dial(t.Context(), caller, desk.Callback.ID, desk.Callback.Fence); !isFault(err, "dial_refused") {
			t.Errorf("dialled: %v", err)
		}
		c, err := o.Callbacks.Release(t.Context(), caller, desk.Callback.ID, desk.Callback.Fence)
		if err != nil || c.State != callback.Waiting || c.WaitReason != callback.ReasonIncident {
			t.Errorf("given back it is %s for %s: %v", c.State, c.WaitReason, err)
		}
		if _, err := o.Callbacks.Pick(t.Context(), lead, c.ID); !isFault(err, "dial_refused") {
			t.Errorf("picked: %v", err)
		}
		must(t, o.Incidents.Release(t.Context(), lead, i.ID, 0))
		o.work(everything()...)
		if desk, ok := o.claim(); !ok || desk.Callback.ID != c.ID {
			t.Error("it does not come back")
		}
	})
}

func TestContactsAreTiedAndRemovedByHand(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		o := newOffice(t, db)
		contacts := o.take(o.fault("A-1", "断网", 1), o.fault("B-1", "资费", 2), o.fault("B-2", "资费", 3))
		o.work(everything()...)
		i := o.begin("断网", nil)
		o.work(everything()...)
		named, err := o.Incidents.TieNamed(t.Context(), lead, i.ID, []string{"B-1", " A-1", "nosuch", "B-1"})
		if err != nil || named.Tied != 1 || named.Already != 1 || len(named.Unknown) != 1 || named.Unknown[0] != "nosuch" {
			t.Errorf("named %+v %v", named, err)
		}
		must(t, o.Incidents.TieContact(t.Context(), lead, i.ID, contacts[2]))
		if c := o.callbacks(contacts[2])[0]; c.WaitReason != callback.ReasonIncident {
			t.Errorf("tied by hand it waits for %s", c.WaitReason)
		}
		must(t, o.Incidents.Remove(t.Context(), lead, i.ID, contacts[0], "是资费问题"))
		if c := o.callbacks(contacts[0])[0]; c.State != callback.Ready {
			t.Errorf("removed it is %s", c.State)
		}
		if err := o.Incidents.Remove(t.Context(), lead, i.ID, contacts[0], "again"); !isFault(err, "incident_contact") {
			t.Errorf("removed twice: %v", err)
		}
		// The source corrects it: it is decided again, and not tied again.
		in := o.fault("A-1", "断网", 1)
		in.Severity, in.ChangedAt = "critical", o.at
		o.take(in)
		o.work(everything()...)
		if ties, err := tie.Of(db.View(t.Context()), contacts[:1]); err != nil || ties[contacts[0]].Held {
			t.Errorf("the rule tied again what somebody removed: %v", err)
		}
		must(t, o.Incidents.TieContact(t.Context(), lead, i.ID, contacts[0]))
		if ties, err := tie.Of(db.View(t.Context()), contacts[:1]); err != nil || !ties[contacts[0]].Held {
			t.Errorf("tied by hand again it is not held: %v", err)
		}
	})
}

func TestOneNoticeGoesToEachPersonWhereAllowed(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		o := newOffice(t, db)
		english, mute := o.fault("A-4", "断网", 3), o.fault("A-5", "断网", 4)
		english.Customer.Language = "en"
		mute.Customer.Phones = nil
		o.take(o.fault("A-1", "断网", 1), o.fault("A-2", "断网", 1), o.fault("A-3", "断网", 2), english, mute)
		o.work(everything()...)
		i := o.begin("断网", func(d *incident.Definition) {
			d.Notify, d.NoticeZh, d.NoticeEn = true, "您所在片区的宽带故障正在抢修，预计今晚恢复。", "Your broadband is being repaired."
		})
		o.work(everything()...)
		texts := map[string]string{}
		for _, m := range o.carrier.taken {
			if texts[m.To] != "" {
				t.Errorf("%s was told twice", m.To)
			}
			texts[m.To] = m.Text
			if m.OptOutURL == "" || !strings.HasSuffix(m.Text, m.OptOutURL) {
				t.Errorf("without a way out: %s", m.Text)
			}
		}
		if len(texts) != 3 || !strings.HasPrefix(texts["+8613912000001"], "【安心宽带】您所在片区") ||
			!strings.HasPrefix(texts["+8613912000003"], "安心宽带: Your broadband") {
			t.Errorf("told %v", texts)
		}
		s, err := o.Incidents.Standing(t.Context(), lead, i.ID)
		must(t, err)
		counts := map[string]int{}
		for _, n := range s.Notices {
			counts[string(n.State)+" "+n.Reason] += n.Count
		}
		if counts["sent "] != 3 || counts["cancelled no_address"] != 1 || len(counts) != 2 {
			t.Errorf("notices %v", counts)
		}
	})
}

// A notice that waits for the morning is pointless when the outage is over by then.
func TestNoNoticeComesAfterTheEnd(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		o := newOffice(t, db)
		o.at = morning.Add(13 * time.Hour) // 23:05
		o.take(o.fault("A-1", "断网", 1))
		o.work(everything()...)
		i := o.begin("断网", func(d *incident.Definition) { d.Notify, d.NoticeZh = true, "正在抢修。" })
		o.work(everything()...)
		if len(o.carrier.taken) != 0 {
			t.Fatal("a text went out at night")
		}
		must(t, o.Incidents.Release(t.Context(), lead, i.ID, 0))
		o.at = o.at.Add(11 * time.Hour)
		o.work(incident.JobNotice)
		if len(o.carrier.taken) != 0 {
			t.Error("told of what is over")
		}
	})
}

func TestADefinitionIsRefusedInWords(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.SQLite(t))
	good := incident.Definition{Name: "断网", Rule: about("断网"), From: o.at}
	for name, change := range map[string]func(*incident.Definition){
		"name":      func(d *incident.Definition) { d.Name = "  " },
		"from":      func(d *incident.Definition) { d.From = 0 },
		"until":     func(d *incident.Definition) { d.Until = d.From },
		"notice_zh": func(d *incident.Definition) { d.Notify = true },
		"notice_en": func(d *incident.Definition) { d.Notify, d.NoticeEn = true, "Dear {name}" },
		"per_hour":  func(d *incident.Definition) { d.PerHour = -1 },
		"when": func(d *incident.Definition) {
			d.Rule = policy.Filter{{Field: "history.last_nps", Op: policy.AtLeast, Values: []string{"3"}}}
		},
	} {
		d := good
		change(&d)
		_, err := o.Incidents.Create(t.Context(), lead, d)
		var f *fault.Error
		if !errors.As(err, &f) || len(f.Fields) == 0 || f.Fields[0].Name != name {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := o.Incidents.Create(t.Context(), caller, good); !isFault(err, "incident_right") {
		t.Errorf("a caller: %v", err)
	}
}

// An incident of one team holds what that team resolved; one of the whole centre is not for a supervisor of a team to change.
func TestTeamsHoldTheirOwnContacts(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.SQLite(t))
	mine, theirs := o.fault("A-1", "断网", 1), o.fault("A-2", "断网", 2)
	mine.Participants = append(mine.Participants, handledBy("一班"))
	theirs.Participants = append(theirs.Participants, handledBy("二班"))
	o.take(mine, theirs)
	o.work(everything()...)
	teams, err := o.Accounts.Teams(t.Context())
	must(t, err)
	ids := map[string]int64{}
	for _, team := range teams {
		ids[team.Name] = team.ID
	}
	of := func(team string) account.Viewer {
		return account.Viewer{UserID: 902, Role: account.Supervisor, TeamIDs: []int64{ids[team]}}
	}
	d := incident.Definition{Name: "断网", Rule: about("断网"), From: o.at.Add(-time.Hour)}
	if _, err := o.Incidents.Create(t.Context(), of("一班"), d); !fault.Is(err, fault.Invalid) {
		t.Errorf("the whole centre for one team: %v", err)
	}
	d.TeamID = ids["一班"]
	i, err := o.Incidents.Create(t.Context(), of("一班"), d)
	must(t, err)
	must(t, o.Incidents.Begin(t.Context(), of("一班"), i.ID))
	o.work(everything()...)
	if s, err := o.Incidents.Standing(t.Context(), of("一班"), i.ID); err != nil || s.Held != 1 {
		t.Errorf("holds %+v %v", s, err)
	}
	if _, err := o.Incidents.ByID(t.Context(), of("二班"), i.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("another team reads it: %v", err)
	}
	if err := o.Incidents.CallOff(t.Context(), of("二班"), i.ID, "no"); !fault.Is(err, fault.NotFound) {
		t.Errorf("another team ends it: %v", err)
	}
	d.TeamID = 0
	whole, err := o.Incidents.Create(t.Context(), lead, d)
	must(t, err)
	if err := o.Incidents.Begin(t.Context(), of("一班"), whole.ID); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a team begins the whole centre's: %v", err)
	}
}
