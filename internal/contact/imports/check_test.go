package imports_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"aftercall/internal/clock/clocktest"
	"aftercall/internal/contact"
	"aftercall/internal/contact/contacttest"
	"aftercall/internal/contact/imports"
	"aftercall/internal/database/dbtest"
)

const checkedMapping = `
region: CN
columns: {external_id: id, status: state, customer.name: name, customer.phones: phone, customer.emails: mail, resolved_at: done,
	talk_seconds: talk}
answers: [{metric: csat, column: score}, {metric: nps, column: nps}]
`

// drawFile returns a file of contacts of all kinds: new and known, good and bad, twice the same, and rows that are none. Where people
// share addresses, or one id comes with other content, depends on pool.
func drawFile(t *rapid.T, rows, ids int, sharing bool) string {
	one := func(of ...string) string { return rapid.SampledFrom(of).Draw(t, "cell") }
	var b strings.Builder
	b.WriteString("id,state,name,phone,mail,done,talk,score,nps\n")
	for i := range rows {
		n := rapid.IntRange(0, ids).Draw(t, "id")
		who := fmt.Sprintf("Caller %d,1391235%04d,c%d@example.org", n, n, n)
		if sharing {
			who = one("Ann,13912340001,box@example.org", "Bea,13912340002,box@example.org", "Cy,13912340003,", ",,box@example.org",
				",,", "Dee,12,no")
		}
		id := one("T-", "T-", "T-", "t-") + strconv.Itoa(n)
		switch rapid.IntRange(0, 30).Draw(t, "kind") {
		case 0:
			id = ""
		case 1:
			b.WriteString("合计,,,,,,,5,\n,,,,,,,,\n")
		case 2:
			b.WriteString("\"T-8\" x,resolved\n")
		case 3:
			fmt.Fprintf(&b, "T-%d,resolved,,,,2026-11-2%d 10:00,,,,too,many\n", i, i%10)
		}
		done := one("2026-11-20 10:00", "2026-11-21", "2026-11-19 09:00:01", "", "tomorrow", "2031-01-01")
		fmt.Fprintf(&b, "%s,%s,%s,%s,%s,%s,%s\n", id, one("resolved", "open", ""), who, done, one("", "2:23", "x"), one("", "5",
			"4", "6", "N/A", "1"), one("", "0", "10", "-"))
	}
	return b.String()
}

// told is what a run says of a file, by check or by import.
type told struct {
	counts  counts
	Skipped int64
	Blank   int
	Groups  []imports.Group
	Answers []imports.AnswerCount
}

func toldBy(run imports.Run) told {
	s := run.Report()
	return told{countsOf(run), run.Skipped, s.Blank, s.Groups, s.Answers}
}

// another returns a source of its own.
func (c centre) another(t *testing.T) int64 {
	t.Helper()
	contacts := contact.New(c.db, clocktest.Fixed(noon), contact.Options{})
	source := contacttest.Source(t, contacts, fmt.Sprintf("source %d", c.count(t, "sources", "1 = 1")))
	return source.ID
}

// A check writes nothing, and says of every row, problem and answer what the import then does.
func TestACheckSaysWhatTheImportThenDoes(t *testing.T) {
	t.Parallel()
	m := parse(t, checkedMapping)
	c := newCentre(t, dbtest.SQLite(t))
	rapid.Check(t, func(r *rapid.T) {
		n := imports.NewRun{SourceID: c.another(t), Mapping: m}
		if rapid.Bool().Draw(r, "known before") {
			if _, err := c.ImportFile(t.Context(), n, opener(drawFile(r, 10, 12, true)), nil); err != nil {
				r.Fatal(err)
			}
		}
		file := drawFile(r, rapid.IntRange(1, 25).Draw(r, "rows"), rapid.SampledFrom([]int{5, 50}).Draw(r, "ids"), true)
		var before []string
		looked := rapid.IntRange(0, 9).Draw(r, "looked") == 0 // at every row of the database: that takes a while
		if looked {
			before = dbtest.Dump(t, c.db)
		}
		check, err := c.CheckFile(t.Context(), n, opener(file), nil)
		if err != nil {
			r.Fatal(err)
		}
		if looked && !slices.Equal(before, dbtest.Dump(t, c.db)) {
			r.Fatal("the check wrote something")
		}
		customers := c.count(t, "customers", "1 = 1")
		run, err := c.ImportFile(t.Context(), n, opener(file), nil)
		if err != nil {
			r.Fatal(err)
		}
		if diff := cmp.Diff(toldBy(check), toldBy(run), cmp.AllowUnexported(told{})); diff != "" {
			r.Fatalf("check (-) and import (+) of\n%s\n%s", file, diff)
		}
		if got := c.count(t, "customers", "1 = 1") - customers; got != check.Report().NewCustomers {
			r.Errorf("%d customers are new, the check said %d:\n%s", got, check.Report().NewCustomers, file)
		}
	})
}

// In a file of several transactions a check tells contacts that come again from new ones, as the import does.
func TestACheckKnowsWhatCameEarlierInTheFile(t *testing.T) {
	t.Parallel()
	m := parse(t, checkedMapping)
	c := newCentre(t, dbtest.SQLite(t))
	rapid.Check(t, func(r *rapid.T) {
		n := imports.NewRun{SourceID: c.another(t), Mapping: m}
		var b strings.Builder
		b.WriteString("id,state,name,phone,mail,done,talk,score,nps\n")
		ids := rapid.SliceOfN(rapid.IntRange(0, 150), 101, 150).Draw(r, "ids")
		for _, id := range ids {
			fmt.Fprintf(&b, "T-%d,resolved,Caller %d,1391235%04d,c%d@example.org,2026-11-20 10:00,,%s,\n", id, id, id, id,
				rapid.SampledFrom([]string{"5", "5", "4", "", "x"}).Draw(r, "score"))
		}
		check, err := c.CheckFile(t.Context(), n, opener(b.String()), nil)
		if err != nil {
			r.Fatal(err)
		}
		run, err := c.ImportFile(t.Context(), n, opener(b.String()), nil)
		if err != nil {
			r.Fatal(err)
		}
		if diff := cmp.Diff(toldBy(check), toldBy(run), cmp.AllowUnexported(told{})); diff != "" {
			r.Fatalf("check (-) and import (+): %s", diff)
		}
		slices.Sort(ids)
		if people := len(slices.Compact(ids)); check.Report().NewCustomers != people || check.Report().KnownCustomers != 0 {
			r.Errorf("%+v, want %d customers", check.Report(), people)
		}
	})
}
