package figures

import "math"

// Difference is how far one figure is from another, and whether more than chance is needed to explain it.
type Difference struct {
	Value    float64  `json:"value"` // in points of the unit: percentage points, NPS points
	Interval Interval `json:"interval"`
	Sure     bool     `json:"sure"` // the interval excludes 0, and both samples are full: they may be called different
}

// Compare returns a − b of two figures of the same metric, and false when either has no value. The groups must not share
// answers: compare a team with the other teams, not with all.
//
// Shares: Newcombe's interval from the two Wilson intervals (1998, method 10). NPS: the two adjusted variances added.
func Compare(a, b Figure) (Difference, bool) {
	if a.Value == nil || b.Value == nil || a.Unit != b.Unit {
		return Difference{}, false
	}
	d := Difference{Value: a.Value.Value - b.Value.Value}
	if a.Unit == Points {
		d.Interval = npsDifference(a.Sums, b.Sums)
	} else {
		d.Interval = newcombe(*a.Value, *b.Value)
	}
	d.Sure = a.Ranked() && b.Ranked() && d.Interval.excludesZero()
	return d, true
}

func newcombe(a, b Estimate) Interval {
	diff := a.Value - b.Value
	return Interval{
		Lower: diff - math.Hypot(a.Value-a.Interval.Lower, b.Interval.Upper-b.Value),
		Upper: diff + math.Hypot(a.Interval.Upper-a.Value, b.Value-b.Interval.Lower),
	}
}

func npsDifference(a, b Sums) Interval {
	ca, va := adjustedNPS(a.High, a.Mid, a.Low)
	cb, vb := adjustedNPS(b.High, b.Mid, b.Low)
	half := z * math.Sqrt(va+vb)
	return Interval{100 * (ca - cb - half), 100 * (ca - cb + half)}
}
