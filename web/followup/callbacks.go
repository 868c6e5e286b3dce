package followup

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/fault"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/worklist"
	"aftercall/web/frame"
)

// callbacksPage is the supervisor's list of callbacks.
type callbacksPage struct {
	frame.Page
	Marks    []worklist.MarkRow // what supervisors are told and have not seen
	Rows     []worklist.Row
	Pager    frame.Pager
	Counts   worklist.StateCounts
	Filter   worklist.Filter
	States   []frame.Option
	Kinds    []frame.Option
	Reasons  []frame.Option
	Filtered bool
	Now      clock.Instant
}

func (*callbacksPage) Template() string { return "callbacks" }

// MostCounted is up to how many callbacks of a state are counted.
func (*callbacksPage) MostCounted() int { return worklist.MostCounted }

// callbackPage is one callback with its timeline and what a supervisor can do about it.
type callbackPage struct {
	frame.Page
	Desk     callback.Desk
	Phone    string // masked, unless the viewer has claimed the callback: only a claim shows it whole
	Subject  string
	Contact  string // address of the contact; empty for those who may not open it
	Customer string // address of the customer; empty for those who may not open it
	Timeline []frame.TimelineLine
	Changes  []frame.TimelineLine
	Callers  []frame.Option
	Form     frame.Form
	Correct  string // address of the form for the customer's data; empty for those who may not correct it
	Held     bool   // by the viewer
	Open     bool   // and the viewer may reassign and cancel it
	Pick     bool   // the viewer may choose it now
	Resume   bool   // it is paused, and the viewer may end that
	viewer   account.Viewer
}

func (*callbackPage) Template() string { return "callback" }

// MayCorrect reports whether the viewer may put the outcome of an attempt right.
func (p *callbackPage) MayCorrect(a callback.Attempt) bool {
	return a.CorrectableBy(p.viewer, p.Desk.Callback)
}

func (h *handlers) callbacksRoutes() []frame.Route {
	supervisor, readers := []account.Role{account.Supervisor}, []account.Role{account.Supervisor, account.Caller}
	return []frame.Route{
		{Method: http.MethodGet, Path: "/callbacks", Roles: supervisor, Handle: h.showCallbacks},
		{Method: http.MethodGet, Path: "/callbacks/:id", Roles: readers, Handle: h.showCallback},
		{Method: http.MethodGet, Path: "/callbacks/:id/recordings/:attempt", Roles: readers, Handle: h.openRecording},
		{Method: http.MethodPost, Path: "/callbacks/:id/reassign", Roles: supervisor, Handle: h.reassignCallback},
		{Method: http.MethodPost, Path: "/callbacks/:id/cancel", Roles: supervisor, Handle: h.cancelCallback},
		{Method: http.MethodPost, Path: "/callbacks/:id/resume", Roles: readers, Handle: h.resumeCallback},
		{Method: http.MethodPost, Path: "/callbacks/:id/seen", Roles: supervisor, Handle: h.seeMarks},
	}
}

func (h *handlers) showCallbacks(c *gin.Context) error {
	f := callbackFilter(c)
	rows, err := h.worklist.List(c.Request.Context(), frame.Viewer(c), f)
	if err != nil {
		return err
	}
	counts, err := h.worklist.Count(c.Request.Context(), frame.Viewer(c))
	if err != nil {
		return err
	}
	reasons, err := h.callbacks.Reasons(c.Request.Context())
	if err != nil {
		return err
	}
	p := &callbacksPage{Counts: counts, Filter: f, Now: h.Now(), Filtered: f.State != "" || f.Kind != "" || f.Reason != "" || f.Overdue}
	if !p.Filtered && f.Before == 0 {
		if p.Marks, err = h.worklist.Marks(c.Request.Context(), frame.Viewer(c)); err != nil {
			return err
		}
	}
	p.Rows, p.Pager = frame.PagedByID(c, rows, func(r worklist.Row) int64 { return r.Callback.ID })
	p.States = frame.FilterOptions(h.Site, c, "callbacks.any_state", "callback_state.", callback.States())
	p.Kinds = frame.FilterOptions(h.Site, c, "callbacks.any_kind", "callback_kind.", callback.Kinds())
	p.Reasons = frame.FilterOptions(h.Site, c, "callbacks.any_reason", "reason.", reasons)
	p.Page = h.Page(c, "callbacks.title")
	return h.Render(c, p)
}

func callbackFilter(c *gin.Context) worklist.Filter {
	return worklist.Filter{
		State: callback.State(c.Query("state")), Kind: callback.Kind(c.Query("kind")), Reason: callback.Reason(c.Query("reason")),
		Overdue: c.Query("overdue") != "", Before: frame.ListKeyID(c), Limit: frame.PageSize + 1,
	}
}

func (h *handlers) showCallback(c *gin.Context) error {
	return h.renderCallback(c, http.StatusOK, frame.Form{})
}

func (h *handlers) renderCallback(c *gin.Context, status int, f frame.Form) error {
	id, err := frame.PathID(c, "id")
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	desk, err := h.callbacks.ByID(ctx, frame.Viewer(c), id)
	if err != nil {
		return err
	}
	viewer := frame.Viewer(c)
	p := &callbackPage{
		Desk: desk, Phone: frame.MaskedPhone(desk.Phone), Form: f, viewer: viewer,
		Held: desk.Callback.HeldBy(viewer, desk.At), Pick: desk.Callback.PickableBy(viewer, desk.At),
		Resume: desk.Callback.ResumableBy(viewer),
	}
	if p.Held {
		p.Phone = desk.Phone
	}
	if p.Held || viewer.Is(account.Supervisor) {
		p.Correct = fmt.Sprintf("/desk/%d/customer", id)
	}
	p.Subject = frame.Joined(" · ", desk.Contact.Category, desk.Contact.Product)
	p.Contact = h.pathOf(viewer, "/contacts/:id", desk.Contact.ID)
	if desk.Customer.ID != 0 {
		p.Customer = h.pathOf(viewer, "/customers/:id", desk.Customer.ID)
	}
	p.Open = viewer.Is(account.Supervisor) && !slices.Contains([]callback.State{callback.Finished, callback.Cancelled}, desk.Callback.State)
	events, err := h.timelines.CallbackTimeline(c.Request.Context(), frame.Viewer(c), desk.Callback)
	if err != nil {
		return err
	}
	p.Timeline = h.TimelineLines(c, events)
	changes, err := h.callbacks.Changes(ctx, frame.Viewer(c), id)
	if err != nil {
		return err
	}
	p.Changes = h.changeLines(c, changes)
	if p.Open {
		if p.Callers, err = h.callerOptions(c); err != nil {
			return err
		}
	}
	p.Page = h.Page(c, "callbacks.one", "id", id).About("callback", id)
	p.Crumbs = []frame.Crumb{{Text: h.T(c, "rail.tasks"), Href: "/tasks"}}
	if h.Reachable(viewer, "/callbacks") {
		p.Crumbs = []frame.Crumb{{Text: h.T(c, "callbacks.title"), Href: "/callbacks"}}
	}
	return h.RenderStatus(c, status, p)
}

// keptFor are the changes that may keep a callback for somebody from then on.
var keptFor = []callback.ChangeKind{
	callback.ChangeOffered, callback.ChangeTransferred, callback.ChangePaused, callback.ChangeReserved, callback.ChangeAbsent,
}

// changeLines says in words what became of a callback.
func (h *handlers) changeLines(c *gin.Context, changes []callback.ChangeRow) []frame.TimelineLine {
	lines := make([]frame.TimelineLine, len(changes))
	for i, change := range changes {
		key, reason := "callback_change."+string(change.Kind), ""
		if change.For != "" && slices.Contains(keptFor, change.Kind) {
			key += "_for"
		}
		switch {
		case change.Reason == "":
		case change.Kind == callback.ChangeHandedBack:
			if change.Reason == string(callback.ReasonAppointment) {
				key += "_appointment" // it was promised
			}
		case change.Kind == callback.ChangeSkipped:
			reason = h.T(c, "skip_reason."+change.Reason)
		default:
			reason = h.T(c, "reason."+change.Reason)
		}
		lines[i] = frame.TimelineLine{
			At: change.At, Text: h.T(c, key, "reason", reason, "name", change.For), Actor: change.By, Note: change.Detail,
		}
	}
	return lines
}

// callerOptions are the users a callback can be kept for.
func (h *handlers) callerOptions(c *gin.Context) ([]frame.Option, error) {
	users, err := h.accounts.Users(c.Request.Context(), "", callback.MaxRows)
	if err != nil {
		return nil, err
	}
	list := []frame.Option{{Value: "0", Label: h.T(c, "callbacks.anybody")}}
	for _, u := range users {
		if u.Role == account.Caller && u.DisabledAt.IsZero() {
			list = append(list, frame.Option{Value: strconv.FormatInt(u.ID, 10), Label: u.Name})
		}
	}
	return list, nil
}

func (h *handlers) reassignCallback(c *gin.Context) error {
	return h.changeCallback(c, "callbacks.reassigned", func(id int64, f frame.Form) error {
		caller, err := strconv.ParseInt(f.Get("caller"), 10, 64)
		if err != nil { // nobody chosen is not anybody
			return fault.InvalidFields(fault.Field{Name: "caller", Code: "required", Problem: "is required", Value: f.Get("caller")})
		}
		return h.callbacks.Reassign(c.Request.Context(), frame.Viewer(c), id, caller, f.Get("reassign_why"))
	})
}

func (h *handlers) cancelCallback(c *gin.Context) error {
	return h.changeCallback(c, "callbacks.cancelled", func(id int64, f frame.Form) error {
		return h.callbacks.CancelByHand(c.Request.Context(), frame.Viewer(c), id, f.Get("why"))
	})
}

// resumeCallback ends the pause of a callback that waited for something inside.
func (h *handlers) resumeCallback(c *gin.Context) error {
	return h.changeCallback(c, "callbacks.resumed", func(id int64, _ frame.Form) error {
		_, err := h.callbacks.Resume(c.Request.Context(), frame.Viewer(c), id)
		return err
	})
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

func (h *handlers) changeCallback(c *gin.Context, message string, change func(id int64, f frame.Form) error) error {
	id, err := frame.PathID(c, "id")
	if err != nil {
		return err
	}
	f, err := frame.FormOf(c)
	if err != nil {
		return err
	}
	if err := change(id, f); err != nil {
		return h.Again(c, f, err, h.renderCallback)
	}
	return h.Redirect(c, "/callbacks/"+strconv.FormatInt(id, 10), frame.Done(message))
}

// Count returns how many callbacks are in a state.
func (p *callbacksPage) Count(state string) int {
	return p.Counts.ByState[callback.State(state)]
}
