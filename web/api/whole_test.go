package api

import (
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// What a number is worth is what exact arithmetic says, however it is spelt.
func TestAWholeNumberIsWhatExactArithmeticSays(t *testing.T) {
	t.Parallel()
	fractions := rapid.SampledFrom([]string{"", ".0", ".5", ".000", ".10", ".0001", ".9999999999999999999"})
	powers := rapid.SampledFrom([]string{"", "e", "E", "e+", "e-"})
	digits := rapid.StringMatching(`-?(0|[1-9][0-9]{0,21})`)
	rapid.Check(t, func(t *rapid.T) {
		number := digits.Draw(t, "digits") + fractions.Draw(t, "fraction")
		if power := powers.Draw(t, "power"); power != "" {
			number += power + strconv.Itoa(rapid.IntRange(0, 30).Draw(t, "exponent"))
		}
		exact, ok := new(big.Rat).SetString(number)
		if !ok {
			t.Fatalf("%s is no number", number)
		}
		n, err := whole(number)
		switch {
		case !exact.IsInt():
			if !errors.Is(err, errNotWhole) {
				t.Fatalf("%s is read as %d, %v", number, n, err)
			}
		case !exact.Num().IsInt64():
			if !errors.Is(err, errTooLarge) {
				t.Fatalf("%s is read as %d, %v", number, n, err)
			}
		case err != nil || n != exact.Num().Int64():
			t.Fatalf("%s is read as %d, %v", number, n, err)
		}
	})
}

func TestAWholeNumberAsLongAsABodyIsReadInItsTime(t *testing.T) {
	t.Parallel()
	zeros := strings.Repeat("0", maxLineBytes)
	for number, want := range map[string]int64{
		"5." + zeros: 5, "0." + zeros: 0, "0." + zeros + "5e1048577": 5, "5" + zeros + "e-1048576": 5, "0e" + zeros[:1000] + "9": 0,
	} {
		t.Run(fmt.Sprintf("%.10s", number), func(t *testing.T) {
			if n, err := whole(number); err != nil || n != want {
				t.Errorf("%.10s…: %d %v", number, n, err)
			}
		})
	}
}
