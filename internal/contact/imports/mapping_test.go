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
		t.Run(body, func(t *testing.T) {
			if _, err := ParseMapping([]byte(body)); !fault.Is(err, fault.Invalid) {
				t.Errorf("%q: %v", body, err)
			}
		})
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

func TestMappingIsReadInEveryWayItMayBeWritten(t *testing.T) {
	t.Parallel()
	m, err := ParseMapping([]byte(`
columns:
  external_id: id
  customer.phones: [手机, 电话#2]
  resolved_at: {join: [Date, Time]}
values:
  status: {1: resolved, "*": open}
answers:
  - metric: csat
    column: score
    scale: 1 – 5
    values: {好: 5, 中: 3.0, 差: "1", 5: 5, TRUE: 5, skipped: , "N/A": "", 无: null, "*": ""}
    no_answer: [系统默认好评]
`))
	if err != nil {
		t.Fatal(err)
	}
	worth := func(n int) Worth { return Worth{&n} }
	want := Mapping{
		Columns: map[string]Columns{
			"external_id": {Headings: []string{"id"}}, "customer.phones": {Headings: []string{"手机", "电话#2"}},
			"resolved_at": {Headings: []string{"Date", "Time"}, Join: true},
		},
		Values: map[string]map[string]string{"status": {"1": "resolved", "*": "open"}},
		Answers: []Answer{{
			Metric: "csat", Column: "score", Scale: "1 – 5", NoAnswer: []string{"系统默认好评"},
			Values: map[string]Worth{
				"好": worth(5), "中": worth(3), "差": worth(1), "5": worth(5), "true": worth(5), "skipped": {}, "N/A": {}, "无": {}, "*": {},
			},
		}},
	}
	if diff := cmp.Diff(want, m); diff != "" {
		t.Error(diff)
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

func TestMappingThatCouldNotBeMeantIsRefused(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		"columns: {external_id: id, customer.phones: {join: [a, b]}}":                        "columns.customer.phones not_joined",
		"columns: {external_id: id}\nanswers: [{metric: csat, column: a, scale: five}]":      "answers[0].scale not_a_scale",
		"columns: {external_id: id}\ndates: [YYYY-mm-DD]":                                    "dates unknown_date_format",
		"columns: {external_id: id, resolved_at: {glue: [a, b]}}":                            "mapping_yaml",
		"columns: {external_id: id, resolved_at: {join: []}}":                                "mapping_yaml",
		"columns: {external_id: id}\nanswers: [{metric: csat, column: a, values: {a: 4.5}}]": "mapping_yaml",
		"columns: {external_id: id}\nanswers: [{metric: csat, column: a, value: {a: 4}}]":    "mapping_yaml",
	} {
		t.Run(body, func(t *testing.T) {
			_, err := ParseMapping([]byte(body))
			f, ok := fault.Of(err)
			if !ok {
				t.Fatalf("%s: %v", body, err)
			}
			got := f.Code
			if len(f.Fields) > 0 {
				got = f.Fields[0].Name + " " + f.Fields[0].Code
			}
			if got != want {
				t.Errorf("%s: %s, want %s", body, got, want)
			}
		})
	}
	m := Mapping{
		Columns:   map[string]Columns{"external_id": {Headings: []string{"id"}}},
		Constants: map[string]string{"opened_at": "yesterday", "talk_seconds": "2:23"},
	}
	_, err := newConverter(m, []string{"id"}, table.Found{})
	if f, ok := fault.Of(err); !ok || len(f.Fields) != 1 || f.Fields[0].Name != "constants.opened_at" {
		t.Errorf("a constant that cannot be read: %v", err)
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
