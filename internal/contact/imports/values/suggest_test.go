package values

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAFormatIsSuggestedThatReadsEverySample(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ samples, want []string }{
		{[]string{"", "05/01/2022 12:07:46 AM", "-"}, []string{"DD/MM/YYYY hh:mm:ss A", "MM/DD/YYYY hh:mm:ss A"}},
		{[]string{"05/01/2022 12:07:46 AM", "05/25/2022 01:00:00 PM"}, []string{"MM/DD/YYYY hh:mm:ss A"}},
		{[]string{"25.1.22", "3.11.22"}, []string{"DD.M.YY"}},
		{[]string{"26-11-05", "26-11-30"}, []string{"YY-MM-DD", "DD-MM-YY"}},
		{[]string{"26-11-05", "26-11-30", "26-11-99"}, []string{"DD-MM-YY"}},
		{[]string{"05-Nov-26", "31-Dec-32"}, []string{"DD-MMM-YY"}},
		{[]string{"2026/11/5 下午9:05", "2026/1/5 上午10:05"}, []string{"YYYY/MM/D Ah:mm"}},
		{[]string{"2026年11月5日 9时05分"}, []string{"YYYY年MM月D日 H时mm分"}},
		{[]string{"Thu, 05 Nov 2026 09:05:00 +0800", "Fri, 06 Nov 2026 09:05:00 GMT"}, []string{"ddd, DD MMM YYYY HH:mm:ss Z"}},
		{[]string{"1793840700"}, []string{"unix"}},
		{[]string{"1793840700000", ""}, []string{"unix_ms"}},
		{[]string{"46331.378"}, []string{"excel"}},
		{[]string{"20261105"}, []string{"YYYYMMDD"}},
		{[]string{"2026-11-05 at 9:05"}, []string{"YYYY-MM-DD [at] H:mm"}},
		{[]string{"05/01/2022", "yesterday"}, nil},
		{[]string{"yesterday"}, nil},
		{[]string{"", "N/A", "#N/A"}, nil},
		{nil, nil},
	} {
		t.Run(strings.Join(c.samples, ", "), func(t *testing.T) {
			if diff := cmp.Diff(c.want, SuggestDates(c.samples)); diff != "" {
				t.Errorf("%q: %s", c.samples, diff)
			}
		})
	}
}
