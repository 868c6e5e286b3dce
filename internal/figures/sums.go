package figures

import "aftercall/internal/clock"

// Sums are the integers every figure is computed from. They add up over days, members and entries.
type Sums struct {
	N          int64 `json:"n"`           // answers, or things counted
	Low        int64 `json:"low"`         // dissatisfied, detractors
	Mid        int64 `json:"mid"`         // neutral, passives
	High       int64 `json:"high"`        // satisfied, promoters
	Sum        int64 `json:"sum"`         // Σ of the values
	SumSquares int64 `json:"sum_squares"` // Σ of the values squared
}

// plus returns the sums of both.
func (s Sums) plus(o Sums) Sums {
	return Sums{
		N: s.N + o.N, Low: s.Low + o.Low, Mid: s.Mid + o.Mid, High: s.High + o.High,
		Sum: s.Sum + o.Sum, SumSquares: s.SumSquares + o.SumSquares,
	}
}

// minus returns what is left of s without o.
func (s Sums) minus(o Sums) Sums {
	return s.plus(Sums{N: -o.N, Low: -o.Low, Mid: -o.Mid, High: -o.High, Sum: -o.Sum, SumSquares: -o.SumSquares})
}

// sums returns what the entry adds: its own numbers, or their reversal.
func (e Entry) sums() Sums {
	sign, value := int64(e.Sign), int64(e.Value)
	s := Sums{N: sign, Sum: sign * value, SumSquares: sign * value * value}
	switch e.Band {
	case Low:
		s.Low = sign
	case Mid:
		s.Mid = sign
	case High:
		s.High = sign
	}
	return s
}

// Cell names one roll-up: one metric on one scale, of one member of one dimension, on one day of the centre's zone.
type Cell struct {
	Metric    Metric    `json:"metric"`
	Dimension Dimension `json:"dimension"`
	Day       clock.Day `json:"day"`
	Member    string    `json:"member"`
	Scale     string    `json:"scale"`
}
