package values

import (
	"math"
	"strconv"
	"strings"

	"aftercall/internal/text"
)

// maxSeconds is more than anybody talks, and far from where numbers lose digits.
const maxSeconds = 1e9

// unitSeconds are words for units of time, in lower case.
var unitSeconds = map[string]float64{
	"s": 1, "sec": 1, "secs": 1, "second": 1, "seconds": 1, "秒": 1, "秒钟": 1, `"`: 1, "″": 1, "''": 1, "”": 1,
	"m": 60, "min": 60, "mins": 60, "minute": 60, "minutes": 60, "分": 60, "分钟": 60, "'": 60, "′": 60, "’": 60,
	"h": 3600, "hr": 3600, "hrs": 3600, "hour": 3600, "hours": 3600, "时": 3600, "小时": 3600, "个小时": 3600, "钟头": 3600,
	"d": 86400, "day": 86400, "days": 86400, "天": 86400,
	"ms": 0.001, "毫秒": 0.001,
}

// Duration reads seconds: 143, 143.5, 2:23, 0:02:23, 2分23秒, 143s, 2m23s, 1 h 5 min, PT2M23S. In a workbook a number below 1 is a part
// of a day, as workbooks store times.
func Duration(cell string, workbook bool) (int64, bool) {
	s := text.Fold(cell)
	if rest, quoted := strings.CutPrefix(s, "'"); quoted && rest != "" && isDigit(rest[0]) {
		s = rest
	}
	if s == "" {
		return 0, false
	}
	if n, width := decimal(s); width == len(s) {
		if workbook && n < 1 {
			n *= 24 * 3600
		}
		return whole(n)
	}
	if strings.Contains(s, ":") {
		days, rest, found := strings.Cut(s, " day") // 0 days 00:02:23
		if !found {
			return clockSeconds(s)
		}
		n, ok := clockSeconds(strings.TrimLeft(rest, "s "))
		d, width := leading(days)
		return n + int64(d)*86400, ok && width == len(days) && width > 0 && width < 4
	}
	if iso, found := strings.CutPrefix(s, "pt"); found && iso != "" {
		s = iso
	}
	return unitsOf(s)
}

func whole(seconds float64) (int64, bool) {
	return int64(math.Round(seconds)), seconds >= 0 && seconds <= maxSeconds
}

// decimal reads the number that a text begins with, an exponent included, and returns how long it is. It has no sign.
func decimal(s string) (float64, int) {
	end := 0
	for end < len(s) && (isDigit(s[end]) || s[end] == '.') {
		end++
	}
	if end == 0 || !isDigit(s[0]) || s[end-1] == '.' {
		return 0, 0
	}
	if end < len(s) && s[end] == 'e' {
		k := end + 1
		if k < len(s) && (s[k] == '+' || s[k] == '-') {
			k++
		}
		if _, n := leading(s[k:]); n > 0 && n <= 3 {
			end = k + n
		}
	}
	n, err := strconv.ParseFloat(s[:end], 64)
	if err != nil {
		return 0, 0
	}
	return n, end
}

// clockSeconds reads mm:ss and hh:mm:ss, with a fraction of the last.
func clockSeconds(s string) (int64, bool) {
	parts := strings.Split(s, ":")
	if len(parts) > 3 {
		return 0, false
	}
	var total float64
	for i, part := range parts {
		part = strings.Trim(part, " ")
		if i == len(parts)-1 {
			part = strings.Replace(part, ",", ".", 1)
		}
		n, width := decimal(part)
		if part == "" || width != len(part) || n > maxSeconds || i > 0 && n >= 60 || i < len(parts)-1 && n != math.Trunc(n) {
			return 0, false
		}
		total = total*60 + n
	}
	return whole(total)
}

// unitsOf reads numbers with their units, the larger ones first and each once.
func unitsOf(s string) (int64, bool) {
	var total float64
	last := math.Inf(1)
	for s != "" {
		n, width := amount(s)
		if width == 0 {
			return 0, false
		}
		s = strings.TrimLeft(s[width:], " ")
		end := strings.IndexFunc(s, func(r rune) bool { return r == ' ' || r == ',' || r == '.' || r >= '0' && r <= '9' || isNumeral(r) })
		if end < 0 {
			end = len(s)
		}
		unit, known := unitSeconds[s[:end]]
		if !known || unit >= last {
			return 0, false
		}
		if total += n * unit; total > maxSeconds {
			return 0, false
		}
		last, s = unit, strings.TrimLeft(s[end:], " ,.")
	}
	return whole(total)
}

func isNumeral(r rune) bool {
	_, known := numerals[r]
	return known
}

// amount reads the number that a text begins with, in digits or Chinese.
func amount(s string) (float64, int) {
	if n, width := decimal(s); width > 0 {
		return n, width
	}
	n, width := hanNumber(s)
	return float64(n), width
}
