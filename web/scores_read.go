package web

import (
	"context"
	"slices"

	"github.com/gin-gonic/gin"

	"aftercall/internal/figures"
)

// scoreRow is one member of a breakdown as tables show it.
type scoreRow struct {
	Name     string
	Href     string // one level deeper
	N        string
	Figure   figureView
	Whisker  whisker
	MarkKind string
	Mark     string
	Dim      bool // too small a sample to compare
}

// scoreTable is a breakdown with its neighbours.
type scoreTable struct {
	By    figures.Dimension
	Links []scoreLink // the other dimensions
	Rows  []scoreRow
	Mean  bool // show the mean and DSAT
}

// scoreLink is a choice among few.
type scoreLink struct {
	Text, Href string
	Current    bool
}

// breakdown reads and words the members of a dimension. Each row leads one level deeper on the same page.
func (s *Server) breakdown(c *gin.Context, f scoreFilter, m figures.Metric, by figures.Dimension) (scoreTable, error) {
	rows, err := s.Figures.Breakdown(c.Request.Context(), f.query(viewer(c), m), by)
	if err != nil {
		return scoreTable{}, err
	}
	members := make([]string, len(rows))
	for i, r := range rows {
		members[i] = r.Member
	}
	names, err := s.memberNames(c, by, members)
	if err != nil {
		return scoreTable{}, err
	}
	w := s.scoreWords(c)
	table := scoreTable{By: by, Mean: m == figures.CSAT}
	for _, r := range rows {
		row := scoreRow{
			Name: names[r.Member], N: thousands(r.N), Figure: w.figure(r.Figure), Dim: !r.Ranked(),
			Href: f.within(by, r.Member).at(f.path, "by", string(drillDown(by))),
		}
		row.MarkKind, row.Mark = w.mark(r)
		if e := r.Value; e != nil && e.Interval != nil && r.Sample != figures.CountsOnly {
			row.Whisker = newWhisker(e.Value, e.Interval.Lower, e.Interval.Upper, floorOf(m), scoreTop)
		}
		table.Rows = append(table.Rows, row)
	}
	return table, nil
}

// scoreTop is the highest value of a metric's figure, in percent or points.
const scoreTop = 100

// floorOf is the lowest.
func floorOf(m figures.Metric) float64 {
	if m == figures.NPS {
		return -scoreTop
	}
	return 0
}

// memberNames names members of a dimension in the reader's language. One that is not given says so.
func (s *Server) memberNames(c *gin.Context, d figures.Dimension, members []string) (map[string]string, error) {
	known, err := s.Reads.MemberNames(c.Request.Context(), d, members)
	if err != nil {
		return nil, err
	}
	names := make(map[string]string, len(members))
	for _, m := range members {
		switch name := known[m]; {
		case m == "" || d.Named() && m == "0":
			names[m] = s.t(c, "scores.not_given_"+string(d))
		case name != "":
			names[m] = name
		case d.Named():
			names[m] = s.t(c, "scores.unnamed", "id", m)
		default:
			names[m] = s.messages.textOr(s.language(c), m, nil, string(d)+"."+m)
		}
	}
	return names, nil
}

func (s *Server) scoreWords(c *gin.Context) scoreWords {
	return scoreWords{t: func(key string, args ...any) string { return s.t(c, key, args...) }}
}

// maxChoices bounds the options of a filter.
const maxChoices = 200

// memberOptions are the members of a dimension that had contacts resolved or answers in the period, by name, with one for all.
func (s *Server) memberOptions(c *gin.Context, f scoreFilter, d figures.Dimension) ([]option, error) {
	wide := f.without(d)
	wide.Where = nil
	wide.Time = figures.ByAnswered
	found := map[string]bool{}
	for _, m := range []figures.Metric{figures.Resolved, figures.CSAT} {
		rows, err := s.Figures.Breakdown(c.Request.Context(), wide.query(viewer(c), m), d)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			found[r.Member] = true
		}
	}
	if chosen, ok := f.Where[d]; ok {
		found[chosen] = true
	}
	return s.namedOptions(c, d, found)
}

func (s *Server) namedOptions(c *gin.Context, d figures.Dimension, members map[string]bool) ([]option, error) {
	list := make([]string, 0, len(members))
	for m := range members {
		if m != "" { // an empty value of a form means all
			list = append(list, m)
		}
	}
	names, err := s.memberNames(c, d, list)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(list, func(a, b string) int { return compareNames(names[a], names[b]) })
	options := []option{{Value: "", Label: s.t(c, "scores.all_"+string(d))}}
	for _, m := range list[:min(len(list), maxChoices)] {
		options = append(options, option{Value: m, Label: names[m]})
	}
	return options, nil
}

func compareNames(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// scorePair is a figure and the same one of the days before.
type scorePair struct {
	Now, Before figures.Figure
}

func (s *Server) scorePair(ctx context.Context, f scoreFilter, q figures.Query) (pair scorePair, err error) {
	if pair.Now, err = s.Figures.Score(ctx, q); err != nil || !f.Compare {
		return pair, err
	}
	pair.Before, err = s.Figures.Score(ctx, f.before(q))
	return pair, err
}
