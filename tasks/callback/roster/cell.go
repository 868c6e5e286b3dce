package roster

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"aftercall/internal/clock"
	"aftercall/internal/fault"
	"aftercall/internal/text"
)

// separators stand between the shifts of one day.
const separators = ",;+/、，；＋"

// words are how people write what is no shift, in both languages. The first one of each kind and language is what a file is written with.
var words = map[Kind][]string{
	Off:   {"休", "off", "休息", "公休", "轮休", "rest", "day off"},
	Leave: {"请假", "leave", "年假", "事假", "调休", "假", "holiday", "vacation", "annual leave"},
	Sick:  {"病假", "sick", "病", "ill", "sick leave"},
}

// nothings say nothing of a day.
var nothings = []string{"", "-", "–", "—", "/"}

func isNothing(cell string) bool { return slices.Contains(nothings, cell) }

// kindOf returns what a word says that is no shift; empty for none.
func kindOf(word string) Kind {
	for _, kind := range []Kind{Off, Leave, Sick} {
		if slices.Contains(words[kind], strings.ToLower(word)) {
			return kind
		}
	}
	return ""
}

// ReadCell reads what somebody typed for a person's day: names of shifts, times as 09:00-17:30, several of them with commas between, or a
// word for a day off, leave or illness. Nothing, or a dash, says nothing of the day. The problem's field is "cell".
func ReadCell(shifts []Shift, typed string) ([]Entry, *fault.Field) {
	typed = text.Plain(typed)
	if isNothing(typed) {
		return nil, nil
	}
	if shift, known := named(shifts, typed); known {
		return []Entry{{Kind: Work, Name: shift.Name, FromMinute: shift.FromMinute, UntilMinute: shift.UntilMinute}}, nil
	}
	if kind := kindOf(typed); kind != "" {
		return []Entry{{Kind: kind}}, nil
	}
	var list []Entry
	for _, part := range strings.FieldsFunc(typed, func(r rune) bool { return strings.ContainsRune(separators, r) }) {
		e, problem := readPart(shifts, text.Plain(part))
		if problem != nil {
			return nil, problem
		}
		list = append(list, e)
	}
	slices.SortFunc(list, func(a, b Entry) int { return a.FromMinute - b.FromMinute })
	return list, checkDay(list, typed)
}

func readPart(shifts []Shift, part string) (Entry, *fault.Field) {
	if shift, known := named(shifts, part); known {
		return Entry{Kind: Work, Name: shift.Name, FromMinute: shift.FromMinute, UntilMinute: shift.UntilMinute}, nil
	}
	from, until, isSpan := readSpan(part)
	if !isSpan {
		names := make([]string, len(shifts))
		for i, s := range shifts {
			names[i] = s.Name
		}
		return Entry{}, &fault.Field{
			Name: "cell", Code: "roster_cell", Value: part, Args: map[string]any{"shifts": strings.Join(names, "、")},
			Problem: "is no shift, no time such as 09:00-17:30, and no word for a day off",
		}
	}
	if code, problem := checkLength(from, until); code != "" {
		return Entry{}, &fault.Field{Name: "cell", Code: code, Problem: problem, Value: part}
	}
	return Entry{Kind: Work, FromMinute: from, UntilMinute: until}, nil
}

// checkDay refuses shifts of one day that overlap, and too many of them.
func checkDay(list []Entry, typed string) *fault.Field {
	if len(list) == 0 {
		return &fault.Field{
			Name: "cell", Code: "roster_cell", Value: typed, Args: map[string]any{"shifts": ""},
			Problem: "is no shift, no time such as 09:00-17:30, and no word for a day off",
		}
	}
	if len(list) > MaxEntries {
		return &fault.Field{Name: "cell", Code: "roster_cell_many", Problem: "has more than four shifts", Value: typed}
	}
	for i := 1; i < len(list); i++ {
		if list[i].FromMinute < list[i-1].UntilMinute {
			return &fault.Field{Name: "cell", Code: "roster_overlap", Problem: "has shifts that overlap", Value: typed}
		}
	}
	return nil
}

func checkLength(from, until int) (code, problem string) {
	if until-from > int(LongestShift.Minutes()) {
		return "shift_long", "is longer than 16 hours; write two shifts"
	}
	return "", ""
}

// readSpan reads two times of day with a dash or a word between them; one that ends no later than it begins goes over midnight.
func readSpan(part string) (from, until int, ok bool) {
	part = strings.NewReplacer("–", "-", "—", "-", "~", "-", "～", "-", "至", "-", "到", "-", "次日", "", "：", ":", " ", "").Replace(part)
	first, second, found := strings.Cut(part, "-")
	if !found {
		return 0, 0, false
	}
	from, ok = readTime(first)
	if !ok {
		return 0, 0, false
	}
	until, ok = readTime(second)
	return from, overMidnight(from, until), ok
}

func overMidnight(from, until int) int {
	if until <= from {
		until += dayMinutes
	}
	return until
}

// readTime reads a time of day as minutes: 9:00, 09:00, 9, 9点, 9点半; 24:00 is the end of the day.
func readTime(typed string) (int, bool) {
	typed = strings.NewReplacer("：", ":", "点半", ":30", "点", ":00", "时", ":00").Replace(text.Plain(typed))
	hours, minutes, found := strings.Cut(typed, ":")
	if !found {
		minutes = "0"
	}
	h, errHour := strconv.Atoi(hours)
	m, errMinute := strconv.Atoi(minutes)
	ok := errHour == nil && errMinute == nil && h >= 0 && m >= 0 && m < 60 && h*60+m <= dayMinutes && len(hours) <= 2 && len(minutes) <= 2
	return h*60 + m, ok
}

// spanText writes times as they are typed: the second one of the next day where the shift goes over midnight.
func spanText(from, until int) string { return minuteText(from) + "-" + minuteText(until) }

func minuteText(m int) string {
	if m > dayMinutes {
		m -= dayMinutes
	}
	return fmt.Sprintf("%02d:%02d", m/60, m%60)
}

// Words returns what a cell is written with that is no shift, in a language.
func Words(language string) []string {
	return []string{wordOf(Off, language), wordOf(Leave, language), wordOf(Sick, language)}
}

func wordOf(kind Kind, language string) string {
	if language == "en" {
		return words[kind][1]
	}
	return words[kind][0]
}

// Text writes the entries of a cell as ReadCell reads them, with words of a language.
func (c Cell) Text(language string) string {
	parts := make([]string, len(c.Entries))
	for i, e := range c.Entries {
		switch {
		case e.Kind != Work:
			parts[i] = wordOf(e.Kind, language)
		case e.Name != "":
			parts[i] = e.Name
		default:
			parts[i] = spanText(e.FromMinute, e.UntilMinute)
		}
	}
	return strings.Join(parts, ", ")
}

// Times writes when the shifts of a cell are; empty for a day without any.
func (c Cell) Times() string {
	var parts []string
	for _, e := range c.Entries {
		if e.Kind == Work {
			parts = append(parts, spanText(e.FromMinute, e.UntilMinute))
		}
	}
	return strings.Join(parts, ", ")
}

// Kind returns what the day is, empty where nothing is said of it.
func (c Cell) Kind() Kind {
	if len(c.Entries) == 0 {
		return ""
	}
	return c.Entries[0].Kind
}

// outside reports whether a day is that is too far away to be meant.
func (s *Service) outside(d clock.Day, now clock.Instant) bool {
	today := clock.DayOf(now, s.zone)
	return d < today-Behind || d > today+Ahead
}
