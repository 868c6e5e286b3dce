package address

import (
	"regexp"
	"strconv"
	"strings"
)

// How programs that calculate write a number.
var (
	thousands = regexp.MustCompile(`^\d{1,3}(?:,\d{3}){3,}(?:\.0+)?$`)
	exact     = regexp.MustCompile(`^(\d)\.(\d{9,14})[eE]\+?(\d\d)$`)
	float     = regexp.MustCompile(`^(\d{7,})\.0+$`)
)

// calculated returns a number that a spreadsheet took for one to calculate with as its digits, where all of them are there.
func calculated(text string) string {
	if thousands.MatchString(text) {
		text = strings.ReplaceAll(text, ",", "")
	}
	if of := float.FindStringSubmatch(text); of != nil {
		return of[1]
	}
	if of := exact.FindStringSubmatch(text); of != nil && strconv.Itoa(len(of[2])) == of[3] {
		return of[1] + of[2]
	}
	return text
}

// dialled returns the E.164 of a number alone, however it is written, or "".
func dialled(number, region string) string {
	number = strings.Map(func(r rune) rune {
		if strings.ContainsRune("_·•~|‐‑", r) {
			return ' '
		}
		return r
	}, number)
	if strings.Trim(number, "0123456789+-()./ –—−") != "" {
		return ""
	}
	if e164 := parsed(number, region); e164 != "" {
		return e164
	}
	for _, other := range spellings(number, region) {
		if e164 := parsed(other, region); e164 != "" {
			return e164
		}
	}
	return ""
}

// spellings returns what else a number may be that is none as it is written.
func spellings(number, region string) []string {
	digits := digitsOf(number)
	var list []string
	if abroad, found := strings.CutPrefix(digits, "00"); found {
		list = append(list, "+"+abroad)
	}
	china := strings.TrimLeft(digits, "0")
	for strings.HasPrefix(china, "8686") { // the country code is in the number, and was put before it once more
		china = china[2:]
	}
	if len(china) == len("8613912348000") && strings.HasPrefix(china, "861") { // no country has as long a number that begins so
		list = append(list, "+"+china)
	}
	return append(list, mexican(strings.TrimPrefix(digits, "00"), region)...)
}

// digitsOf returns the digits of a text.
func digitsOf(text string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, text)
}

// mexican returns a Mexican number without what was dialled before it until 2019: 1 from abroad, 01, 044 and 045 at home.
func mexican(digits, region string) []string {
	const national = 10
	if rest, found := strings.CutPrefix(digits, "521"); found && len(rest) == national {
		return []string{"+52" + rest}
	}
	for _, before := range []string{"044", "045", "01", "1"} {
		if rest, found := strings.CutPrefix(digits, before); found && region == "MX" && len(rest) == national {
			return []string{"+52" + rest}
		}
	}
	return nil
}

// Line returns what an E.164 number is kept as: a mobile of Argentina is written with a 9 from abroad, with a 15 at home and often
// without either, and no fixed line has the number of a mobile. So all of them are one line, and what was written says how to dial it.
func Line(e164 string) string {
	if rest, found := strings.CutPrefix(e164, "+549"); found && len(rest) == argentine {
		if line := "+54" + rest; parsed(line, "AR") == line {
			return line
		}
	}
	return e164
}

// argentine is how many digits a number of Argentina has after the country code.
const argentine = 10

// EarlierPhones returns what earlier forms made of a line in some of its spellings, where that is something else.
func EarlierPhones(e164 string) []string {
	line := Line(e164)
	if rest, found := strings.CutPrefix(line, "+54"); found && len(rest) == argentine {
		return []string{"+549" + rest}
	}
	return nil
}
