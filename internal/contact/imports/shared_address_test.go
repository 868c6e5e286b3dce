package imports_test

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"

	"aftercall/internal/contact/imports"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
)

// case 40-placeholder: a mailbox that is no placeholder anybody knows, of eight people with a number each.
func TestAFileWhereManyShareAMailbox(t *testing.T) {
	t.Parallel()
	m, err := imports.ParseMapping([]byte(`
region: CN
columns: {external_id: Ticket, status: State, customer.name: Name, customer.phones: Phone, customer.emails: Email}
`))
	if err != nil {
		t.Fatal(err)
	}
	var file strings.Builder
	file.WriteString("Ticket,State,Name,Phone,Email\n")
	for i, name := range []string{"Ann", "Ben", "Cat", "Dan", "Eve", "Fay", "Gus", "Hal"} {
		fmt.Fprintf(&file, "PH-%d,open,%s,1391234010%d,reception@example.com\n", i+1, name, i)
	}
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		open := func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(file.String())), nil }
		n := imports.NewRun{SourceID: c.source, Filename: "f.csv", Mapping: m}
		run, err := c.ImportFile(context.Background(), n, open, nil)
		if err != nil {
			t.Fatal(err)
		}
		if run.Accepted != 8 || run.Rejected != 0 || run.Warnings != 8 {
			t.Errorf("%+v", countsOf(run))
		}
		if got := c.count(t, "import_issues", "code = 'customer_shared_address' AND field = 'Email'"); got != 8 {
			t.Errorf("%d rows are reported under their column", got)
		}
		if got := c.count(t, "customers", "1 = 1"); got != 8 {
			t.Errorf("%d customers", got)
		}
		if got := c.count(t, "customer_addresses", "kind = 'phone'"); got != 8 {
			t.Errorf("%d numbers", got)
		}
		if run, err = c.ImportFile(context.Background(), n, open, nil); err != nil || run.Duplicates != 8 {
			t.Errorf("once more: %+v %v", countsOf(run), err)
		}
	})
}
