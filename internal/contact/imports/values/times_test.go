package values

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"aftercall/internal/clock"
	"aftercall/internal/text"
)

func zoneOf(t testing.TB, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func timesOf(t testing.TB, zone string, workbook, from1904 bool, formats ...string) *Times {
	t.Helper()
	r, err := NewTimes(formats, zoneOf(t, zone), workbook, from1904)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// shown is what became of a text: the time in Shanghai, or the code of the flaw; both where it was taken with one.
func shown(t testing.TB, r *Times, texts ...string) string {
	t.Helper()
	at, flaw := r.Read(texts...)
	if flaw != nil && !flaw.Assumed {
		return flaw.Code
	}
	s := at.In(zoneOf(t, "Asia/Shanghai")).Format("2006-01-02 15:04:05.999999")
	if flaw != nil {
		s += " " + flaw.Code
	}
	return s
}

func TestATimeIsReadInEverySpellingThatHasOneReading(t *testing.T) {
	t.Parallel()
	r := timesOf(t, "Asia/Shanghai", false, false)
	const morning, evening, midnight = "2026-11-05 09:05:00", "2026-11-05 21:05:00", "2026-11-05 00:00:00"
	for text, want := range map[string]string{
		"2026-11-05 09:05": morning, "2026-11-05 9:05:00": morning, "2026-11-5 9:5": morning, "2026/11/5 9:05": morning,
		"2026.11.05 09:05": morning, "2026. 11. 5. 9:05": morning, "2026 - 11 - 05 09:05": morning, " 2026-11-05\u00a009:05\u200b": morning,
		"2026-11-05T09:05:00": morning, "2026-11-05t09:05": morning, "20261105090500": morning, "202611050905": morning,
		"20261105 090500": morning,
		"20261105T090500": morning, "20261105T010500Z": morning, "20261105": midnight, "2026-11-05": midnight, "2026年11月5日": midnight,
		"２０２６－１１－０５　０９：０５": morning, "2026／11／05 09：05": morning,

		"2026年11月5日 9:05": morning, "2026年11月5日9:05": morning, "2026 年 11 月 5 日 9 时 05 分": morning, "2026年11月5日9时05分00秒": morning,
		"2026年11月05日 09点05分": morning, "2026年11月5日 9点05": morning, "26年11月5日 9:05": morning, "二〇二六年十一月五日 九时五分": morning,
		"2026年十一月5日 上午9时05分": morning, "2026年11月5号 早上9点5分": morning, "2026年11月5日星期四 上午9:05": morning, "2026-11-05 (周四) 09:05": morning,

		"2026/11/5 上午9:05": morning, "2026/11/5 下午9:05": evening, "下午9:05 2026/11/5": evening, "2026/11/5 9:05 下午": evening,
		"2026-11-05 晚上9:05": evening, "2026-11-05 晚上 9:05:00": evening, "2026-11-05 下午 21:05": evening, "2026-11-05 09:05 PM": evening,
		"2026-11-05 9:05pm": evening, "2026-11-05 9:05 p.m.": evening, "PM 9:05 2026-11-05": evening, "2026-11-05 9:05 AM": morning,
		"2026-11-05 12:05 AM": "2026-11-05 00:05:00", "2026-11-05 12:05 PM": "2026-11-05 12:05:00",
		"2026-11-05 上午12:05": "2026-11-05 00:05:00",
		"2026-11-05 中午12:05": "2026-11-05 12:05:00", "2026-11-05 中午1:05": "2026-11-05 13:05:00", "2026-11-05 凌晨2:05": "2026-11-05 02:05:00",
		"2026-11-05 下午3点": "2026-11-05 15:00:00", "2026-11-05 下午三点半": "2026-11-05 15:30:00", "2026-11-05 3 PM": "2026-11-05 15:00:00",

		"2026-11-05 09:05:00+08": morning, "2026-11-05 09:05:00 +0800": morning, "2026-11-05T09:05:00+08:00": morning,
		"2026-11-05T01:05Z":      morning,
		"2026-11-05 09:05 GMT+8": morning, "2026-11-05 09:05 UTC+08:00": morning, "2026-11-05 01:05:00 UTC": morning,
		"2026-11-05 01:05 GMT":      morning,
		"2026-11-04 20:05:00-05:00": morning, "2026-11-05 06:50:00+05:45": morning, "北京时间 2026-11-05 09:05": morning,
		"2026-11-05T09:05+08:00[Asia/Shanghai]": morning, "2026-11-05 09:05:00 +0800 CST": morning, "2026-11-05 09:05 (GMT+8)": morning,
		"Thu Nov 05 2026 09:05:00 GMT+0800 (China Standard Time)": morning, "Thu Nov  5 09:05:00 2026": morning,

		"5 Nov 2026 09:05": morning, "05-Nov-2026 09:05": morning, "5-NOV-2026 09:05": morning, "Nov 5, 2026 9:05 AM": morning,
		"November 5th, 2026 at 9:05 am": morning, "Thursday, November 5, 2026 9:05:00 AM": morning,
		"Thu, 05 Nov 2026 09:05:00 +0800": morning,
		"nov. 5 2026 09:05":               morning, "2026-Nov-05 09:05": morning, "2026 November 5 09:05": morning,
		"Sept 5 2026": "2026-09-05 00:00:00",

		"2026-11-05 09:05:00.5": morning + ".5", "2026-11-05 09:05:00,123": morning + ".123",
		"2026-11-05T01:05:00.123456789Z": morning + ".123456",
		"2026-11-05 24:00":               "2026-11-06 00:00:00", "2026-12-31 24:00:00": "2027-01-01 00:00:00",
		"05-05-2026": "2026-05-05 00:00:00",
		"2024-02-29": "2024-02-29 00:00:00", "'2026-11-05 09:05": morning,
	} {
		t.Run(text, func(t *testing.T) {
			if got := shown(t, r, text); got != want {
				t.Errorf("%q: %s, want %s", text, got, want)
			}
		})
	}
}

func TestATimeWithTwoReadingsOrNoneIsRefused(t *testing.T) {
	t.Parallel()
	r := timesOf(t, "Asia/Shanghai", false, false)
	for text, want := range map[string]string{
		"05-11-2026": "ambiguous_date", "05/11/2026 9:05": "ambiguous_date", "05.11.2026": "ambiguous_date", "13-11-2026": "ambiguous_date",
		"05/11/26": "ambiguous_date", "26-11-05 09:05": "ambiguous_date", "05-Nov-26": "ambiguous_date", "０５／１１／２０２６": "ambiguous_date",
		"2026-11-05 09:05 (CST)": "zone_name", "2026-11-05 09:05 EST": "zone_name", "2026-11-05 09:05:00 IST": "zone_name",
		"yesterday": "bad_date", "": "bad_date", "2026-13-01": "bad_date", "2026-02-30 10:00": "bad_date", "2025-02-29": "bad_date",
		"2026-11-05 09:05:60": "bad_date", "2026-11-05 25:00": "bad_date", "2026-11-05 24:01": "bad_date", "2026-11-05 9:60": "bad_date",
		"2026-11-05 上午15:05": "bad_date", "2026-11-05 晚上12:05": "bad_date", "2026-11-05 13:05 AM": "bad_date", "11-05": "bad_date",
		"2026-11": "bad_date", "9:05": "bad_date", "2026-11-05-08:00": "bad_date", "2026-11-05 09:00-10:00": "bad_date",
		"2026-11-05 下午5:00-6:00": "bad_date", "2026-11-05 9:00-10": "bad_date",

		"46348.5":    "bad_date",
		"1793840700": "bad_date", "2026-11-05 9:05 9:06": "bad_date", "2026-11-05 2026-11-06": "bad_date", "2026-W45-4": "bad_date",
		"2026-11-05 09:05+99": "bad_date", "2026/11-05": "bad_date", "05112026": "bad_date", "2026-11-05 PM": "bad_date",
		"32/01/2026": "bad_date",
	} {
		t.Run(text, func(t *testing.T) {
			if got := shown(t, r, text); got != want {
				t.Errorf("%q: %s, want %s", text, got, want)
			}
		})
	}
}

func TestAnAmbiguousDateNamesItsReadings(t *testing.T) {
	t.Parallel()
	_, flaw := timesOf(t, "UTC", false, false).Read("05/11/2026 9:05")
	want := "can be read as DD/MM/YYYY H:mm and as MM/DD/YYYY H:mm; say which under dates"
	if flaw == nil || flaw.Text != want {
		t.Errorf("%+v", flaw)
	}
	readings := Readings("05/11/2026 9:05", time.UTC)
	if got := fmt.Sprint(readings); got != "[{DD/MM/YYYY H:mm 2026-11-05T09:05:00Z} {MM/DD/YYYY H:mm 2026-05-11T09:05:00Z}]" {
		t.Error(got)
	}
}

func TestAMappingCanSayAnyFormat(t *testing.T) {
	t.Parallel()
	const morning, evening, midnight = "2026-11-05 09:05:00", "2026-11-05 21:05:00", "2026-11-05 00:00:00"
	for _, c := range []struct{ format, text, want string }{
		{"MM/DD/YYYY hh:mm:ss A", "11/05/2026 09:05:00 PM", evening},
		{"M/D/YYYY h:mm", "11/05/2026 9:05", morning},
		{"MM/DD/YYYY", "1/5/2026", "2026-01-05 00:00:00"},
		{"DD.MM.YY H:mm", "05.11.26 9:05", morning},
		{"DD-MM-YYYY", "05-11-2026", midnight},
		{"DD-MM-YYYY", "2026-11-05", "bad_date"},
		{"DD-MMM-YY", "05-NOV-26", midnight},
		{"D MMMM YYYY HH:mm", "5 november 2026 09:05", morning},
		{"MMM D, YYYY h:mm A", "Nov 5, 2026 9:05 PM", evening},
		{"YYYY年MMMD日", "2026年十一月5日", midnight},
		{"YYYY/M/D Ah:mm", "2026/11/5 下午9:05", evening},
		{"YYYY/M/D A h:mm", "2026/11/5 下午9:05", evening},
		{"A h:mm YYYY/M/D", "下午 9:05 2026/11/5", evening},
		{"YYYY年M月D日 H时mm分", "2026年11月5日9时05分", morning},
		{"YYYY-MM-DD HH:mm:ss ZZ", "2026-11-05 09:05:00 +0800", morning},
		{"YYYY-MM-DD HH:mm:ssZZ", "2026-11-05 09:05:00+08", morning},
		{"YYYY-MM-DD HH:mm:ss Z", "2026-11-05 01:05:00 UTC", morning},
		{"ddd, DD MMM YYYY HH:mm:ss Z", "Thu, 05 Nov 2026 09:05:00 GMT+8", morning},
		{"YYYY-MM-DD ddd HH:mm", "2026-11-05 周四 09:05", morning},
		{"YYYY-MM-DD HH:mm:ss,SSS", "2026-11-05 09:05:00,5", morning + ".5"},
		{"YYYY-MM-DD HH:mm:ss", "2026-11-05 09:05:00.123456", morning + ".123456"},
		{"YYYYMMDDHHmmss", "20261105090500", morning},
		{"DDMMYYYY", "05112026", midnight},
		{"YYMMDD", "261105", midnight},
		{"YYYY-MM-DD [at] HH:mm", "2026-11-05 at 09:05", morning},
		{"YYYY-MM-DD HH.mm.ss", "2026-11-05 09.05.00", morning},
		{"YYYY:MM:DD HH:mm", "2026:11:05 09:05", morning},
		{"HH:mm DD/MM/YYYY", "09:05 05/11/2026", morning},
		{"rfc3339", "2026-11-05T01:05:00Z", morning},
		{"unix", "1793840700", morning},
		{"unix_ms", "1793840700000", morning},
		{"excel", "46331.378472222", morning},
		{"excel_1904", "44869.378472222", morning},
		{"excel", "44869", "2022-11-04 00:00:00"},
		{"unix", "-1", "bad_date"},
		{"unix", "20261105", "bad_date"},
		{"unix_ms", "1793840700", "bad_date"},
		{"MM/DD/YYYY", "13/11/2026", "bad_date"},
		{"YYYY-MM-DD", "2026-11-05 09:05", "bad_date"},
		{"YYYY-MM-DD HH:mm", "2026-11-0509:05", "bad_date"},
	} {
		t.Run(c.text+" as "+c.format, func(t *testing.T) {
			if got := shown(t, timesOf(t, "Asia/Shanghai", false, false, c.format), c.text); got != c.want {
				t.Errorf("%q as %q: %s, want %s", c.text, c.format, got, c.want)
			}
		})
	}
}

func TestAFormatThatNamesNoDayIsRefused(t *testing.T) {
	t.Parallel()
	for format, want := range map[string]string{
		"": "is empty", "day/month": "not a part of a date", "yyyy-mm-dd": "not a part of a date", "HH:mm": "no whole date",
		"YYYY-mm-DD": "no whole date", "YYYY-MM-DD HH:MM": "a part twice", "YYYY YY-MM-DD": "a part twice", "YYYY-MM": "no whole date",
		"YYYY-MM-DD mm": "without an hour", "%Y-%m-%d": "not a part of a date", "[YYYY-MM-DD": "not a part of a date",
	} {
		t.Run(format, func(t *testing.T) {
			if err := CheckFormat(format); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%q: %v", format, err)
			}
		})
	}
}

func TestAWorkbooksNumberIsATimeOfItsEpoch(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from1904   bool
		text, want string
	}{
		{false, "46331.378472222", "2026-11-05 09:05:00"},
		{true, "44869.378472222", "2026-11-05 09:05:00"},
		{false, "46331", "2026-11-05 00:00:00"},
		{false, "46331.999999", "2026-11-06 00:00:00"},
		{false, "20261105", "2026-11-05 00:00:00"},
		{false, "0.378472222", "bad_date"},
		{false, "-1", "bad_date"},
		{false, "1e300", "bad_date"},
		{false, "2026-11-05T09:05:00", "2026-11-05 09:05:00"},
	} {
		t.Run(fmt.Sprintf("%s, from 1904: %t", c.text, c.from1904), func(t *testing.T) {
			if got := shown(t, timesOf(t, "Asia/Shanghai", true, c.from1904), c.text); got != c.want {
				t.Errorf("%q from 1904 %t: %s, want %s", c.text, c.from1904, got, c.want)
			}
		})
	}
}

func TestADayAndATimeOfDayAreJoined(t *testing.T) {
	t.Parallel()
	const morning, evening = "2026-11-05 09:05:00", "2026-11-05 21:05:00"
	for _, c := range []struct {
		workbook bool
		format   string
		texts    []string
		want     string
	}{
		{false, "", []string{"2026-11-05", "09:05"}, morning},
		{false, "", []string{"09:05", "2026-11-05"}, morning},
		{false, "", []string{"2026-11-05", "9:05", "PM"}, evening},
		{false, "", []string{"2026/11/5", "下午9:05"}, evening},
		{false, "", []string{"20261105", "9时05分"}, morning},
		{false, "", []string{"2026-11-05 00:00:00", "1899-12-30 09:05:00"}, morning},
		{false, "", []string{"2026-11-05", "01:05", "+00:00"}, morning},
		{false, "", []string{"2026-11-05", ""}, "2026-11-05 00:00:00 time_missing"},
		{false, "", []string{"", "09:05"}, "bad_date"},
		{false, "", []string{"2026-11-05", "noonish"}, "bad_date"},
		{false, "", []string{"2026-11-05 08:00", "09:05"}, "bad_date"},
		{false, "", []string{"2026-11-05", "2026-11-06 09:05"}, "bad_date"},
		{false, "", []string{"05/11/2026", "09:05"}, "ambiguous_date"},
		{false, "DD/MM/YYYY", []string{"05/11/2026", "09:05"}, morning},
		{false, "DD/MM/YYYY HH:mm", []string{"05/11/2026", "09:05"}, morning},
		{false, "DD/MM/YYYY", []string{"2026-11-05", "09:05"}, "bad_date"},
		{true, "", []string{"46331", "0.378472222"}, morning},
		{true, "", []string{"46331", "9:05"}, morning},
		{true, "", []string{"46331", "46331.378472222"}, morning},
		{true, "", []string{"2026-11-05", "0.378472222"}, morning},
		{true, "DD/MM/YYYY", []string{"05/11/2026", "0.378472222"}, morning},
		{true, "DD/MM/YYYY", []string{"46331", "0.378472222"}, morning},
	} {
		t.Run(strings.Join(c.texts, ", "), func(t *testing.T) {
			var formats []string
			if c.format != "" {
				formats = []string{c.format}
			}
			if got := shown(t, timesOf(t, "Asia/Shanghai", c.workbook, false, formats...), c.texts...); got != c.want {
				t.Errorf("%q as %q: %s, want %s", c.texts, c.format, got, c.want)
			}
		})
	}
}

func TestAHourThatTheClocksSkipOrShowTwiceIsSaid(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ zone, text, want, code string }{
		{"America/New_York", "2026-03-08 02:30", "2026-03-08T07:30:00Z", "time_skipped"},
		{"America/New_York", "2026-03-08 01:59", "2026-03-08T06:59:00Z", ""},
		{"America/New_York", "2026-03-08 03:00", "2026-03-08T07:00:00Z", ""},
		{"America/New_York", "2026-11-01 01:30", "2026-11-01T05:30:00Z", "time_twice"},
		{"America/New_York", "2026-11-01 01:30 -05:00", "2026-11-01T06:30:00Z", ""},
		{"America/New_York", "2026-11-01 00:59", "2026-11-01T04:59:00Z", ""},
		{"America/New_York", "2026-11-01 02:00", "2026-11-01T07:00:00Z", ""},
		{"Europe/London", "2026-03-29 01:30", "2026-03-29T01:30:00Z", "time_skipped"},
		{"Europe/London", "2026-10-25 01:30", "2026-10-25T00:30:00Z", "time_twice"},
		{"Australia/Lord_Howe", "2026-10-04 02:15", "2026-10-03T15:45:00Z", "time_skipped"},
		{"Pacific/Apia", "2011-12-30 10:00", "2011-12-30T20:00:00Z", "time_skipped"},
		{"America/Santiago", "2026-09-06 00:30", "2026-09-06T04:30:00Z", "time_skipped"},
		{"Asia/Shanghai", "2026-03-08 02:30", "2026-03-07T18:30:00Z", ""},
		{"UTC", "2026-03-29 01:30", "2026-03-29T01:30:00Z", ""},
	} {
		t.Run(c.zone+" "+c.text, func(t *testing.T) {
			at, flaw := timesOf(t, c.zone, false, false).Read(c.text)
			code := ""
			if flaw != nil {
				code = flaw.Code
				if !flaw.Assumed || flaw.Taken == "" {
					t.Errorf("%s %s: %+v", c.zone, c.text, flaw)
				}
			}
			if at.String() != c.want || code != c.code {
				t.Errorf("%s %s: %s %s, want %s %s", c.zone, c.text, at, code, c.want, c.code)
			}
		})
	}
}

func TestTimesThatProgramsWriteForNoneAreNone(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", " ", "-", "N/A", "0000-00-00", "0000-00-00 00:00:00", "0001-01-01T00:00:00Z", "00/00/0000", "未知"} {
		t.Run(text, func(t *testing.T) {
			if !IsNoTime(text) {
				t.Errorf("%q is a time", text)
			}
		})
	}
	for _, text := range []string{"2026-11-05", "0001-01-01 10:00", "1970-01-01 00:00:00", "0"} {
		t.Run(text, func(t *testing.T) {
			if IsNoTime(text) {
				t.Errorf("%q is none", text)
			}
		})
	}
}

// patterns are ways to write a time, as a Go layout and as a format of a mapping.
var patterns = []struct{ layout, format string }{
	{"2006-01-02 15:04:05", "YYYY-MM-DD HH:mm:ss"},
	{"2006/1/2 15:04:05", "YYYY/M/D H:mm:ss"},
	{"01/02/2006 03:04:05 PM", "MM/DD/YYYY hh:mm:ss A"},
	{"02/01/2006 15:04:05", "DD/MM/YYYY HH:mm:ss"},
	{"2.1.06 15:04:05", "D.M.YY H:mm:ss"},
	{"06-01-02 15:04:05", "YY-MM-DD HH:mm:ss"},
	{"2006年1月2日 15时4分5秒", "YYYY年M月D日 H时m分s秒"},
	{"Mon, 02 Jan 2006 15:04:05 -0700", "ddd, DD MMM YYYY HH:mm:ss Z"},
	{"January 2, 2006 3:04:05 pm", "MMMM D, YYYY h:mm:ss A"},
	{"02-Jan-06 15:04:05", "DD-MMM-YY HH:mm:ss"},
	{"20060102150405", "YYYYMMDDHHmmss"},
	{"2006-01-02T15:04:05Z07:00", "rfc3339"},
	{"2006-01-02 15:04:05,000", "YYYY-MM-DD HH:mm:ss,SSS"},
}

// What a format writes is read back as it, and without the format never as another time: it is the same one, or refused.
func TestAWrittenTimeIsReadBackAndNeverAsAnother(t *testing.T) {
	t.Parallel()
	free := timesOf(t, "Asia/Shanghai", false, false)
	zone := zoneOf(t, "Asia/Shanghai")
	rapid.Check(t, func(t *rapid.T) {
		from, to := time.Date(1992, 1, 1, 0, 0, 0, 0, zone).Unix(), time.Date(2068, 1, 1, 0, 0, 0, 0, zone).Unix()
		at := time.Unix(rapid.Int64Range(from, to).Draw(t, "at"), 0).In(zone)
		p := rapid.SampledFrom(patterns).Draw(t, "pattern")
		text := at.Format(p.layout)
		if rapid.Bool().Draw(t, "wide") {
			text = widened(text)
		}
		named, err := NewTimes([]string{p.format}, zone, false, false)
		if err != nil {
			t.Fatal(err)
		}
		if got, flaw := named.Read(text); flaw != nil || got != clock.At(at) {
			t.Fatalf("%q as %q: %s %v, want %s", text, p.format, got, flaw, clock.At(at))
		}
		if got, flaw := free.Read(text); flaw == nil && got != clock.At(at) {
			t.Fatalf("%q was read as %s, not %s", text, got, clock.At(at))
		}
		if p.format != "rfc3339" && !contains(SuggestDates([]string{"", text, "-"}), p.format, text, zone, at) {
			t.Fatalf("%q: %q is not among %q", text, p.format, SuggestDates([]string{text}))
		}
	})
}

// contains reports whether one of the formats reads the text as the time.
func contains(formats []string, _, text string, zone *time.Location, at time.Time) bool {
	for _, format := range formats {
		r, err := NewTimes([]string{format}, zone, false, false)
		if err != nil {
			return false
		}
		if got, flaw := r.Read(text); flaw == nil && got == clock.At(at) {
			return true
		}
	}
	return false
}

// widened returns a text in full width.
func widened(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return 0x3000
		case r > ' ' && r < 0x7F:
			return r + 0xFEE0
		}
		return r
	}, s)
}

func FuzzTimes(f *testing.F) {
	for _, p := range patterns {
		f.Add(p.format, time.Date(2026, 11, 5, 9, 5, 0, 0, time.UTC).Format(p.layout), "09:05")
	}
	f.Add("YYYY/M/D Ah:mm", "2026/11/5 下午9:05", "二〇二六年十一月五日")
	f.Add("excel", "46331.378", "Thu Nov 05 2026 09:05:00 GMT+0800 (CST)")
	f.Fuzz(func(t *testing.T, format, cell, second string) {
		zone := zoneOf(t, "America/New_York")
		for _, formats := range [][]string{nil, {format}} {
			for _, workbook := range []bool{false, true} {
				r, err := NewTimes(formats, zone, workbook, workbook)
				if err != nil {
					continue
				}
				at, flaw := r.Read(cell)
				again, flawAgain := r.Read(text.Plain(cell))
				if at != again || (flaw == nil) != (flawAgain == nil) {
					t.Errorf("%q is %s, and %s when it is plain", cell, at, again)
				}
				if flaw != nil && (flaw.Code == "" || flaw.Text == "" || !flaw.Assumed && at != 0) {
					t.Errorf("%q: %+v %s", cell, flaw, at)
				}
				_, _ = r.Read(cell, second)
			}
		}
		for _, name := range SuggestDates([]string{cell}) {
			if err := CheckFormat(name); err != nil {
				t.Errorf("%q suggests %q: %v", cell, name, err)
			}
		}
	})
}
