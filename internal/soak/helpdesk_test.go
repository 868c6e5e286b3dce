package soak

import (
	"fmt"
	"time"

	"aftercall/internal/contact"
)

// beginAll gives everybody their first appointment.
func (c *centre) beginAll() {
	c.publishPolicy()
	c.after(time.Minute, c.helpdesk)
	for i := range c.callers {
		c.after(c.between(time.Minute, 10*time.Minute), func() { c.work(i) })
	}
	c.after(time.Minute, c.readPost)
	c.every(time.Hour, 17*time.Minute, c.supervise)
	c.every(24*time.Hour, 10*time.Hour+11*time.Minute, c.publishPolicy)
	c.every(24*time.Hour, 13*time.Hour+7*time.Minute, c.publishHours)
	c.every(24*time.Hour, 9*time.Hour+3*time.Minute, c.restart) // when everybody is at work
	c.every(24*time.Hour, 30*time.Minute, c.restart)            // and in the night of the change
	c.every(3*time.Hour, 23*time.Minute+11*time.Second, c.lose)
	c.every(time.Minute, 30*time.Second, c.look)
	c.every(time.Hour, 45*time.Second, c.addUp)
}

// helpdesk takes the next few cases, many in the day and few at night.
func (c *centre) helpdesk() {
	pause := c.between(time.Minute, 4*time.Minute)
	if hour := c.hour(); hour < 7 || hour > 20 {
		pause = c.between(10*time.Minute, 40*time.Minute)
	}
	c.after(pause, c.helpdesk)
	batch := make([]contact.Input, 1+c.random.IntN(3))
	for i := range batch {
		batch[i] = c.newCase()
	}
	c.deliver(batch...)
}

// newCase draws a case that was just opened, and plans its life.
func (c *centre) newCase() contact.Input {
	c.cases++
	who := c.anybody()
	in := contact.Input{
		ExternalID: fmt.Sprintf("T-%05d", c.cases), Status: contact.Open, Customer: who.input,
		Channel:  pick(c, contact.Phone, contact.Phone, contact.Email, contact.Chat),
		Category: pick(c, "billing", "fault", "moving"), Product: pick(c, "fibre", "mobile"),
		Severity:  pick(c, contact.Low, contact.Low, contact.Medium, contact.High, contact.High),
		Complaint: new(c.chance(8)), AutoClosed: new(c.chance(4)), OpenedAt: c.Now().Add(-c.between(0, 20*time.Minute)),
		Participants: []contact.InputParticipant{{Agent: pick(c, "Ada", "Ben", "Cem", "Dora"), Team: pick(c, "first line", "field")}},
	}
	if c.chance(10) {
		in.Customer.Phones = []string{domestic(in.Customer.Phones[0])}
	}
	if !c.chance(7) { // some are never solved
		c.after(c.between(5*time.Minute, 100*time.Minute), func() { c.resolve(in, 1) })
	}
	return in
}

// resolve tells that a case is solved for the nth time, and plans what may come after.
func (c *centre) resolve(in contact.Input, nth int) {
	in.Status, in.ResolvedAt = contact.Resolved, c.Now()
	switch {
	case c.chance(4): // told before it is so
		in.ResolvedAt = c.Now().Add(c.between(time.Minute, time.Hour))
	case c.chance(6): // told late
		in.ResolvedAt = c.Now().Add(-c.between(time.Minute, 2*time.Hour))
		in.ResolvedAt = max(in.ResolvedAt, in.OpenedAt)
	}
	if c.chance(6) {
		in.Answers = []contact.InputAnswer{{Metric: "nps", Value: new(c.random.IntN(11))}}
	}
	c.deliver(in)
	if c.chance(8) && nth < 4 {
		c.after(c.between(90*time.Minute, 8*time.Hour), func() { c.reopen(in, nth) })
		return
	}
	if c.chance(8) {
		c.after(c.between(time.Minute, 6*time.Hour), func() { c.correct(in) })
	}
}

func (c *centre) reopen(in contact.Input, nth int) {
	in.Status, in.Answers = contact.Reopened, nil
	c.deliver(in)
	if c.chance(80) {
		c.after(c.between(10*time.Minute, 3*time.Hour), func() { c.resolve(in, nth+1) })
	}
}

// correct tells again of a case, and otherwise.
func (c *centre) correct(in contact.Input) {
	in.Answers = nil
	switch c.random.IntN(6) {
	case 0:
		in.Severity = pick(c, contact.Low, contact.High)
	case 1:
		in.Complaint = new(!*in.Complaint)
	case 2:
		in.Customer = c.anybody().input
	case 3:
		in.Participants = []contact.InputParticipant{{Agent: "Ada", Team: "field"}}
	case 4:
		in.Category = pick(c, "billing", "fault")
	default: // the same once more
	}
	c.deliver(in)
}

// deliver hands cases over as a source does.
func (c *centre) deliver(batch ...contact.Input) {
	outcomes, err := c.Contacts.Take(c.t.Context(), c.source, batch)
	if !c.ok("deliver", err) {
		return
	}
	for i, o := range outcomes {
		if o.Status == contact.Rejected {
			c.t.Errorf("%s was rejected: %v", batch[i].ExternalID, o.Problems)
		}
		c.did(string(batch[i].Status)+" "+string(o.Status), "%s of %s", batch[i].ExternalID, batch[i].Customer.Reference)
	}
}
