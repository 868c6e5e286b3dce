package permission_test

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/clock/clocktest"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/permission"
)

// crowdSize is how many customers the benchmarks of bulk are about.
const crowdSize = 10_000

// crowd fills a database with customers of whom something is known: two consent events of every other one, three touches of each
// person, a suppression of every twentieth.
func crowd(b *testing.B, db *database.DB, s *permission.Service) []int64 {
	b.Helper()
	must := func(err error) {
		if err != nil {
			b.Fatal(err)
		}
	}
	for from := 0; from < crowdSize; from += 500 {
		must(db.InTx(b.Context(), func(_ context.Context, tx database.Tx) error {
			var consents []permission.ConsentEvent
			var touches []permission.Touch
			var suppressions []permission.Suppression
			persons, customers, addresses := make([]contact.Person, 500), make([]contact.Customer, 500), []contact.Address{}
			for i := range 500 {
				id, phone, email := int64(from+i+1), fmt.Sprintf("+86139%08d", from+i), fmt.Sprintf("c%d@example.com", from+i)
				persons[i] = contact.Person{ID: id}
				customers[i] = contact.Customer{
					ID: id, SourceID: 1, Reference: strconv.FormatInt(id, 10), PersonID: id, Tags: "[]", Attributes: "{}",
				}
				addresses = append(addresses, contact.Address{CustomerID: id, Kind: contact.PhoneAddress, Normalised: phone},
					contact.Address{CustomerID: id, Kind: contact.EmailAddress, Normalised: email})
				if i%2 == 0 {
					for _, purpose := range []permission.Purpose{permission.MarketingCall, permission.MarketingMessage} {
						consents = append(consents, permission.ConsentEvent{
							CustomerID: id, Purpose: purpose, Given: i%10 != 0, At: morning.Add(-48 * time.Hour),
						})
					}
				}
				for n := range 3 {
					touches = append(touches, permission.Touch{
						PersonID: id, CustomerID: id, Address: phone, Kind: permission.Attempt,
						Purpose: permission.ServiceCallback, Channel: permission.ByPhone,
						Ref: id*3 + int64(n), At: morning.Add(-time.Duration(i+n*300) * time.Hour),
					})
				}
				if i%20 == 0 {
					suppressions = append(suppressions,
						permission.Suppression{Address: email, Kind: permission.EmailAddress, Scope: permission.MarketingOnly})
				}
			}
			for _, err := range []error{
				database.Insert(tx, "persons", persons), database.Insert(tx, "customers", customers),
				database.Insert(tx, "addresses", addresses),
			} {
				must(err)
			}
			must(s.RecordConsent(tx, consents...))
			must(s.Touch(tx, touches...))
			return s.Suppress(tx, suppressions...)
		}))
	}
	ids := make([]int64, crowdSize)
	for i := range ids {
		ids[i] = int64(i + 1)
	}
	return ids
}

func onEachDatabase(b *testing.B, bench func(b *testing.B, db *database.DB)) {
	b.Helper()
	for name, open := range map[string]func(testing.TB) *database.DB{"sqlite": dbtest.SQLite, "mysql": dbtest.MySQL} {
		b.Run(name, func(b *testing.B) { bench(b, open(b)) })
	}
}

// timed returns how long something took. A benchmark compares two things in the same loop, so that both meet the same machine.
func timed(b *testing.B, what func() error) time.Duration {
	b.Helper()
	now := clock.System()
	if err := what(); err != nil {
		b.Fatal(err)
	}
	return clock.System().Sub(now)
}

// BenchmarkJudgeBulk judges customers in bulk from their ids: who they are, what is known of them, one verdict each. The bare limit
// is reading the same rows of the ledgers and throwing them away.
func BenchmarkJudgeBulk(b *testing.B) {
	onEachDatabase(b, func(b *testing.B, db *database.DB) {
		s := permission.New(db, key, clocktest.Fixed(morning), contact.Directory{})
		ids := crowd(b, db, s)
		view := db.View(b.Context())
		subjects := map[int64]permission.Subject{}
		var load, judged, bare time.Duration
		questions := make([]permission.Question, len(ids))
		b.ResetTimer()
		for b.Loop() {
			load += timed(b, func() (err error) { subjects, err = contact.Subjects(view, ids); return err })
			for i, id := range ids {
				questions[i] = permission.Question{
					Subject: subjects[id], Purpose: permission.MarketingCall, Channel: permission.ByPhone, At: morning,
				}
			}
			judged += timed(b, func() error { _, err := s.Judge(view, questions); return err })
			bare += timed(b, func() error { return bareRead(view, s, questions) })
		}
		n := float64(len(ids)) * float64(b.N)
		b.ReportMetric(n/judged.Seconds(), "verdicts/s")
		b.ReportMetric(n/(load+judged).Seconds(), "customers/s")
		b.ReportMetric(bare.Seconds()/judged.Seconds(), "of-bare")
	})
}

// bareRead reads what is recorded about the subjects of questions and throws it away.
func bareRead(tx database.Tx, s *permission.Service, questions []permission.Question) error {
	for chunk := range slices.Chunk(questions, 500) {
		ids, hashes, phones := make([]int64, len(chunk)), []string{}, []string{}
		for i, q := range chunk {
			ids[i] = q.Subject.CustomerID
			phones = append(phones, s.HashAddress(permission.PhoneAddress, q.Subject.Phones[0]))
			hashes = append(hashes, phones[i], s.HashAddress(permission.EmailAddress, q.Subject.Emails[0]))
		}
		since := morning.Add(-60 * 24 * time.Hour)
		for _, query := range []struct {
			sql  string
			args []any
		}{
			{"SELECT * FROM consent_events WHERE customer_id IN ?", []any{ids}},
			{"SELECT * FROM suppressions WHERE address_hash IN ?", []any{hashes}},
			{"SELECT * FROM touches WHERE person_id IN ? AND at > ?", []any{ids, since}},
			{"SELECT * FROM touches WHERE address_hash IN ? AND at > ?", []any{phones, since}},
		} {
			rows, err := tx.Gorm().Raw(query.sql, query.args...).Rows()
			if err != nil {
				return err
			}
			if err := throwAway(rows); err != nil {
				return err
			}
		}
	}
	return nil
}

func throwAway(rows *sql.Rows) error {
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	cells := make([]any, len(columns))
	for i := range cells {
		cells[i] = new(sql.RawBytes)
	}
	for rows.Next() {
		if err := rows.Scan(cells...); err != nil {
			return err
		}
	}
	return rows.Err()
}

// BenchmarkStandings reads what audiences read about the same customers, from stored rows and, for comparison, from verdicts.
func BenchmarkStandings(b *testing.B) {
	onEachDatabase(b, func(b *testing.B, db *database.DB) {
		s := permission.New(db, key, clocktest.Fixed(morning), contact.Directory{})
		ids := crowd(b, db, s)
		view := db.View(b.Context())
		b.ResetTimer()
		for b.Loop() {
			if _, err := s.Standings(view, ids, permission.MarketingCall, permission.ByPhone, morning); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(len(ids))*float64(b.N)/b.Elapsed().Seconds(), "customers/s")
	})
}

// BenchmarkTouch is what a send or a dial pays for its touch, all in one transaction: guard, ledger, standings.
func BenchmarkTouch(b *testing.B) {
	onEachDatabase(b, func(b *testing.B, db *database.DB) {
		s := permission.New(db, key, clocktest.Fixed(morning), contact.Directory{})
		crowd(b, db, s)
		id := int64(0)
		b.ResetTimer()
		for b.Loop() {
			id = id%crowdSize + 1
			err := db.InTx(b.Context(), func(_ context.Context, tx database.Tx) error {
				if err := permission.Reserve(tx, id); err != nil {
					return err
				}
				return s.Touch(tx, permission.Touch{
					PersonID: id, CustomerID: id, Kind: permission.Invitation,
					Purpose: permission.Survey, Channel: permission.BySMS, Ref: id, At: morning,
				})
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
}
