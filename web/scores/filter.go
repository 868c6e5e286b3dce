package scores

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/fault"
	"aftercall/internal/figures"
)

// scoreFilter is what the board or the scores page is asked for. All of it stands in the address, so that a page can be sent to
// somebody else.
type scoreFilter struct {
	Metric   figures.Metric
	By       figures.Dimension
	Step     figures.Step // "" chooses one by the number of answers
	Time     figures.TimeBase
	Period   string
	From, To clock.Day // included
	Where    map[figures.Dimension]string
	Compare  bool
	// What of incidents is counted: all, nothing, or nothing else.
	Incidents figures.IncidentScope

	Path     string
	defaults url.Values // what is left out of addresses
}

// The periods that can be chosen; "custom" goes by from and to.
const (
	periodMonth  = "month"
	periodCustom = "custom"
)

func scorePeriods() []string { return []string{"7d", "30d", "90d", periodMonth, "365d", periodCustom} }

// readScoreFilter reads the address. A value that is none of the possible ones is the user's to mend, and is refused in words.
func readScoreFilter(c *gin.Context, today clock.Day, defaults url.Values) (scoreFilter, error) {
	get := func(name string) string {
		if v := c.Query(name); v != "" {
			return v
		}
		return defaults.Get(name)
	}
	f := scoreFilter{
		Step: figures.Step(get("step")), Time: figures.TimeBase(get("time")), Period: get("period"), Compare: get("compare") != "none",
		Where: map[figures.Dimension]string{}, Path: c.Request.URL.Path, defaults: defaults,
		Incidents: figures.IncidentScope(get("incidents")),
	}
	var err error
	if f.Metric, err = figures.ParseMetric(get("metric")); err != nil {
		return f, err
	}
	if f.By, err = figures.ParseDimension(get("by")); err != nil {
		return f, err
	}
	if f.Step != "" {
		if _, err := figures.ParseStep(get("step")); err != nil {
			return f, err
		}
	}
	for _, d := range filterDimensions() {
		if v, ok := c.GetQuery(string(d)); ok && (v != "" || c.Query("blank") == string(d)) {
			f.Where[d] = v
		}
	}
	err = f.readPeriod(get, today)
	return f, err
}

// filterDimensions is what a page can be narrowed to, in the order of the drill-down.
func filterDimensions() []figures.Dimension {
	return []figures.Dimension{
		figures.Team, figures.Agent, figures.Category, figures.Channel, figures.Product, figures.Severity, figures.Source,
	}
}

func (f *scoreFilter) readPeriod(get func(string) string, today clock.Day) error {
	f.To = today
	switch f.Period {
	case periodMonth:
		y, m, _ := today.Date()
		f.From = clock.DayFrom(y, m, 1)
		return nil
	case periodCustom:
		return f.readRange(get("from"), get("to"), today)
	}
	days, err := strconv.Atoi(strings.TrimSuffix(f.Period, "d"))
	if err != nil || !slices.Contains(scorePeriods(), f.Period) {
		return fault.InvalidFields(fault.Field{Name: "period", Code: "unknown_value", Problem: "is not a period", Value: f.Period})
	}
	f.From = today - clock.Day(days) + 1
	return nil
}

// readRange reads the ends of a custom period; an end left open is the last 30 days' or today.
func (f *scoreFilter) readRange(from, to string, today clock.Day) error {
	f.From, f.To = today-29, today
	for _, end := range []struct {
		name, text string
		day        *clock.Day
	}{{"from", from, &f.From}, {"to", to, &f.To}} {
		if end.text == "" {
			continue
		}
		t, err := time.Parse(time.DateOnly, end.text)
		if err != nil {
			return fault.InvalidFields(fault.Field{
				Name: end.name, Code: "not_a_date", Problem: "is not a date as in 2026-11-22", Value: end.text,
			})
		}
		*end.day = clock.DayFrom(t.Date())
	}
	if f.To < f.From {
		f.From, f.To = f.To, f.From
	}
	if f.Days() > figures.MaxDays {
		return fault.InvalidFields(fault.Field{
			Name: "to", Code: "range_too_long", Problem: "is more than two years after the first day", Value: to,
		})
	}
	return nil
}

// Days is the length of the period.
func (f scoreFilter) Days() int { return int(f.To-f.From) + 1 }

// query returns the question to ask of figures.
func (f scoreFilter) query(v account.Viewer, m figures.Metric) figures.Query {
	q := figures.Query{Metric: m, From: f.From, To: f.To, Time: f.Time, Viewer: v, Incidents: f.Incidents}
	q.Where = map[figures.Dimension][]string{}
	for d, member := range f.Where {
		q.Where[d] = []string{member}
	}
	return q
}

// before returns the same question about the same number of days before.
func (f scoreFilter) before(q figures.Query) figures.Query {
	q.To = q.From - 1
	q.From = q.To - clock.Day(f.Days()) + 1
	return q
}

// step returns the step of series: the one asked for, or the finest one whose points have answers enough for a line.
func (f scoreFilter) step(answers int64) figures.Step {
	switch days := int64(f.Days()); {
	case f.Step != "":
		return f.Step
	case days <= 14 || days <= 92 && answers >= 20*days:
		return figures.Daily
	case days <= 366:
		return figures.Weekly
	}
	return figures.Monthly
}

// values returns the filter as an address has it.
func (f scoreFilter) values() url.Values {
	v := url.Values{}
	set := func(name, value string) {
		if value != f.defaults.Get(name) {
			v.Set(name, value)
		}
	}
	set("metric", string(f.Metric))
	set("by", string(f.By))
	set("step", string(f.Step))
	set("time", string(f.Time))
	set("period", f.Period)
	set("incidents", string(f.Incidents))
	if f.Period == periodCustom {
		v.Set("from", f.From.String())
		v.Set("to", f.To.String())
	}
	if !f.Compare {
		v.Set("compare", "none")
	}
	for d, member := range f.Where {
		v.Set(string(d), member)
		if member == "" {
			v.Set("blank", string(d))
		}
	}
	return v
}

// at returns the address of another page, or of this one, with some of the filter changed; names and values in turn, an empty
// value removes the name.
func (f scoreFilter) at(path string, changes ...string) string {
	v := f.values()
	for i := 0; i+1 < len(changes); i += 2 {
		if changes[i+1] == "" {
			v.Del(changes[i])
		} else {
			v.Set(changes[i], changes[i+1])
		}
	}
	return (&url.URL{Path: path, RawQuery: v.Encode()}).String()
}

// within returns the filter narrowed to a member of a dimension.
func (f scoreFilter) within(d figures.Dimension, member string) scoreFilter {
	narrowed := f
	narrowed.Where = map[figures.Dimension]string{d: member}
	for k, v := range f.Where {
		if k != d {
			narrowed.Where[k] = v
		}
	}
	return narrowed
}

// without returns the filter without a dimension.
func (f scoreFilter) without(d figures.Dimension) scoreFilter {
	wider := f
	wider.Where = map[figures.Dimension]string{}
	for k, v := range f.Where {
		if k != d {
			wider.Where[k] = v
		}
	}
	return wider
}

// drillDown returns the next dimension to look at below one: team, agent, category, channel.
func drillDown(d figures.Dimension) figures.Dimension {
	switch d {
	case figures.Team, figures.Source:
		return figures.Agent
	case figures.Agent, figures.Product, figures.Severity:
		return figures.Category
	case figures.Category:
		return figures.Channel
	case figures.Channel, figures.All:
	}
	return figures.Team
}
