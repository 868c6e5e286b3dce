package contact

import (
	"fmt"

	"aftercall/internal/clock"
	"aftercall/internal/whose"
)

// draft is a contact while inputs are applied to it: pure rules over rows that were read before and are written afterwards.
type draft struct {
	contact       Contact
	stored        bool          // it was in the database
	changed       bool          // something has to be written
	resolutions   []Resolution  // by number; those without an id are new
	people        []Participant // who took part, as known now
	newPeople     bool          // people were replaced
	corrections   []Correction
	answers       []draftAnswer
	ratings       map[string]rating  // by metric: about the newest resolution, or about the contact while there is none
	unbound       bool               // they are about the contact
	redated       bool               // they are about a resolution that has another time now
	answeredLater int64              // id of the stored resolution whose first answer came now; 0 for none
	retimed       retimed            // the stored resolution that has another time now
	personID      int64              // of the contact's customer
	customer      Customer           // as it was known before: id, person, reference and name
	said          *whose.Description // of the customer, by the input before
	strayed       bool               // inputs of this batch know the customer by different addresses
	reopened      bool               // a stored resolution was reopened: what is pending for it must be cancelled
	corrected     bool               // a source corrected what follow-up was decided by
	complained    []int64            // persons of whom a complaint was opened, resolved or reopened
}

// retimed is the number of a resolution that has another time now, and the time it had.
type retimed struct {
	no  int
	was clock.Instant
}

// newest returns the resolution with the highest number, or nil.
func (d *draft) newest() *Resolution {
	if len(d.resolutions) == 0 {
		return nil
	}
	return &d.resolutions[len(d.resolutions)-1]
}

// stands reports whether the contact is resolved as far as we know.
func (d *draft) stands() bool {
	r := d.newest()
	return r != nil && r.ReopenedAt.IsZero()
}

// isOld reports whether the input tells of a time before what is known: a delivery that was overtaken by a newer one. The
// source's own time of change decides; without it, a resolution that we know has been reopened since is an old one.
func (d *draft) isOld(t *taken) bool {
	if !t.input.ChangedAt.IsZero() && t.input.ChangedAt < d.contact.SourceChangedAt {
		return true
	}
	if t.input.Status != Resolved || d.newest() == nil || d.stands() {
		return false
	}
	return t.lastResolved() <= d.newest().ResolvedAt
}

// lastResolved returns the newest resolution time the input names, or none.
func (t *taken) lastResolved() clock.Instant {
	at := t.input.ResolvedAt
	if n := len(t.input.Resolutions); n > 0 {
		at = max(at, t.input.Resolutions[n-1].ResolvedAt)
	}
	return at
}

// apply takes the input into the contact. Customer and people were looked up before.
func (d *draft) apply(t *taken, customer *Customer, people []Participant, now clock.Instant) {
	before, personBefore, resolverBefore, stood := d.contact, d.personID, resolver(d.people), d.stands()
	d.merge(t, customer, people, now)
	d.advance(t, now)
	if d.complaintMoved(before) {
		d.complained = append(d.complained, personBefore, d.personID)
	}
	if stood && d.stands() && before.ResolutionCount == d.contact.ResolutionCount {
		d.correct(t, before, resolverBefore, now)
	}
	d.dropImpossibleTimes(t)
	d.takeAnswers(t, now)
	d.changed = true
}

// complaintMoved reports whether somebody has another open or newest complaint than before.
func (d *draft) complaintMoved(before Contact) bool {
	c := &d.contact
	if !c.Complaint {
		return before.Complaint // its source says by now that it is none
	}
	return !before.Complaint || c.Status != before.Status || c.ResolutionCount != before.ResolutionCount ||
		c.CustomerID != before.CustomerID
}

// advance moves the contact through its life: it adds the resolutions that are new and reopens what no longer stands.
func (d *draft) advance(t *taken, now clock.Instant) {
	for i, at := range d.named(t) {
		no := i + 1
		if no > len(d.resolutions) {
			d.reopen(min(at, now))
			d.resolve(no, at, now)
			continue
		}
		if !at.IsZero() && d.resolutions[i].ResolvedAt != at && !d.retime(no, at, now) {
			d.noteTime(no, at, now)
			t.warn("resolved_at", "already_resolved", "is not the time taken before, which is kept", at.String())
		}
	}
	switch t.input.Status {
	case Open, Pending, Reopened:
		d.contact.Status = t.input.Status
		at := reopenedAt(t, now)
		if d.stands() {
			d.retime(len(d.resolutions), at, now) // it was resolved before it is open again
		}
		d.reopen(at)
		if t.input.Status == Open && len(d.resolutions) > 0 {
			d.contact.Status = Reopened
		}
	case Resolved:
		d.contact.Status = Resolved
	default:
		if d.contact.Status == "" {
			d.contact.Status = Open
		}
	}
	d.contact.ResolutionCount = len(d.resolutions)
}

// named returns the times of the resolutions the input names, the one of number n at n-1; none where it says nothing.
func (d *draft) named(t *taken) []clock.Instant {
	in := &t.input
	var times []clock.Instant
	for _, r := range in.Resolutions {
		times = append(times, r.ResolvedAt)
	}
	switch {
	case in.ResolvedAt.IsZero():
		return times
	case len(times) > 0:
		if in.ResolvedAt > times[len(times)-1] {
			times = append(times, in.ResolvedAt)
		}
		return times
	}
	// Only the newest one is named: it is the one that stands, or the one after a reopening.
	times = make([]clock.Instant, len(d.resolutions), len(d.resolutions)+1)
	if d.stands() {
		times[len(times)-1] = in.ResolvedAt
		return times
	}
	if r := d.newest(); r != nil && in.ResolvedAt <= r.ResolvedAt {
		return times // the resolution that was reopened, told once more
	}
	return append(times, in.ResolvedAt)
}

func reopenedAt(t *taken, now clock.Instant) clock.Instant {
	if !t.input.ChangedAt.IsZero() && t.input.ChangedAt < now {
		return t.input.ChangedAt
	}
	return now
}

// reopen ends the resolution that stands, if there is one.
func (d *draft) reopen(at clock.Instant) {
	if !d.stands() {
		return
	}
	r := d.newest()
	r.ReopenedAt = max(at, r.ResolvedAt)
	if r.ID != 0 {
		d.reopened = true
	}
}

// noteTime keeps that a source says another time of a resolution.
func (d *draft) noteTime(no int, at, now clock.Instant) {
	d.corrections = append(d.corrections, Correction{
		ResolutionNo: no, Field: "resolved_at", OldValue: d.resolutions[no-1].ResolvedAt.String(), NewValue: at.String(), At: now,
	})
}

// retime gives the newest resolution another time, if it is in the future and so has counted nowhere yet. A source that wrote the wrong
// year, or reopens the contact before that time, can still mend it.
func (d *draft) retime(no int, at, now clock.Instant) bool {
	r := &d.resolutions[no-1]
	switch {
	case no != len(d.resolutions), !r.ResolvedAt.After(now), r.ResolvedAt == at:
		return false
	case no > 1 && at <= d.resolutions[no-2].ResolvedAt:
		return false
	}
	if r.ID != 0 && d.retimed.no == 0 {
		d.retimed = retimed{no, r.ResolvedAt}
	}
	d.noteTime(no, at, now)
	r.ResolvedAt = at
	d.redated = len(d.ratings) > 0
	return true
}

// resolve adds a resolution with everything later reports need, as it is now.
func (d *draft) resolve(no int, at, now clock.Instant) {
	c, who := &d.contact, resolver(d.people)
	d.resolutions = append(d.resolutions, Resolution{
		ContactID: c.ID, No: no, SourceID: c.SourceID, CustomerID: c.CustomerID, PersonID: d.personID, ResolvedAt: at,
		AgentID: who.AgentID, TeamID: who.TeamID,
		Channel: c.Channel, Category: c.Category, Product: c.Product, Severity: c.Severity,
		Complaint: c.Complaint, AutoClosed: c.AutoClosed, ReceivedAt: now,
	})
	if !d.unbound {
		d.ratings = nil // those are about the resolution before
	}
}

// resolver returns the participant credited with a resolution: who handled it; else who went on site; else who took it.
func resolver(people []Participant) Participant {
	for _, role := range []ParticipantRole{Handled, OnSite, TookIt} {
		for _, p := range people {
			if p.Role == role {
				return p
			}
		}
	}
	return Participant{}
}

// dropImpossibleTimes drops what contradicts the first resolution: a resolution counts, whatever else the source got wrong.
func (d *draft) dropImpossibleTimes(t *taken) {
	c := &d.contact
	if len(d.resolutions) > 0 {
		resolved := d.resolutions[0].ResolvedAt
		drop := func(field string, at *clock.Instant) {
			if *at > resolved {
				t.warn(field, "after_resolution", fmt.Sprintf("is after the resolution at %s; dropped", resolved), at.String())
				*at = 0
			}
		}
		drop("opened_at", &c.OpenedAt)
		drop("first_response_at", &c.FirstResponseAt)
	}
	if !c.FirstResponseAt.IsZero() && c.FirstResponseAt < c.OpenedAt {
		t.warn("first_response_at", "before_opened", fmt.Sprintf("is before the contact was opened at %s; dropped", c.OpenedAt),
			c.FirstResponseAt.String())
		c.FirstResponseAt = 0
	}
}
