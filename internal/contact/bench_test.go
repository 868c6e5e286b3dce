package contact_test

import (
	"context"
	"fmt"
	"strconv"
	"testing"
	"time"

	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
)

func BenchmarkTake(b *testing.B) { benchmarkTake(b, typical) }

// Without references an address says whose a contact is, and what is said of whom is kept.
func BenchmarkTakeWithoutReferences(b *testing.B) {
	benchmarkTake(b, func(n int) contact.Input {
		in := typical(n)
		in.Customer.Reference = ""
		return in
	})
}

// Of everybody with one mailbox.
func BenchmarkTakeSharing(b *testing.B) {
	benchmarkTake(b, func(n int) contact.Input {
		in := typical(n)
		in.Customer.Reference, in.Customer.Name, in.Customer.Emails = "", fmt.Sprint("客户", n), []string{"reception@example.com"}
		return in
	})
}

func benchmarkTake(b *testing.B, input func(n int) contact.Input) {
	b.Helper()
	for name, open := range map[string]func(testing.TB) *database.DB{"sqlite": dbtest.SQLite, "mysql": dbtest.MySQL} {
		b.Run(name, func(b *testing.B) {
			c := newCentre(b, open(b))
			batch := make([]contact.Input, db500)
			n := 0
			b.ReportAllocs()
			for b.Loop() {
				for i := range batch {
					n++
					batch[i] = input(n)
				}
				if _, err := c.Take(context.Background(), c.source, batch); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "contacts/s")
		})
	}
}

// db500 is how many contacts a benchmark takes at a time.
const db500 = 500

// typical is a contact as a help desk sends it when it is resolved.
func typical(n int) contact.Input {
	return contact.Input{
		ExternalID: fmt.Sprint("T-", n), Status: contact.Resolved, Channel: contact.Phone, Category: "宽带", Subcategory: "断线",
		Product: "家庭宽带 500M", Severity: contact.Medium, OpenedAt: ago(3 * time.Hour),
		FirstResponse: ago(2 * time.Hour), ResolvedAt: ago(time.Hour),
		Customer: contact.InputCustomer{
			Reference: fmt.Sprint("C-", n), Name: "张伟",
			Phones: []string{strconv.Itoa(13912340000 + n)}, Emails: []string{fmt.Sprintf("c%d@example.com", n)},
		},
		Participants: []contact.InputParticipant{{
			Role: contact.Handled, Agent: fmt.Sprint("坐席 ", n%40), Team: fmt.Sprint("组 ", n%5),
		}},
		Resolution: "重启光猫后恢复,客户确认正常。",
	}
}
