package figures

import "slices"

// Figure is one metric over some answers: what it was computed from, and what it comes to.
//
// CSAT, CES and SolvedYes: Value is the share of satisfied, "easy" or "yes" answers in percent, with Wilson's interval.
// NPS: Value is promoters minus detractors in points of −100…100, with the adjusted-Wald interval.
// Evaluated: Value is the evaluation rate, Evaluated of Delivered, in percent; N is Delivered, High is Evaluated.
// Covered: Value is the coverage, Covered of Resolved, in percent; N is Resolved, High is Covered. Unresolved stands beside it.
// Resolved, Invited, Delivered and Unresolved are counts: N, and no Value.
type Figure struct {
	Metric       Metric    `json:"metric"`
	Scale        string    `json:"scale,omitempty"` // of the answers; empty when several were pooled
	Unit         Unit      `json:"unit"`
	Value        *Estimate `json:"value"`                  // null when N is 0
	Dissatisfied *Estimate `json:"dissatisfied,omitempty"` // DSAT in percent; CSAT only
	Mean         *Estimate `json:"mean,omitempty"`         // on the native scale; CSAT and CES, and only within one scale
	Sums
	Sample      Sample   `json:"sample"`
	OtherScales []string `json:"other_scales,omitempty"` // answered on other scales, and left out: they are never merged
	// of Covered: answers about contacts that are not resolved. They are in the scores, and not in the coverage.
	Unresolved int64 `json:"unresolved,omitempty"`
}

// Estimate is a number with the interval it is known to.
type Estimate struct {
	Value    float64   `json:"value"`
	Interval *Interval `json:"interval"` // null when there are too few answers for one
}

// Unit says how to read Figure.Value.
type Unit string

// The units.
const (
	Percent Unit = "percent"
	Points  Unit = "points" // of −100…100
	Count   Unit = "count"
)

// Sample says what the number of answers allows to be said.
type Sample string

// The samples.
const (
	NoSample    Sample = "none"   // n = 0: there is no figure
	CountsOnly  Sample = "counts" // n < 10: show the counts, no percentage
	SmallSample Sample = "small"  // n < 30: marked, and never ranked
	FullSample  Sample = "full"
)

// SampleOf says what n answers allow to be said.
func SampleOf(n int64) Sample {
	switch {
	case n <= 0:
		return NoSample
	case n < 10:
		return CountsOnly
	case n < 30:
		return SmallSample
	}
	return FullSample
}

// Ranked reports whether the figure may stand in a ranking, or be called higher or lower than another.
func (f Figure) Ranked() bool { return f.Sample == FullSample }

// blank reports whether there is nothing to count, or everything was taken back.
func (f Figure) blank() bool {
	return f.Sums == (Sums{}) && f.Unresolved == 0 && len(f.OtherScales) == 0
}

// denominator returns the metric a rate is a share of, and whether m is a rate.
func (m Metric) denominator() (Metric, bool) {
	switch m {
	case Evaluated:
		return Delivered, true
	case Covered:
		return Resolved, true
	case CSAT, NPS, CES, SolvedYes, Resolved, Invited, Delivered, Unresolved:
	}
	return "", false
}

// read returns the metrics that the figure of m is made of.
func (m Metric) read() []Metric {
	metrics := []Metric{m}
	if base, ok := m.denominator(); ok {
		metrics = append(metrics, base)
	}
	if m == Covered {
		metrics = append(metrics, Unresolved)
	}
	return metrics
}

// usualScale returns the scale a metric is meant on when none is named, or "" when its bands may be pooled over scales:
// an NPS of a nine-key phone and a CES of five points are figures of their own.
func (m Metric) usualScale() string {
	switch m {
	case NPS:
		return "0-10"
	case CES:
		return "1-7"
	case CSAT, SolvedYes, Resolved, Covered, Invited, Delivered, Evaluated, Unresolved:
	}
	return ""
}

// tally collects the sums of one figure by metric and scale.
type tally map[Metric]map[string]Sums

func (t tally) add(m Metric, scale string, s Sums) {
	if t[m] == nil {
		t[m] = map[string]Sums{}
	}
	t[m][scale] = t[m][scale].plus(s)
}

// pool adds up the scales that may be: the one asked for, or all of them. It returns which ones had answers, and which others.
func (t tally) pool(m Metric, scale string) (sums Sums, pooled, others []string) {
	if scale == "" {
		scale = m.usualScale()
	}
	for s, of := range t[m] {
		switch {
		case of == (Sums{}): // everything was taken back
		case scale == "" || s == scale:
			sums = sums.plus(of)
			pooled = append(pooled, s)
		default:
			others = append(others, s)
		}
	}
	slices.Sort(others)
	return sums, pooled, others
}

// figure computes the metric's figure from what was collected.
func (t tally) figure(m Metric, scale string) Figure {
	sums, scales, others := t.pool(m, scale)
	f := Figure{Metric: m, Unit: Percent, Sums: sums, OtherScales: others}
	oneScale := len(scales) == 1
	if oneScale {
		f.Scale = scales[0]
	}
	switch m {
	case CSAT:
		f.Value, f.Dissatisfied = share(sums.High, sums.N), share(sums.Low, sums.N)
		f.Mean = mean(sums, oneScale)
	case CES:
		f.Value, f.Mean = share(sums.High, sums.N), mean(sums, oneScale)
	case NPS:
		f.Unit, f.Value = Points, netPromoters(sums)
	case SolvedYes:
		// The value is the answer, whatever bands the question had.
		f.High, f.Mid, f.Low = sums.Sum, 0, sums.N-sums.Sum
		f.Value = share(f.High, f.N)
	case Evaluated, Covered:
		base, _ := m.denominator()
		of, _, _ := t.pool(base, "")
		f.Sums = Sums{N: of.N, High: sums.N}
		f.Value = share(f.High, f.N)
		if m == Covered {
			apart, _, _ := t.pool(Unresolved, "")
			f.Unresolved = apart.N
		}
	case Resolved, Invited, Delivered, Unresolved:
		f.Unit = Count
		f.Sums = Sums{N: sums.N}
	}
	f.Sample = SampleOf(f.N)
	return f
}

// share returns k of n in percent, or none.
func share(k, n int64) *Estimate {
	i, ok := Wilson(k, n)
	if !ok {
		return nil
	}
	return &Estimate{Value: 100 * float64(k) / float64(n), Interval: &Interval{100 * i.Lower, 100 * i.Upper}}
}

// netPromoters returns promoters minus detractors in points, or none.
func netPromoters(s Sums) *Estimate {
	i, ok := npsInterval(s.High, s.Mid, s.Low)
	if !ok {
		return nil
	}
	return &Estimate{Value: 100 * float64(s.High-s.Low) / float64(s.N), Interval: &i}
}

// mean returns the mean, or none: over no answers, or over different scales.
func mean(s Sums, oneScale bool) *Estimate {
	if s.N <= 0 || !oneScale {
		return nil
	}
	e := &Estimate{Value: float64(s.Sum) / float64(s.N)}
	if i, ok := meanInterval(s.N, s.Sum, s.SumSquares); ok {
		e.Interval = &i
	}
	return e
}
