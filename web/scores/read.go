package scores

import (
	"context"
	"slices"

	"github.com/gin-gonic/gin"

	"aftercall/internal/figures"
	"aftercall/web/frame"
)

// scoreRow is one member of a breakdown as tables show it.
type scoreRow struct {
	Name     string
	Href     string // one level deeper
	N        string
	Figure   figureView
	Whisker  frame.Whisker
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
func (h *handlers) breakdown(c *gin.Context, f scoreFilter, m figures.Metric, by figures.Dimension) (scoreTable, error) {
	rows, err := h.figures.Breakdown(c.Request.Context(), f.query(frame.Viewer(c), m), by)
	if err != nil {
		return scoreTable{}, err
	}
	members := make([]string, len(rows))
	for i, r := range rows {
		members[i] = r.Member
	}
	names, err := h.memberNames(c, by, members)
	if err != nil {
		return scoreTable{}, err
	}
	w := h.scoreWords(c)
	table := scoreTable{By: by, Mean: m == figures.CSAT}
	for _, r := range rows {
		row := scoreRow{
			Name: names[r.Member], N: thousands(r.N), Figure: w.figure(r.Figure), Dim: !r.Ranked(),
			Href: f.within(by, r.Member).at(f.Path, "by", string(drillDown(by))),
		}
		row.MarkKind, row.Mark = w.mark(r)
		if e := r.Value; e != nil && e.Interval != nil && r.Sample != figures.CountsOnly {
			row.Whisker = frame.NewWhisker(e.Value, e.Interval.Lower, e.Interval.Upper, floorOf(m), scoreTop)
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
func (h *handlers) memberNames(c *gin.Context, d figures.Dimension, members []string) (map[string]string, error) {
	known, err := h.members.MemberNames(c.Request.Context(), d, members)
	if err != nil {
		return nil, err
	}
	names := make(map[string]string, len(members))
	for _, m := range members {
		switch name := known[m]; {
		case m == "" || d.Named() && m == "0":
			names[m] = h.T(c, "scores.not_given_"+string(d))
		case name != "":
			names[m] = name
		case d.Named():
			names[m] = h.T(c, "scores.unnamed", "id", m)
		default:
			names[m] = h.Catalogue.TextOr(h.Lang(c), m, nil, string(d)+"."+m)
		}
	}
	return names, nil
}

func (h *handlers) scoreWords(c *gin.Context) scoreWords {
	return scoreWords{t: func(key string, args ...any) string { return h.T(c, key, args...) }}
}

// maxChoices bounds the options of a filter.
const maxChoices = 200

// memberOptions are the members of a dimension that had contacts resolved or answers in the period, by name, with one for all.
func (h *handlers) memberOptions(c *gin.Context, f scoreFilter, d figures.Dimension) ([]frame.Option, error) {
	wide := f.without(d)
	wide.Where = nil
	wide.Time = figures.ByAnswered
	found := map[string]bool{}
	for _, m := range []figures.Metric{figures.Resolved, figures.CSAT} {
		rows, err := h.figures.Breakdown(c.Request.Context(), wide.query(frame.Viewer(c), m), d)
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
	return h.namedOptions(c, d, found)
}

func (h *handlers) namedOptions(c *gin.Context, d figures.Dimension, members map[string]bool) ([]frame.Option, error) {
	list := make([]string, 0, len(members))
	for m := range members {
		if m != "" { // an empty value of a form means all
			list = append(list, m)
		}
	}
	names, err := h.memberNames(c, d, list)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(list, func(a, b string) int { return compareNames(names[a], names[b]) })
	options := []frame.Option{{Value: "", Label: h.T(c, "scores.all_"+string(d))}}
	for _, m := range list[:min(len(list), maxChoices)] {
		options = append(options, frame.Option{Value: m, Label: names[m]})
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

func (h *handlers) scorePair(ctx context.Context, f scoreFilter, q figures.Query) (pair scorePair, err error) {
	if pair.Now, err = h.figures.Score(ctx, q); err != nil || !f.Compare {
		return pair, err
	}
	pair.Before, err = h.figures.Score(ctx, f.before(q))
	return pair, err
}
