package performance

import (
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"aftercall/internal/clock"
	"aftercall/internal/fault"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/performance"
)

// asked is what a page is asked for. All of it stands in the address, so that a page can be sent to somebody else.
type asked struct {
	performance.Filter
	Period string
}

// periodCustom is the period that goes by from and until.
const periodCustom = "custom"

func periods() []string {
	return []string{"today", "yesterday", "week", "last_week", "month", "last_month", periodCustom}
}

// readAsked reads an address. A value that is none of the possible ones is refused in words.
func (h *handlers) readAsked(c *gin.Context) (asked, error) {
	today := clock.DayOf(h.Now(), h.Zone)
	a := asked{Period: c.DefaultQuery("period", "today")}
	if c.Query("period") == "" && c.Query("from") != "" {
		a.Period = periodCustom
	}
	a.By, a.Kind = performance.By(c.DefaultQuery("by", string(performance.ByCaller))), callback.Kind(c.Query("kind"))
	a.CallerID, _ = strconv.ParseInt(c.Query("caller"), 10, 64)
	if team, err := strconv.ParseInt(c.Query("team"), 10, 64); err == nil {
		a.TeamID = &team
	}
	var problems fault.Problems
	fault.OneOf(&problems, "by", a.By, performance.Bys())
	fault.OneOf(&problems, "period", a.Period, periods())
	if a.Kind != "" {
		fault.OneOf(&problems, "kind", a.Kind, callback.Kinds())
	}
	a.From, a.Last = spanOf(a.Period, today)
	if a.Period == periodCustom {
		a.From, a.Last = readDay(&problems, "from", c.Query("from"), today), readDay(&problems, "until", c.Query("until"), today)
	}
	if len(problems) > 0 {
		return a, fault.InvalidFields(problems...)
	}
	return a, nil
}

func readDay(problems *fault.Problems, name, text string, today clock.Day) clock.Day {
	if text == "" {
		return today
	}
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		problems.Refuse(name, "not_a_date", "is not a date as in 2026-11-22", text)
		return today
	}
	return clock.DayFrom(t.Date())
}

// spanOf returns the first and the last day of a period. Weeks begin on Mondays; what is not over ends today.
func spanOf(period string, today clock.Day) (from, last clock.Day) {
	monday := today - (today+3)%7
	year, month, _ := today.Date()
	first := func(m time.Month) clock.Day { return clock.DayFrom(year, m, 1) }
	switch period {
	case "yesterday":
		return today - 1, today - 1
	case "week":
		return monday, today
	case "last_week":
		return monday - 7, monday - 1
	case "month":
		return first(month), today
	case "last_month":
		return first(month - 1), first(month) - 1
	}
	return today, today
}

// query is the address of the same with other values, names and values in turn.
func (a asked) query(more ...string) string {
	q := url.Values{"period": {a.Period}, "by": {string(a.By)}}
	if a.Period == periodCustom {
		q.Set("from", a.From.String())
		q.Set("until", a.Last.String())
	}
	if a.TeamID != nil {
		q.Set("team", strconv.FormatInt(*a.TeamID, 10))
	}
	if a.Kind != "" {
		q.Set("kind", string(a.Kind))
	}
	if a.CallerID != 0 {
		q.Set("caller", strconv.FormatInt(a.CallerID, 10))
	}
	for i := 0; i+1 < len(more); i += 2 {
		q.Set(more[i], more[i+1])
	}
	return q.Encode()
}

// narrowed is the address of the callers behind a row that is none of one caller.
func (a asked) narrowed(row performance.Row) string {
	switch a.By {
	case performance.ByTeam:
		return a.query("by", string(performance.ByCaller), "team", strconv.FormatInt(row.ID, 10))
	case performance.ByKind:
		return a.query("by", string(performance.ByCaller), "kind", string(row.Kind))
	default:
		day := row.Day.String()
		return a.query("by", string(performance.ByCaller), "period", periodCustom, "from", day, "until", day)
	}
}

// listable reports whether the rows behind a figure can be listed.
func listable(what string) bool { return slices.Contains(performance.Whats(), performance.What(what)) }
