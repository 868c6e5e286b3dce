package web

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/fault"
	"aftercall/tasks/callback"
)

// callbacksPage is the supervisor's list of callbacks.
type callbacksPage struct {
	page
	Rows     []callback.Row
	Pager    pager
	Counts   callback.StateCounts
	Filter   callback.Filter
	States   []option
	Kinds    []option
	Reasons  []option
	Filtered bool
	Now      clock.Instant
}

func (*callbacksPage) template() string { return "callbacks" }

// callbackPage is one callback with its story and what a supervisor can do about it.
type callbackPage struct {
	page
	Desk    callback.Desk
	Phone   string // masked: only a claim shows it whole
	Subject string
	Story   []storyLine
	Callers []option
	Form    form
	Open    bool
}

func (*callbackPage) template() string { return "callback" }

func (s *Server) callbacksRoutes() []route {
	supervisor := []account.Role{account.Supervisor}
	return []route{
		{method: http.MethodGet, path: "/callbacks", roles: supervisor, handle: s.showCallbacks},
		{method: http.MethodGet, path: "/callbacks/:id", roles: supervisor, handle: s.showCallback},
		{method: http.MethodPost, path: "/callbacks/:id/reassign", roles: supervisor, handle: s.reassignCallback},
		{method: http.MethodPost, path: "/callbacks/:id/cancel", roles: supervisor, handle: s.cancelCallback},
	}
}

func callbacksSamples() []view {
	var rows []callback.Row
	for i, state := range callback.States() {
		rows = append(rows, callback.Row{Callback: callback.Callback{
			ID: int64(i + 1), Kind: callback.ConfirmKind, State: state, WaitReason: callback.ReasonPlanned, CloseReason: callback.ReasonExpired, ReadyAt: 1, DueAt: 1, ClosedAt: 1,
		}, Customer: "c", Category: "c", Product: "p", Caller: "c", Reserved: "r", Team: "t"})
	}
	desk := callback.Desk{Attempts: []callback.Attempt{{CallerID: 1, CallResult: callback.NoAnswer, StartedAt: 1}, {CallResult: callback.Reached, BusinessResult: callback.Solved, Note: "n"}, {}}, Callers: map[int64]string{1: "c"}}
	desk.Callback = rows[0].Callback
	closed := desk
	closed.Callback = rows[4].Callback
	options := []option{{"", "Any"}}
	return []view{
		&callbacksPage{},
		&callbacksPage{Rows: rows, Pager: pager{Older: "/x"}, Counts: callback.StateCounts{ByState: map[callback.State]int{callback.Ready: 1}, Overdue: 1}, States: options, Kinds: options, Reasons: options, Filtered: true, Now: 2},
		&callbackPage{Desk: desk, Phone: "+86139••••8000", Subject: "s", Callers: options, Open: true, Story: []storyLine{{At: 1, Text: "t"}}},
		&callbackPage{Desk: closed},
	}
}

// callbackReasons are what a callback may wait for or have ended with, as the filter offers them.
func callbackReasons() []callback.Reason {
	return []callback.Reason{
		callback.ReasonPlanned, callback.ReasonAppointment, callback.ReasonSkipped, callback.Reason(callback.NoAnswer), callback.Reason(callback.Busy), callback.Reason(callback.Off),
		callback.Reason(callback.Solved), callback.Reason(callback.NotSolved), callback.Reason(callback.Complaint), callback.Reason(callback.WrongNumber),
		callback.ReasonUnreachable, callback.ReasonReopened, callback.ReasonExpired, callback.ReasonByHand,
	}
}

func (s *Server) showCallbacks(c *gin.Context) error {
	f := callbackFilter(c)
	rows, err := s.Callbacks.List(c.Request.Context(), viewer(c), f)
	if err != nil {
		return err
	}
	counts, err := s.Callbacks.Count(c.Request.Context(), viewer(c))
	if err != nil {
		return err
	}
	p := &callbacksPage{Counts: counts, Filter: f, Now: s.now(), Filtered: f.State != "" || f.Kind != "" || f.Reason != "" || f.Overdue}
	p.Rows, p.Pager = pagedByID(c, rows, func(r callback.Row) int64 { return r.Callback.ID })
	p.States = s.options(c, "callbacks.any_state", "callback_state.", codesOf(callback.States()))
	p.Kinds = s.options(c, "callbacks.any_kind", "callback_kind.", codesOf(callback.Kinds()))
	p.Reasons = s.options(c, "callbacks.any_reason", "reason.", codesOf(callbackReasons()))
	p.page = s.page(c, "callbacks.title")
	return s.render(c, p)
}

func callbackFilter(c *gin.Context) callback.Filter {
	return callback.Filter{
		State: callback.State(c.Query("state")), Kind: callback.Kind(c.Query("kind")), Reason: callback.Reason(c.Query("reason")),
		Overdue: c.Query("overdue") != "", Before: listKeyID(c), Limit: pageSize + 1,
	}
}

// options are the choices of a filter: any, then each code with its text.
func (s *Server) options(c *gin.Context, anyKey, prefix string, codes []string) []option {
	list := []option{{Label: s.t(c, anyKey)}}
	for _, code := range codes {
		list = append(list, option{Value: code, Label: s.t(c, prefix+code)})
	}
	return list
}

// codesOf returns codes as plain strings.
func codesOf[T ~string](codes []T) []string {
	list := make([]string, len(codes))
	for i, code := range codes {
		list[i] = string(code)
	}
	return list
}

func (s *Server) showCallback(c *gin.Context) error {
	return s.renderCallback(c, http.StatusOK, form{})
}

func (s *Server) renderCallback(c *gin.Context, status int, f form) error {
	id, err := pathID(c, "id")
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	desk, err := s.Callbacks.ByID(ctx, viewer(c), id)
	if err != nil {
		return err
	}
	p := &callbackPage{Desk: desk, Phone: maskedPhone(desk.Phone), Subject: joined(" · ", desk.Contact.Category, desk.Contact.Product), Form: f}
	p.Open = !slices.Contains([]callback.State{callback.Finished, callback.Cancelled}, desk.Callback.State)
	events, err := s.Reads.CallbackTimeline(c.Request.Context(), viewer(c), desk.Callback)
	if err != nil {
		return err
	}
	p.Story = s.storyLines(c, events)
	if p.Callers, err = s.callerOptions(c); err != nil {
		return err
	}
	p.page = s.page(c, "callbacks.one", "id", id)
	p.Crumbs = []crumb{{Text: s.t(c, "callbacks.title"), Href: "/callbacks"}}
	return s.renderStatus(c, status, p)
}

// callerOptions are the users a callback can be kept for.
func (s *Server) callerOptions(c *gin.Context) ([]option, error) {
	users, err := s.Accounts.Users(c.Request.Context(), "", callback.MaxRows)
	if err != nil {
		return nil, err
	}
	list := []option{{Value: "0", Label: s.t(c, "callbacks.anybody")}}
	for _, u := range users {
		if u.Role == account.Caller && u.DisabledAt.IsZero() {
			list = append(list, option{Value: strconv.FormatInt(u.ID, 10), Label: u.Name})
		}
	}
	return list, nil
}

func (s *Server) reassignCallback(c *gin.Context) error {
	return s.changeCallback(c, "callbacks.reassigned", func(id int64, f form) error {
		caller, err := strconv.ParseInt(f.Get("caller"), 10, 64)
		if err != nil { // nobody chosen is not anybody
			return fault.InvalidFields(fault.Field{Name: "caller", Code: "required", Problem: "is required", Value: f.Get("caller")})
		}
		return s.Callbacks.Reassign(c.Request.Context(), viewer(c), id, caller, f.Get("reassign_why"))
	})
}

func (s *Server) cancelCallback(c *gin.Context) error {
	return s.changeCallback(c, "callbacks.cancelled", func(id int64, f form) error {
		return s.Callbacks.CancelByHand(c.Request.Context(), viewer(c), id, f.Get("why"))
	})
}

func (s *Server) changeCallback(c *gin.Context, message string, change func(id int64, f form) error) error {
	id, err := pathID(c, "id")
	if err != nil {
		return err
	}
	f, err := formOf(c)
	if err != nil {
		return err
	}
	if err := change(id, f); err != nil {
		refusedForm, unmendable := s.refusedForm(c, f, err)
		if unmendable != nil {
			return unmendable
		}
		return s.renderCallback(c, statusOf(err), refusedForm)
	}
	return s.redirect(c, "/callbacks/"+strconv.FormatInt(id, 10), done(message))
}

// Count returns how many callbacks are in a state.
func (p *callbacksPage) Count(state string) int {
	return p.Counts.ByState[callback.State(state)]
}
