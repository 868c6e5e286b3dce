package app

import (
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/tasks/incident"
	"aftercall/tasks/policy"
)

// outage is an incident that everything here belongs to, with a notice.
func (o *office) outage() incident.Definition {
	return incident.Definition{
		Name: "outage", From: o.at.Add(-20 * 24 * time.Hour), Notify: true, NoticeEn: "It is being repaired.",
		Rule: policy.Filter{{Field: policy.ContactSource, Op: policy.Is, Values: []string{"helpdesk"}}},
	}
}

func (o *office) drafted() int64 {
	i, err := o.Incidents.Create(o.ctx(), o.admin, o.outage())
	o.must(err)
	return i.ID
}

// paused is an incident that holds what was resolved before.
func (o *office) paused() int64 {
	id := o.drafted()
	o.must(o.Incidents.Begin(o.ctx(), o.admin, id))
	o.work(incident.JobTie)
	return id
}

func incidentCases() map[string]useCase {
	on := func(prepare func(o *office) int64, do func(o *office, id int64) error) useCase {
		return func(o *office) func() (any, error) {
			id := prepare(o)
			return func() (any, error) { return nil, do(o, id) }
		}
	}
	return map[string]useCase{
		"Incidents.Create": func(o *office) func() (any, error) {
			return func() (any, error) { return o.Incidents.Create(o.ctx(), o.admin, o.outage()) }
		},
		"Incidents.Change": on((*office).drafted, func(o *office, id int64) error {
			return o.Incidents.Change(o.ctx(), o.admin, id, o.outage())
		}),
		"Incidents.Begin": on((*office).drafted, func(o *office, id int64) error { return o.Incidents.Begin(o.ctx(), o.admin, id) }),
		"Incidents.Dismiss": on((*office).drafted, func(o *office, id int64) error {
			return o.Incidents.Dismiss(o.ctx(), o.admin, id, "no")
		}),
		"Incidents.Release": on((*office).paused, func(o *office, id int64) error {
			return o.Incidents.Release(o.ctx(), o.admin, id, 60)
		}),
		"Incidents.CallOff": on((*office).paused, func(o *office, id int64) error {
			return o.Incidents.CallOff(o.ctx(), o.admin, id, "no")
		}),
		"Incidents.Stop": on(func(o *office) int64 {
			id := o.paused()
			o.must(o.Incidents.Release(o.ctx(), o.admin, id, 12))
			return id
		}, func(o *office, id int64) error { return o.Incidents.Stop(o.ctx(), o.admin, id, "again") }),
		"Incidents.TieNamed": on(func(o *office) int64 {
			id := o.drafted()
			o.must(o.Incidents.Begin(o.ctx(), o.admin, id))
			return id
		}, func(o *office, id int64) error {
			_, err := o.Incidents.TieNamed(o.ctx(), o.admin, id, []string{"S-1", "nosuch"})
			return err
		}),
		"Incidents.TieContact": on(func(o *office) int64 {
			id := o.drafted()
			o.must(o.Incidents.Begin(o.ctx(), o.admin, id))
			return id
		}, func(o *office, id int64) error { return o.Incidents.TieContact(o.ctx(), o.admin, id, 1) }),
		"Incidents.Remove": on((*office).paused, func(o *office, id int64) error {
			return o.Incidents.Remove(o.ctx(), o.admin, id, 1, "something else")
		}),
	}
}

// incidentJobs prepares what the jobs of incidents work on.
func incidentJobs() map[string]func(o *office) int64 {
	return map[string]func(o *office) int64{
		incident.JobTie: func(o *office) int64 { o.must(o.Incidents.Begin(o.ctx(), o.admin, o.drafted())); return 0 },
		incident.JobFree: func(o *office) int64 {
			o.must(o.Incidents.Release(o.ctx(), o.admin, o.paused(), 0))
			return 0
		},
		incident.JobNotice: func(o *office) int64 { o.paused(); return 0 },
		incident.JobBursts: func(o *office) int64 {
			var past []contact.Input
			for n, at := range []clock.Instant{o.at.Add(-14 * 24 * time.Hour), o.at.Add(-7 * 24 * time.Hour)} {
				past = append(past, opened(n, at))
			}
			for n := range 12 {
				past = append(past, opened(100+n, o.at.Add(-2*time.Minute)))
			}
			o.take(past...)
			o.at = o.at.Add(2 * time.Minute)
			return 0
		},
	}
}

func opened(n int, at clock.Instant) contact.Input {
	in := resolution("B-"+string(rune('A'+n)), "", contact.Low, 0)
	in.Status, in.OpenedAt, in.Category = contact.Open, at, "burst"
	return in
}
