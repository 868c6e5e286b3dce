package followup

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/tasks/callback"
	"aftercall/web/frame"
)

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
	Forms    map[callback.ActKind]frame.Form // what was typed and refused
	Choices  []frame.Option                  // of priorities
	Earliest string                          // of a new time
	Correct  string                          // address of the form for the customer's data; empty for those who may not correct it
	Held     bool                            // by the viewer
	Open     bool                            // and the viewer may do something to it
	InHand   bool                            // of whoever, now
	Holder   string                          // who has it in hand, or had it last
	For      string                          // for whom it is kept; empty for nobody
	Pick     bool                            // the viewer may choose it now
	Resume   bool                            // it is paused, and the viewer may end that
	viewer   account.Viewer
}

func (*callbackPage) Template() string { return "callback" }

// FormOf is what was typed into the form of an act.
func (p *callbackPage) FormOf(act callback.ActKind) frame.Form { return p.Forms[act] }

// Kept reports whether there is something to give back.
func (p *callbackPage) Kept() bool { return p.InHand || p.Desk.Callback.ReservedFor != 0 }

// MayCorrect reports whether the viewer may put the outcome of an attempt right.
func (p *callbackPage) MayCorrect(a callback.Attempt) bool {
	return a.CorrectableBy(p.viewer, p.Desk.Callback)
}

func (h *handlers) showCallback(c *gin.Context) error {
	return h.renderCallback(c, http.StatusOK, nil)
}

func (h *handlers) renderCallback(c *gin.Context, status int, forms map[callback.ActKind]frame.Form) error {
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
		Desk: desk, Phone: frame.MaskedPhone(desk.Phone), Forms: forms, viewer: viewer,
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
	if err := h.fillActs(c, p); err != nil {
		return err
	}
	p.Page = h.Page(c, "callbacks.one", "id", id).About("callback", id)
	p.Crumbs = []frame.Crumb{{Text: h.T(c, "rail.tasks"), Href: "/tasks"}}
	if h.Reachable(viewer, "/callbacks") {
		p.Crumbs = []frame.Crumb{{Text: h.T(c, "callbacks.title"), Href: "/callbacks"}}
	}
	return h.RenderStatus(c, status, p)
}
