package followup

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/worklist"
	"aftercall/web/frame"
)

// listFilter is what the work list is narrowed by, as its form and its address have it.
type listFilter struct {
	Filter     worklist.Filter
	State      string // a state, or a set
	From, To   string // days as they were typed, or as they are where nobody typed any
	Usual      bool   // nobody typed days, and the list has the usual ones
	Address    string // the query of its address, without where in the list it is
	Set        worklist.Set
	Sort       worklist.Sort
	States     []frame.Option
	Kinds      []frame.Option
	Reasons    []frame.Option
	Callers    []frame.Option
	Teams      []frame.Option
	Sources    []frame.Option
	Categories []string
	Periods    []frame.Option
	Sorts      []frame.Option
}

// Filtered reports whether anything narrows the list.
func (p *listFilter) Filtered() bool {
	return p.Filter.Narrowed() > 0 || p.State != string(worklist.Open) || p.Dated()
}

// Dated reports whether somebody chose days.
func (p *listFilter) Dated() bool { return !p.Usual && (p.From != "" || p.To != "") }

// More reports whether something is chosen that the form folds away.
func (p *listFilter) More() bool {
	f := p.Filter
	return f.Reason != "" || f.CallerID != 0 || f.TeamID != 0 || f.SourceID != 0 || f.Category != "" || p.Dated()
}

// AllDates is the address of the list whatever the days.
func (p *listFilter) AllDates() string { return "/callbacks?" + withQuery(p.Address, "dates", "all") }

// SortedBy is the address of the list in another order.
func (p *listFilter) SortedBy(sort string) string {
	return "/callbacks?" + withQuery(p.Address, "sort", sort)
}

func withQuery(query, name, value string) string {
	values, _ := url.ParseQuery(query)
	values.Set(name, value)
	return values.Encode()
}

func listPath(query string) string {
	if query == "" {
		return "/callbacks?state=" + string(worklist.Open)
	}
	return "/callbacks?" + query
}

// filterNames are the parts of an address that narrow the list.
var filterNames = []string{
	"state", "kind", "reason", "caller", "team", "source", "category", "overdue", "held", "date", "from", "to", "dates", "sort",
}

// canonical leaves in a query what narrows the list.
func canonical(query string) string {
	values, _ := url.ParseQuery(query)
	kept := url.Values{}
	for _, name := range filterNames {
		if value := values.Get(name); value != "" {
			kept.Set(name, value)
		}
	}
	return kept.Encode()
}

// The usual days of a list that more than one thing narrows, or that has no end: it is found soon, however many callbacks there are.
const (
	usualAhead  = 7  // days ahead in which what is open is due
	usualBehind = 30 // days back in which it was closed or planned
)

// filterOf reads a filter from the query of an address. What is no choice there is narrows nothing.
func (h *handlers) filterOf(query url.Values, search string) listFilter {
	id := func(name string) int64 {
		n, _ := strconv.ParseInt(query.Get(name), 10, 64)
		return max(n, 0)
	}
	p := listFilter{State: query.Get("state"), From: query.Get("from"), To: query.Get("to"), Address: canonical(query.Encode())}
	p.Filter = worklist.Filter{
		Kind: callback.Kind(query.Get("kind")), Reason: callback.Reason(query.Get("reason")), CallerID: id("caller"), TeamID: id("team"),
		SourceID: id("source"), Category: query.Get("category"), Overdue: query.Get("overdue") != "", Held: query.Get("held") != "",
		Search: strings.TrimSpace(search), Of: worklist.Period(query.Get("date")), Sort: worklist.Sort(query.Get("sort")),
	}
	if slices.Contains(worklist.Sets(), worklist.Set(p.State)) {
		p.Filter.Set = worklist.Set(p.State)
	} else {
		p.Filter.State = callback.State(p.State)
	}
	p.Set, p.Sort = p.Filter.Effective()
	if p.State == "" {
		p.State = string(p.Set)
	}
	h.dates(&p, query.Get("dates") == "all")
	return p
}

// dates reads the days of a filter, or gives it the usual ones.
func (h *handlers) dates(p *listFilter, all bool) {
	f := &p.Filter
	if !slices.Contains(worklist.Periods(), f.Of) {
		f.Of = map[worklist.Set]worklist.Period{
			worklist.Open: worklist.DueIn, worklist.Closed: worklist.ClosedIn, worklist.Any: worklist.PlannedIn,
		}[p.Set]
	}
	today := clock.DayOf(h.Now(), h.Zone)
	if p.From == "" && p.To == "" && !all && f.Search == "" {
		switch {
		case p.Set == worklist.Open && f.Narrowed() > 1:
			p.Usual, p.To = true, (today + usualAhead).String()
		case p.Set != worklist.Open:
			p.Usual, p.From = true, (today - usualBehind).String()
		}
	}
	f.From, f.To = h.dayRange(p.From, p.To)
}

// listFilterOf is filterOf with the choices of its form.
func (h *handlers) listFilterOf(c *gin.Context, query url.Values, search string) (p listFilter, err error) {
	ctx, viewer := c.Request.Context(), frame.Viewer(c)
	p = h.filterOf(query, search)
	reasons, err := h.callbacks.Reasons(ctx)
	if err != nil {
		return p, err
	}
	p.States = append(frame.EnumOptions(h.Site, c, "callbacks.set_", worklist.Sets()),
		frame.EnumOptions(h.Site, c, "callback_state.", callback.States())...)
	p.Kinds = frame.FilterOptions(h.Site, c, "callbacks.any_kind", "callback_kind.", callback.Kinds())
	p.Reasons = frame.FilterOptions(h.Site, c, "callbacks.any_reason", "reason.", reasons)
	p.Periods = frame.EnumOptions(h.Site, c, "callbacks.date_", worklist.Periods())
	p.Sorts = frame.EnumOptions(h.Site, c, "callbacks.sort_", worklist.Sorts())
	if p.Callers, err = h.peopleOptions(c); err != nil {
		return p, err
	}
	teams, err := h.accounts.Teams(ctx)
	if err != nil {
		return p, err
	}
	p.Teams = []frame.Option{{Label: h.T(c, "callbacks.any_team")}}
	for _, team := range teams {
		if viewer.SeesTeam(team.ID) {
			p.Teams = append(p.Teams, frame.Option{Value: strconv.FormatInt(team.ID, 10), Label: team.Name})
		}
	}
	sources, err := h.contacts.Sources(ctx)
	if err != nil {
		return p, err
	}
	p.Sources = []frame.Option{{Label: h.T(c, "callbacks.any_source")}}
	for _, source := range sources {
		p.Sources = append(p.Sources, frame.Option{Value: strconv.FormatInt(source.ID, 10), Label: source.Name})
	}
	p.Categories, err = h.worklist.Categories(ctx)
	return p, err
}

// peopleOptions are who may have callbacks in hand.
func (h *handlers) peopleOptions(c *gin.Context) ([]frame.Option, error) {
	users, err := h.accounts.Users(c.Request.Context(), "", callback.MaxRows)
	list := []frame.Option{{Label: h.T(c, "callbacks.any_caller")}}
	for _, u := range users {
		if (u.Role == account.Caller || u.Role == account.Supervisor) && u.DisabledAt.IsZero() {
			list = append(list, frame.Option{Value: strconv.FormatInt(u.ID, 10), Label: u.Name})
		}
	}
	return list, err
}

// listKeyText and listKeyOf write a place in the list as the address has it.
func listKeyText(k worklist.Key) string { return fmt.Sprintf("%d.%d.%d", k.Priority, k.At, k.ID) }

func listKeyOf(text string) (k worklist.Key) {
	if n, _ := fmt.Sscanf(text, "%d.%d.%d", &k.Priority, &k.At, &k.ID); n != 3 || k.ID < 0 {
		return worklist.Key{}
	}
	return k
}
