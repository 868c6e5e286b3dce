package scores

import (
	"strings"

	"aftercall/internal/clock"
	"aftercall/internal/figures"
	"aftercall/web/frame"
)

// scoreWords writes figures as people of a language read them.
type scoreWords struct {
	t func(key string, args ...any) string
}

// figureView is a figure in words.
type figureView struct {
	Text     string // 91.6, 7 of 9, –
	Unit     string // % or nothing
	Interval string // 89.9–93.0; empty where there is none
	Base     string // what it was computed from: n 1,204, or 1,204 of 6,579 delivered
	Sample   figures.Sample
	Low      string // DSAT, with its unit
	Mean     string
	Scale    string // of the mean
	Other    string // answers that are left out, of other scales
}

func (w scoreWords) figure(f figures.Figure) figureView {
	v := figureView{Text: w.value(f), Base: w.base(f), Sample: f.Sample, Scale: f.Scale}
	if f.Unit == figures.Percent && f.Value != nil && f.Sample != figures.CountsOnly {
		v.Unit = "%"
	}
	if f.Value != nil && f.Value.Interval != nil && f.Sample != figures.CountsOnly {
		v.Interval = intervalText(f.Unit, *f.Value.Interval)
	}
	if f.Dissatisfied != nil {
		v.Low = w.part(f.Low, f.N)
	}
	if f.Mean != nil {
		v.Mean = frame.Decimal(f.Mean.Value, 2)
	}
	if len(f.OtherScales) > 0 {
		v.Other = w.t("scores.other_scales", "scales", strings.Join(f.OtherScales, ", "))
	}
	return v
}

// value is the figure itself; fewer than ten answers are shown as counts.
func (w scoreWords) value(f figures.Figure) string {
	switch {
	case f.Unit == figures.Count:
		return thousands(f.N)
	case f.Value == nil:
		return "–"
	case f.Sample == figures.CountsOnly && f.Unit == figures.Points:
		return w.t("scores.counts_net", "promoters", f.High, "detractors", f.Low, "n", f.N)
	case f.Sample == figures.CountsOnly:
		return w.t("scores.counts", "k", f.High, "n", f.N)
	case f.Unit == figures.Points:
		return frame.Decimal(f.Value.Value, 0)
	}
	return frame.Decimal(f.Value.Value, 1)
}

// base says what the figure was computed from.
func (w scoreWords) base(f figures.Figure) string {
	switch f.Metric {
	case figures.Evaluated, figures.Covered:
		if f.Unresolved > 0 {
			return w.t("scores.base_covered_apart", "k", thousands(f.High), "n", thousands(f.N), "apart", thousands(f.Unresolved))
		}
		return w.t("scores.base_"+string(f.Metric), "k", thousands(f.High), "n", thousands(f.N))
	case figures.CSAT, figures.NPS, figures.CES, figures.SolvedYes:
		return w.t("scores.base", "n", thousands(f.N))
	case figures.Resolved, figures.Invited, figures.Delivered, figures.Unresolved:
	}
	return ""
}

// part is a share of n in words: counts below ten, as with every share.
func (w scoreWords) part(k, n int64) string {
	switch figures.SampleOf(n) {
	case figures.NoSample:
		return "–"
	case figures.CountsOnly:
		return w.t("scores.counts", "k", k, "n", n)
	case figures.SmallSample, figures.FullSample:
	}
	return frame.Decimal(100*float64(k)/float64(n), 1) + "%"
}

// changeView says how far a figure is from the one of the period before, and whether that means anything.
type changeView struct {
	Text string
	Kind string // ok, bad, or nothing: no more than chance
	Note string
}

func (w scoreWords) change(now, before figures.Figure) changeView {
	if now.Value == nil {
		return changeView{}
	}
	d, ok := figures.Compare(now, before)
	if !ok {
		return changeView{Note: w.t("scores.no_before")}
	}
	if !now.Ranked() || !before.Ranked() {
		return changeView{Note: w.t("scores.before_small")}
	}
	v := changeView{Text: frame.SignedDecimal(d.Value, decimals(now.Unit)), Note: w.t("scores.before_within")}
	if d.Sure {
		v.Note = w.t("scores.before_sure")
		v.Kind = goodOrBad(d.Value > 0)
	}
	return v
}

// mark says what is special about a row: its sample, or that it differs from all the others.
func (w scoreWords) mark(r figures.Row) (kind, text string) {
	switch {
	case r.Sample == figures.CountsOnly:
		return "", w.t("scores.sample_counts")
	case r.Sample == figures.SmallSample:
		return "", w.t("scores.sample_small")
	case r.Against == nil || !r.Against.Sure:
		return "", ""
	case r.Against.Value > 0:
		return "ok", w.t("scores.above")
	}
	return "bad", w.t("scores.below")
}

func goodOrBad(good bool) string {
	if good {
		return "ok"
	}
	return "bad"
}

// dayRange is the days of a filter in words.
func dayRange(from, to clock.Day) string {
	if from == to {
		return from.String()
	}
	return from.String() + " – " + to.String()
}

func decimals(u figures.Unit) int {
	if u == figures.Points {
		return 0
	}
	return 1
}

// intervalText writes an interval: 89.9–93.0, or −16 – 14 where a minus sign would run into the dash.
func intervalText(u figures.Unit, i figures.Interval) string {
	dash := "–"
	if i.Lower < 0 || i.Upper < 0 {
		dash = " – "
	}
	return frame.Decimal(i.Lower, decimals(u)) + dash + frame.Decimal(i.Upper, decimals(u))
}

func thousands(n int64) string {
	text, _ := frame.Number(n) // an integer is one
	return text
}
