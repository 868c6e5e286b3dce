package hours_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"aftercall/internal/fault"
	"aftercall/internal/permission/hours"
	"aftercall/internal/permission/hours/hourstest"
)

const header = "country,date,kind,name\n"

func TestAFileOfSpecialDaysIsRead(t *testing.T) {
	t.Parallel()
	days, err := hours.ParseHolidays(strings.NewReader("\ufeff" + header +
		"cn,2026-10-10,working,国庆节调休\r\nCN,2026-10-01,holiday,\"国庆节, 第一天\"\n" +
		"DE-BY,2026-08-15,Holiday,Mariä Himmelfahrt\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := []hours.Holiday{
		hourstest.Day("CN", "2026-10-01", hours.PublicHoliday),
		hourstest.Day("CN", "2026-10-10", hours.WorkingDay), hourstest.Day("DE-BY", "2026-08-15", hours.PublicHoliday),
	}
	want[0].Name, want[1].Name, want[2].Name = "国庆节, 第一天", "国庆节调休", "Mariä Himmelfahrt"
	if diff := gocmp.Diff(want, days); diff != "" {
		t.Error(diff)
	}
}

func TestAFileOfSpecialDaysNamesLineAndFieldOfEveryMistake(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ file, want string }{
		"no days":        {header, "0 file calendar_empty"},
		"nothing":        {"", "0 file calendar_empty"},
		"another header": {"date,country,kind,name\n", "1 header calendar_header"},
		"three columns":  {header + "CN,2026-10-01,holiday\n", "2 row calendar_row"},
		"a torn quote":   {header + "CN,2026-10-01,holiday,\"x\n", "2 row calendar_row"},
		"not UTF-8":      {header + "CN,2026-10-01,holiday,\xb9\xfa\n", "0 file not_utf8"},
		"several at once": {
			file: header + "XX,2026-10-01,holiday,\nCN,2026-02-30,holiday,\nCN,1999-12-31,closed,\n",
			want: "2 country region_unknown, 3 date calendar_date, 4 date year_range, 4 kind day_kind",
		},
		"one day twice": {header + "CN,2026-10-01,holiday,\ncn,2026-10-01,working,\n", "3 date day_twice"},
		"a long name":   {header + "CN,2026-10-01,holiday," + strings.Repeat("长", 81), "2 name too_long"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := hours.ParseHolidays(strings.NewReader(c.file))
			wrong, ok := fault.Of(err)
			if !ok || wrong.Kind != fault.Invalid {
				t.Fatal(err)
			}
			var got []string
			for _, f := range wrong.Fields {
				got = append(got, fmt.Sprintf("%d %s %s", f.Line, f.Name, f.Code))
			}
			if diff := gocmp.Diff(c.want, strings.Join(got, ", ")); diff != "" {
				t.Error(diff)
			}
		})
	}
	_, err := hours.ParseHolidays(strings.NewReader(header + strings.Repeat("\n", 2<<20)))
	if !fault.Is(err, fault.TooLarge) {
		t.Errorf("two megabytes: %v", err)
	}
	if _, err := hours.ParseHolidays(broken{}); err == nil || fault.Is(err, fault.Invalid) {
		t.Errorf("a file that cannot be read: %v", err)
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("the disk is on fire") }

func FuzzHolidays(f *testing.F) {
	f.Add(header + "CN,2026-10-01,holiday,国庆节\n")
	f.Add("\ufeff" + header + "US-FL,2026-12-25,holiday,\"a,b\"\r\n")
	f.Fuzz(func(t *testing.T, file string) {
		days, err := hours.ParseHolidays(strings.NewReader(file))
		if err != nil {
			return
		}
		var b strings.Builder
		b.WriteString(header)
		for _, h := range days {
			fmt.Fprintf(&b, "%s,%s,%s,\"%s\"\n", h.Region, h.Day, h.Kind, strings.ReplaceAll(h.Name, `"`, `""`))
		}
		again, err := hours.ParseHolidays(strings.NewReader(b.String()))
		if err != nil {
			t.Fatalf("%q was read and not read again: %v", file, err)
		}
		if diff := gocmp.Diff(days, again); diff != "" {
			t.Fatal(diff)
		}
	})
}
