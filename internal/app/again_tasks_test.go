package app

import (
	"os"
	"strings"
	"time"

	"aftercall/campaign"
	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/delivery"
	"aftercall/internal/outbox"
	"aftercall/internal/permission"
	"aftercall/survey"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/outcome"
	"aftercall/tasks/callback/pause"
	"aftercall/tasks/callback/worklist"
	"aftercall/tasks/decision"
	"aftercall/tasks/policy"
)

func surveyCases() map[string]useCase {
	one := 1
	return map[string]useCase{
		"Surveys.EnsureBuiltIn": just(func(o *office) error { return o.Surveys.EnsureBuiltIn(o.ctx()) }),
		"Surveys.Submit": func(o *office) func() (any, error) {
			token := o.token()
			return func() (any, error) {
				return nil, o.Surveys.Submit(o.ctx(), token, "zh-CN", survey.Submission{Given: map[string]survey.Given{
					survey.KeyRating: {Value: &one}, survey.KeyConsent: {Value: &one}, survey.KeyComment: {Text: "太慢"},
				}})
			}
		},
		"Surveys.Choose": func(o *office) func() (any, error) {
			token := o.token()
			return func() (any, error) {
				return nil, o.Surveys.Choose(o.ctx(), token, "zh-CN", survey.Choice{Topic: survey.OfContact})
			}
		},
		"Messages.Send": func(o *office) func() (any, error) {
			return func() (any, error) {
				return o.Messages.Send(o.ctx(), delivery.Message{ID: "m", Channel: permission.BySMS, To: "+8613900000009", Text: "hello"})
			}
		},
		"Messages.Prune": func(o *office) func() (any, error) {
			o.at = o.at.Add(8 * 24 * time.Hour)
			return func() (any, error) { return o.Messages.Prune(o.ctx()) }
		},
	}
}

// lowScore is what a customer answered about a resolution that has no recovery yet.
func lowScore(o *office) callback.LowScore {
	resolutions, err := contact.ResolutionsByID(o.DB.View(o.ctx()), []int64{3})
	o.must(err)
	return callback.LowScore{
		ResponseID: 1, CustomerID: 3, Resolution: resolutions[3], Value: 1, Scale: "1-5", AnsweredAt: o.at, MaxAge: 7 * 24 * time.Hour,
	}
}

func callerCases() map[string]useCase {
	atWork := func(do func(o *office, desk callback.Desk) (any, error)) useCase {
		return func(o *office) func() (any, error) {
			desk := o.claim()
			return func() (any, error) { return do(o, desk) }
		}
	}
	finished := func(do func(o *office, r callback.Recorded) (any, error)) useCase {
		return func(o *office) func() (any, error) {
			d := o.claim()
			busy := callback.Outcome{CallResult: callback.Busy}
			recorded, err := o.Callbacks.Finish(o.ctx(), o.caller, d.Callback.ID, d.Callback.Fence, busy)
			o.must(err)
			return func() (any, error) { return do(o, recorded) }
		}
	}
	typed := callback.Outcome{CallResult: callback.Reached, BusinessResult: callback.NeverContact, Note: "asked to be left alone"}
	return map[string]useCase{
		"Callbacks.Claim": func(o *office) func() (any, error) {
			return func() (any, error) { return o.Callbacks.Claim(o.ctx(), o.caller) }
		},
		"Callbacks.Take": func(o *office) func() (any, error) {
			return func() (any, error) { return o.Callbacks.Take(o.ctx(), o.caller) }
		},
		"Callbacks.Prefetch": func(o *office) func() (any, error) {
			return func() (any, error) { return o.Callbacks.Prefetch(o.ctx(), o.caller) }
		},
		"Callbacks.Prefetch of what is kept already": func(o *office) func() (any, error) {
			_, err := o.Callbacks.Prefetch(o.ctx(), o.caller)
			o.must(err)
			return func() (any, error) { return o.Callbacks.Prefetch(o.ctx(), o.caller) }
		},
		"Callbacks.Claim of what is next": func(o *office) func() (any, error) {
			_, err := o.Callbacks.Prefetch(o.ctx(), o.caller)
			o.must(err)
			return func() (any, error) { return o.Callbacks.Claim(o.ctx(), o.caller) }
		},
		"Maintenance.Correct": atWork(func(o *office, d callback.Desk) (any, error) {
			return o.Maintenance.Correct(o.ctx(), o.caller, d.Callback.CustomerID, d.Callback.ID, contact.Amendment{
				Name: "张伟强", Zone: "Asia/Tokyo", Phones: []contact.AmendedPhone{{Raw: "13800005555"}}, SeenAt: d.Customer.UpdatedAt,
			})
		}),
		"Maintenance.Feed": atWork(func(o *office, d callback.Desk) (any, error) {
			return o.Maintenance.Feed(o.ctx(), account.Viewer{Role: account.Machine, SourceID: o.source}, 1, 10)
		}),
		"Callbacks.Dial": atWork(func(o *office, d callback.Desk) (any, error) {
			return o.Callbacks.Dial(o.ctx(), o.caller, d.Callback.ID, d.Callback.Fence)
		}),
		"Callbacks.DialOnce": atWork(func(o *office, d callback.Desk) (any, error) {
			_, rings, err := o.Callbacks.DialOnce(o.ctx(), o.caller, d.Callback.ID, d.Callback.Fence, 0)
			return rings, err
		}),
		"Callbacks.SeeMarks": finished(func(o *office, r callback.Recorded) (any, error) {
			o.must(o.DB.View(o.ctx()).Gorm().Exec("UPDATE attempts SET mark = 'abuse'").Error)
			return nil, o.Callbacks.SeeMarks(o.ctx(), o.admin, r.Callback.ID)
		}),
		"Outcomes.EnsureBuiltIn": func(o *office) func() (any, error) {
			o.must(o.DB.View(o.ctx()).Gorm().Exec("DELETE FROM outcome_sets").Error)
			return func() (any, error) { return nil, o.Outcomes.EnsureBuiltIn(o.ctx()) }
		},
		"Outcomes.Publish": just(func(o *office) error {
			set, err := o.Outcomes.Current(o.ctx())
			o.must(err)
			_, err = o.Outcomes.Publish(o.ctx(), o.admin, set.Without(outcome.CallLayer, "busy"), set.Version, "without busy")
			return err
		}),
		"Callbacks.SaveDraft": atWork(func(o *office, d callback.Desk) (any, error) {
			return o.Callbacks.SaveDraft(o.ctx(), o.caller, d.Callback.ID, d.Callback.Fence, typed)
		}),
		"Callbacks.Finish": atWork(func(o *office, d callback.Desk) (any, error) {
			return o.Callbacks.Finish(o.ctx(), o.caller, d.Callback.ID, d.Callback.Fence, typed)
		}),
		"Callbacks.Finish with answers": atWork(func(o *office, d callback.Desk) (any, error) {
			rating := 2
			return o.Callbacks.Finish(o.ctx(), o.caller, d.Callback.ID, d.Callback.Fence, callback.Outcome{
				CallResult: callback.Reached, BusinessResult: callback.Solved, Answers: callback.Answers{Rating: &rating},
			})
		}),
		"Callbacks.Undo": finished(func(o *office, r callback.Recorded) (any, error) {
			return o.Callbacks.Undo(o.ctx(), o.caller, r.Callback.ID)
		}),
		"Callbacks.Correct": finished(func(o *office, r callback.Recorded) (any, error) {
			never := callback.Outcome{CallResult: callback.Reached, BusinessResult: callback.NeverContact}
			return nil, o.Callbacks.Correct(o.ctx(), o.caller, r.AttemptID, never, "heard wrong")
		}),
		"Callbacks.Finish without reaching anybody": atWork(func(o *office, d callback.Desk) (any, error) {
			return o.Callbacks.Finish(
				o.ctx(),
				o.caller,
				d.Callback.ID,
				d.Callback.Fence,
				callback.Outcome{CallResult: callback.NoAnswer},
			)
		}),
		"Callbacks.Skip": atWork(func(o *office, d callback.Desk) (any, error) {
			return o.Callbacks.Skip(o.ctx(), o.caller, d.Callback.ID, d.Callback.Fence, callback.SkipLanguage)
		}),
		"Callbacks.Release": atWork(func(o *office, d callback.Desk) (any, error) {
			return o.Callbacks.Release(o.ctx(), o.caller, d.Callback.ID, d.Callback.Fence)
		}),
		"Callbacks.Transfer": func(o *office) func() (any, error) {
			d := o.claim()
			colleague, err := o.Accounts.AddUser(o.ctx(), account.NewUser{Login: "colleague", Password: password, Role: account.Caller})
			o.must(err)
			to := callback.Handover{CallerID: colleague.ID, Words: "next please"}
			return func() (any, error) {
				return o.Callbacks.Transfer(o.ctx(), o.caller, d.Callback.ID, d.Callback.Fence, to)
			}
		},
		"Callbacks.Pause": atWork(func(o *office, d callback.Desk) (any, error) {
			return o.Callbacks.Pause(o.ctx(), o.caller, d.Callback.ID, d.Callback.Fence, 0, "the store answers tomorrow")
		}),
		"Callbacks.Resume": func(o *office) func() (any, error) {
			d := o.claim()
			_, err := o.Callbacks.Pause(o.ctx(), o.caller, d.Callback.ID, d.Callback.Fence, 0, "")
			o.must(err)
			return func() (any, error) { return o.Callbacks.Resume(o.ctx(), o.caller, d.Callback.ID) }
		},
		"Callbacks.Pick": func(o *office) func() (any, error) {
			return func() (any, error) { return o.Callbacks.Pick(o.ctx(), o.admin, 1) }
		},
		"Callbacks.DiscardDraft": atWork(func(o *office, d callback.Desk) (any, error) {
			_, err := o.Callbacks.SaveDraft(o.ctx(), o.caller, d.Callback.ID, d.Callback.Fence, typed)
			o.must(err)
			return nil, o.Callbacks.DiscardDraft(o.ctx(), o.caller, d.Callback.ID)
		}),
	}
}

func taskCases() map[string]useCase {
	return map[string]useCase{
		"Pauses.Start": just(func(o *office) error { return o.Pauses.Start(o.ctx(), o.caller, pause.Meal) }),
		"Pauses.End": func(o *office) func() (any, error) {
			o.must(o.Pauses.Start(o.ctx(), o.caller, pause.Break))
			o.at = o.at.Add(time.Minute)
			return func() (any, error) { return nil, o.Pauses.End(o.ctx(), o.caller) }
		},
		"Callbacks.Reassign":     just(func(o *office) error { return o.Callbacks.Reassign(o.ctx(), o.admin, 1, 3, "knows the customer") }),
		"Callbacks.CancelByHand": just(func(o *office) error { return o.Callbacks.CancelByHand(o.ctx(), o.admin, 1, "settled by mail") }),
		"Callbacks.Do": func(o *office) func() (any, error) {
			d := o.claim()
			act := callback.Act{Kind: callback.ActRelease, Free: true, Why: "gone home"}
			return func() (any, error) { return nil, o.Callbacks.Do(o.ctx(), o.admin, d.Callback.ID, act) }
		},
		"Bulk.Begin": func(o *office) func() (any, error) {
			act := callback.Act{Kind: callback.ActCancel, Why: "the campaign is over"}
			return func() (any, error) { return o.Bulk.Begin(o.ctx(), o.admin, []int64{1, 2, 3}, act) }
		},
		"Bulk.Undo": func(o *office) func() (any, error) {
			act, err := o.Bulk.Begin(o.ctx(), o.admin, []int64{1, 2, 3}, callback.Act{Kind: callback.ActCancel, Why: "x"})
			o.must(err)
			return func() (any, error) { return o.Bulk.Undo(o.ctx(), o.admin, act.ID) }
		},
		"Worklist.SaveFilter": func(o *office) func() (any, error) {
			f := worklist.SavedFilter{Name: "今天到期", Query: "kind=recovery", First: true}
			o.must(o.Worklist.SaveFilter(o.ctx(), o.admin, f))
			return func() (any, error) { return nil, o.Worklist.SaveFilter(o.ctx(), o.admin, f) }
		},
		"Worklist.DeleteFilter": func(o *office) func() (any, error) {
			o.must(o.Worklist.SaveFilter(o.ctx(), o.admin, worklist.SavedFilter{Name: "今天到期"}))
			return func() (any, error) { return nil, o.Worklist.DeleteFilter(o.ctx(), o.admin, 1) }
		},
		"Decisions.PlanByHand": just(func(o *office) error {
			return o.Decisions.PlanByHand(
				o.ctx(),
				o.admin,
				3,
				decision.HandPlan{Kind: policy.ConfirmCallback, Priority: 2, Reason: "ask again"},
			)
		}),
		"Callbacks.Recover": func(o *office) func() (any, error) {
			low := lowScore(o)
			return func() (any, error) { return nil, o.Callbacks.Recover(o.ctx(), outbox.Ticket{}, low) }
		},
		"Callbacks.CallOff": func(o *office) func() (any, error) {
			low := lowScore(o)
			o.must(o.Callbacks.Recover(o.ctx(), outbox.Ticket{}, low))
			return func() (any, error) {
				return nil, o.Callbacks.CallOff(o.ctx(), outbox.Ticket{}, low.Resolution.ID, low.ResponseID)
			}
		},
		"Decisions.SurveyPutOff": just(func(o *office) error {
			return o.Decisions.SurveyPutOff(o.ctx(), outbox.Ticket{}, 1, o.at.Add(time.Hour), "quiet_hours")
		}),
		"Decisions.SurveySkipped": just(func(o *office) error {
			return o.Decisions.SurveySkipped(o.ctx(), outbox.Ticket{}, 2, policy.ReasonCorrected)
		}),
		"Policies.RegisterAttribute": just(func(o *office) error {
			return o.Policies.RegisterAttribute(o.ctx(), o.admin, policy.Attribute{Name: "plan", Kind: policy.TextField})
		}),
		"Policies.UnregisterAttribute": func(o *office) func() (any, error) {
			o.must(o.Policies.RegisterAttribute(o.ctx(), o.admin, policy.Attribute{Name: "plan", Kind: policy.TextField}))
			return func() (any, error) { return nil, o.Policies.UnregisterAttribute(o.ctx(), o.admin, "plan") }
		},
		"Decisions.StartDryRun": func(o *office) func() (any, error) {
			return func() (any, error) { return o.Decisions.StartDryRun(o.ctx(), o.admin, 1, 7) }
		},
		"Decisions.CancelDryRun": func(o *office) func() (any, error) {
			run, err := o.Decisions.StartDryRun(o.ctx(), o.admin, 1, 7)
			o.must(err)
			return func() (any, error) { return nil, o.Decisions.CancelDryRun(o.ctx(), o.admin, run.ID) }
		},
		"Jobs.Requeue": func(o *office) func() (any, error) {
			o.must(o.DB.View(o.ctx()).Gorm().Exec("UPDATE jobs SET state = 'dead' WHERE id = 1").Error)
			return func() (any, error) { return nil, o.Jobs.Requeue(o.ctx(), o.admin, 1) }
		},
	}
}

func policyCases() map[string]useCase {
	drafted := func(do func(o *office, draft policy.Record) (any, error)) useCase {
		return func(o *office) func() (any, error) {
			draft, err := o.Policies.Draft(o.ctx(), o.admin, 0)
			o.must(err)
			return func() (any, error) { return do(o, draft) }
		}
	}
	return map[string]useCase{
		"Policies.EnsureBuiltIn": just(func(o *office) error { return o.Policies.EnsureBuiltIn(o.ctx()) }),
		"Policies.Draft": func(o *office) func() (any, error) {
			return func() (any, error) { return o.Policies.Draft(o.ctx(), o.admin, 0) }
		},
		"Policies.Import": func(o *office) func() (any, error) {
			body, err := os.ReadFile(examples + "policies/sample.yaml")
			o.must(err)
			return func() (any, error) { return o.Policies.Import(o.ctx(), o.admin, strings.NewReader(string(body))) }
		},
		"Policies.Save": drafted(func(o *office, d policy.Record) (any, error) {
			return o.Policies.Save(o.ctx(), o.admin, d.ID, d.Revision, d.Policy, "the same")
		}),
		"Policies.Delete": drafted(func(o *office, d policy.Record) (any, error) {
			return nil, o.Policies.Delete(o.ctx(), o.admin, d.ID, d.Revision)
		}),
		"Policies.Publish": drafted(func(o *office, d policy.Record) (any, error) {
			return o.Policies.Publish(o.ctx(), o.admin, d.ID, d.Revision, "in force")
		}),
		"Policies.RollBack": func(o *office) func() (any, error) {
			return func() (any, error) { return o.Policies.RollBack(o.ctx(), o.admin, 1, "as before") }
		},
	}
}

func campaignCases() map[string]useCase {
	everybody := campaign.Definition{Name: "everybody", Reach: campaign.Reaches()[0], Rule: campaign.Rule{All: []campaign.Rule{}}}
	return map[string]useCase{
		"Campaigns.EnsureBuiltIn": just(func(o *office) error { return o.Campaigns.EnsureBuiltIn(o.ctx()) }),
		"Campaigns.Create": func(o *office) func() (any, error) {
			return func() (any, error) { return o.Campaigns.Create(o.ctx(), o.admin, everybody) }
		},
		"Campaigns.Change": just(func(o *office) error { return o.Campaigns.Change(o.ctx(), o.admin, 1, 1, everybody) }),
		"Campaigns.Snapshot": func(o *office) func() (any, error) {
			return func() (any, error) { return o.Campaigns.Snapshot(o.ctx(), o.admin, 1, "another") }
		},
		"Campaigns.CancelSnapshot": func(o *office) func() (any, error) {
			snapshot, err := o.Campaigns.Snapshot(o.ctx(), o.admin, 1, "another")
			o.must(err)
			return func() (any, error) { return nil, o.Campaigns.CancelSnapshot(o.ctx(), o.admin, snapshot.ID) }
		},
		"Campaigns.Export": func(o *office) func() (any, error) {
			return func() (any, error) {
				e, file, err := o.Campaigns.Export(o.ctx(), o.admin, campaign.ExportRequest{
					SnapshotID: 1, Format: campaign.CSV, Reason: "autumn offer", Zone: time.UTC,
					Text: func(key string, _ map[string]any) string { return key },
				})
				if err == nil {
					err = file.Close()
				}
				return e, err
			}
		},
	}
}
