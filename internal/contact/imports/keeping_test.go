package imports_test

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/clock/clocktest"
	"aftercall/internal/contact"
	"aftercall/internal/contact/imports"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
)

// In a file an empty cell, whatever blanks it has, is a column that says nothing of its row: nothing is taken away. No is an answer.
func TestAnEmptyCellKeepsWhatIsKnown(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, contacts := newCentre(t, db), contact.New(db, clocktest.Fixed(noon), contact.Options{})
		outcomes, err := contacts.Take(context.Background(), c.source, []contact.Input{{
			ExternalID: "T-1", ResolvedAt: clock.At(time.Date(2026, 11, 20, 2, 0, 0, 0, time.UTC)), Category: "宽带", Channel: contact.Chat,
			Complaint: new(true), AutoClosed: new(true), Tags: []string{"a"}, Participants: []contact.InputParticipant{{Agent: "李强"}},
			Customer: contact.InputCustomer{
				Reference: "C-1", Name: "张伟", Phones: []string{"13912348000"}, Emails: []string{"zhang@example.com"}, Zone: "Asia/Shanghai",
				Tags: []string{"vip"}, Attributes: map[string]string{"tier": "gold"},
			},
		}})
		if err != nil {
			t.Fatal(err)
		}
		look := func() contact.Detail {
			t.Helper()
			d, err := contacts.Contact(context.Background(), account.Viewer{Role: account.Admin}, outcomes[0].ContactID)
			if err != nil {
				t.Fatal(err)
			}
			d.ContentHash, d.ChangedAt, d.Customer.UpdatedAt, d.ImportID = "", 0, 0, 0
			return d
		}
		const mapping = `
columns:
  external_id: id
  customer.reference: ref
  customer.name: name
  customer.phones: phones
  customer.emails: emails
  customer.zone: zone
  customer.tags: marks
  category: category
  channel: channel
  complaint: complaint
  auto_closed: auto
  tags: tags
attributes: {tier: tier}
participants: [{role: handled, agent: agent, team: team}]
`
		const header = "id,ref,name,phones,emails,zone,marks,category,channel,complaint,auto,tags,tier,agent,team\n"
		take := func(row string) {
			t.Helper()
			run := imports.NewRun{SourceID: c.source, Mapping: parse(t, mapping)}
			_, err := c.ImportFile(context.Background(), run, opener(header+row), nil)
			if err != nil {
				t.Fatal(err)
			}
		}
		before := look()
		for _, blank := range []string{"", " ", "\u3000\t"} {
			t.Run(strconv.Quote(blank), func(t *testing.T) {
				take("T-1,C-1" + strings.Repeat(","+blank, 13) + "\n")
				after := look()
				after.ImportID = before.ImportID // which is the import's own mark
				if diff := cmp.Diff(before, after); diff != "" {
					t.Errorf("cells of %q take away: %s", blank, diff)
				}
			})
		}
		take("T-1,C-1,,,,,,,,否,no,,,,\n")
		if d := look(); d.Complaint || d.AutoClosed {
			t.Error("no is not an answer")
		}
	})
}
