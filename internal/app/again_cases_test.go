package app

import (
	"io"
	"maps"
	"os"
	"strings"
	"testing"
	"time"

	"aftercall/campaign"
	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/contact/identity"
	"aftercall/internal/contact/imports"
	"aftercall/internal/delivery"
	"aftercall/internal/flow"
	"aftercall/internal/outbox"
	"aftercall/internal/permission"
	"aftercall/internal/permission/hours"
	"aftercall/internal/permission/lists"
	"aftercall/survey"
	"aftercall/tasks/callback"
	"aftercall/tasks/decision"
	"aftercall/tasks/policy"
)

// useCases is everything that writes, by the name of its method or job.
func useCases() map[string]useCase {
	all := map[string]useCase{}
	for _, some := range []map[string]useCase{
		accountCases(), contactCases(), importCases(), permissionCases(), rulesCases(), surveyCases(), callerCases(), taskCases(), policyCases(), campaignCases(),
		jobCases(),
	} {
		maps.Copy(all, some)
	}
	return all
}

// just is a use case that answers nothing but whether it could be done.
func just(do func(o *office) error) useCase {
	return func(o *office) func() (any, error) { return func() (any, error) { return nil, do(o) } }
}

func accountCases() map[string]useCase {
	attempt := account.Attempt{Login: "caller", Password: password, IP: "127.0.0.1", UserAgent: "test"}
	login := func(o *office) string {
		entry, err := o.Accounts.Login(o.ctx(), attempt)
		o.must(err)
		return entry.Session
	}
	return map[string]useCase{
		"Accounts.AddUser": func(o *office) func() (any, error) {
			return func() (any, error) {
				u, err := o.Accounts.AddUser(
					o.ctx(),
					account.NewUser{Login: "new", Password: password, Role: account.Caller, Teams: []string{"二线组", "新组"}},
				)
				return u.ID, err
			}
		},
		"Accounts.DisableUser": just(func(o *office) error { return o.Accounts.DisableUser(o.ctx(), 2) }),
		"Accounts.EnableUser":  just(func(o *office) error { return o.Accounts.EnableUser(o.ctx(), 2) }),
		"Accounts.SetPassword": just(func(o *office) error { return o.Accounts.SetPassword(o.ctx(), 2, "another "+password) }),
		"Accounts.ChangeOwnPassword": just(func(o *office) error {
			return o.Accounts.ChangeOwnPassword(o.ctx(), o.admin, "", password, "another "+password)
		}),
		"Accounts.SetLanguage": just(func(o *office) error { return o.Accounts.SetLanguage(o.ctx(), o.admin, "en") }),
		"Accounts.Login": just(func(o *office) error {
			_, err := o.Accounts.Login(o.ctx(), attempt)
			return err
		}),
		"Accounts.ViewerBySession": func(o *office) func() (any, error) {
			token := login(o)
			o.at += clock.Instant(time.Hour.Microseconds())
			return func() (any, error) { return o.Accounts.ViewerBySession(o.ctx(), token) }
		},
		"Accounts.Logout": func(o *office) func() (any, error) {
			token := login(o)
			return func() (any, error) { return nil, o.Accounts.Logout(o.ctx(), token) }
		},
		"Accounts.RevokeOtherSessions": func(o *office) func() (any, error) {
			login(o)
			return func() (any, error) { return nil, o.Accounts.RevokeOtherSessions(o.ctx(), o.caller, "") }
		},
		"Accounts.CreateToken": just(func(o *office) error {
			_, err := o.Accounts.CreateToken(o.ctx(), "desk", account.Machine, o.source)
			return err
		}),
		"Accounts.ViewerByToken": func(o *office) func() (any, error) {
			token, err := o.Accounts.CreateToken(o.ctx(), "desk", account.Machine, o.source)
			o.must(err)
			return func() (any, error) { return o.Accounts.ViewerByToken(o.ctx(), token) }
		},
		"Accounts.RevokeToken": func(o *office) func() (any, error) {
			_, err := o.Accounts.CreateToken(o.ctx(), "desk", account.Machine, o.source)
			o.must(err)
			return func() (any, error) { return nil, o.Accounts.RevokeToken(o.ctx(), 1) }
		},
	}
}

func contactCases() map[string]useCase {
	split := func(o *office) (identity.PersonChange, error) {
		return o.Identity.Split(o.ctx(), o.admin, []int64{6}, "two brothers")
	}
	return map[string]useCase{
		"Contacts.EnsureSource": func(o *office) func() (any, error) {
			return func() (any, error) { return o.Contacts.EnsureSource(o.ctx(), "another") }
		},
		"Contacts.Take": func(o *office) func() (any, error) {
			at := o.at.Add(-time.Minute)
			reopened := resolution("P-1", "13900000003", contact.Low, noon.Add(-130*time.Minute))
			reopened.Status = contact.Reopened
			corrected := resolution("P-2", "13900000044", contact.High, noon.Add(-130*time.Minute))
			fresh := resolution("N-1", "13900000001", contact.High, at)
			fresh.Answers = []contact.InputAnswer{{Metric: "csat", Value: new(2)}}
			return func() (any, error) {
				return o.Contacts.Take(o.ctx(), o.source, []contact.Input{reopened, corrected, fresh, fresh})
			}
		},
		"Identity.Split": func(o *office) func() (any, error) { return func() (any, error) { return split(o) } },
		"Identity.Merge": func(o *office) func() (any, error) {
			return func() (any, error) { return o.Identity.Merge(o.ctx(), o.admin, 1, 2, "one and the same") }
		},
		"Identity.Undo": func(o *office) func() (any, error) {
			change, err := split(o)
			o.must(err)
			return func() (any, error) { return o.Identity.Undo(o.ctx(), o.admin, change.ID) }
		},
	}
}

const examples = "../../docs/examples/"

func mapping(t *testing.T) imports.Mapping {
	t.Helper()
	body, err := os.ReadFile(examples + "contacts.yaml")
	if err != nil {
		t.Fatal(err)
	}
	m, err := imports.ParseMapping(body)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// upload keeps the example file.
func (o *office) upload() imports.Run {
	file, err := os.Open(examples + "contacts.csv")
	o.must(err)
	defer func() { _ = file.Close() }()
	run, err := o.Imports.Upload(o.ctx(), o.admin, "contacts.csv", file)
	o.must(err)
	return run
}

// begun is an upload whose import waits.
func (o *office) begun() imports.Run {
	run, err := o.Imports.Begin(o.ctx(), o.upload().ID, o.newRun())
	o.must(err)
	return run
}

func (o *office) newRun() imports.NewRun {
	return imports.NewRun{SourceID: o.source, UserID: o.admin.UserID, Filename: "contacts.csv", Mapping: mapping(o.t)}
}

func importCases() map[string]useCase {
	file := func(o *office) func() (any, error) {
		return func() (any, error) {
			return o.Imports.ImportFile(
				o.ctx(),
				o.newRun(),
				func() (io.ReadCloser, error) { return os.Open(examples + "contacts.csv") },
				nil,
			)
		}
	}
	return map[string]useCase{
		"Imports.ImportFile": file,
		"Imports.ImportFile of a run that was stopped": func(o *office) func() (any, error) {
			run := file(o)
			_, err := run()
			o.must(err)
			o.must(o.DB.View(o.ctx()).Gorm().Exec("UPDATE import_runs SET state = 'stopped', rows_read = 0").Error)
			return run
		},
		"Imports.Upload": func(o *office) func() (any, error) { return func() (any, error) { return o.upload(), nil } },
		"Imports.Discard": func(o *office) func() (any, error) {
			run := o.upload()
			return func() (any, error) { return nil, o.Imports.Discard(o.ctx(), run.ID) }
		},
		"Imports.Begin": func(o *office) func() (any, error) {
			run := o.upload()
			return func() (any, error) { return o.Imports.Begin(o.ctx(), run.ID, o.newRun()) }
		},
		"Imports.Stop": func(o *office) func() (any, error) {
			run := o.begun()
			return func() (any, error) { return nil, o.Imports.Stop(o.ctx(), run.ID) }
		},
		"Imports.Resume": func(o *office) func() (any, error) {
			run := o.begun()
			o.must(o.Imports.Stop(o.ctx(), run.ID))
			return func() (any, error) { return nil, o.Imports.Resume(o.ctx(), run.ID) }
		},
		"Imports.SaveMapping": just(func(o *office) error { return o.Imports.SaveMapping(o.ctx(), "example", mapping(o.t)) }),
	}
}

func permissionCases() map[string]useCase {
	phone := permission.Suppression{
		Address: "+8613900000003",
		Kind:    permission.PhoneAddress,
		Scope:   permission.Everything,
		Reason:  "customer_request",
	}
	reading := lists.Reading{Region: "CN", Zone: time.UTC}
	refuse := func(o *office) (clock.Instant, error) {
		return o.Permission.RefuseByHand(o.ctx(), o.admin, 3, permission.Everything, "")
	}
	return map[string]useCase{
		"Permission.CheckKey": just(func(o *office) error { return o.Permission.CheckKey(o.ctx()) }),
		"Permission.RecordByHand": just(func(o *office) error {
			return o.Permission.RecordByHand(o.ctx(), o.admin, permission.ConsentEvent{
				CustomerID: 5, Purpose: permission.MarketingCall, Channel: permission.ByPhone, Given: true, Basis: permission.ByConsent, Wording: "v1", At: o.at,
			})
		}),
		"Permission.SuppressByHand": func(o *office) func() (any, error) {
			return func() (any, error) { return o.Permission.SuppressByHand(o.ctx(), o.admin, phone) }
		},
		"Permission.RefuseByHand": func(o *office) func() (any, error) { return func() (any, error) { return refuse(o) } },
		"Permission.TakeBackRefusal": func(o *office) func() (any, error) {
			at, err := refuse(o)
			o.must(err)
			return func() (any, error) { return nil, o.Permission.TakeBackRefusal(o.ctx(), o.admin, 3, at) }
		},
		"Permission.TakeConsents": func(o *office) func() (any, error) {
			return func() (any, error) {
				return o.Permission.TakeConsents(o.ctx(), o.admin, "api", "CN", []permission.ConsentInput{
					{Phone: "13900000003", Purpose: permission.MarketingCall, Word: permission.WordWithdrawn, Key: "k1"},
					{Phone: "13900000004", Purpose: permission.MarketingCall, Word: permission.WordGiven, At: o.at, Key: "k2"},
					{Phone: "13900000003", Purpose: permission.MarketingCall, Word: permission.WordWithdrawn, Key: "k1"},
				})
			}
		},
		"Permission.TakeSuppressions": func(o *office) func() (any, error) {
			return func() (any, error) {
				return o.Permission.TakeSuppressions(o.ctx(), o.admin, []permission.Suppression{phone, phone})
			}
		},
		"Lists.ImportConsents": func(o *office) func() (any, error) {
			file := "phone,purpose,word,at,wording,evidence\n13900000003,marketing_call,withdrawn,2026-11-21,v1,letter\n13900000004,marketing_call,given,2026-11-21,v1,letter\n"
			return func() (any, error) {
				return o.Lists.ImportConsents(o.ctx(), o.admin, strings.NewReader(file), reading)
			}
		},
		"Lists.ImportSuppressions": func(o *office) func() (any, error) {
			file := "phone,scope\n13900000003,all\n13900000004,all\n"
			return func() (any, error) {
				return o.Lists.ImportSuppressions(o.ctx(), o.admin, strings.NewReader(file), reading)
			}
		},
		"Permission.LiftSuppression": func(o *office) func() (any, error) {
			_, err := o.Permission.SuppressByHand(o.ctx(), o.admin, phone)
			o.must(err)
			return func() (any, error) { return nil, o.Permission.LiftSuppression(o.ctx(), o.admin, 1, "a mistake") }
		},
	}
}

func rulesCases() map[string]useCase {
	return map[string]useCase{
		"Permission.EnsureBuiltIn": just(func(o *office) error { return o.Permission.EnsureBuiltIn(o.ctx()) }),
		"Permission.Publish": func(o *office) func() (any, error) {
			rules, err := o.Permission.RulesVersion(o.ctx(), 1)
			o.must(err)
			rules.Caps.AttemptsPerDay = 2
			return func() (any, error) {
				_, err := o.Permission.Publish(o.ctx(), o.admin, rules, 1, "fewer")
				return o.Permission.Rules(), err
			}
		},
		"Permission.ImportHolidays": func(o *office) func() (any, error) {
			days := []hours.Holiday{{Region: "CN", Day: clock.DayFrom(2027, 2, 6), Kind: hours.PublicHoliday, Name: "春节"}}
			return func() (any, error) { return o.Permission.ImportHolidays(o.ctx(), o.admin, days, "2027") }
		},
	}
}

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

func callerCases() map[string]useCase {
	atWork := func(do func(o *office, desk callback.Desk) (any, error)) useCase {
		return func(o *office) func() (any, error) {
			desk := o.claim()
			return func() (any, error) { return do(o, desk) }
		}
	}
	typed := callback.Outcome{CallResult: callback.Reached, BusinessResult: callback.NeverContact, Note: "asked to be left alone"}
	return map[string]useCase{
		"Callbacks.Claim": func(o *office) func() (any, error) {
			return func() (any, error) { return o.Callbacks.Claim(o.ctx(), o.caller) }
		},
		"Callbacks.Dial": atWork(func(o *office, d callback.Desk) (any, error) {
			return o.Callbacks.Dial(o.ctx(), o.caller, d.Callback.ID, d.Callback.Fence)
		}),
		"Callbacks.SaveDraft": atWork(func(o *office, d callback.Desk) (any, error) {
			return o.Callbacks.SaveDraft(o.ctx(), o.caller, d.Callback.ID, d.Callback.Fence, typed)
		}),
		"Callbacks.Finish": atWork(func(o *office, d callback.Desk) (any, error) {
			return nil, o.Callbacks.Finish(o.ctx(), o.caller, d.Callback.ID, d.Callback.Fence, typed)
		}),
		"Callbacks.Finish with answers": atWork(func(o *office, d callback.Desk) (any, error) {
			rating := 2
			return nil, o.Callbacks.Finish(o.ctx(), o.caller, d.Callback.ID, d.Callback.Fence, callback.Outcome{
				CallResult: callback.Reached, BusinessResult: callback.Solved, Answers: callback.Answers{Rating: &rating},
			})
		}),
		"Callbacks.Finish without reaching anybody": atWork(func(o *office, d callback.Desk) (any, error) {
			return nil, o.Callbacks.Finish(
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
		"Callbacks.DiscardDraft": atWork(func(o *office, d callback.Desk) (any, error) {
			_, err := o.Callbacks.SaveDraft(o.ctx(), o.caller, d.Callback.ID, d.Callback.Fence, typed)
			o.must(err)
			return nil, o.Callbacks.DiscardDraft(o.ctx(), o.caller, d.Callback.ID)
		}),
	}
}

func taskCases() map[string]useCase {
	return map[string]useCase{
		"Callbacks.Reassign":     just(func(o *office) error { return o.Callbacks.Reassign(o.ctx(), o.admin, 1, 3, "knows the customer") }),
		"Callbacks.CancelByHand": just(func(o *office) error { return o.Callbacks.CancelByHand(o.ctx(), o.admin, 1, "settled by mail") }),
		"Decisions.PlanByHand": just(func(o *office) error {
			return o.Decisions.PlanByHand(
				o.ctx(),
				o.admin,
				3,
				decision.HandPlan{Kind: policy.ConfirmCallback, Priority: 2, Reason: "ask again"},
			)
		}),
		"Callbacks.Recover": func(o *office) func() (any, error) {
			resolutions, err := contact.ResolutionsByID(o.DB.View(o.ctx()), []int64{3})
			o.must(err)
			return func() (any, error) {
				return nil, o.Callbacks.Recover(
					o.ctx(),
					outbox.Ticket{},
					callback.LowScore{
						ResponseID: 1,
						CustomerID: 3,
						Resolution: resolutions[3],
						Value:      1,
						Scale:      "1-5",
						AnsweredAt: o.at,
						MaxAge:     7 * 24 * time.Hour,
					},
				)
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
					SnapshotID: 1, Format: campaign.CSV, Reason: "autumn offer", Text: func(key string, _ map[string]any) string { return key }, Zone: time.UTC,
				})
				if err == nil {
					err = file.Close()
				}
				return e, err
			}
		},
	}
}

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
			in := resolution("N-1", "13900000007", contact.High, o.at.Add(-time.Hour))
			in.Answers = []contact.InputAnswer{{Metric: "csat", Value: new(2), Comment: "slow"}}
			o.take(in)
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
		callback.JobAnswered: func(o *office) int64 {
			d := o.claim()
			o.must(o.Callbacks.Finish(o.ctx(), o.caller, d.Callback.ID, d.Callback.Fence, callback.Outcome{
				CallResult: callback.Reached, BusinessResult: callback.Solved, Answers: callback.Answers{Rating: &one},
			}))
			return 0
		},
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
		"scores.verify":       func(*office) int64 { return 0 },
		"messages.prune": func(o *office) int64 {
			_, err := o.Accounts.Login(o.ctx(), account.Attempt{Login: "caller", Password: password, IP: "127.0.0.1", UserAgent: "test"})
			o.must(err)
			o.at = o.at.Add(100 * 24 * time.Hour)
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
	cases := map[string]useCase{}
	for kind, prepare := range before {
		cases["job "+kind] = func(o *office) func() (any, error) {
			ticket, ref := o.job(kind, prepare(o))
			return func() (any, error) { return nil, o.handlers()[kind](o.ctx(), ticket, ref) }
		}
	}
	return cases
}

// work does one waiting job.
func (o *office) work(kind string) {
	ticket, ref := o.job(kind, 0)
	o.must(o.handlers()[kind](o.ctx(), ticket, ref))
}

// worked are the exported methods that a job in the table runs.
func worked() []string {
	return strings.Fields(
		`Accounts.Prune Identity.Identify Identity.ScanPersons Imports.Execute Permission.Refresh Figures.Fold Figures.FoldAll Surveys.Invite Surveys.Record
		Surveys.RecordCall Surveys.Remind Surveys.Reminded Surveys.Sent Decisions.CancelContact Callbacks.Offer Decisions.Plan Decisions.Redecide Decisions.RunDry
		Campaigns.Build Campaigns.Recount`,
	)
}

// reads are the exported methods that write nothing, or nothing but a job.
func reads() []string {
	return strings.Fields(`Accounts.AuditOf Accounts.CountUsers Accounts.Sessions Accounts.TeamNames Accounts.Teams Accounts.TeamsOfUsers
		Accounts.Tokens Accounts.User Accounts.UserNames Accounts.Users
		Identity.Candidates Contacts.Contact Contacts.ContactsByID Contacts.Customer Contacts.CustomersByID Contacts.Find Contacts.List
		Identity.Person Contacts.SourceNames Contacts.Sources
		Imports.Issues Imports.Mapping Imports.Mappings Imports.Preview Imports.Run Imports.Runs
		Permission.Ask Permission.ConsentsOf Permission.RulesVersion Permission.RulesVersions Permission.StandingCounts Permission.StandingsBy
		Permission.Subject Permission.Suppressions Permission.SuppressionsOn Permission.Verdicts Permission.Who
		Figures.Breakdown Figures.Report Figures.Score Figures.Series Figures.Span Figures.Verify
		Surveys.Answered Surveys.ByToken Surveys.Current Surveys.LowScores Surveys.Names Surveys.Preferences Surveys.Reasons
		Policies.Attributes Callbacks.CallAnswers Callbacks.ByID Callbacks.List Callbacks.Count Callbacks.Current Decisions.DaySums Decisions.List
		Decisions.DryRunByID Decisions.DryRuns Callbacks.MyDay Callbacks.MyTasks Policies.List Policies.ByID Callbacks.Recoveries Callbacks.RecoveriesOf
		Decisions.Summary Callbacks.Supply Decisions.SurveyPlan Policies.UsedCodes Policies.Words
		Campaigns.Audience Campaigns.Audiences Campaigns.Count Campaigns.Examples Campaigns.Explain Campaigns.ExportByID Campaigns.Exports Campaigns.Members
		Campaigns.NewestSnapshots Campaigns.SnapshotByID Campaigns.Snapshots Jobs.Counts Jobs.CountsUpTo Jobs.Dead Jobs.Done Jobs.Idle Messages.Newest`)
}
