package identity_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"aftercall/internal/account"
	"aftercall/internal/address"
	"aftercall/internal/contact"
	"aftercall/internal/contact/identity"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/permission"
	"aftercall/internal/permission/lists"
)

// spellings are ways to write one address: nobody who reads them sees two.
var spellings = map[permission.AddressKind][]string{
	permission.EmailAddress: {
		"zed%d@example.org", "\u200bzed%d@example.org", "zed%d@exam\u00adple.org",
		"zed%d@example.org\ufe0f", "\u202aZed%d@Example.ORG\u202c",
		"mailto:zed%d@example.org", "MAILTO:zed%d%%40example.org?subject=x",
		"ｚｅｄ%d＠ｅｘａｍｐｌｅ．ｏｒｇ", "zed%d@example。org", "Zed <zed%d@example.org>", "zed%d@example.org.",
		"zed%d@example.org (工作)", "zed%d @ example.org",
	},
	permission.PhoneAddress: {
		"139%08d", "+86 139-%08d", "0086139%08d", "86139%08d", "１３９%08d", "\u202a139%08d\u202c",
		"139%08d (妻子)", "王女士 139%08d", "086-139%08d", "139\u200d%08d\ufeff",
		"tel:+86139%08d", "TEL:139%08d;phone-context=+86", "(139)\u2014%08d", "139%08d转8",
	},
}

func TestARefusalHoldsHoweverEitherSideIsWritten(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		w, n := newTown(t, db), 0
		permit := newPermit(db, w.now)
		rapid.Check(t, func(r *rapid.T) {
			n++
			kind := rapid.SampledFrom([]permission.AddressKind{permission.EmailAddress, permission.PhoneAddress}).Draw(r, "kind")
			draw := func(who string) string {
				return fmt.Sprintf(rapid.SampledFrom(spellings[kind]).Draw(r, who), 12348000+n)
			}
			hasIt, refused, asked := draw("customer"), draw("refusal"), draw("question")
			in := contact.InputCustomer{Reference: fmt.Sprintf("C-%d", n)}
			way := permission.Question{Purpose: permission.Survey, Channel: permission.ByEmail}
			if kind == permission.EmailAddress {
				in.Emails = []string{hasIt}
			} else {
				in.Phones, way.Channel = []string{hasIt}, permission.BySMS
			}
			take := func() {
				w.takeOne(t, contact.Input{ExternalID: fmt.Sprintf("T-%d", n), Status: contact.Open, Customer: in})
			}
			early := rapid.Bool().Draw(r, "known before")
			if early {
				take()
			}
			file := string(kind) + "\n\"" + refused + "\"\n"
			report, err := lists.New(db, permit, w.now).ImportSuppressions(context.Background(), supervisor, strings.NewReader(file),
				lists.Reading{Region: "CN", Zone: time.UTC})
			if err != nil || report.Added != 1 {
				r.Fatalf("%q: %+v %v", refused, report, err)
			}
			if !early {
				take()
			}
			found, err := w.contacts.Find(context.Background(), supervisor, asked)
			if err != nil || len(found) != 1 || found[0].Reference != in.Reference {
				r.Fatalf("%q does not find who has %q: %+v %v", asked, hasIt, found, err)
			}
			subjects, err := contact.Subjects(db.View(context.Background()), []int64{found[0].ID})
			if err != nil {
				r.Fatal(err)
			}
			way.Subject = subjects[found[0].ID]
			if v := judge(t, permit, db, way); v.Allowed || v.First != permission.Suppressed {
				r.Fatalf("%q was refused, and %q is written to: %+v", refused, hasIt, v)
			}
			name, bad := permission.NameBy(kind, asked, "CN")
			who, err := permit.Who(context.Background(), account.Viewer{Role: account.Admin}, []permission.Named{name})
			if err != nil || bad != nil || len(who[0]) != 1 {
				r.Fatalf("%q names %+v: %+v %v", asked, who, bad, err)
			}
			rows, err := permit.Suppressions(context.Background(), permission.SuppressionFilter{Kind: kind, Address: name.Address}, 10)
			if err != nil || len(rows) != 1 || rows[0].Form != address.Form {
				r.Fatalf("%q finds %+v %v", asked, rows, err)
			}
		})
	})
}

func judge(t testing.TB, permit *permission.Service, db *database.DB, q permission.Question) permission.Verdict {
	t.Helper()
	verdicts, err := permit.Judge(db.View(context.Background()), []permission.Question{q})
	if err != nil {
		t.Fatal(err)
	}
	return verdicts[0]
}

// TestWhatWasStoredBeforeIsFoundByItsNormalForm begins with what the first form left behind: a customer with an invisible character
// in the address, and a refusal of just that.
func TestWhatWasStoredBeforeIsFoundByItsNormalForm(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		w := newTown(t, db)
		permit := newPermit(db, w.now)
		w.Service = identity.New(db, w.contacts, w.now, identity.Options{Movers: []identity.PersonMover{permit}, Respeller: permit})
		g, ctx := db.View(context.Background()).Gorm(), context.Background()
		const before, letters = "\u200bzed@example.org", "ann@例子.中国"
		plain := w.customer(t, "A", nil, []string{"zed@example.org"})
		hidden := w.customer(t, "B", nil, []string{before})
		chinese := w.customer(t, "C", nil, []string{letters})
		for id, old := range map[int64]string{hidden: before, chinese: letters} { // as version 1 stored them
			fatal(t, g.Exec("UPDATE customer_addresses SET normalised = ? WHERE customer_id = ?", old, id).Error)
			fatal(t, g.Exec("INSERT INTO suppressions (address_hash, kind, scope, reason, at) VALUES (?, 'email', 'surveys', 'import', 1)",
				permit.HashAddress(permission.EmailAddress, old)).Error)
		}
		fatal(t, g.Exec("UPDATE customers SET person_id = ? WHERE id = ?", w.person(t, chinese)+1000, hidden).Error)
		fatal(t, g.Exec("INSERT INTO persons (id) VALUES (?)", w.person(t, hidden)).Error)

		asked := func(id int64) permission.Verdict {
			subjects, err := contact.Subjects(db.View(ctx), []int64{id})
			fatal(t, err)
			return judge(t, permit, db, permission.Question{Subject: subjects[id], Purpose: permission.Survey, Channel: permission.ByEmail})
		}
		if a, b := asked(hidden), asked(chinese); a.First != permission.Suppressed || b.First != permission.Suppressed {
			t.Errorf("refusals of before do not hold: %+v %+v", a, b)
		}
		name, _ := permission.NameBy(permission.EmailAddress, before, "CN")
		rows, err := permit.Suppressions(ctx, permission.SuppressionFilter{Kind: permission.EmailAddress, Address: before}, 10)
		if err != nil || len(rows) != 1 || rows[0].Form != 1 || !slices.Contains(name.Earlier, before) {
			t.Errorf("looked for as it was written: %+v %+v %v", rows, name, err)
		}

		w.settle(t)
		w.settle(t)
		if !w.same(t, plain, hidden) {
			t.Error("who has become one by the address is not one person")
		}
		found, err := w.contacts.Find(ctx, supervisor, "zed@example.org")
		if err != nil || len(found) != 2 {
			t.Errorf("found %+v %v", found, err)
		}
		if found, err = w.contacts.Find(ctx, supervisor, "ann@xn--fsqu00a.xn--fiqs8s"); err != nil || len(found) != 1 {
			t.Errorf("found by the domain in ASCII: %+v %v", found, err)
		}
		if v := asked(plain); v.First != permission.Suppressed {
			t.Errorf("the refusal holds for whoever has the address: %+v", v)
		}
		if n := w.count(t, "suppressions", "form = ?", address.Form); n != 2 {
			t.Errorf("%d refusals of before are in the normal form", n)
		}
		if n := w.count(t, "customer_addresses", "raw = ?", before); n != 1 {
			t.Errorf("%d addresses are as they were written", n)
		}
	})
}

func TestAPlaceholderThatWasTakenBeforeIsNotUsedAnyMore(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		w := newTown(t, db)
		g := db.View(context.Background()).Gorm()
		w.customer(t, "A", []string{"13912348000"}, []string{"noemail@example.com"})
		fatal(t, g.Exec("UPDATE customer_addresses SET normalised = raw WHERE kind = 'email'").Error)
		w.settle(t)
		w.settle(t)
		if w.count(t, "customer_addresses", "normalised = ''") != 1 ||
			w.count(t, "customer_addresses", "raw = 'noemail@example.com'") != 1 {
			t.Error("it is used, or is not there as it was written")
		}
	})
}

// TestALineOfArgentinaIsOneHoweverItWasStored begins with what the second form left behind: a mobile with its 9, and what was refused
// and done under that.
func TestALineOfArgentinaIsOneHoweverItWasStored(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		w := newTown(t, db)
		permit := newPermit(db, w.now)
		w.Service = identity.New(db, w.contacts, w.now, identity.Options{Movers: []identity.PersonMover{permit}, Respeller: permit})
		g, ctx := db.View(context.Background()).Gorm(), context.Background()
		const before = "+5491123456789"
		old := w.customer(t, "A", []string{"+54 9 11 2345 6789"}, nil)
		fresh := w.customer(t, "B", []string{"+54 11 15 2345-6789"}, nil)
		hash := permit.HashAddress(permission.PhoneAddress, before)
		fatal(t, g.Exec("UPDATE customer_addresses SET normalised = ? WHERE customer_id = ?", before, old).Error)
		for _, insert := range []string{
			"INSERT INTO suppressions (address_hash, kind, scope, reason, at, form) VALUES (?, 'phone', 'surveys', 'import', 1, 2)",
			"INSERT INTO touches (address_hash, kind, purpose, channel, at) VALUES (?, 'attempt', 'survey', 'phone', 1)",
		} {
			fatal(t, g.Exec(insert, hash).Error)
		}
		refused := func(id int64) bool {
			subjects, err := contact.Subjects(db.View(ctx), []int64{id})
			fatal(t, err)
			v := judge(t, permit, db, permission.Question{Subject: subjects[id], Purpose: permission.Survey, Channel: permission.ByPhone})
			return v.First == permission.Suppressed
		}
		if !refused(old) || !refused(fresh) {
			t.Error("a refusal of the line does not hold for one who has it")
		}
		w.settle(t)
		w.settle(t)
		if n := w.count(t, "customer_addresses", "normalised = '+541123456789'"); n != 2 || !w.same(t, old, fresh) {
			t.Errorf("%d of two have the line, one person: %t", n, w.same(t, old, fresh))
		}
		now := permit.HashAddress(permission.PhoneAddress, "+541123456789")
		if w.count(t, "suppressions", "address_hash = ? AND form = ?", now, address.Form) != 1 ||
			w.count(t, "touches", "address_hash = ?", now) != 1 {
			t.Error("what was kept of the line did not follow it")
		}
		if !refused(old) || !refused(fresh) {
			t.Error("a refusal of the line does not hold any more")
		}
	})
}

func TestAnAddressThatCannotBeReadIsRefusedWithWhatHidesInIt(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"a\u00a0b@example.org": "address_hides a‹NBSP U+00A0›b@example.org", "a b@example.org": "email_invalid a b@example.org",
		"a\x07@example.org": "address_hides a‹U+0007›@example.org", "x@\u200b": "address_hides x@‹ZWSP U+200B›",
	} {
		t.Run(raw, func(t *testing.T) {
			if _, bad := permission.ReadAddress(permission.EmailAddress, raw, "CN"); bad == nil || bad.Code+" "+bad.Value != want {
				t.Errorf("%q: %+v", raw, bad)
			}
		})
	}
	_, bad := permission.ReadAddress(permission.PhoneAddress, "1.39123E+10", "CN")
	if bad == nil || bad.Code != "phone_invalid" || !strings.Contains(bad.Problem, "+86") {
		t.Errorf("%+v", bad)
	}
}

func fatal(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
