package followup

import (
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/worklist"
	"aftercall/web/frame"
)

// callbacksPage is the supervisor's work list.
type callbacksPage struct {
	frame.Page
	listFilter

	Marks  []worklist.MarkRow // what supervisors are told and have not seen
	Rows   []worklist.Row
	Pager  frame.Pager
	Counts worklist.StateCounts
	Saved  []worklist.SavedFilter
	Form   frame.Form // of the filter that is being saved
	Now    clock.Instant
}

func (*callbacksPage) Template() string { return "callbacks" }

// MostCounted is up to how many callbacks of a state are counted.
func (*callbacksPage) MostCounted() int { return worklist.MostCounted }

// Count returns how many callbacks are in a state.
func (p *callbacksPage) Count(state callback.State) int { return p.Counts.ByState[state] }

// StateTiles are the states that are counted above the list: those of what is open.
func (*callbacksPage) StateTiles() []callback.State { return callback.OpenStates() }

// Acts are what can be done to many callbacks at once.
func (*callbacksPage) Acts() []callback.ActKind { return callback.ActKinds() }

func (h *handlers) callbacksRoutes() []frame.Route {
	supervisor, readers := []account.Role{account.Supervisor}, []account.Role{account.Supervisor, account.Caller}
	routes := []frame.Route{
		{Method: http.MethodGet, Path: "/callbacks", Roles: supervisor, Handle: h.showCallbacks},
		{Method: http.MethodPost, Path: "/callbacks", Roles: supervisor, Handle: h.searchCallbacks},
		{Method: http.MethodPost, Path: "/callbacks/filters", Roles: supervisor, Handle: frame.Posted(h.saveFilter)},
		{Method: http.MethodPost, Path: "/callbacks/filters/:id/delete", Roles: supervisor, Handle: frame.Numbered(h.deleteFilter)},
		{Method: http.MethodGet, Path: "/callbacks/bulk", Roles: supervisor, Handle: h.showBulkActs},
		{Method: http.MethodPost, Path: "/callbacks/bulk", Roles: supervisor, Handle: frame.Posted(h.doBulk)},
		{Method: http.MethodGet, Path: "/callbacks/bulk/:id", Roles: supervisor, Handle: frame.Numbered(h.showBulkAct)},
		{Method: http.MethodPost, Path: "/callbacks/bulk/:id/undo", Roles: supervisor, Handle: frame.Numbered(h.undoBulk)},
		{Method: http.MethodGet, Path: "/callbacks/:id", Roles: readers, Handle: h.showCallback},
		{Method: http.MethodGet, Path: "/callbacks/:id/recordings/:attempt", Roles: readers, Handle: h.openRecording},
		{Method: http.MethodPost, Path: "/callbacks/:id/resume", Roles: readers, Handle: h.resumeCallback},
		{Method: http.MethodPost, Path: "/callbacks/:id/seen", Roles: supervisor, Handle: h.seeMarks},
	}
	for _, kind := range callback.ActKinds() {
		routes = append(routes, frame.Route{
			Method: http.MethodPost, Path: "/callbacks/:id/" + string(kind), Roles: supervisor, Handle: h.actOn(kind),
		})
	}
	return routes
}

// showCallbacks begins with the filter that the viewer begins with, if they have one.
func (h *handlers) showCallbacks(c *gin.Context) error {
	if c.Request.URL.RawQuery == "" {
		saved, err := h.worklist.Saved(c.Request.Context(), frame.Viewer(c))
		if err != nil {
			return err
		}
		for _, f := range saved {
			if f.First && f.Query != "" {
				return h.Redirect(c, "/callbacks?"+f.Query)
			}
		}
	}
	return h.renderCallbacks(c, http.StatusOK, "", frame.Form{})
}

// searchCallbacks answers a POST with a page: what is searched for is a number or a name, which no address may show.
func (h *handlers) searchCallbacks(c *gin.Context) error {
	f, err := frame.FormOf(c)
	if err != nil {
		return err
	}
	return h.renderCallbacks(c, http.StatusOK, f.Get("q"), frame.Form{})
}

func (h *handlers) renderCallbacks(c *gin.Context, status int, search string, f frame.Form) error {
	ctx, viewer := c.Request.Context(), frame.Viewer(c)
	p := &callbacksPage{Now: h.Now(), Form: f}
	var err error
	if p.listFilter, err = h.listFilterOf(c, c.Request.URL.Query(), search); err != nil {
		return err
	}
	filter := p.Filter
	filter.After, filter.Limit = listKeyOf(frame.ListKey(c)), frame.PageSize+1
	rows, err := h.worklist.List(ctx, viewer, filter)
	if err != nil {
		return err
	}
	if p.Counts, err = h.worklist.Count(ctx, viewer); err != nil {
		return err
	}
	if p.Saved, err = h.worklist.Saved(ctx, viewer); err != nil {
		return err
	}
	if !p.Filtered() && filter.After.ID == 0 {
		if p.Marks, err = h.worklist.Marks(ctx, viewer); err != nil {
			return err
		}
	}
	p.Rows, p.Pager = frame.Paged(c, rows, func(r worklist.Row) string { return listKeyText(p.Filter.Key(r)) })
	p.Page = h.Page(c, "callbacks.title")
	return h.RenderStatus(c, status, p)
}

// saveFilter keeps what the list is narrowed by under a name. What was searched for is not kept: it is somebody's number or name.
func (h *handlers) saveFilter(c *gin.Context, f frame.Form) error {
	query := canonical(f.Get("query"))
	saved := worklist.SavedFilter{Name: f.Get("name"), Query: query, First: f.Get("first") != ""}
	if err := h.worklist.SaveFilter(c.Request.Context(), frame.Viewer(c), saved); err != nil {
		c.Request.URL.RawQuery = query // the list as it was
		return h.Again(c, f, err, func(c *gin.Context, status int, f frame.Form) error {
			return h.renderCallbacks(c, status, "", f)
		})
	}
	return h.Redirect(c, listPath(query), frame.Done("callbacks.filter_saved"))
}

func (h *handlers) deleteFilter(c *gin.Context, id int64) error {
	if err := h.worklist.DeleteFilter(c.Request.Context(), frame.Viewer(c), id); err != nil {
		return err
	}
	return h.Redirect(c, "/callbacks?state=open", frame.Done("callbacks.filter_deleted"))
}

// seeMarks notes that somebody knows what the calls of a callback say. The list is where it was marked.
func (h *handlers) seeMarks(c *gin.Context) error {
	id, err := frame.PathID(c, "id")
	if err != nil {
		return err
	}
	if err := h.callbacks.SeeMarks(c.Request.Context(), frame.Viewer(c), id); err != nil {
		return err
	}
	return h.Redirect(c, "/callbacks", frame.Done("callbacks.marks_seen"))
}

func callbackPath(id int64) string { return "/callbacks/" + strconv.FormatInt(id, 10) }
