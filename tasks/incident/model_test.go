package incident_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/internal/tie"
	"aftercall/tasks/callback"
	"aftercall/tasks/incident"
	"aftercall/tasks/policy"
)

// Whatever order contacts are taken, reopened and resolved, tied, removed, paused, released, stopped and called off in: nobody is called or
// asked about a contact that is held; a release leaves each person one callback and one survey at most; and every resolution keeps exactly
// one decision of each kind, planned or skipped.
func TestNobodyIsDisturbedWhileAnIncidentLasts(t *testing.T) {
	t.Parallel()
	done := map[string]int{} // on both databases
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		o := newOffice(t, db)
		draws := 0
		enough := map[database.Dialect]int{database.SQLite: 20, database.MySQL: 6}[db.Dialect()]
		if testing.Short() {
			enough /= 4
		}
		failed := false
		rapid.Check(t, func(rt *rapid.T) {
			if draws >= enough && !failed {
				return
			}
			defer func() { failed = failed || rt.Failed() }()
			draws++
			o.at = morning.Add(time.Duration(draws) * 40 * 24 * time.Hour) // beyond every cooldown of the draw before
			w := &world{office: o, rt: rt, draw: draws, category: fmt.Sprint("断网 ", draws), done: done}
			w.i = o.begin(w.category, func(d *incident.Definition) {
				d.Notify, d.NoticeZh = rapid.Bool().Draw(rt, "notify"), "正在抢修。"
			})
			for range rapid.IntRange(10, 35).Draw(rt, "steps") {
				w.step()
				w.check()
			}
			w.end()
		})
		t.Logf("%d draws: %v", draws, done)
	})
	for _, name := range []string{"take", "reopen", "resolve", "call", "hand", "remove", "release", "stop", "call off", "pass"} {
		if done[name] == 0 && !testing.Short() {
			t.Errorf("%s never happened", name)
		}
	}
}

// world is an incident with a handful of customers, each with a few contacts.
type world struct {
	*office
	rt       *rapid.T
	draw     int
	category string
	i        incident.Incident
	contacts []int64
	inputs   []contact.Input
	done     map[string]int
	free     bool // it was called off, or contacts were removed: then a person may have several
}

func (w *world) step() {
	steps := map[string]func() bool{
		"take": w.takeOne, "reopen": w.reopen, "resolve": w.resolve, "call": w.call, "hand": w.hand, "remove": w.remove,
		"release": func() bool { return w.tried(w.Incidents.Release(w.t.Context(), lead, w.i.ID, 60)) },
		"stop": func() bool {
			if w.tried(w.Incidents.Release(w.t.Context(), lead, w.i.ID, 12)) {
				w.work(incident.JobFree)
			}
			return w.tried(w.Incidents.Stop(w.t.Context(), lead, w.i.ID, "又断了"))
		},
		"call off": func() bool {
			if rapid.IntRange(0, 2).Draw(w.rt, "really") > 0 {
				return false
			}
			off := w.tried(w.Incidents.CallOff(w.t.Context(), lead, w.i.ID, "误报"))
			w.free = w.free || off
			return off
		},
		"pass": func() bool {
			w.at = w.at.Add(time.Duration(rapid.IntRange(1, 40).Draw(w.rt, "quarters")) * 15 * time.Minute)
			return true
		},
	}
	names := []string{
		"take", "take", "take", "pass", "pass", "call", "call", "reopen", "reopen", "resolve", "resolve", "hand", "remove", "release",
		"release", "stop", "stop", "call off",
	}
	name := rapid.SampledFrom(names).Draw(w.rt, "step")
	if steps[name]() {
		w.done[name]++
	}
	if rapid.IntRange(0, 3).Draw(w.rt, "work") > 0 {
		w.work(everything()...)
	}
}

func (w *world) tried(err error) bool {
	if err != nil && !fault.Is(err, fault.Conflict) {
		w.rt.Fatal(err)
	}
	return err == nil
}

func (w *world) takeOne() bool {
	n := len(w.inputs)
	category := w.category
	if rapid.IntRange(0, 4).Draw(w.rt, "other") == 0 {
		category = "资费"
	}
	in := w.fault(fmt.Sprintf("M-%d-%d", w.draw, n), category, w.draw*10+rapid.IntRange(0, 2).Draw(w.rt, "customer"))
	w.inputs, w.contacts = append(w.inputs, in), append(w.contacts, w.take(in)...)
	return true
}

// one draws one of the contacts there are that has a status, empty for any; -1 where there are none.
func (w *world) one(status contact.Status) int {
	var of []int
	for n, in := range w.inputs {
		if status == "" || in.Status == status {
			of = append(of, n)
		}
	}
	if len(of) == 0 {
		return -1
	}
	return rapid.SampledFrom(of).Draw(w.rt, "contact")
}

func (w *world) again(status, want contact.Status) bool {
	n := w.one(want)
	if n < 0 {
		return false
	}
	in := &w.inputs[n]
	in.Status, in.ChangedAt, in.ResolvedAt = status, w.at, 0
	if status == contact.Resolved {
		in.ResolvedAt = w.at
	}
	w.take(*in)
	w.at = w.at.Add(time.Minute)
	return true
}

func (w *world) reopen() bool  { return w.again(contact.Reopened, contact.Resolved) }
func (w *world) resolve() bool { return w.again(contact.Resolved, contact.Reopened) }

func (w *world) hand() bool {
	n := w.one("")
	return n >= 0 && w.tried(w.Incidents.TieContact(w.t.Context(), lead, w.i.ID, w.contacts[n]))
}

func (w *world) remove() bool {
	n := w.one("")
	if n < 0 {
		return false
	}
	err := w.Incidents.Remove(w.t.Context(), lead, w.i.ID, w.contacts[n], "不是")
	if fault.Is(err, fault.NotFound) {
		return false
	}
	removed := w.tried(err)
	w.free = w.free || removed
	return removed
}

// call claims what there is, dials it and records that nobody took the call or that it is solved; it must not be about what is held.
func (w *world) call() bool {
	desk, ok := w.claim()
	if !ok {
		return false
	}
	c := desk.Callback
	if w.held()[c.ContactID] {
		w.rt.Fatalf("callback %d of contact %d was handed out while it is held", c.ID, c.ContactID)
	}
	if rapid.Bool().Draw(w.rt, "while it is on the desk") {
		w.hand()
	}
	_, err := w.Callbacks.Dial(w.t.Context(), caller, c.ID, c.Fence)
	switch {
	case w.held()[c.ContactID]:
		if err == nil {
			w.rt.Fatalf("callback %d was dialled while it is held", c.ID)
		}
		_, err := w.Callbacks.Release(w.t.Context(), caller, c.ID, c.Fence)
		return err == nil
	case err != nil:
		_, err := w.Callbacks.Release(w.t.Context(), caller, c.ID, c.Fence)
		return w.tried(err)
	}
	w.at = w.at.Add(time.Minute)
	outcome := callback.Outcome{CallResult: callback.NoAnswer}
	if rapid.Bool().Draw(w.rt, "solved") {
		outcome = callback.Outcome{CallResult: callback.Reached, BusinessResult: callback.Solved}
	}
	_, err = w.Callbacks.Finish(w.t.Context(), caller, c.ID, c.Fence, outcome)
	must(w.t, err)
	for { // what was claimed together with it
		held, err := w.Callbacks.Held(w.DB.View(w.t.Context()), caller, w.at)
		must(w.t, err)
		if held == nil {
			break
		}
		_, err = w.Callbacks.Release(w.t.Context(), caller, held.ID, held.Fence)
		must(w.t, err)
	}
	w.at = w.at.Add(10 * time.Second)
	return true
}

func (w *world) held() map[int64]bool {
	ties, err := tie.Of(w.DB.View(w.t.Context()), w.contacts)
	must(w.t, err)
	held := map[int64]bool{}
	for id, s := range ties {
		held[id] = s.Held
	}
	return held
}

// check looks whether the promises hold at this moment.
func (w *world) check() {
	w.work(callback.JobOffer)
	held := w.held()
	for _, c := range w.callbacks(w.contacts...) {
		if held[c.ContactID] && c.State == callback.Ready {
			if desk, ok := w.claim(); ok {
				if w.held()[desk.Callback.ContactID] {
					w.rt.Fatalf("callback %d is held, and was claimed", desk.Callback.ID)
				}
				_, err := w.Callbacks.Release(w.t.Context(), caller, desk.Callback.ID, desk.Callback.Fence)
				must(w.t, err)
			}
		}
	}
	var sent []struct{ ContactID int64 }
	must(w.t, w.DB.View(w.t.Context()).Gorm().Table("invitations").Select("contact_id").
		Where("contact_id IN ? AND state <> 'cancelled' AND sent_at > 0", append([]int64{0}, w.contacts...)).Scan(&sent).Error)
	asked := map[int64]int{}
	for _, s := range sent {
		asked[s.ContactID]++
	}
	for id, ties := range w.ties() {
		if held[id] && asked[id] > 0 && ties.TiedAt < w.sentAt(id) {
			w.rt.Fatalf("contact %d was asked about while it is held", id)
		}
	}
	w.sums()
}

func (w *world) ties() map[int64]tie.Tie {
	rows, err := tie.ByContacts(w.DB.View(w.t.Context()), w.i.ID, w.contacts)
	must(w.t, err)
	all := map[int64]tie.Tie{}
	for _, r := range rows {
		all[r.ContactID] = r
	}
	return all
}

// sentAt is when the last survey about a contact went out.
func (w *world) sentAt(contactID int64) (at clock.Instant) {
	must(w.t, w.DB.View(w.t.Context()).Gorm().Table("invitations").Select("COALESCE(MAX(sent_at), 0)").Where("contact_id = ?", contactID).
		Scan(&at).Error)
	return at
}

// sums checks that every resolution that was planned has one decision of each kind.
func (w *world) sums() {
	var rows []struct {
		ResolutionID int64
		N            int
	}
	must(w.t, w.DB.View(w.t.Context()).Gorm().Table("decisions").Select("resolution_id, COUNT(*) AS n").
		Where("contact_id IN ?", append([]int64{0}, w.contacts...)).Group("resolution_id").Scan(&rows).Error)
	for _, r := range rows {
		if r.N != len(policy.Kinds()) {
			w.rt.Fatalf("resolution %d has %d decisions", r.ResolutionID, r.N)
		}
	}
}

// end releases what is left, lets days pass, and looks at what is left of it.
func (w *world) end() {
	w.work(everything()...)
	before, since := w.ties(), w.at
	released := w.tried(w.Incidents.Release(w.t.Context(), lead, w.i.ID, 0))
	w.work(everything()...)
	for i := w.now(w.i); i.Open() && w.at.Sub(i.ReleasedAt) < 10*24*time.Hour; i = w.now(w.i) {
		w.at = max(w.at.Add(time.Minute), i.NextAt)
		w.work(everything()...)
	}
	i := w.now(w.i)
	if i.Open() {
		w.rt.Fatalf("the incident is %s for ever", i.State)
	}
	if n := dbtest.Count(w.t, w.DB, "callbacks", "state = 'waiting' AND wait_reason = 'incident'"); n != 0 {
		w.rt.Fatalf("%d callbacks wait for an incident that is over", n)
	}
	w.sums()
	if !released || w.free {
		return
	}
	open, mine := map[int64]int{}, []int64{}
	for id, t := range before {
		if t.State == tie.Held {
			mine = append(mine, id)
		}
	}
	for _, c := range w.callbacks(mine...) {
		if c.State != callback.Cancelled && c.State != callback.Finished {
			open[c.CustomerID]++
		}
	}
	var asked []struct {
		CustomerID int64
		N          int
	}
	must(w.t, w.DB.View(w.t.Context()).Gorm().Table("invitations").Select("customer_id, COUNT(*) AS n").
		Where("contact_id IN ? AND sent_at >= ?", append([]int64{0}, mine...), since).Group("customer_id").Scan(&asked).Error)
	for _, a := range asked {
		if a.N > 1 {
			w.rt.Fatalf("customer %d was asked %d times", a.CustomerID, a.N)
		}
	}
	for customer, n := range open {
		if n > 1 {
			w.rt.Fatalf("customer %d is to be called %d times", customer, n)
		}
	}
}
