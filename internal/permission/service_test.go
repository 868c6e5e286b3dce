package permission_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"aftercall/internal/clock/clocktest"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/internal/permission"
)

var key = []byte("a key for tests, of 32 bytes or so")

func newService(db *database.DB) *permission.Service {
	return permission.New(db, key, clocktest.Fixed(morning), contact.Directory{})
}

func inTx(t *testing.T, db *database.DB, fn func(tx database.Tx) error) {
	t.Helper()
	dbtest.InTx(t, db, fn)
}

func judge(t *testing.T, db *database.DB, s *permission.Service, questions ...permission.Question) []permission.Verdict {
	t.Helper()
	verdicts, err := s.Judge(db.View(t.Context()), questions)
	if err != nil {
		t.Fatal(err)
	}
	return verdicts
}

func TestARefusalHoldsAtOnceForEverybodyWithTheNumber(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		t.Parallel()
		s := newService(db)
		callback, survey := ask(permission.ServiceCallback, permission.ByPhone), ask(permission.Survey, permission.ByEmail)
		sameNumber := callback
		sameNumber.Subject.CustomerID, sameNumber.Subject.PersonID = 70, 90
		if v := judge(t, db, s, callback, survey); !v[0].Allowed || !v[1].Allowed {
			t.Fatalf("not allowed before the refusal: %+v", v)
		}
		for range 2 { // the second no changes nothing
			inTx(t, db, func(tx database.Tx) error {
				return s.Refuse(tx, permission.Refusal{
					Subject: someone, Scope: permission.Everything, Source: "call", Evidence: "attempt 3",
				})
			})
		}
		for i, v := range judge(t, db, s, callback, survey, sameNumber) {
			if v.Allowed || v.First != permission.Suppressed || !v.AllowedFrom.IsZero() || v.All[0].Evidence != "suppression 1" {
				t.Errorf("question %d: %+v", i, v)
			}
		}
		count := func(table string) int { return dbtest.Count(t, db, table, "1 = 1") }
		if s, c := count("suppressions"), count("consent_events"); s != 2 || c != 8 {
			t.Errorf("%d suppressions and %d consent events, want 2 and 8", s, c)
		}
	})
}

func TestASuppressionRecordedByMistakeCanBeLifted(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		t.Parallel()
		s := newService(db)
		inTx(t, db, func(tx database.Tx) error {
			return s.Suppress(tx, permission.Suppression{
				Address: someone.Phones[0], Kind: permission.PhoneAddress, Scope: permission.Everything,
			})
		})
		inTx(t, db, func(tx database.Tx) error { return s.Lift(tx, 1, 4, "recorded by mistake") })
		if v := judge(t, db, s, ask(permission.ServiceCallback, permission.ByPhone)); !v[0].Allowed {
			t.Errorf("%+v", v)
		}
	})
}

func TestConsentAndTouchesCountForTheirOwnCustomerOnly(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		t.Parallel()
		s := newService(db)
		offer, callback := ask(permission.MarketingCall, permission.ByPhone), ask(permission.ServiceCallback, permission.ByPhone)
		other := offer
		other.Subject = permission.Subject{CustomerID: 8, PersonID: 10, Phones: []string{"+8613912348001"}}
		inTx(t, db, func(tx database.Tx) error {
			if err := s.RecordConsent(tx,
				permission.ConsentEvent{
					CustomerID: 7, Purpose: permission.MarketingCall, Channel: permission.ByPhone, At: morning.Add(-2 * time.Hour),
				},
				permission.ConsentEvent{
					CustomerID: 7, Purpose: permission.MarketingCall, Channel: permission.ByPhone, Given: true,
					At: morning.Add(-time.Hour),
				},
			); err != nil {
				return err
			}
			return s.Touch(tx, permission.Touch{
				PersonID: 10, CustomerID: 8, Address: "+8613912348001", Kind: permission.Attempt,
				Channel: permission.ByPhone, At: morning.Add(-10 * time.Minute),
			})
		})
		v := judge(t, db, s, offer, other, callback)
		if !v[0].Allowed || !v[2].Allowed {
			t.Errorf("%+v", v)
		}
		diff := gocmp.Diff([]permission.Code{permission.NoConsent, permission.TouchedLately, permission.AttemptGap}, codes(v[1]))
		if diff != "" {
			t.Error(diff)
		}
	})
}

func TestBulkIsTheSameAsOneByOne(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		t.Parallel()
		s := newService(db)
		var questions []permission.Question
		inTx(t, db, func(tx database.Tx) error {
			questions = fill(t, s, tx, 1200)
			return nil
		})
		bulk := judge(t, db, s, questions...)
		for i, q := range questions {
			if i%7 != 0 {
				continue // one by one is slow; every seventh meets every combination
			}
			if diff := gocmp.Diff(bulk[i], judge(t, db, s, q)[0]); diff != "" {
				t.Fatalf("question %d: %s", i, diff)
			}
		}
		if n := dbtest.CountQueries(t, db, func() { judge(t, db, s, questions...) }); n > 3*7 {
			t.Errorf("%d statements for %d questions", n, len(questions))
		}
	})
}

// fill records consent, suppressions and touches in a pattern and returns a question about each customer.
func fill(tb testing.TB, s *permission.Service, tx database.Tx, n int) []permission.Question {
	tb.Helper()
	var (
		questions []permission.Question
		consents  []permission.ConsentEvent
		touches   []permission.Touch
		forbidden []permission.Suppression
	)
	for i := range n {
		subject := permission.Subject{
			CustomerID: int64(i + 1), PersonID: int64(i/2 + 1),
			Phones: []string{fmt.Sprintf("+86139%08d", i/3)}, Emails: []string{fmt.Sprintf("c%d@example.com", i)},
		}
		purpose := []permission.Purpose{permission.MarketingCall, permission.Survey, permission.ServiceCallback}[i%3]
		channel := []permission.Channel{permission.ByPhone, permission.ByEmail}[i%2]
		questions = append(questions, permission.Question{
			Subject: subject, Purpose: purpose, Channel: channel, Family: "csat", At: morning.Add(time.Duration(i%24) * time.Hour),
		})
		if i%4 == 0 {
			consents = append(consents, permission.ConsentEvent{
				CustomerID: subject.CustomerID, Purpose: purpose, Given: i%8 == 0, At: morning.Add(-time.Hour),
			})
		}
		if i%5 == 0 {
			touches = append(touches, permission.Touch{
				PersonID: subject.PersonID, CustomerID: subject.CustomerID,
				Address: subject.Phones[0], Kind: permission.Attempt, Channel: permission.ByPhone,
				At: morning.Add(-time.Duration(i) * time.Hour),
			})
		}
		if i%11 == 0 {
			forbidden = append(forbidden, permission.Suppression{
				Address: subject.Emails[0], Kind: permission.EmailAddress, Scope: permission.SurveysOnly,
			})
		}
	}
	for _, err := range []error{s.RecordConsent(tx, consents...), s.Touch(tx, touches...), s.Suppress(tx, forbidden...)} {
		if err != nil {
			tb.Fatal(err)
		}
	}
	return questions
}

func TestReservingWritesThePersonAndRefusesUnknownOnes(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		t.Parallel()
		inTx(t, db, func(tx database.Tx) error {
			return tx.Gorm().Exec("INSERT INTO persons (id, version) VALUES (1, 0), (2, 5)").Error
		})
		inTx(t, db, func(tx database.Tx) error { return permission.Reserve(tx, 2, 1, 2) })
		var versions []int64
		if err := db.View(t.Context()).Gorm().Table("persons").Order("id").Pluck("version", &versions).Error; err != nil {
			t.Fatal(err)
		}
		if diff := gocmp.Diff([]int64{1, 6}, versions); diff != "" {
			t.Error(diff)
		}
		err := db.InTx(t.Context(), func(_ context.Context, tx database.Tx) error { return permission.Reserve(tx, 3) })
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("an unknown person: %v", err)
		}
	})
}

func TestAnotherKeyIsRefused(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		t.Parallel()
		for range 2 {
			if err := newService(db).CheckKey(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		err := permission.New(db, []byte("another"), clocktest.Fixed(morning), contact.Directory{}).CheckKey(t.Context())
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("got %v", err)
		}
	})
}

func BenchmarkJudge(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *database.DB{"sqlite": dbtest.SQLite, "mysql": dbtest.MySQL} {
		b.Run(name, func(b *testing.B) {
			db := open(b)
			s := newService(db)
			var questions []permission.Question
			if err := db.InTx(b.Context(), func(_ context.Context, tx database.Tx) error {
				questions = fill(b, s, tx, 10_000)
				return nil
			}); err != nil {
				b.Fatal(err)
			}
			b.ResetTimer()
			for b.Loop() {
				if _, err := s.Judge(db.View(b.Context()), questions); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(questions))*float64(b.N)/b.Elapsed().Seconds(), "verdicts/s")
		})
	}
}
