package contact_test

import (
	"context"
	"fmt"
	"testing"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/contact/contacttest"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
)

// BenchmarkSearch is how long a search takes among 200,000 customers, by what is typed and who sees whom. Each is to take less than
// 100 ms on either database: somebody is on the line.
func BenchmarkSearch(b *testing.B) {
	const customers = 200_000
	for name, open := range map[string]func(testing.TB) *database.DB{"sqlite": dbtest.SQLite, "mysql": dbtest.MySQL} {
		b.Run(name, func(b *testing.B) { searches(b, open(b), customers) })
	}
}

func searches(b *testing.B, db *database.DB, customers int) {
	s := contact.New(db, func() clock.Instant { return noon }, contact.Options{})
	source := contacttest.Source(b, s, "helpdesk")
	surnames, given := []rune("王李张刘陈杨黄赵周吴徐孙马朱胡郭何林高罗"), []rune("伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平")
	people, addresses := make([]contact.Customer, customers), make([]contact.Address, customers)
	for i := range customers {
		name := string([]rune{surnames[i%20], given[i/20%20], given[i/400%20]})
		people[i] = contact.Customer{
			ID: int64(i + 1), SourceID: source.ID, Reference: fmt.Sprintf("K-%d", i), PersonID: int64(i + 1),
			Name: name, Tags: "[]", Attributes: "{}",
		}
		phone := fmt.Sprintf("+86139%08d", (i*7919)%100_000_000)
		addresses[i] = contact.Address{CustomerID: int64(i + 1), Kind: contact.PhoneAddress, Raw: phone, Normalised: phone}
	}
	for at := 0; at < customers; at += 10_000 {
		err := db.InTx(b.Context(), func(_ context.Context, tx database.Tx) error {
			if err := database.Insert(tx, "customers", people[at:at+10_000]); err != nil {
				return err
			}
			return database.Insert(tx, "addresses", addresses[at:at+10_000])
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	team := account.Viewer{UserID: 2, Role: account.Caller, TeamIDs: []int64{7}}
	for what, typed := range map[string]string{
		"last four digits": "4711", "seven digits": "2345678", "whole number": "13900007919", "surname": "王", "given name": "伟强",
		"a name nobody has": "诸葛", "reference": "K-99999", "part of a Latin name": "smith",
	} {
		for name, viewer := range map[string]account.Viewer{"all": {UserID: 1, Role: account.Admin}, "a team": team} {
			b.Run(what+", seen by "+name, func(b *testing.B) {
				for b.Loop() {
					if _, err := s.Meet(b.Context(), viewer, typed); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
