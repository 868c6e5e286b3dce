package values

import "strings"

// months and weekdays are names by their first three letters; what follows them must go on as the whole name does.
var (
	months = [...]string{
		"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
	}
	weekdays = [...]string{"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}
)

// named returns which of some names a word in lower case is the whole or the beginning of, from 1; 0 if of none.
func named(word string, names []string) int {
	word = strings.TrimSuffix(word, ".")
	if len(word) < 3 {
		return 0
	}
	for i, name := range names {
		if strings.HasPrefix(name, word) && (len(word) == len(name) || len(word) <= 5) {
			return i + 1
		}
	}
	return 0
}

// halves are words for parts of the day, longer ones before those they begin with.
var halves = []struct {
	word string
	half half
}{
	{"上午", morning},
	{"早上", morning},
	{"早晨", morning},
	{"凌晨", morning},
	{"清晨", morning},
	{"午前", morning},
	{"中午", noon},
	{"正午", noon},
	{"下午", afternoon},
	{"午后", afternoon},
	{"午後", afternoon},
	{"傍晚", afternoon},
	{"晚上", night},
	{"晚间", night},
	{"夜里", night},
	{"夜间", night},
	{"夜晚", night},
	{"a.m.", morning},
	{"p.m.", afternoon},
	{"a.m", morning},
	{"p.m", afternoon},
	{"am", morning},
	{"pm", afternoon},
}

// halfWord returns the part of the day that a text in lower case begins with, and how long the word is.
func halfWord(s string) (half, int) {
	for _, h := range halves {
		if strings.HasPrefix(s, h.word) {
			if end := len(h.word); end == len(s) || s[0] >= 0x80 || s[end] < 'a' || s[end] > 'z' {
				return h.half, end
			}
		}
	}
	return wholeDay, 0
}

// weekdayWord returns the length of the Chinese weekday that a text begins with, or 0.
func weekdayWord(s string) int {
	for _, before := range []string{"星期", "礼拜", "周", "週"} {
		if rest, found := strings.CutPrefix(s, before); found {
			if r, _ := cutRune(rest); r >= 0x80 && strings.ContainsRune("一二三四五六日天", r) {
				return len(before) + len(string(r))
			}
		}
	}
	return 0
}

var numerals = map[rune]int{
	'〇': 0, '零': 0, '○': 0, '一': 1, '二': 2, '两': 2, '三': 3, '四': 4, '五': 5, '六': 6, '七': 7, '八': 8, '九': 9, '十': 10,
}

// hanNumber reads the Chinese number that a text begins with, up to 99 or digit by digit, and returns how long it is.
func hanNumber(s string) (n, width int) {
	tens := false
	digits := 0
	for i, r := range s {
		d, known := numerals[r]
		switch {
		case !known:
			return n, i
		case r == '十' && digits <= 1 && !tens: // 十, 二十
			n, tens = max(n, 1)*10, true
			if digits = 1; i == 0 {
				digits = 0
			}
		case r == '十':
			return n, i
		case tens:
			return n + d, i + len(string(r))
		case digits >= 4:
			return n, i
		default:
			n = n*10 + d
			digits++
		}
	}
	return n, len(s)
}

// zoneWords are names of zones that mean one offset everywhere, in lower case. EST, CST, IST and the like mean several.
var zoneWords = []struct {
	word   string
	offset int
}{{"北京时间", 8 * 3600}, {"utc", 0}, {"gmt", 0}, {"z", 0}}

// offset reads the offset that a text in lower case begins with: +08, +0800, +08:00, +8, Z, UTC, GMT+8. It returns how long it is, or 0.
func offset(s string) (seconds, width int) {
	for _, z := range zoneWords {
		if rest, found := strings.CutPrefix(s, z.word); found {
			if rest != "" && rest[0] >= 'a' && rest[0] <= 'z' {
				return 0, 0
			}
			if z.word == "utc" || z.word == "gmt" {
				blanks := len(rest) - len(strings.TrimLeft(rest, " "))
				if more, n := signed(rest[blanks:]); n > 0 {
					return more, len(z.word) + blanks + n
				}
			}
			return z.offset, len(z.word)
		}
	}
	return signed(s)
}

// signed reads +08:00 and its shorter ways.
func signed(s string) (seconds, width int) {
	if s == "" || s[0] != '+' && s[0] != '-' {
		return 0, 0
	}
	hours, n := leading(s[1:])
	width = 1 + n
	minutes := 0
	switch n {
	case 1, 2:
		if rest := s[width:]; len(rest) >= 3 && rest[0] == ':' {
			m, k := leading(rest[1:])
			if k != 2 {
				return 0, 0
			}
			minutes, width = m, width+3
		}
	case 4:
		hours, minutes = hours/100, hours%100
	default:
		return 0, 0
	}
	if hours > 14 || minutes%15 != 0 || minutes > 45 {
		return 0, 0
	}
	seconds = hours*3600 + minutes*60
	if s[0] == '-' {
		seconds = -seconds
	}
	return seconds, width
}
