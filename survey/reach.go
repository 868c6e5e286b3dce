package survey

import (
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/contact/history"
	"aftercall/internal/permission"
	"aftercall/internal/tie"
)

// address is where a customer is asked.
type address struct {
	customer contact.Customer
	channel  permission.Channel
	to       string
}

// obstacle is why a message is not sent now. The zero obstacle is none.
type obstacle struct {
	reason string
	ends   clock.Instant // when time alone will have removed it, soon enough; none: the message is given up
}

// check asks again what was asked when the survey was planned. It returns where to send, or what stands against it.
func (s *Service) check(st store, now clock.Instant, plan Plan) (address, obstacle, error) {
	r := plan.Resolution
	fresh, err := contact.ResolutionByID(st.Tx, r.ID)
	if err != nil {
		return address{}, obstacle{}, err
	}
	if reason, err := overtaken(st.Tx, fresh, r.CustomerID); err != nil || reason != "" {
		return address{}, obstacle{reason: reason}, err
	}
	if against, err := heldByIncident(st, r.ContactID, now); err != nil || against.reason != "" {
		return address{}, against, err
	}
	answered, err := st.isAnswered(r.ID)
	if err != nil {
		return address{}, obstacle{}, err
	}
	if answered {
		return address{}, obstacle{reason: ReasonAnswered}, nil
	}
	since := history.Since{PersonID: r.PersonID, ContactID: r.ContactID, After: fresh.ResolvedAt}
	if against, err := heldByNewer(st, since, now, plan.LastChance); err != nil || against.reason != "" {
		return address{}, against, err
	}
	return s.reach(st, approach{
		customerID: r.CustomerID, family: plan.Family, channels: plan.Channels, at: now, lastChance: plan.LastChance,
	})
}

// heldByNewer returns the obstacle that the person has reported something newer which is open. It is waited for until the last chance.
func heldByNewer(st store, since history.Since, now, lastChance clock.Instant) (obstacle, error) {
	newer, err := history.Newer(st.Tx, since)
	if err != nil || len(newer[0]) == 0 {
		return obstacle{}, err
	}
	against := obstacle{reason: ReasonNewer}
	if again := now.Add(history.LookAgain); again <= lastChance {
		against.ends = again
	}
	return against, nil
}

// incidentLook is how often a message that an incident holds is looked at. Freeing an invitation does not wait for that.
const incidentLook = 24 * time.Hour

// heldByIncident returns the obstacle that the contact is tied to an incident that is not over. It is waited for, however long that takes.
func heldByIncident(st store, contactID int64, now clock.Instant) (obstacle, error) {
	ties, err := tie.Of(st.Tx, []int64{contactID})
	if err != nil || !ties[contactID].Held {
		return obstacle{}, err
	}
	return obstacle{ReasonIncident, now.Add(incidentLook)}, nil
}

// approach is a way of asking a customer that is to be decided about.
type approach struct {
	customerID int64
	family     string
	channels   []permission.Channel // in order of preference; empty: the service's
	reminder   bool
	at         clock.Instant
	lastChance clock.Instant // until when it may be put off
}

// reach returns the first channel over which the customer may be asked in time, if that is now, or what stands against it. A channel
// that is only closed for the night is waited for: the hour of the resolution does not choose the channel. Only channels that have a
// sender count.
func (s *Service) reach(st store, a approach) (address, obstacle, error) {
	channels := s.opts.carried(a.channels)
	if len(channels) == 0 {
		return address{}, obstacle{reason: ReasonNoSender}, nil
	}
	customers, err := contact.CustomersByID(st.Tx, []int64{a.customerID})
	if err != nil {
		return address{}, obstacle{}, err
	}
	subjects, err := contact.Subjects(st.Tx, []int64{a.customerID})
	if err != nil {
		return address{}, obstacle{}, err
	}
	subject := subjects[a.customerID]
	var addresses []address
	var questions []permission.Question
	for _, channel := range channels {
		if to := subject.To(channel); to != "" {
			addresses = append(addresses, address{customer: customers[a.customerID], channel: channel, to: to})
			questions = append(questions, permission.Question{
				Subject: subject, Purpose: permission.Survey, Channel: channel, Family: a.family, Reminder: a.reminder, At: a.at,
			})
		}
	}
	if len(addresses) == 0 {
		return address{}, obstacle{reason: string(permission.NoAddress)}, nil
	}
	if err := s.permission.ReserveAddresses(st.Tx, questions...); err != nil {
		return address{}, obstacle{}, err
	}
	verdicts, err := s.permission.Judge(st.Tx, questions)
	if err != nil {
		return address{}, obstacle{}, err
	}
	for i, v := range verdicts {
		if v.Allowed {
			return addresses[i], obstacle{}, nil
		}
		if !v.AllowedFrom.IsZero() && v.AllowedFrom <= a.lastChance {
			return address{}, obstacle{string(v.First), v.AllowedFrom}, nil
		}
	}
	return address{}, obstacle{reason: string(verdicts[0].First)}, nil
}
