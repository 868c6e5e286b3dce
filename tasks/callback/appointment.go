package callback

import (
	"slices"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/permission"
)

// appointmentTimes proposes times for the next call: in one and in two hours, this afternoon, and the mornings and afternoons of the
// next days in the customer's own zone, as far as they may be called then.
func appointmentTimes(rules permission.Rules, subject permission.Subject, zone *time.Location, now clock.Instant) []clock.Instant {
	zone = zoneOf(rules, subject, zone, now)
	y, m, d := now.In(zone).Date()
	proposals := []clock.Instant{quarterAfter(now.Add(time.Hour)), quarterAfter(now.Add(2 * time.Hour))}
	for _, at := range []struct{ days, hour int }{{0, 16}, {0, 19}, {1, 10}, {1, 15}, {1, 19}, {2, 10}, {2, 15}, {7, 10}} {
		proposals = append(proposals, clock.At(time.Date(y, m, d+at.days, at.hour, 0, 0, 0, zone)))
	}
	proposals = slices.DeleteFunc(proposals, func(at clock.Instant) bool {
		return at.Before(now.Add(time.Hour)) || !rules.CallWindow(subject, "", at).Open
	})
	slices.Sort(proposals)
	return slices.Compact(proposals)
}

// quarterAfter rounds up to a quarter of an hour: people do not say 15:07.
func quarterAfter(at clock.Instant) clock.Instant {
	const quarter = clock.Instant(15 * 60 * 1e6)
	return (at + quarter - 1) / quarter * quarter
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
func (c *Callback) appoint(callerID int64, o Outcome, now clock.Instant) error {
	c.AppointmentAt, c.Priority, c.ReservedFor, c.Skips = o.AppointmentAt, priorityPromise, 0, 0
	if o.AppointmentFor == ForMe {
		c.ReservedFor = callerID
	}
	c.DueAt, c.MaxAttempts = o.AppointmentAt.Add(reservationTime), max(c.MaxAttempts, c.Attempts+1)
	c.ExpiresAt = max(c.ExpiresAt, o.AppointmentAt.Add(callbackLife))
	return c.wait(ReasonAppointment, o.AppointmentAt, now)
}
