package figures

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"aftercall/internal/clock"
)

// Score returns one figure over the whole range of a query. Without answers the figure has no Value: it is none, not 0. It
// returns fault.Invalid with the wrong fields, also for more than two years where the roll-ups cannot answer.
func (s *Service) Score(ctx context.Context, q Query) (Figure, error) {
	rows, err := s.read(ctx, q, All, false)
	if err != nil {
		return Figure{}, err
	}
	return tallyOf(rows).figure(q.Metric, q.Scale), nil
}

// Row is one member of a breakdown.
type Row struct {
	Member string `json:"member"`         // an id of a named dimension, else the member itself; "" or "0" when not given
	Name   string `json:"name,omitempty"` // filled in by whoever knows the names
	Figure
	// Against is this member minus all the others together: null when either has no answers.
	Against *Difference `json:"against_others"`
}

// Breakdown returns a figure for each member of a dimension, with its difference from all other members. Members with a full
// sample come first, the highest value first; then the others, the largest sample first. Do not rank those. The sums add up to
// those of Score. It fails as Score does.
func (s *Service) Breakdown(ctx context.Context, q Query, by Dimension) ([]Row, error) {
	found, err := s.read(ctx, q, by, false)
	if err != nil {
		return nil, err
	}
	total := tallyOf(found)
	members := map[string]tally{}
	for _, f := range found {
		if members[f.Member] == nil {
			members[f.Member] = tally{}
		}
		members[f.Member].add(f.Metric, f.Scale, f.Sums)
	}
	rows := make([]Row, 0, len(members))
	for member, of := range members {
		row := Row{Member: member, Figure: of.figure(q.Metric, q.Scale)}
		if row.blank() {
			continue // everything it had was taken back
		}
		if d, ok := Compare(row.Figure, total.without(of).figure(q.Metric, q.Scale)); ok {
			row.Against = &d
		}
		rows = append(rows, row)
	}
	slices.SortFunc(rows, compareRows)
	return rows, nil
}

func compareRows(a, b Row) int {
	if a.Ranked() != b.Ranked() {
		if a.Ranked() {
			return -1
		}
		return 1
	}
	if a.Ranked() && a.Value != nil && b.Value != nil && a.Value.Value != b.Value.Value {
		return cmp.Compare(b.Value.Value, a.Value.Value)
	}
	return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Member, b.Member))
}

// Point is one period of a series.
type Point struct {
	Period Period `json:"-"`
	Label  string `json:"period"`
	Figure
}

// Series returns a figure for each period that touches the range, in order, also for periods without answers. The first and the
// last one count only the days inside the range. It fails as Score does, and returns fault.Invalid for an unknown step.
func (s *Service) Series(ctx context.Context, q Query, step Step) ([]Point, error) {
	if _, err := ParseStep(string(step)); err != nil {
		return nil, err
	}
	found, err := s.read(ctx, q, All, true)
	if err != nil {
		return nil, err
	}
	byPeriod := map[clock.Day]tally{}
	for _, f := range found {
		first := periodOf(f.Day, step).From
		if byPeriod[first] == nil {
			byPeriod[first] = tally{}
		}
		byPeriod[first].add(f.Metric, f.Scale, f.Sums)
	}
	periods := Periods(q.From, q.To, step)
	points := make([]Point, len(periods))
	for i, p := range periods {
		points[i] = Point{Period: p, Label: p.Label(), Figure: byPeriod[p.From].figure(q.Metric, q.Scale)}
	}
	return points, nil
}

// read plans the query and reads it.
func (s *Service) read(ctx context.Context, q Query, by Dimension, days bool) ([]found, error) {
	p, err := s.plan(q, by, days)
	if err != nil {
		return nil, err
	}
	st := store{s.db.View(ctx)}
	if p.rollups {
		zone, err := st.rollupZone()
		if err != nil {
			return nil, err
		}
		// After a move of the centre the roll-ups hold days of the old zone, until the next fold drops them.
		p.rollups = zone == "" || zone == s.zone.String()
	}
	rows, err := st.read(p)
	if err != nil {
		return nil, fmt.Errorf("%s from %s to %s: %w", q.Metric, q.From, q.To, err)
	}
	return rows, nil
}

func tallyOf(rows []found) tally {
	t := tally{}
	for _, r := range rows {
		t.add(r.Metric, r.Scale, r.Sums)
	}
	return t
}

// without returns what is left without another tally.
func (t tally) without(o tally) tally {
	rest := tally{}
	for m, scales := range t {
		for scale, sums := range scales {
			rest.add(m, scale, sums.minus(o[m][scale]))
		}
	}
	return rest
}
