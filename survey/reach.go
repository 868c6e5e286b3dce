package survey

import (
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/permission"
)

// address is where a customer is asked.
type address struct {
	customer contact.Customer
	channel  permission.Channel
	to       string
}

// check asks again what was asked when the survey was planned. It returns where to send, or the reason not to.
func (s *Service) check(st store, now clock.Instant, plan Plan) (address, string, error) {
	r := plan.Resolution
	fresh, err := resolution(st.Tx, r.ID)
	if err != nil {
		return address{}, "", err
	}
	if !fresh.ReopenedAt.IsZero() {
		return address{}, ReasonReopened, nil
	}
	answered, err := st.isAnswered(r.ID)
	if err != nil {
		return address{}, "", err
	}
	if answered {
		return address{}, ReasonAnswered, nil
	}
	return s.reach(st, approach{customerID: r.CustomerID, family: plan.Family, channels: plan.Channels, at: now})
}

// approach is a way of asking a customer that is to be decided about.
type approach struct {
	customerID int64
	family     string
	channels   []permission.Channel // in order of preference; empty: the service's
	reminder   bool
	at         clock.Instant
}

// reach returns the first channel over which the customer may be asked at the time, or the reason that the preferred one is not
// allowed. Only channels that have a sender count.
func (s *Service) reach(st store, a approach) (address, string, error) {
	channels := s.opts.carried(a.channels)
	if len(channels) == 0 {
		return address{}, ReasonNoSender, nil
	}
	customers, err := contact.CustomersByID(st.Tx, []int64{a.customerID})
	if err != nil {
		return address{}, "", err
	}
	subjects, err := contact.Subjects(st.Tx, []int64{a.customerID})
	if err != nil {
		return address{}, "", err
	}
	subject := subjects[a.customerID]
	var ways []address
	var questions []permission.Question
	for _, channel := range channels {
		if to := subject.Address(channel); to != "" {
			ways = append(ways, address{customer: customers[a.customerID], channel: channel, to: to})
			questions = append(questions, permission.Question{
				Subject: subject, Purpose: permission.Survey, Channel: channel, Family: a.family, Reminder: a.reminder, At: a.at,
			})
		}
	}
	if len(ways) == 0 {
		return address{}, string(permission.NoAddress), nil
	}
	if err := s.permission.ReserveAddresses(st.Tx, questions...); err != nil {
		return address{}, "", err
	}
	verdicts, err := s.permission.Judge(st.Tx, questions)
	if err != nil {
		return address{}, "", err
	}
	for i, v := range verdicts {
		if v.Allowed {
			return ways[i], "", nil
		}
	}
	return address{}, string(verdicts[0].First), nil
}
