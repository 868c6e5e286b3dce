package imports

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"aftercall/internal/fault"
	"aftercall/internal/table"
)

func TestMappingErrorNamesEveryFault(t *testing.T) {
	t.Parallel()
	_, err := ParseMapping([]byte(`
zone: Asia/Atlantis
region: XX
delimiter: ";;"
dates: ["YYYY-MM-DD", "day/month"]
columns: {status: S, resolver: R}
constants: {channel: telegram}
values:
  status: {Closed: closed}
  complaint: {yes: maybe}
participants: [{role: boss, agent: A}]
answers: [{metric: stars}]
`))
	f, ok := fault.Of(err)
	if !ok {
		t.Fatal(err)
	}
	var got []string
	for _, field := range f.Fields {
		got = append(got, field.Name+" "+field.Code+" "+field.Value)
	}
	want := []string{
		"answers[0].column required ",
		"answers[0].metric unknown_value stars",
		"columns.external_id required ",
		"columns.resolver unknown_field resolver",
		"constants.channel unknown_value telegram",
		"dates unknown_date_format day/month",
		"delimiter not_one_character ;;",
		"participants[0].role unknown_value boss",
		"region unknown_region XX",
		"values.complaint not_yes_or_no maybe",
		"values.status unknown_value closed",
		"zone unknown_zone Asia/Atlantis",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestMappingThatIsNoYAML(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"columns: [", "colums: {external_id: a}", "columns: {external_id: {a: b}}", "- 1"} {
		if _, err := ParseMapping([]byte(body)); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", body, err)
		}
	}
}

func TestMappingWrittenIsReadBack(t *testing.T) {
	t.Parallel()
	m, err := ParseMapping([]byte("zone: Asia/Shanghai\ncolumns: {external_id: id, customer.phones: [手机, 电话]}\n" +
		"values: {status: {已办结: resolved}}\nanswers: [{metric: csat, column: 满意度, values: {满意: 4}}]\n"))
	if err != nil {
		t.Fatal(err)
	}
	body, err := m.Format()
	if err != nil {
		t.Fatal(err)
	}
	again, err := ParseMapping([]byte(body))
	if diff := cmp.Diff(m, again); err != nil || diff != "" {
		t.Error(err, diff)
	}
}

func FuzzMapping(f *testing.F) {
	f.Add("columns: {external_id: id}\n", "id\n1\n")
	f.Add("zone: UTC\ndates: [\"M/D/YY\"]\ncolumns: {external_id: a, opened_at: b, customer.phones: [c, d]}\n"+
		"values: {status: {\"*\": open}}\n", "a,b\n1,2/3/04\n")
	f.Add("columns: {external_id: a}\nanswers: [{metric: csat, column: b, values: {good: 5}}]\nparticipants: [{role: took, agent: c}]\n",
		"a,b,c\n1,good,x\n")
	f.Fuzz(func(t *testing.T, body, file string) {
		m, err := ParseMapping([]byte(body))
		if err != nil {
			if fault.KindOf(err) == fault.Internal {
				t.Fatalf("nobody's fault: %v", err)
			}
			return
		}
		r, err := table.Open(t.Context(), strings.NewReader(file), m.TableOptions())
		if err != nil {
			return
		}
		defer func() { _ = r.Close() }()
		head, err := r.Next()
		if err != nil {
			return
		}
		c, err := newConverter(m, head.Cells, r.Found())
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Fatal(err)
			}
			return
		}
		for {
			row, err := r.Next()
			if err != nil {
				return
			}
			got := c.convert(row)
			for _, p := range slices.Concat(got.problems, got.warnings) {
				if p.Code == "" || p.Name == "" {
					t.Fatalf("a problem without a name: %+v", p)
				}
			}
		}
	})
}
