package imports

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"aftercall/internal/clock"
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

func TestDates(t *testing.T) {
	t.Parallel()
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	want := clock.At(time.Date(2026, 11, 22, 14, 5, 0, 0, shanghai))
	for _, c := range []struct {
		format, text string
		workbook     bool
	}{
		{"", "2026-11-22 14:05", false},
		{"", "2026-11-22 14:05:00", false},
		{"", "2026/11/22 14:05", false},
		{"", "2026年11月22日 14:05", false},
		{"", "2026-11-22T06:05:00Z", false},
		{"", "2026-11-22T14:05:00+08:00", false},
		{"MM/DD/YYYY hh:mm:ss A", "11/22/2026 02:05:00 PM", false},
		{"DD.MM.YY H:mm", "22.11.26 14:05", false},
		{"MMM D, YYYY HH:mm", "Nov 22, 2026 14:05", false},
		{"unix", "1795327500", false},
		{"unix_ms", "1795327500000", false},
		{"", "46348.586805556", true},
		{"excel", "46348.586805556", false},
	} {
		var formats []string
		if c.format != "" {
			formats = []string{c.format}
		}
		d, err := newDateReader(formats, shanghai, c.workbook)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := d.read(c.text); !ok || got != want {
			t.Errorf("%q as %q: %v %v, want %v", c.text, c.format, got, ok, want)
		}
	}
	d, err := newDateReader(nil, shanghai, false)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"", "yesterday", "2026-13-01", "46348.5", "22/11/2026"} {
		if got, ok := d.read(text); ok {
			t.Errorf("%q was read as %v", text, got)
		}
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
		c, err := newConverter(m, head.Cells, false)
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
