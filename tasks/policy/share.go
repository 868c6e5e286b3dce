package policy

import (
	"crypto/sha256"
	"encoding/binary"
	"math/bits"
	"strconv"
	"strings"

	"aftercall/internal/fault"
)

// Share is a part of a whole in parts per million.
type Share int

// Everybody is the whole.
const Everybody Share = 1_000_000

// percent is one percent of the whole.
const percent Share = Everybody / 100

// String returns the share in percent, as in 25% or 0.5%.
func (s Share) String() string {
	whole, part := s/percent, s%percent
	if part == 0 {
		return strconv.Itoa(int(whole)) + "%"
	}
	decimals := strconv.Itoa(int(percent + part))[1:]
	return strconv.Itoa(int(whole)) + "." + strings.TrimRight(decimals, "0") + "%"
}

var errShare = fault.New(fault.Invalid, "share_invalid", "a share is written in percent with at most four decimals, as in 25% or 0.5%")

// ParseShare reads a share in percent: 25%, 25 or 0.5%. It returns fault.Invalid for anything else and for more than the whole.
func ParseShare(text string) (Share, error) {
	number := strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(text), "%"))
	whole, decimals, dotted := strings.Cut(number, ".")
	if len(whole) > 3 || len(decimals) > 4 || (dotted && decimals == "") {
		return 0, errShare
	}
	n, err := strconv.ParseUint(whole+(decimals + "0000")[:4], 10, 32)
	if err != nil || whole == "" || Share(n) > Everybody {
		return 0, errShare
	}
	return Share(n), nil
}

// includes reports whether the resolution is in the sample. A salted hash decides: the answer is always the same, nobody can
// choose it, and a larger share contains every smaller one.
func (s Share) includes(salt []byte, resolutionID int64) bool {
	if s >= Everybody {
		return true
	}
	sum := sha256.Sum256(binary.BigEndian.AppendUint64(append(make([]byte, 0, len(salt)+8), salt...), uint64(resolutionID)))
	point, _ := bits.Mul64(binary.BigEndian.Uint64(sum[:8]), uint64(Everybody)) // uniform over 0 … Everybody-1
	return Share(point) < s
}
