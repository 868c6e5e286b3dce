package incident

import (
	"cmp"
	"math"
	"slices"
)

// leastBurst is how many contacts an hour must have before they are a burst, however few are usual: three faults on a quiet night are none.
const leastBurst = 10

// leastSpread is how many times as much as Poisson's the counts of a centre scatter at least.
const leastSpread = 1.5

// sample is how many contacts of a kind there were in one hour, and in the same hour of how many earlier weeks or days.
type sample struct {
	now    int
	before []int // one for each earlier week or day that was counted, in any order
	// The same of all contacts: where everything has risen, it is a Monday after a holiday and no burst.
	allNow    int
	allBefore []int
}

// verdict is what is usual, and from how many on an hour is a burst.
type verdict struct {
	usual float64
	bound float64
}

func (v verdict) burst(now int) bool { return float64(now) >= v.bound }

// judge returns what is usual in an hour and from how many on it is a burst; false where fewer than two earlier hours were counted.
//
// The usual is the mean of the earlier hours without the highest, which may have been an outage too, raised as all other contacts have
// risen now. Counts of independent customers would scatter about it as Poisson's do; those of a centre scatter more, by as much as the
// earlier hours show, but by half at least: a few hours may have been alike by chance. The bound lies six such deviations and five
// contacts above the usual, is never less than twice the usual, and never less than ten.
func (s sample) judge() (verdict, bool) {
	if len(s.before) < 2 {
		return verdict{}, false
	}
	mean, spread := meanWithoutHighest(s.before)
	allMean, _ := meanWithoutHighest(s.allBefore)
	if others, usually := float64(s.allNow-s.now), allMean-mean; usually >= 1 && others > usually {
		mean *= others / usually
	}
	usual := max(mean, 0.5)
	return verdict{usual: mean, bound: max(leastBurst, 2*usual, usual+6*math.Sqrt(usual*max(leastSpread, spread))+5)}, true
}

// meanWithoutHighest returns the mean of counts, and how many times as much as Poisson's they scatter. From four on the highest is left
// out.
func meanWithoutHighest(counts []int) (mean, spread float64) {
	if len(counts) == 0 {
		return 0, 1
	}
	kept := slices.Sorted(slices.Values(counts))
	if len(kept) >= 4 {
		kept = kept[:len(kept)-1]
	}
	for _, n := range kept {
		mean += float64(n)
	}
	mean /= float64(len(kept))
	var squares float64
	for _, n := range kept {
		squares += (float64(n) - mean) * (float64(n) - mean)
	}
	if len(kept) < 2 || mean == 0 {
		return mean, 1
	}
	return mean, squares / float64(len(kept)-1) / mean
}

// within reports whether a burst is no more than another one seen through another field: without the contacts that the other has too many,
// it would be none.
func (b seenBurst) within(other seenBurst) bool {
	return b.Field != other.Field && float64(b.now)-(float64(other.now)-other.usual) < b.bound
}

// compareBursts orders bursts by how far they are above what would have been one.
func compareBursts(a, b seenBurst) int {
	return cmp.Or(cmp.Compare(float64(b.now)/b.bound, float64(a.now)/a.bound), cmp.Compare(a.Field, b.Field), cmp.Compare(a.Value, b.Value))
}
