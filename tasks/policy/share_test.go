package policy

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// A share of a million resolutions is taken evenly: the count is binomial, and so is that of any run of them.
func TestTheSampleIsUniform(t *testing.T) {
	t.Parallel()
	salt := []byte("sixteen bytes ok")
	for _, share := range []Share{10_000, 250_000, 500_000, 990_000} {
		t.Run(share.String(), func(t *testing.T) {
			const n = 200_000
			taken, first := 0, 0
			for id := range int64(n) {
				if share.includes(salt, id+1) {
					taken++
					if id < n/2 {
						first++
					}
				}
			}
			p := float64(share) / float64(Everybody)
			within := func(count, of float64) bool { return math.Abs(count-of*p) < 5*math.Sqrt(of*p*(1-p)) }
			if !within(float64(taken), n) || !within(float64(first), n/2) {
				t.Errorf("%v of %d: %d taken, %d in the first half", share, n, taken, first)
			}
		})
	}
}

// Asked again it is the same, a larger share contains every smaller one, everybody is everybody, and another salt draws others.
func TestTheSampleIsStableAndGrows(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		salt, id := []byte(rapid.String().Draw(t, "salt")), rapid.Int64().Draw(t, "id")
		small, large := Share(rapid.IntRange(0, int(Everybody)).Draw(t, "a")), Share(rapid.IntRange(0, int(Everybody)).Draw(t, "b"))
		small, large = min(small, large), max(small, large)
		first, again := small.includes(salt, id), small.includes(append([]byte(nil), salt...), id)
		if first != again || first && !large.includes(salt, id) {
			t.Fatalf("%v takes it and %v does not", small, large)
		}
		if !Everybody.includes(salt, id) || Share(0).includes(salt, id) {
			t.Fatal("everybody or nobody is not")
		}
	})
	const n = 10_000
	differ := 0
	for id := range int64(n) {
		if Share(500_000).includes([]byte("a"), id) != Share(500_000).includes([]byte("b"), id) {
			differ++
		}
	}
	if differ < n/2-300 || differ > n/2+300 {
		t.Errorf("two salts differ about %d of %d", differ, n)
	}
}
