package figures

import (
	"context"
	"strings"

	"aftercall/internal/clock"
	"aftercall/internal/fault"
)

// Report is what `aftercall scores show` prints: a figure, its breakdown, and everything needed to compute both again.
type Report struct {
	Metric Metric                 `json:"metric"`
	By     string                 `json:"by"`             // a dimension, a step, or "all"
	From   string                 `json:"from,omitempty"` // YYYY-MM-DD, included; empty when there is nothing at all
	To     string                 `json:"to,omitempty"`   // included
	Zone   string                 `json:"zone"`
	Time   TimeBase               `json:"time"`
	AsOf   clock.Instant          `json:"as_of"`
	Where  map[Dimension][]string `json:"where,omitempty"`
	Total  Figure                 `json:"total"`
	Rows   []Row                  `json:"rows"` // members of a dimension, or periods; empty for "all"
}

// Report computes a figure and its breakdown by a dimension, or by a step: "day", "week" or "month"; "" means no breakdown.
// Periods without anything counted are left out, unless the query wants them. Without From and To it covers all days that have entries of
// the metric. It fails as Score does.
func (s *Service) Report(ctx context.Context, q Query, by string) (Report, error) {
	if by == "" {
		by = string(All)
	}
	if q.From == 0 && q.To == 0 {
		from, to, err := s.Span(ctx, q.Metric)
		if err != nil {
			return Report{}, err
		}
		q.From, q.To = from, to
	}
	r := s.describe(q, by)
	total, err := s.Score(ctx, q)
	if err != nil {
		return Report{}, err
	}
	r.Total = total
	r.Rows, err = s.reportRows(ctx, q, by)
	return r, err
}

func (s *Service) describe(q Query, by string) Report {
	r := Report{
		Metric: q.Metric, By: by, Zone: s.zone.String(), Time: ByAnswered, AsOf: s.now(), Where: q.Where, Rows: []Row{},
		From: q.From.String(), To: q.To.String(),
	}
	if q.Zone != nil {
		r.Zone = q.Zone.String()
	}
	if q.Time != "" {
		r.Time = q.Time
	}
	if !q.AsOf.IsZero() {
		r.AsOf = q.AsOf
	}
	return r
}

func (s *Service) reportRows(ctx context.Context, q Query, by string) ([]Row, error) {
	if by == string(All) {
		return []Row{}, nil
	}
	if step, err := ParseStep(by); err == nil {
		points, err := s.Series(ctx, q, step)
		rows := make([]Row, 0, len(points))
		for _, p := range points {
			if q.Empty || !p.blank() {
				rows = append(rows, Row{Member: p.Label, Figure: p.Figure})
			}
		}
		return rows, err
	}
	d, err := ParseDimension(by)
	if err != nil {
		return nil, unknownBreakdown(by)
	}
	return s.Breakdown(ctx, q, d)
}

// Breakdowns returns everything a Report can be broken down by: dimensions and steps.
func Breakdowns() []string {
	var all []string
	for _, d := range allDimensions() {
		all = append(all, string(d))
	}
	return append(all, string(Daily), string(Weekly), string(Monthly))
}

func unknownBreakdown(by string) error {
	return fault.InvalidFields(fault.Field{
		Name: "by", Code: "unknown_dimension", Problem: "is none of " + strings.Join(Breakdowns(), ", "), Value: by,
	})
}

// Span returns the first and the last day of the centre's zone with an entry of the metric; today twice when there is none.
func (s *Service) Span(ctx context.Context, m Metric) (from, to clock.Day, err error) {
	first, last, err := store{s.db.View(ctx)}.span(m.read(), s.now())
	if err != nil {
		return 0, 0, err
	}
	if first.IsZero() {
		return s.Today(), s.Today(), nil
	}
	return clock.DayOf(first, s.zone), clock.DayOf(last, s.zone), nil
}
