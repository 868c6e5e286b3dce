package app

import (
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/contact/identity"
	"aftercall/internal/contact/imports"
	"aftercall/internal/permission"
	"aftercall/internal/permission/hours"
	"aftercall/internal/permission/lists"
)

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
			ahead := resolution("F-1", "13900000009", contact.Low, o.at.Add(time.Hour))
			ahead.Answers = []contact.InputAnswer{{Metric: "nps", Value: new(2)}}
			o.take(ahead)
			ahead.ResolvedAt = at
			fresh := resolution("N-1", "13900000001", contact.High, at)
			fresh.Answers = []contact.InputAnswer{{Metric: "csat", Value: new(2)}}
			return func() (any, error) {
				return o.Contacts.Take(o.ctx(), o.source, []contact.Input{reopened, corrected, ahead, fresh, fresh})
			}
		},
		"Contacts.Take, people who share an address": func(o *office) func() (any, error) {
			o.take(sharing("N-1", "Ann", "13900000071"), sharing("N-2", "Bea", "13900000071"))
			again := sharing("N-1", "", "13900000071")
			return func() (any, error) {
				return o.Contacts.Take(o.ctx(), o.source, []contact.Input{again, sharing("N-3", "Cat", "13900000072")})
			}
		},
		"Identity.TakeApart": func(o *office) func() (any, error) {
			apart := o.manyInOne()
			return func() (any, error) { return o.Identity.TakeApart(o.ctx(), o.admin, apart, "two brothers") }
		},
		"Identity.Undo, of people taken apart": func(o *office) func() (any, error) {
			change, err := o.Identity.TakeApart(o.ctx(), o.admin, o.manyInOne(), "two brothers")
			o.must(err)
			return func() (any, error) { return o.Identity.Undo(o.ctx(), o.admin, change.ID) }
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

// manyInOne takes in two people whom one number makes one customer, and returns how to take them apart.
func (o *office) manyInOne() contact.Apart {
	batch := []contact.Input{sharing("N-1", "Ann", "13900000071"), sharing("N-2", "Bea", "13900000071")}
	outcomes, err := o.Contacts.Take(o.ctx(), o.source, batch)
	o.must(err)
	ids := []int64{outcomes[0].ContactID, outcomes[1].ContactID}
	contacts, err := o.Contacts.ContactsByID(o.ctx(), o.admin, ids)
	o.must(err)
	return contact.Apart{CustomerID: contacts[ids[0]].CustomerID, ContactIDs: ids[:1], Name: "Ann"}
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

// checking is an upload that waits to be looked through.
func (o *office) checking() imports.Run {
	run, err := o.Imports.Check(o.ctx(), o.upload().ID, o.newRun())
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
		"Imports.Check": func(o *office) func() (any, error) {
			run := o.upload()
			return func() (any, error) { return o.Imports.Check(o.ctx(), run.ID, o.newRun()) }
		},
		"Imports.Begin of a file that was looked through": func(o *office) func() (any, error) {
			run := o.checking()
			ticket, ref := o.job(imports.JobRun, run.ID)
			o.must(o.Imports.Execute(o.ctx(), ticket, ref))
			return func() (any, error) { return o.Imports.Begin(o.ctx(), run.ID, o.newRun()) }
		},
		"Imports.Stop of a check": func(o *office) func() (any, error) {
			run := o.checking()
			return func() (any, error) { return nil, o.Imports.Stop(o.ctx(), run.ID) }
		},
		"Imports.Rematch": func(o *office) func() (any, error) {
			run := o.begun()
			o.must(o.Imports.Stop(o.ctx(), run.ID))
			return func() (any, error) { return o.Imports.Rematch(o.ctx(), o.admin, run.ID) }
		},
		"Imports.Discard of a draft that shares its file": func(o *office) func() (any, error) {
			run := o.begun()
			o.must(o.Imports.Stop(o.ctx(), run.ID))
			draft, err := o.Imports.Rematch(o.ctx(), o.admin, run.ID)
			o.must(err)
			return func() (any, error) { return nil, o.Imports.Discard(o.ctx(), draft.ID) }
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
				CustomerID: 5, Purpose: permission.MarketingCall, Channel: permission.ByPhone,
				Given: true, Basis: permission.ByConsent, Wording: "v1", At: o.at,
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
			file := "phone,purpose,word,at,wording,evidence\n13900000003,marketing_call,withdrawn,2026-11-21,v1,letter\n" +
				"13900000004,marketing_call,given,2026-11-21,v1,letter\n"
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
				_, err := o.Permission.Publish(o.ctx(), o.admin, rules, o.Permission.Rules().Version, "fewer")
				return o.Permission.Rules(), err
			}
		},
		"Permission.ImportHolidays": func(o *office) func() (any, error) {
			days := []hours.Holiday{{Region: "CN", Day: clock.DayFrom(2027, 2, 6), Kind: hours.PublicHoliday, Name: "春节"}}
			return func() (any, error) { return o.Permission.ImportHolidays(o.ctx(), o.admin, days, "2027") }
		},
	}
}
