package app

import (
	"time"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/tasks/callback"
	"aftercall/tasks/handoff"
	"aftercall/tasks/handoff/courier"
)

// handed is a handoff about the first contact.
func (o *office) handed() handoff.Handoff {
	h, err := o.Handoffs.Open(o.ctx(), o.caller, handoff.Opening{
		Kind: handoff.Unsolved, ResolutionID: 1, ForCaller: o.caller.UserID, Said: "还是上不了网",
	})
	o.must(err)
	return h
}

// replied is one with a reply, whose second call is planned.
func (o *office) replied() handoff.Handoff {
	h := o.handed()
	h, err := o.Handoffs.Reply(o.ctx(), o.asAdmin(), h.ID, h.Version, handoff.Answer{Words: "换了光猫", Remedy: handoff.Fixed})
	o.must(err)
	return h
}

func (o *office) asAdmin() handoff.By { return handoff.ByUser(o.admin) }

// said is the attempt of a call in which the customer said that it is not solved.
func (o *office) said() int64 {
	d := o.claim()
	recorded, err := o.Callbacks.Finish(o.ctx(), o.caller, d.Callback.ID, d.Callback.Fence, callback.Outcome{
		CallResult: callback.Reached, BusinessResult: callback.NotSolved, Note: "还是上不了网",
	})
	o.must(err)
	o.at = o.at.Add(callback.UndoTime)
	return recorded.AttemptID
}

// resolvedAgain takes in that the first contact is resolved once more, and returns the resolutions.
func (o *office) resolvedAgain() []contact.Resolution {
	in := resolution("S-1", "13900000001", contact.High, noon.Add(-130*time.Minute))
	in.Status, in.ResolvedAt = contact.Reopened, 0
	o.take(in)
	o.at = o.at.Add(time.Hour)
	in.Status, in.ResolvedAt = contact.Resolved, o.at
	o.take(in)
	r, _, err := contact.LastResolution(o.DB.View(o.ctx()), 1)
	o.must(err)
	return []contact.Resolution{r}
}

// handoffCases is what is done with handoffs.
func handoffCases() map[string]useCase {
	on := func(do func(o *office, h handoff.Handoff) (any, error)) useCase {
		return func(o *office) func() (any, error) {
			h := o.handed()
			return func() (any, error) { return do(o, h) }
		}
	}
	taken := func(do func(o *office, h handoff.Handoff) (any, error)) useCase {
		return func(o *office) func() (any, error) {
			h := o.handed()
			h, err := o.Handoffs.Claim(o.ctx(), o.asAdmin(), h.ID, h.Version)
			o.must(err)
			return func() (any, error) { return do(o, h) }
		}
	}
	no := false
	return map[string]useCase{
		"Handoffs.Open": func(o *office) func() (any, error) {
			return func() (any, error) {
				return o.Handoffs.Open(o.ctx(), o.caller, handoff.Opening{Kind: handoff.Unsolved, ResolutionID: 1, Said: "还是上不了网"})
			}
		},
		"Handoffs.Open of what is open": on(func(o *office, _ handoff.Handoff) (any, error) {
			return o.Handoffs.Open(o.ctx(), o.caller, handoff.Opening{Kind: handoff.Unsolved, ResolutionID: 1, Said: "又断了"})
		}),
		"Handoffs.Claim": on(func(o *office, h handoff.Handoff) (any, error) {
			return o.Handoffs.Claim(o.ctx(), o.asAdmin(), h.ID, h.Version)
		}),
		"Handoffs.Release": taken(func(o *office, h handoff.Handoff) (any, error) {
			return o.Handoffs.Release(o.ctx(), o.asAdmin(), h.ID, h.Version)
		}),
		"Handoffs.Reply": on(func(o *office, h handoff.Handoff) (any, error) {
			answer := handoff.Answer{Words: "换了光猫", Remedy: handoff.Fixed, Links: []string{"https://files.example.com/1"}}
			return o.Handoffs.Reply(o.ctx(), o.asAdmin(), h.ID, h.Version, answer)
		}),
		"Handoffs.Forward": taken(func(o *office, h handoff.Handoff) (any, error) {
			o.must(o.DB.View(o.ctx()).Gorm().Exec("INSERT INTO teams (id, name) VALUES (99, '网络组')").Error)
			to := handoff.Forwarding{TeamID: 99, Words: "不归我们", Wrongly: true}
			return o.Handoffs.Forward(o.ctx(), o.asAdmin(), h.ID, h.Version, to)
		}),
		"Handoffs.Ask": on(func(o *office, h handoff.Handoff) (any, error) {
			return o.Handoffs.Ask(o.ctx(), o.asAdmin(), h.ID, h.Version, "光猫亮什么灯？")
		}),
		"Handoffs.SendBack": on(func(o *office, h handoff.Handoff) (any, error) {
			return o.Handoffs.SendBack(o.ctx(), o.asAdmin(), h.ID, h.Version, handoff.FilledWrongly, "没写现象")
		}),
		"Handoffs.Answer": on(func(o *office, h handoff.Handoff) (any, error) {
			h, err := o.Handoffs.Ask(o.ctx(), o.asAdmin(), h.ID, h.Version, "光猫亮什么灯？")
			o.must(err)
			return o.Handoffs.Answer(o.ctx(), handoff.ByUser(o.caller), h.ID, h.Version, "红灯", 0)
		}),
		"Handoffs.Suspend": on(func(o *office, h handoff.Handoff) (any, error) {
			until := handoff.Suspension{Pretext: handoff.SparePart, Until: o.at.Add(time.Hour), Words: "等备件"}
			return o.Handoffs.Suspend(o.ctx(), o.asAdmin(), h.ID, h.Version, until)
		}),
		"Handoffs.Resume": on(func(o *office, h handoff.Handoff) (any, error) {
			until := handoff.Suspension{Pretext: handoff.SparePart, Until: o.at.Add(time.Hour), Words: "等备件"}
			h, err := o.Handoffs.Suspend(o.ctx(), o.asAdmin(), h.ID, h.Version, until)
			o.must(err)
			return o.Handoffs.Resume(o.ctx(), o.asAdmin(), h.ID, h.Version)
		}),
		"Handoffs.Weigh": on(func(o *office, h handoff.Handoff) (any, error) {
			return o.Handoffs.Weigh(o.ctx(), o.asAdmin(), h.ID, h.Version, handoff.Urgent, "医院")
		}),
		"Handoffs.Remark": on(func(o *office, h handoff.Handoff) (any, error) {
			return o.Handoffs.Remark(o.ctx(), o.asAdmin(), h.ID, h.Version, "已约下午三点")
		}),
		"Handoffs.Close": on(func(o *office, h handoff.Handoff) (any, error) {
			return o.Handoffs.Close(o.ctx(), o.asAdmin(), h.ID, h.Version, handoff.WrongFilled, "填错")
		}),
		"Handoffs.SeeNotices": on(func(o *office, h handoff.Handoff) (any, error) {
			_, err := o.Handoffs.Close(o.ctx(), o.asAdmin(), h.ID, h.Version, handoff.Duplicate, "重复")
			o.must(err)
			return nil, o.Handoffs.SeeNotices(o.ctx(), o.admin, h.ID)
		}),
		"Handoffs.SetTerms": just(func(o *office) error {
			o.must(o.DB.View(o.ctx()).Gorm().Exec("INSERT INTO teams (id, name) VALUES (99, '网络组')").Error)
			return o.Handoffs.SetTerms(o.ctx(), o.admin, 99, handoff.UsualTerms())
		}),
		"Handoffs.SetDefaultTeam": just(func(o *office) error { return o.Handoffs.SetDefaultTeam(o.ctx(), o.admin, 0) }),
		"Handoffs.FollowCall": func(o *office) func() (any, error) {
			attempt := o.said()
			return func() (any, error) { return nil, o.Handoffs.FollowCall(o.ctx(), attempt, time.Hour) }
		},
		"Handoffs.FollowCall of a corrected outcome": func(o *office) func() (any, error) {
			attempt := o.said()
			o.must(o.Handoffs.FollowCall(o.ctx(), attempt, time.Hour))
			right := callback.Outcome{CallResult: callback.Reached, BusinessResult: callback.Solved}
			o.must(o.Callbacks.Correct(o.ctx(), o.admin, attempt, right, "按错了"))
			return func() (any, error) { return nil, o.Handoffs.FollowCall(o.ctx(), attempt, time.Hour) }
		},
		"Handoffs.FollowAnswer": just(func(o *office) error {
			return o.Handoffs.FollowAnswer(o.ctx(), handoff.Answered{
				ResponseID: 1, ResolutionID: 1, ContactID: 1, CustomerID: 1, Solved: &no, Via: handoff.ViaLink, At: o.at,
			}, time.Hour)
		}),
		"Handoffs.Resolved": func(o *office) func() (any, error) {
			o.handed()
			again := o.resolvedAgain()
			return func() (any, error) { return nil, o.Handoffs.Resolved(o.ctx(), again) }
		},
		"Couriers.AddContact": just(func(o *office) error {
			o.must(o.DB.View(o.ctx()).Gorm().Exec("INSERT INTO teams (id, name) VALUES (99, '网络组')").Error)
			return o.Couriers.AddContact(o.ctx(), o.admin, lead(99))
		}),
		"Couriers.RemoveContact": func(o *office) func() (any, error) {
			o.toldByLink()
			return func() (any, error) { return nil, o.Couriers.RemoveContact(o.ctx(), o.admin, 1) }
		},
		"Couriers.Revoke": func(o *office) func() (any, error) {
			o.toldByLink()
			o.work(courier.JobTell)
			return func() (any, error) { return nil, o.Couriers.Revoke(o.ctx(), o.admin, 1) }
		},
		"Handoffs.Reopened": on(func(o *office, _ handoff.Handoff) (any, error) { return nil, o.Handoffs.Reopened(o.ctx(), 1) }),
	}
}

// lead is somebody of a team who never logs in.
func lead(team int64) courier.NewContact {
	return courier.NewContact{TeamID: team, Name: "王班长", Way: courier.BySMS, Address: "13912348000", Language: "zh-CN"}
}

// toldByLink opens a handoff of a team whose lead gets links, and returns the entry that they are told of.
func (o *office) toldByLink() int64 {
	o.must(o.DB.View(o.ctx()).Gorm().Exec("INSERT INTO teams (id, name) VALUES (99, '网络组')").Error)
	o.must(o.Couriers.AddContact(o.ctx(), o.admin, lead(99)))
	_, err := o.Handoffs.Open(o.ctx(), o.admin, handoff.Opening{Kind: handoff.Unsolved, ResolutionID: 1, TeamID: 99, Said: "还是上不了网"})
	o.must(err)
	return 1
}

// handoffJobs are what adds the jobs of handoffs.
func handoffJobs() map[string]func(o *office) int64 {
	return map[string]func(o *office) int64{
		handoff.JobWatch: func(o *office) int64 {
			h := o.handed()
			o.at = o.at.Add(30 * 24 * time.Hour)
			return h.ID
		},
		courier.JobTell: func(o *office) int64 { return o.toldByLink() },
		courier.JobLink: func(o *office) int64 {
			o.toldByLink()
			o.work(courier.JobTell)
			return 1
		},
		handoff.JobResolved: func(o *office) int64 {
			h := o.replied()
			again := o.resolvedAgain()
			o.work(contact.JobPlan)
			o.must(o.Handoffs.Resolved(o.ctx(), again))
			return h.ID
		},
		callback.JobClosed: func(o *office) int64 {
			h := o.replied()
			o.at = o.at.Add(5 * time.Hour)
			admin := account.Viewer{UserID: 1, Role: account.Admin}
			d, err := o.Callbacks.Pick(o.ctx(), admin, h.SecondCallID)
			o.must(err)
			_, err = o.Callbacks.Finish(o.ctx(), admin, d.Callback.ID, d.Callback.Fence, callback.Outcome{
				CallResult: callback.Reached, BusinessResult: callback.NotSolved, Note: "还是不行",
			})
			o.must(err)
			o.at = o.at.Add(callback.UndoTime)
			return 0
		},
	}
}
