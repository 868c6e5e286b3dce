package followup

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/fault"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/bulk"
	"aftercall/tasks/callback/worklist"
	"aftercall/web/frame"
)

// bulkPage asks what exactly is to be done to many callbacks, and says first to how many it would be.
type bulkPage struct {
	frame.Page
	Act      callback.ActKind
	Total    int
	More     bool          // there are more than an act takes
	States   []bulkCount   // how many of what state
	InHand   int           // of them in a caller's hands
	IDs      []int64       // those that were chosen; nil for all of the list
	List     string        // the query of its address
	Sought   string        // what was searched for
	Weighed  *bulk.Weighed // what would be done; nil before that is asked
	Refused  []bulkReason  // why to some nothing would be
	Form     frame.Form
	Callers  []frame.Option
	Choices  []frame.Option
	Back     string
	Earliest string
}

func (*bulkPage) Template() string { return "callbacks_bulk" }

type bulkCount struct {
	State callback.State
	Count int
}

type bulkReason struct {
	Text  string
	Count int
	Rows  []worklist.Row // the first few of them
}

// bulkActPage is what came of an act on many callbacks.
type bulkActPage struct {
	frame.Page
	bulk.Report

	Refused []bulkReason
	Kept    []bulkReason
	Undo    bool
}

func (*bulkActPage) Template() string { return "callbacks_bulk_act" }

// Num is how many callbacks something came of.
func (p *bulkActPage) Num(state string) int { return p.Counts[bulk.RowState(state)] }

// bulkActsPage are the acts of the viewer.
type bulkActsPage struct {
	frame.Page
	Acts []bulk.Act
}

func (*bulkActsPage) Template() string { return "callbacks_bulk_acts" }

// doBulk leads from what was chosen on the list over what it would do to the act.
func (h *handlers) doBulk(c *gin.Context, f frame.Form) error {
	p := &bulkPage{Act: callback.ActKind(f.Get("act")), List: canonical(f.Get("query")), Sought: f.Get("q"), Form: f}
	if !slices.Contains(callback.ActKinds(), p.Act) {
		return fault.New(fault.Invalid, "bulk_act", "choose what to do")
	}
	ids, err := h.chosen(c, p)
	if err != nil {
		return err
	}
	p.Back = listPath(p.List)
	if f.Get("step") == "" {
		p.Form = frame.Form{Values: url.Values{}}
		return h.renderBulk(c, http.StatusOK, p)
	}
	act, err := h.typedAct(p.Act, f, h.Now())
	if err == nil && f.Get("step") == "do" {
		var begun bulk.Act
		if begun, err = h.bulkActs.Begin(c.Request.Context(), frame.Viewer(c), ids, act); err == nil {
			return h.Redirect(c, bulkPath(begun.ID))
		}
	}
	if err == nil {
		var weighed bulk.Weighed
		if weighed, err = h.bulkActs.Weigh(c.Request.Context(), frame.Viewer(c), ids, act); err == nil {
			p.Weighed, p.Refused = &weighed, h.refusedTexts(c, weighed.Refused)
			return h.renderBulk(c, http.StatusOK, p)
		}
	}
	return h.Again(c, f, err, func(c *gin.Context, status int, f frame.Form) error {
		p.Form = f
		return h.renderBulk(c, status, p)
	})
}

// chosen returns the callbacks an act is about: those that were ticked, or all of the list.
func (h *handlers) chosen(c *gin.Context, p *bulkPage) ([]int64, error) {
	ctx, viewer := c.Request.Context(), frame.Viewer(c)
	var found []callback.Callback
	var err error
	if p.Form.Get("scope") == "all" {
		values, _ := url.ParseQuery(p.List)
		found, err = h.worklist.Each(ctx, viewer, h.filterOf(values, p.Sought).Filter, bulk.Most+1)
	} else {
		for _, text := range p.Form.Values["id"] {
			if id, err := strconv.ParseInt(text, 10, 64); err == nil {
				p.IDs = append(p.IDs, id)
			}
		}
		if len(p.IDs) == 0 {
			return nil, fault.New(fault.Invalid, "bulk_nothing", "choose at least one callback")
		}
		found, err = h.worklist.ByIDs(ctx, viewer, p.IDs)
	}
	if err != nil {
		return nil, err
	}
	now, counts := h.Now(), map[callback.State]int{}
	ids := make([]int64, len(found))
	for i, cb := range found {
		ids[i] = cb.ID
		if counts[cb.State]++; cb.State == callback.Claimed && cb.LeaseUntil.After(now) {
			p.InHand++
		}
	}
	for _, state := range callback.States() {
		if counts[state] > 0 {
			p.States = append(p.States, bulkCount{state, counts[state]})
		}
	}
	p.Total, p.More = len(ids), len(ids) > bulk.Most
	return ids, nil
}

func (h *handlers) renderBulk(c *gin.Context, status int, p *bulkPage) error {
	users, err := h.accounts.Users(c.Request.Context(), "", callback.MaxRows)
	if err != nil {
		return err
	}
	p.Callers = []frame.Option{{Value: "0", Label: h.T(c, "callbacks.anybody")}}
	for _, u := range users {
		if u.Role == account.Caller && u.DisabledAt.IsZero() {
			p.Callers = append(p.Callers, frame.Option{Value: strconv.FormatInt(u.ID, 10), Label: u.Name})
		}
	}
	_, p.Choices = frame.CallbackChoices(func(key string, args ...any) string { return h.T(c, key, args...) })
	p.Earliest = h.Now().In(h.Zone).Format(frame.LocalInput)
	p.Page = h.Page(c, "bulk.title_"+string(p.Act), "count", p.Total)
	p.Crumbs = []frame.Crumb{{Text: h.T(c, "callbacks.title"), Href: p.Back}}
	return h.RenderStatus(c, status, p)
}

// refusedTexts says in words what was, or would be, refused for, the most frequent first.
func (h *handlers) refusedTexts(c *gin.Context, counts map[string]int) []bulkReason {
	list := make([]bulkReason, 0, len(counts))
	for code, count := range counts {
		list = append(list, bulkReason{Text: h.refusedText(c, code), Count: count})
	}
	slices.SortFunc(list, func(a, b bulkReason) int { return b.Count - a.Count })
	return list
}

// refusedText is the text of a code: of a fault, or of a field of it.
func (h *handlers) refusedText(c *gin.Context, code string) string {
	return h.Catalogue.TextOr(h.Lang(c), code, nil, "fault."+code, "problem."+code)
}

// mostRefused is how many callbacks are listed for one reason.
const mostRefused = 100

func (h *handlers) showBulkAct(c *gin.Context, id int64) error {
	viewer := frame.Viewer(c)
	report, err := h.bulkActs.Report(c.Request.Context(), viewer, id)
	if err != nil {
		return err
	}
	p := &bulkActPage{Report: report, Undo: report.Act.State == bulk.Done && report.Counts[bulk.RowDone] > 0}
	if p.Refused, err = h.refusedRows(c, id, bulk.RowRefused, report.Refused); err != nil {
		return err
	}
	if p.Kept, err = h.refusedRows(c, id, bulk.RowKept, report.Kept); err != nil {
		return err
	}
	p.Page = h.Page(c, "bulk.title_"+string(report.Act.Kind), "count", report.Act.RowCount)
	p.Crumbs = []frame.Crumb{
		{Text: h.T(c, "callbacks.title"), Href: "/callbacks"}, {Text: h.T(c, "bulk.mine"), Href: "/callbacks/bulk"},
	}
	return h.Render(c, p)
}

// refusedRows lists the callbacks to which nothing was done, by why.
func (h *handlers) refusedRows(c *gin.Context, id int64, state bulk.RowState, reasons []bulk.Reason) ([]bulkReason, error) {
	if len(reasons) == 0 {
		return nil, nil
	}
	ctx, viewer := c.Request.Context(), frame.Viewer(c)
	rows, err := h.bulkActs.Rows(ctx, viewer, id, state, 0, callback.MaxRows)
	if err != nil {
		return nil, err
	}
	byReason := map[string][]int64{}
	var ids []int64
	for _, row := range rows {
		if len(byReason[row.Refused]) < mostRefused {
			byReason[row.Refused], ids = append(byReason[row.Refused], row.CallbackID), append(ids, row.CallbackID)
		}
	}
	named, err := h.worklist.Rows(ctx, viewer, ids)
	if err != nil {
		return nil, err
	}
	byID := make(map[int64]worklist.Row, len(named))
	for _, row := range named {
		byID[row.Callback.ID] = row
	}
	list := make([]bulkReason, len(reasons))
	for i, reason := range reasons {
		list[i] = bulkReason{Text: h.refusedText(c, reason.Code), Count: reason.Count}
		for _, id := range byReason[reason.Code] {
			if row, known := byID[id]; known { // what is of another team is not told
				list[i].Rows = append(list[i].Rows, row)
			}
		}
	}
	return list, nil
}

func (h *handlers) undoBulk(c *gin.Context, id int64) error {
	if _, err := h.bulkActs.Undo(c.Request.Context(), frame.Viewer(c), id); err != nil {
		return err
	}
	return h.Redirect(c, bulkPath(id))
}

// mostActs is how many acts are listed.
const mostActs = 50

func (h *handlers) showBulkActs(c *gin.Context) error {
	acts, err := h.bulkActs.Recent(c.Request.Context(), frame.Viewer(c), mostActs)
	if err != nil {
		return err
	}
	p := &bulkActsPage{Acts: acts, Page: h.Page(c, "bulk.mine")}
	p.Crumbs = []frame.Crumb{{Text: h.T(c, "callbacks.title"), Href: "/callbacks"}}
	return h.Render(c, p)
}

func bulkPath(id int64) string { return fmt.Sprintf("/callbacks/bulk/%d", id) }
