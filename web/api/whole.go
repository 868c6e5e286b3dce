package api

import (
	"errors"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

var (
	errNotWhole = errors.New("not a whole number")
	errTooLarge = errors.New("too large a number")
)

// wholeNumbers reads whole numbers by what they are worth and not by how they are spelt: 5.0 and 0.5e1 are 5, as in files.
var wholeNumbers = json.JoinUnmarshalers(json.UnmarshalFromFunc(readWhole[int]), json.UnmarshalFromFunc(readWhole[int64]))

func readWhole[T int | int64](d *jsontext.Decoder, to *T) error {
	if d.PeekKind() != jsontext.KindNumber {
		return errors.ErrUnsupported // null, or the wrong type: as everywhere
	}
	number, err := d.ReadValue()
	if err != nil {
		return err
	}
	n, err := whole(string(number))
	*to = T(n)
	return err
}

// whole returns what a JSON number is worth, without the rounding of floating point.
func whole(number string) (int64, error) {
	if n, err := strconv.ParseInt(number, 10, 64); err == nil {
		return n, nil
	}
	mantissa, power, _ := strings.Cut(strings.ToLower(number), "e")
	before, after, _ := strings.Cut(mantissa, ".")
	digits := strings.TrimRight(before+after, "0")
	sign := strings.HasPrefix(digits, "-")
	if digits = strings.TrimLeft(digits, "-0"); digits == "" {
		return 0, nil
	}
	exponent, _ := strconv.Atoi(power) // "" is 0, and what is too large is the largest
	exponent = min(max(exponent, -2*maxLineBytes), 2*maxLineBytes)
	trimmed := len(before+after) - len(strings.TrimRight(before+after, "0"))
	zeros := exponent - len(after) + trimmed
	switch {
	case zeros < 0:
		return 0, errNotWhole
	case len(digits)+zeros > len("9223372036854775807"):
		return 0, errTooLarge
	}
	if sign {
		digits = "-" + digits
	}
	n, err := strconv.ParseInt(digits+strings.Repeat("0", zeros), 10, 64)
	if err != nil {
		return 0, errTooLarge
	}
	return n, nil
}
