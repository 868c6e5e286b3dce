package callback_test

import (
	"slices"
	"testing"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/contact/identity"
	"aftercall/internal/contact/maintenance"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/internal/permission"
	"aftercall/internal/upkeep"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/skill"
	"aftercall/tasks/internal/taskstest"
)

// care is a centre in which caller 1 has the one customer on the line.
type care struct {
	taskstest.Centre
	*maintenance.Service
	desk     callback.Desk
	customer int64
}

func newCare(t *testing.T, db *database.DB) care {
	t.Helper()
	c, desk := taskstest.AtWork(t, db)
	return care{c, maintenance.New(db, c.Contacts, c.Callbacks, c.Now), desk, desk.Callback.CustomerID}
}

// amendment is what is known, to be changed.
func (c care) amendment(t *testing.T) contact.Amendment {
	t.Helper()
	sheet, err := c.Sheet(t.Context(), taskstest.Caller(1), c.customer)
	if err != nil {
		t.Fatal(err)
	}
	a := contact.Amendment{
		Name: sheet.Customer.Name, Language: sheet.Customer.Language, Zone: sheet.Customer.Zone, Tags: sheet.Customer.TagList(),
		SeenAt: sheet.Customer.UpdatedAt,
	}
	for _, p := range sheet.Phones {
		a.Phones = append(a.Phones, contact.AmendedPhone{AddressID: p.ID, Raw: p.Raw, Wrong: p.Wrong})
	}
	return a
}

func (c care) correct(t *testing.T, change func(*contact.Amendment)) []upkeep.Field {
	t.Helper()
	c.Pass(time.Minute)
	a := c.amendment(t)
	change(&a)
	fields, err := c.Correct(t.Context(), taskstest.Caller(1), c.customer, c.desk.Callback.ID, a)
	if err != nil {
		t.Fatal(err)
	}
	return fields
}

// known is a customer with the numbers that can be used.
func (c care) known(t *testing.T) (contact.Customer, []string) {
	t.Helper()
	sheet, err := c.Sheet(t.Context(), taskstest.Supervisor, c.customer)
	if err != nil {
		t.Fatal(err)
	}
	var phones []string
	for _, p := range sheet.Phones {
		if p.Normalised != "" {
			phones = append(phones, p.Normalised)
		}
	}
	return sheet.Customer, phones
}

func TestACallerCorrectsWhomTheyHaveOnTheLine(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCare(t, db)
		fields := c.correct(t, func(a *contact.Amendment) {
			a.Name, a.Zone, a.Tags = "张伟强", "Asia/Taipei", []string{"老人"}
			a.Phones[0].Wrong = true
			a.Phones = append(a.Phones, contact.AmendedPhone{Raw: "138 0000 5555"})
		})
		want := []upkeep.Field{upkeep.Name, upkeep.Phones, upkeep.Zone, upkeep.Tags}
		if !slices.Equal(fields, want) {
			t.Errorf("changed were %v, want %v", fields, want)
		}
		customer, phones := c.known(t)
		if customer.Name != "张伟强" || customer.Zone != "Asia/Taipei" || !slices.Equal(phones, []string{"+8613800005555"}) {
			t.Errorf("known is %+v with %v", customer, phones)
		}
		if n := c.Count(t, "audit_entries", "action = 'customer.correct' AND subject_id = ?", c.customer); n != len(want) {
			t.Errorf("%d audited, want a line a field", n)
		}
		if n := c.Count(t, "customer_corrections", "ended_at = 0 AND user_id = 1 AND callback_id = ?", c.desk.Callback.ID); n != len(want) {
			t.Errorf("%d corrections stand, want %d", n, len(want))
		}
		if n := c.Count(t, "jobs", "kind = ? AND ref = ?", identity.JobIdentify, c.customer); n != 1 {
			t.Errorf("%d jobs look at who is the same person", n)
		}
		if n := c.Count(t, "callbacks", "pool_id IN (SELECT id FROM pools WHERE zone LIKE 'Asia/Taipei%')"); n != 1 {
			t.Errorf("%d callbacks wait for the hours of where the customer lives", n)
		}
		phone, err := c.Callbacks.Dial(t.Context(), taskstest.Caller(1), c.desk.Callback.ID, c.desk.Callback.Fence)
		if err != nil || phone != "+8613800005555" {
			t.Errorf("dialled is %q, %v", phone, err)
		}
		if fields := c.correct(t, func(*contact.Amendment) {}); len(fields) > 0 {
			t.Errorf("nothing was different, and %v changed", fields)
		}
	})
}

// Who turns out to speak another language is called by somebody who does.
func TestACorrectedLanguageBringsACallbackToItsSkill(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCare(t, db)
		known := needing(t, c.Centre, "英语", skill.Rule{Language: "en"})
		c.correct(t, func(a *contact.Amendment) { a.Language = "en-GB" })
		if n := c.Count(t, "callbacks", "pool_id IN (SELECT id FROM pools WHERE skill_id = ?)", known.ID); n != 1 {
			t.Errorf("%d callbacks are among those that need English", n)
		}
		if n := c.Count(t, "jobs", "kind = ?", identity.JobIdentify); n != 0 {
			t.Errorf("%d jobs look at who is the same person, by nothing that is new", n)
		}
		c.PassOn(t, taskstest.Caller(1), c.desk)
		nothing(t, c.Centre, taskstest.Caller(2))
	})
}

// A suppression of the number that the customer gives counts at once.
func TestACorrectedNumberIsJudgedAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCare(t, db)
		_, err := c.Permit.SuppressByHand(t.Context(), taskstest.Admin, permission.Suppression{
			Kind: permission.PhoneAddress, Address: "+8613800005555", Scope: permission.Everything, Reason: "complaint",
		})
		if err != nil {
			t.Fatal(err)
		}
		c.correct(t, func(a *contact.Amendment) {
			a.Phones = []contact.AmendedPhone{{Raw: "13800005555"}}
		})
		_, err = c.Callbacks.Dial(t.Context(), taskstest.Caller(1), c.desk.Callback.ID, c.desk.Callback.Fence)
		if f, ok := fault.Of(err); !ok || f.Code != "dial_refused" || f.Args["reason"] != string(permission.Suppressed) {
			t.Errorf("the suppressed number is dialled: %v", err)
		}
	})
}

// A correction stands until the source sends another value than the one it had.
func TestACorrectionOutlastsWhatTheSourceHad(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCare(t, db)
		old := taskstest.Severe(1)
		c.correct(t, func(a *contact.Amendment) {
			a.Name = "张伟强"
			a.Phones = append(a.Phones, contact.AmendedPhone{Raw: "13800005555"})
		})
		say := func(number int, name string, phones ...string) {
			t.Helper()
			in := taskstest.Severe(number)
			in.Customer = old.Customer
			in.Customer.Name, in.Customer.Phones = name, phones
			c.Take(t, in)
		}
		is := func(name string, phones ...string) {
			t.Helper()
			customer, usable := c.known(t)
			if customer.Name != name || !slices.Equal(usable, phones) {
				t.Errorf("known is %q with %v, want %q with %v", customer.Name, usable, name, phones)
			}
		}
		say(2, old.Customer.Name, old.Customer.Phones...) // the source goes on as it was
		is("张伟强", "+8613912340001", "+8613800005555")
		c.correct(t, func(a *contact.Amendment) { a.Name = "张卫强" })
		say(3, old.Customer.Name, old.Customer.Phones...) // what it had, not what was corrected in between
		is("张卫强", "+8613912340001", "+8613800005555")
		say(4, "张卫强", old.Customer.Phones...) // it took the name over
		is("张卫强", "+8613912340001", "+8613800005555")
		say(5, old.Customer.Name, "13700007777") // from then on it is believed; and a third number is something newer
		is(old.Customer.Name, "+8613700007777")
		for end, want := range map[upkeep.End]int{upkeep.Again: 1, upkeep.TakenOver: 1, upkeep.Superseded: 1, "": 0} {
			if n := c.Count(t, "customer_corrections", "ended_by = ?", end); n != want {
				t.Errorf("%d ended by %q, want %d", n, end, want)
			}
		}
	})
}

func TestACorrectionIsRefusedInWordsOfItsField(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCare(t, db)
		for want, change := range map[string]func(*contact.Amendment){
			"name required": func(a *contact.Amendment) { a.Name = " " },
			"new_phone phone_unusable": func(a *contact.Amendment) {
				a.Phones = append(a.Phones, contact.AmendedPhone{Raw: "12"})
			},
			"new_phone phone_known": func(a *contact.Amendment) {
				a.Phones = append(a.Phones, contact.AmendedPhone{Raw: "139 1234 0001"})
			},
			"zone unknown_zone":         func(a *contact.Amendment) { a.Zone = "Shanghai" },
			"language unknown_language": func(a *contact.Amendment) { a.Language = "中文" },
		} {
			a := c.amendment(t)
			change(&a)
			_, err := c.Correct(t.Context(), taskstest.Caller(1), c.customer, 0, a)
			f, ok := fault.Of(err)
			if !ok || len(f.Fields) != 1 || f.Fields[0].Name+" "+f.Fields[0].Code != want {
				t.Errorf("refused with %v, want %s", err, want)
			}
		}
		late := c.amendment(t)
		c.correct(t, func(a *contact.Amendment) { a.Name = "张伟强" })
		if _, err := c.Correct(t.Context(), taskstest.Caller(1), c.customer, 0, late); !fault.Is(err, fault.Conflict) {
			t.Errorf("what was seen before is taken for what is: %v", err)
		}
		a := c.amendment(t)
		a.Name = "李娜"
		for name, tt := range map[string]struct {
			viewer account.Viewer
			want   fault.Kind
		}{
			"a colleague": {taskstest.Caller(2), fault.Conflict}, "another team's supervisor": {
				account.Viewer{UserID: 5, Role: account.Supervisor, TeamIDs: []int64{999}}, fault.NotFound,
			},
		} {
			if _, err := c.Correct(t.Context(), tt.viewer, c.customer, 0, a); !fault.Is(err, tt.want) {
				t.Errorf("%s corrects: %v", name, err)
			}
		}
		if _, err := c.Correct(t.Context(), taskstest.Supervisor, c.customer, 0, a); err != nil {
			t.Errorf("a supervisor: %v", err)
		}
	})
}

// The source asks for what came after what it knows, gets its own customers only, and by asking says what it knows.
func TestASourceIsToldWhatWasCorrected(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCare(t, db)
		c.correct(t, func(a *contact.Amendment) { a.Name = "张伟强" })
		c.correct(t, func(a *contact.Amendment) { a.Language = "zh-CN" })
		machine := account.Viewer{Role: account.Machine, SourceID: c.Source}
		first, err := c.Feed(t.Context(), machine, 0, 1)
		if err != nil || len(first) != 1 || first[0].Field != upkeep.Name || first[0].Reference != "C-1" || !first[0].ToldAt.IsZero() {
			t.Fatalf("told first is %+v, %v", first, err)
		}
		rest, err := c.Feed(t.Context(), machine, first[0].ID, 10)
		if err != nil || len(rest) != 1 || rest[0].Field != upkeep.Language {
			t.Fatalf("told then is %+v, %v", rest, err)
		}
		told := c.Count(t, "customer_corrections", "told_at > 0")
		if n := c.Count(t, "customer_corrections", "told_at > 0 AND field = 'name'"); n != 1 || told != 1 {
			t.Error("what the source knows is not what is noted")
		}
		other := account.Viewer{Role: account.Machine, SourceID: c.Source + 1}
		if told, err := c.Feed(t.Context(), other, 0, 10); err != nil || len(told) > 0 {
			t.Errorf("another source is told %+v, %v", told, err)
		}
		if _, err := c.Feed(t.Context(), taskstest.Admin, 0, 10); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a person reads the feed: %v", err)
		}
	})
}

// Told by whoever took the call that the number is not the customer's, the caller puts the right one first: that one was not dialled.
func TestTheWrongNumberIsTheOneThatWasDialled(t *testing.T) {
	t.Parallel()
	for name, again := range map[string]bool{"dialled once": false, "the new one is dialled too": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, db *database.DB) {
				c := newCare(t, db)
				c.WithStock(t)
				dial(t, c.Centre, c.desk)
				c.correct(t, func(a *contact.Amendment) {
					a.Phones[0].Wrong = true
					a.Phones = append([]contact.AmendedPhone{{Raw: "138 0000 5555"}}, a.Phones...)
				})
				if again {
					dial(t, c.Centre, c.desk)
				}
				c.Finish(t, taskstest.Caller(1), c.desk, callback.Outcome{CallResult: callback.WrongNumber})
				if n := c.Count(t, "attempts", "wrong_phone = '+8613800005555'"); (n == 1) != again {
					t.Errorf("%d attempts say that the new number is wrong", n)
				}
				if got := c.Callback(t); (got.State == callback.Waiting) == again {
					t.Errorf("it is %s for %q", got.State, got.CloseReason)
				}
			})
		})
	}
}

// A source asks for what comes after the last correction it knows: none may get its number first and be stored later.
func TestCorrectionsAreWrittenOneAfterAnother(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCare(t, db)
		for n, name := range []string{"张伟强", "张卫强"} {
			c.correct(t, func(a *contact.Amendment) { a.Name = name })
			if c.Count(t, "guards", "name = 'corrections' AND passed = ?", n+1) != 1 {
				t.Errorf("correction %d did not wait for its turn", n+1)
			}
		}
	})
}
