package public

import (
	"context"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"aftercall/internal/fault"
	"aftercall/tasks/handoff"
	"aftercall/tasks/handoff/courier"
	"aftercall/web/frame"
)

// The page of a handoff for somebody who never logs in: /h/{token}. As with surveys the address alone decides, and only a POST writes.
func (h *handlers) handoffRoutes() []frame.Route {
	return []frame.Route{
		{Method: http.MethodGet, Path: "/h/:token", Public: true, Handle: h.showHandoff},
		{Method: http.MethodHead, Path: "/h/:token", Public: true, Handle: h.showHandoff},
		{Method: http.MethodPost, Path: "/h/:token", Public: true, Body: surveyBody, Handle: h.actOnHandoff},
	}
}

// courierService is what these pages ask of those who bring links.
type courierService interface {
	By(ctx context.Context, token, name string) (by handoff.By, id int64, err error)
	ByToken(ctx context.Context, token string) (courier.Visit, error)
}

// handoffService is what these pages ask of handoffs.
type handoffService interface {
	Claim(ctx context.Context, by handoff.By, id, seen int64) (handoff.Handoff, error)
	Reply(ctx context.Context, by handoff.By, id, seen int64, a handoff.Answer) (handoff.Handoff, error)
	SendBack(ctx context.Context, by handoff.By, id, seen int64, mistake handoff.Mistake, why string) (handoff.Handoff, error)
}

// handoffPage is what the work needs of a handoff.
type handoffPage struct {
	frame.Page
	Token    string
	Visit    courier.Visit
	Phones   []string // masked until somebody has claimed it
	About    string
	Done     string // what was just done: claim, reply or back
	Act      string // that was refused
	Form     frame.Form
	Remedies []frame.Option
	Mistakes []frame.Option
	Overdue  bool
}

func (*handoffPage) Template() string { return "handoff_link" }

// Name is who they said they are.
func (p *handoffPage) Name() string {
	if p.Form.Values.Has("name") {
		return p.Form.Get("name")
	}
	return p.Visit.Sheet.Handoff.OwnerName
}

// FormOf returns the form of an act: as it was typed, where it was refused.
func (p *handoffPage) FormOf(act string) frame.Form {
	if act == p.Act {
		return p.Form
	}
	return frame.Form{}
}

// handoffEndPage says why a link leads no further.
type handoffEndPage struct {
	frame.Page
	End string // unknown, over, busy, closed: handoff_link.<end>_title and handoff_link.<end>_text
}

func (*handoffEndPage) Template() string { return "handoff_link_end" }

func (h *handlers) openHandoff(c *gin.Context) (courier.Visit, error) {
	return openLink(h, c, h.couriers.ByToken, func(v courier.Visit) string { return v.Language })
}

func (h *handlers) showHandoff(c *gin.Context) error {
	visit, err := h.openHandoff(c)
	if err != nil {
		return h.endOfHandoff(c, err)
	}
	return h.renderHandoff(c, http.StatusOK, visit, "", frame.Form{})
}

func (h *handlers) renderHandoff(c *gin.Context, status int, visit courier.Visit, act string, f frame.Form) error {
	one := visit.Sheet.Handoff
	if visit.Over {
		return h.showHandoffEnd(c, status, "closed")
	}
	p := &handoffPage{
		Token: c.Param("token"), Visit: visit, Act: act, Form: f, Overdue: one.Overdue(h.Now()),
		About:    frame.Joined(" · ", visit.Sheet.Category, visit.Sheet.Product),
		Remedies: frame.EnumOptions(h.Site, c, "handoff_remedy.", handoff.Remedies()),
		Mistakes: frame.EnumOptions(h.Site, c, "handoff_mistake.", handoff.Mistakes()),
	}
	if done := c.Query("done"); act == "" && (done == "claim" || done == "reply" || done == "back") {
		p.Done = done
	}
	for _, phone := range visit.Phones {
		if one.State != handoff.Taken {
			phone = frame.MaskedPhone(phone)
		}
		p.Phones = append(p.Phones, phone)
	}
	p.Page = h.BarePage(c, "handoff_link.title")
	return h.RenderStatus(c, status, p)
}

// actOnHandoff does what was posted, under the name that was typed. What was typed stays where it is refused.
func (h *handlers) actOnHandoff(c *gin.Context) error {
	if _, err := h.openHandoff(c); err != nil {
		return h.endOfHandoff(c, err)
	}
	f, err := frame.FormOf(c)
	if err != nil {
		return err
	}
	act := f.Get("act")
	if err := h.doByLink(c, act, f); err != nil {
		if code, ok := fault.Of(err); ok && code.Code == "handoff_link_over" {
			return h.endOfHandoff(c, err)
		}
		status := frame.StatusOf(err)
		if f, err = h.RefusedForm(c, f, err); err != nil {
			return h.endOfHandoff(c, err)
		}
		visit, err := h.couriers.ByToken(c.Request.Context(), c.Param("token")) // as it is by now
		if err != nil {
			return h.endOfHandoff(c, err)
		}
		return h.renderHandoff(c, status, visit, act, f)
	}
	return h.Redirect(c, "/h/"+c.Param("token")+"?done="+act)
}

var errNoAct = fault.InvalidFields(fault.Field{Name: "act", Code: "not_an_option", Problem: "is not one of the options"})

func (h *handlers) doByLink(c *gin.Context, act string, f frame.Form) error {
	ctx := c.Request.Context()
	by, id, err := h.couriers.By(ctx, c.Param("token"), f.Get("name"))
	if err != nil {
		return err
	}
	seen, err := strconv.ParseInt(f.Get("seen"), 10, 64)
	if err != nil {
		seen = 0 // no version there ever was: stale
	}
	switch act {
	case "claim":
		_, err = h.handoffs.Claim(ctx, by, id, seen)
	case "reply":
		_, err = h.handoffs.Reply(ctx, by, id, seen, handoff.Answer{Words: f.Get("words"), Remedy: handoff.Remedy(f.Get("remedy"))})
	case "back":
		_, err = h.handoffs.SendBack(ctx, by, id, seen, handoff.Mistake(f.Get("mistake")), f.Get("words"))
	default:
		err = errNoAct
	}
	return err
}

// endOfHandoff says what became of a link; errors of ours are nobody's link.
func (h *handlers) endOfHandoff(c *gin.Context, err error) error {
	frame.RetryAfterError(c, err)
	f, _ := fault.Of(err)
	switch {
	case f == nil:
		return err
	case f.Kind == fault.NotFound:
		return h.showHandoffEnd(c, frame.StatusOf(err), "unknown")
	case f.Kind == fault.TooMany:
		return h.showHandoffEnd(c, frame.StatusOf(err), "busy")
	case f.Code == "handoff_link_over":
		return h.showHandoffEnd(c, http.StatusGone, "over")
	}
	return err
}

func (h *handlers) showHandoffEnd(c *gin.Context, status int, end string) error {
	p := &handoffEndPage{End: end}
	p.Page = h.BarePage(c, "handoff_link."+end+"_title")
	return h.RenderStatus(c, status, p)
}

func handoffSamples() []frame.View {
	bare := frame.Page{Bare: true}
	options := []frame.Option{{Value: "fixed", Label: "Fixed"}}
	may := handoff.May{Claim: true, Reply: true, SendBack: true}
	visit := courier.Visit{Sheet: handoff.Sheet{May: may, Row: handoff.Row{
		Handoff: handoff.Handoff{
			ID: 1, Kind: handoff.Complaint, State: handoff.Open, Severity: handoff.Urgent, Said: "s", Note: "n", DueAt: 1,
		},
		Customer: "c", Team: "t",
	}}}
	replied := visit
	replied.Sheet.May = handoff.May{}
	replied.Sheet.Handoff.State, replied.Sheet.Handoff.Reply, replied.Sheet.Handoff.Question = handoff.Replied, "r", "q"
	var views []frame.View
	for _, act := range []string{"", "claim", "reply", "back"} {
		views = append(views, &handoffPage{
			Page: bare, Token: "t", Visit: visit, Phones: []string{"+86139••••8000"}, About: "a", Remedies: options, Mistakes: options,
			Act: act, Overdue: true,
			Form: frame.Form{Error: "e", Errors: map[string]string{"name": "e", "words": "e", "remedy": "e", "mistake": "e"}},
		})
	}
	for _, done := range []string{"claim", "reply", "back"} {
		views = append(views, &handoffPage{Page: bare, Token: "t", Visit: replied, Done: done})
	}
	for _, end := range []string{"unknown", "over", "busy", "closed"} {
		views = append(views, &handoffEndPage{Page: bare, End: end})
	}
	return views
}
