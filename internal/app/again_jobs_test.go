package app

import (
	"maps"
	"time"

	"aftercall/campaign"
	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/contact/identity"
	"aftercall/internal/contact/imports"
	"aftercall/internal/flow"
	"aftercall/internal/outbox"
	"aftercall/internal/permission"
	"aftercall/survey"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/bulk"
	"aftercall/tasks/callback/missed"
	"aftercall/tasks/callback/outcome"
	"aftercall/tasks/callback/performance"
	"aftercall/tasks/callback/roster"
	"aftercall/tasks/callback/skill"
	"aftercall/tasks/decision"
)

// jobCases are the handlers of all jobs, each after what adds its job.
func jobCases() map[string]useCase {
	one := 1
	answered := func(o *office) {
		o.must(
			o.Surveys.Submit(
				o.ctx(),
				o.token(),
				"zh-CN",
				survey.Submission{Given: map[string]survey.Given{survey.KeyRating: {Value: &one}}},
			),
		)
	}
	earlier := noon.Add(-130 * time.Minute)
	before := map[string]func(o *office) int64{
		contact.JobPlan: func(o *office) int64 {
			o.take(
				resolution("N-1", "13900000007", contact.High, o.at.Add(-time.Hour)),
				resolution("N-2", "13900000008", contact.Low, o.at.Add(-time.Hour)),
			)
			return 0
		},
		contact.JobRecordAnswers: func(o *office) int64 {
			in := resolution("N-1", "13900000007", contact.High, 0) // rated before it is resolved, and otherwise afterwards
			in.Status = contact.Open
			in.Answers = []contact.InputAnswer{{Metric: "csat", Value: new(2), Comment: "slow"}}
			again := resolution("N-1", "13900000007", contact.High, o.at.Add(-time.Hour))
			again.Answers = []contact.InputAnswer{{Metric: "csat", Value: new(1)}, {Metric: "nps", Value: new(3)}}
			o.take(in, again)
			return 0
		},
		contact.JobSettle: func(o *office) int64 {
			o.take(sharing("N-1", "Ann", "13900000071"), sharing("N-2", "Bea", "13900000071"))
			o.take(sharing("N-3", "Cat", "13900000072"))
			return 0
		},
		contact.JobReopened: func(o *office) int64 {
			in := resolution("S-1", "13900000001", contact.High, earlier)
			in.Status, in.ResolvedAt = contact.Reopened, 0
			o.take(in)
			return 0
		},
		contact.JobCorrected: func(o *office) int64 {
			o.take(resolution("S-1", "13900000001", contact.Low, earlier))
			return 0
		},
		identity.JobScanPersons: func(o *office) int64 {
			o.must(o.Identity.ScanPersons(o.ctx(), outbox.Ticket{}, 0))
			o.at = o.at.Add(time.Minute)
			return 0
		},
		identity.JobIdentify: func(o *office) int64 {
			in := resolution("P-1", "13900000004", contact.Low, earlier)
			o.take(in)
			return 3
		},
		imports.JobRun: func(o *office) int64 { return o.begun().ID },
		decision.JobSendSurvey: func(o *office) int64 {
			o.take(resolution("N-2", "13900000008", contact.Low, o.at.Add(-2*time.Hour)))
			o.work(contact.JobPlan)
			return 0
		},
		decision.JobDryRun: func(o *office) int64 {
			_, err := o.Decisions.StartDryRun(o.ctx(), o.admin, 1, 7)
			o.must(err)
			return 0
		},
		callback.JobOffer: func(o *office) int64 { o.at = o.at.Add(8 * 24 * time.Hour); return 1 },
		callback.JobOutcome: func(o *office) int64 {
			d := o.claim()
			_, err := o.Callbacks.Finish(o.ctx(), o.caller, d.Callback.ID, d.Callback.Fence, callback.Outcome{
				CallResult: callback.Reached, BusinessResult: callback.Solved, Answers: callback.Answers{Rating: &one},
			})
			o.must(err)
			o.at = o.at.Add(callback.UndoTime)
			return 0
		},
		callback.JobMissed: func(o *office) int64 { o.missedCall(); return 0 },
		callback.JobLeft:   func(o *office) int64 { return o.leave() },
		bulk.JobAct: func(o *office) int64 { // as many as are done at once, as if they were more
			act, err := o.Bulk.Begin(o.ctx(), o.admin, []int64{999}, callback.Act{Kind: callback.ActCancel, Why: "x"})
			o.must(err)
			for _, sql := range []string{
				"UPDATE bulk_acts SET state = 'running', ended_at = 0",
				"UPDATE bulk_rows SET state = 'pending', refused = '', callback_id = 1",
			} {
				o.must(o.DB.View(o.ctx()).Gorm().Exec(sql).Error)
			}
			return act.ID
		},
		missed.JobText:     func(o *office) int64 { o.missedCall(); o.work(callback.JobMissed); return 0 },
		survey.JobAnswered: func(o *office) int64 { answered(o); return 0 },
		survey.JobRemind:   func(o *office) int64 { o.at = o.at.Add(3 * 24 * time.Hour); return 1 },
		campaign.JobBuild: func(o *office) int64 {
			_, err := o.Campaigns.Snapshot(o.ctx(), o.admin, 1, "another")
			o.must(err)
			return 0
		},
		campaign.JobCount:     func(*office) int64 { return 1 },
		"figures.fold":        func(o *office) int64 { answered(o); return 0 },
		permission.JobRefresh: func(o *office) int64 { o.at = o.at.Add(40 * 24 * time.Hour); return 0 },
		permission.JobRefused: func(o *office) int64 {
			o.claim() // it is taken out of a caller's hands
			_, err := o.Permission.RefuseByHand(o.ctx(), o.admin, 1, permission.Everything, "")
			o.must(err)
			return 0
		},
		"scores.verify": func(*office) int64 { return 0 },
		"messages.prune": func(o *office) int64 {
			_, err := o.Accounts.Login(o.ctx(), account.Attempt{Login: "caller", Password: password, IP: "127.0.0.1", UserAgent: "test"})
			o.must(err)
			o.at = o.at.Add(100 * 24 * time.Hour)
			return 0
		},
		roster.JobChanged: func(o *office) int64 {
			o.appointed()
			o.planned("9:00-17:00", "病假")
			return 0
		},
		performance.JobRoll: func(o *office) int64 {
			o.appointed()
			o.at = o.at.Add(24 * time.Hour)
			return 0
		},
		performance.JobRecount: func(o *office) int64 {
			o.appointed()
			o.at = o.at.Add(24 * time.Hour)
			o.must(o.Performance.Roll(o.ctx(), outbox.Ticket{}, 0))
			o.must(o.Performance.Touch(o.ctx(), 1))
			return 0
		},
		skill.JobSort: func(o *office) int64 {
			o.needSkill()
			return 0
		},
		flow.JobTakeUp: func(o *office) int64 {
			o.take(resolution("N-2", "13900000008", contact.Low, o.at.Add(-2*time.Hour)))
			o.work(contact.JobPlan)
			o.work(decision.JobSendSurvey)
			// as if its worker had died on the way
			o.must(
				o.DB.View(
					o.ctx(),
				).Gorm().Exec(
					"UPDATE invitations SET state = 'sending', sent_at = 0, delivered_at = 0 WHERE id > 1",
				).Error,
			)
			return 0
		},
	}
	cases := map[string]useCase{
		"job " + imports.JobRun + ", a check": func(o *office) func() (any, error) {
			ticket, ref := o.job(imports.JobRun, o.checking().ID)
			return func() (any, error) { return nil, o.handlers()[imports.JobRun](o.ctx(), ticket, ref) }
		},
	}
	maps.Copy(before, handoffJobs())
	maps.Copy(before, incidentJobs())
	for kind, prepare := range before {
		cases["job "+kind] = func(o *office) func() (any, error) {
			ticket, ref := o.job(kind, prepare(o))
			return func() (any, error) { return nil, o.handlers()[kind](o.ctx(), ticket, ref) }
		}
	}
	return cases
}

// missedCall lets a centre that sends a text after it miss a call, and six seconds pass.
func (o *office) missedCall() {
	set, err := o.Outcomes.Current(o.ctx())
	o.must(err)
	code, _ := set.Code(outcome.CallLayer, string(callback.NoAnswer))
	code.Flags = []outcome.Flag{outcome.TextAfter}
	texting := set.With(outcome.CallLayer, code.Key, code)
	texting.MissedText = outcome.MissedText{On: true, Number: "95598"}
	_, err = o.Outcomes.Publish(o.ctx(), o.admin, texting, set.Version, "texts")
	o.must(err)
	d := o.claim()
	_, err = o.Callbacks.Dial(o.ctx(), o.caller, d.Callback.ID, d.Callback.Fence)
	o.must(err)
	_, err = o.Callbacks.Finish(o.ctx(), o.caller, d.Callback.ID, d.Callback.Fence, callback.Outcome{CallResult: callback.NoAnswer})
	o.must(err)
	o.at = o.at.Add(callback.UndoTime)
}

// sharing is a contact of one of the people who share a mailbox.
func sharing(externalID, name, phone string) contact.Input {
	in := resolution(externalID, phone, contact.Low, noon.Add(-130*time.Minute))
	in.Customer.Reference, in.Customer.Name, in.Customer.Emails = "", name, []string{"box@example.com"}
	return in
}

// work does one waiting job.
func (o *office) work(kind string) {
	ticket, ref := o.job(kind, 0)
	o.must(o.handlers()[kind](o.ctx(), ticket, ref))
}
