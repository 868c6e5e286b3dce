package callback

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/permission"
	"aftercall/tasks/callback/outcome"
)

// appointmentTimes proposes times for the next call: in one and in two hours, this afternoon, and the mornings and afternoons of the
// next days in the customer's own zone, as far as they may be called then and their team has not promised as many calls as it may.
func (s *Service) appointmentTimes(tx database.Tx, c Callback, subject permission.Subject, now clock.Instant) ([]clock.Instant, error) {
	rules := s.permit.Rules()
	zone := zoneOf(rules, subject, s.opts.Zone, now)
	y, m, d := now.In(zone).Date()
	proposals := []clock.Instant{quarterAfter(now.Add(time.Hour)), quarterAfter(now.Add(2 * time.Hour))}
	for _, at := range []struct{ days, hour int }{{0, 16}, {0, 19}, {1, 10}, {1, 15}, {1, 19}, {2, 10}, {2, 15}, {7, 10}} {
		proposals = append(proposals, clock.At(time.Date(y, m, d+at.days, at.hour, 0, 0, 0, zone)))
	}
	proposals = slices.DeleteFunc(proposals, func(at clock.Instant) bool {
		return at.Before(now.Add(time.Hour)) || !rules.CallWindow(subject, "", at).Open
	})
	if len(proposals) == 0 {
		return nil, nil
	}
	slices.Sort(proposals)
	set, err := s.outcomes.InForce(tx)
	if err != nil || set.Appointments.PerSlot == 0 {
		return slices.Compact(proposals), err
	}
	promised, err := store{tx}.appointmentsIn(c.TeamID, slotOf(proposals[0]), slotOf(proposals[len(proposals)-1]), c.ID)
	if err != nil {
		return nil, err
	}
	return slices.Compact(slices.DeleteFunc(proposals, func(at clock.Instant) bool {
		return promised[slotOf(at)].team >= set.Appointments.PerSlot
	})), nil
}

// quarterAfter rounds up to a quarter of an hour: people do not say 15:07.
func quarterAfter(at clock.Instant) clock.Instant {
	const quarter = clock.Instant(15 * 60 * 1e6)
	return (at + quarter - 1) / quarter * quarter
}

// slotOf returns the beginning of the slot of an instant.
func slotOf(at clock.Instant) clock.Instant {
	const slot = clock.Instant(outcome.Slot / time.Microsecond)
	return at / slot * slot
}

// checkAppointment refuses an appointment at a time, or up to one, at which the customer may not be called, and one more in a slot in
// which as many were promised as may be.
func (s *Service) checkAppointment(
	tx database.Tx, set *outcome.Set, c Callback, callerID int64, subject permission.Subject, o Outcome, now clock.Instant,
) error {
	open := func(at clock.Instant) bool { return s.permit.Rules().CallWindow(subject, "", at).Open }
	switch until := o.AppointmentUntil; {
	case o.AppointmentAt.IsZero():
		return nil
	case !open(o.AppointmentAt):
		return outsideHours("appointment_at")
	case !until.IsZero() && !open(until-1):
		return outsideHours("appointment_until")
	}
	return s.checkSlot(tx, set, c, callerID, o, func(at clock.Instant) bool { return at.After(now) && open(at) })
}

func outsideHours(field string) error {
	return fault.InvalidFields(fault.Field{
		Name: field, Code: "outside_hours", Problem: "is outside the hours in which this customer may be called",
	})
}

// around is how far from a full slot free ones are looked for.
const around = 24 * time.Hour

// checkSlot refuses an appointment in a full slot, and names the nearest ones with room that are possible. Until the transaction ends,
// nobody else makes one for the team: two callers cannot both take the last place.
func (s *Service) checkSlot(
	tx database.Tx, set *outcome.Set, c Callback, callerID int64, o Outcome, possible func(clock.Instant) bool,
) error {
	terms, own := set.Appointments, o.AppointmentFor == ForMe
	if terms.PerSlot == 0 && (terms.PerCaller == 0 || !own) {
		return nil
	}
	if c.AppointmentAt == o.AppointmentAt && (c.ReservedFor == callerID) == own { // has its place already
		return nil
	}
	if err := database.Guard(tx, fmt.Sprintf("appointments %d", c.TeamID)); err != nil {
		return err
	}
	asked := slotOf(o.AppointmentAt)
	promised, err := store{tx}.appointmentsIn(c.TeamID, asked.Add(-around), asked.Add(around), c.ID)
	if err != nil {
		return err
	}
	room := func(slot clock.Instant) (code string) {
		p := promised[slot]
		switch {
		case terms.PerSlot != 0 && p.team >= terms.PerSlot:
			return "slot_full"
		case own && terms.PerCaller != 0 && p.by[callerID] >= terms.PerCaller:
			return "own_slot_full"
		}
		return ""
	}
	code := room(asked)
	if code == "" {
		return nil
	}
	near := s.nearest(asked, func(slot clock.Instant) bool { return possible(slot) && room(slot) == "" })
	return fault.InvalidFields(fault.Field{
		Name: "appointment_at", Code: code, Args: map[string]any{"times": near},
		Problem: "as many calls were promised for this quarter of an hour as may be; there is room at " + near,
	})
}

// nearest says which slots around one are free, the nearest first, three at most, as times of the centre's clock; empty for none.
func (s *Service) nearest(asked clock.Instant, free func(clock.Instant) bool) string {
	var found []string
	for off := outcome.Slot; off <= around && len(found) < 3; off += outcome.Slot {
		for _, slot := range []clock.Instant{asked.Add(-off), asked.Add(off)} {
			if len(found) < 3 && free(slot) {
				layout := "15:04"
				if clock.DayOf(slot, s.opts.Zone) != clock.DayOf(asked, s.opts.Zone) {
					layout = "01-02 15:04"
				}
				found = append(found, slot.In(s.opts.Zone).Format(layout))
			}
		}
	}
	return strings.Join(found, " · ")
}

// checkOwn refuses one more appointment of the caller's own when they have as many as they may: nobody can keep that many promises.
func (s *Service) checkOwn(tx database.Tx, callerID, callbackID int64, o Outcome) error {
	if o.AppointmentFor != ForMe {
		return nil
	}
	open, err := store{tx}.ownAppointments(callerID, callbackID)
	if err != nil || open < s.opts.OwnAppointments {
		return err
	}
	return fault.InvalidFields(fault.Field{
		Name: "appointment_for", Code: "own_appointments",
		Problem: "you have as many appointments of your own as you may: let anybody make it",
	})
}

// appoint sets the callback aside for the time the customer named. A promise goes before everything else, and there is an attempt
// left to keep it.
func (c *Callback) appoint(callerID int64, o Outcome, terms outcome.Appointments, now clock.Instant) error {
	c.AppointmentAt, c.AppointmentUntil = o.AppointmentAt, o.AppointmentUntil
	c.Priority, c.ReservedFor, c.Skips = priorityPromise, 0, 0
	if o.AppointmentFor == ForMe {
		c.keepFor(callerID, time.Duration(terms.Kept)*time.Minute)
	}
	c.DueAt, c.MaxAttempts = terms.DueAt(o.AppointmentAt, o.AppointmentUntil), max(c.MaxAttempts, c.Attempts+1)
	c.ExpiresAt = max(c.ExpiresAt, o.AppointmentAt.Add(callbackLife))
	return c.wait(ReasonAppointment, max(now, terms.ReadyAt(o.AppointmentAt)), now)
}
