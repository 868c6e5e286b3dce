package imports_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"aftercall/internal/contact"
	"aftercall/internal/contact/imports"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
)

// TestWhatIsNeverUsedOfACellIsNotUsable takes cells with addresses as people type them, and looks at what may be used afterwards.
func TestWhatIsNeverUsedOfACellIsNotUsable(t *testing.T) {
	t.Parallel()
	cells := []struct{ phone, email, usable, warned string }{
		{"", "a1@example.org; b1@example.org", "a1@example.org b1@example.org", ""},
		{"", "a2@example.org,b2@example.org", "a2@example.org b2@example.org", ""},
		{"", `""Lin"" <a3@example.org>`, "a3@example.org", ""},
		{"", `""Lin, Mei"" <a4@example.org>、b4@example.org`, "a4@example.org b4@example.org", ""},
		{"", "a b5@example.org", "", "not_email"},
		{"", "a6@exa mple.org", "", "not_email"},
		{"", "a7@example.org\r\nBcc: x@example.org", "a7@example.org", "not_email"},
		{"", "a8@x,com", "", "not_email"},
		{"", "a9@x.com/b9@y.com c9@z.com", "a9@x.com b9@y.com c9@z.com", ""},
		{"", "a10 @ x.com", "a10@x.com", ""},
		{"", "a11＠x.com (工作)", "a11@x.com", ""},
		{"", "none", "", "placeholder_address"},
		{"13912340013/13912341013", "", "+8613912340013 +8613912341013", ""},
		{"13912340014（妻子）；010-65550014转801", "", "+8613912340014 +861065550014", ""},
		{"010-65550015,801", "", "+861065550015", ""},
		{"13912340016 或 13912341016", "noemail@example.com", "+8613912340016 +8613912341016", "placeholder_address"},
		{"139O2340017", "", "", "not_phone"},
	}
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		var file strings.Builder
		file.WriteString("id,state,done,phone,mail,who\n")
		for i, cell := range cells {
			fmt.Fprintf(&file, "T-%d,closed,2026-11-20 10:00,\"%s\",\"%s\",C-%d\n", i, cell.phone, cell.email, i)
		}
		mapping := parse(t, strings.Replace(simple, "phone}", "phone, customer.emails: mail, customer.reference: who}", 1))
		run, err := c.ImportFile(context.Background(), imports.NewRun{SourceID: c.source, Mapping: mapping}, opener(file.String()), nil)
		if err != nil {
			t.Fatal(err)
		}
		issues, err := c.Issues(context.Background(), run.ID, 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		var warned []string
		for _, i := range issues {
			warned = append(warned, i.Code)
		}
		var wanted []string
		for _, cell := range cells {
			if cell.warned != "" {
				wanted = append(wanted, cell.warned)
			}
		}
		if diff := cmp.Diff(wanted, warned); diff != "" {
			t.Error(diff)
		}
		for i, cell := range cells {
			t.Run(cell.phone+" "+cell.email, func(t *testing.T) {
				var usable []string
				query := db.View(t.Context()).Gorm().Model(&contact.Address{}).Joins("JOIN customers ON customers.id = customer_id").
					Where("reference = ? AND normalised <> ''", fmt.Sprintf("C-%d", i)).Order("kind, position")
				if err := query.Pluck("normalised", &usable).Error; err != nil {
					t.Fatal(err)
				}
				if got := strings.Join(usable, " "); got != cell.usable {
					t.Errorf("of %q %q may be used: %q, want %q", cell.phone, cell.email, got, cell.usable)
				}
			})
		}
	})
}
