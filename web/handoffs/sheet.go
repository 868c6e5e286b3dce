package handoffs

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/tasks/callback/script"
	"aftercall/tasks/handoff"
	"aftercall/tasks/handoff/courier"
	"aftercall/web/frame"
)

// sheetPage is one handoff: what the customer said first, then what was done about it, and what the viewer may do.
type sheetPage struct {
	frame.Page
	Sheet    handoff.Sheet
	Left     countdown
	Age      time.Duration
	About    string
	Attached handoff.Attached
	Contact  string // addresses; empty for those who may not open them
	Callback string
	Second   string
	Customer string
	Log      []logLine
	Links    []courier.LinkRow // what was sent to those who never log in
	Revoke   bool
	Timeline []frame.TimelineLine
	Phrases  script.Phrases
	Now      int64 // in milliseconds: a browser's clock may be wrong

	Act  string // that was refused
	Form frame.Form
	Lost string // what was typed for an act that is not there any more

	Remedies   []frame.Option
	Mistakes   []frame.Option
	Pretexts   []frame.Option
	Results    []frame.Option
	Severities []frame.Option
	Others     []frame.Option // other teams
}

func (*sheetPage) Template() string { return "handoff" }

// FormOf returns the form of an act: as it was typed, where it was refused.
func (p *sheetPage) FormOf(act string) frame.Form {
	if act == p.Act {
		return p.Form
	}
	return frame.Form{}
}

// More reports whether there is something beside claiming and replying.
func (p *sheetPage) More() bool {
	m := p.Sheet.May
	return m.Forward || m.Ask || m.SendBack || m.Suspend || m.Weigh || m.Remark || len(m.Close) > 0
}

// logLine is an entry of the log in words.
type logLine struct {
	handoff.Line
	Text string
	Who  string
}

func (h *handlers) showSheet(c *gin.Context) error {
	return h.renderSheet(c, http.StatusOK, "", frame.Form{})
}

// renderSheet shows a handoff; act is the one whose form was refused.
func (h *handlers) renderSheet(c *gin.Context, status int, act string, f frame.Form) error {
	id, err := frame.PathID(c, "id")
	if err != nil {
		return err
	}
	ctx, viewer := c.Request.Context(), frame.Viewer(c)
	sheet, err := h.handoffs.ByID(ctx, handoff.ByUser(viewer), id)
	if err != nil {
		return err
	}
	now := h.Now()
	one := sheet.Handoff
	p := &sheetPage{
		Sheet: sheet, Left: countdownOf(one, now), Age: now.Sub(one.CreatedAt), Attached: one.Attached(), Act: act, Form: f,
		About: frame.Joined(" · ", sheet.Category, sheet.Product), Now: int64(now) / 1000,
	}
	if act != "" && !may(sheet.May, act) {
		p.Lost = frame.Joined("\n", f.Get("words"), f.Get("links"))
	}
	if viewer.Is(account.Supervisor, account.Handler) {
		if p.Links, err = h.couriers.Links(ctx, viewer, id); err != nil {
			return err
		}
		p.Revoke = viewer.Is(account.Supervisor) && one.State != handoff.Closed &&
			slices.ContainsFunc(p.Links, func(l courier.LinkRow) bool { return l.RevokedAt.IsZero() })
	}
	p.addLinks(h, viewer)
	if p.Contact != "" {
		events, err := h.timelines.Timeline(ctx, viewer, one.ContactID)
		if err != nil {
			return err
		}
		p.Timeline = h.TimelineLines(c, events)
	}
	for _, line := range sheet.Log {
		p.Log = append(p.Log, h.logLine(c, line))
	}
	if sheet.May.Reply {
		if p.Phrases, err = h.phrases.Phrases(ctx, viewer); err != nil {
			return err
		}
	}
	if err := h.addChoices(c, p); err != nil {
		return err
	}
	p.Page = h.Page(c, "handoffs.one", "id", id)
	p.Crumbs = []frame.Crumb{{Text: h.T(c, "handoffs.title"), Href: listPath}}
	if viewer.Role == account.Caller {
		p.Crumbs = []frame.Crumb{{Text: h.T(c, "rail.tasks"), Href: "/tasks?list=in_progress"}}
	}
	return h.RenderStatus(c, status, p)
}

// addLinks adds the addresses that the viewer may open.
func (p *sheetPage) addLinks(h *handlers, viewer account.Viewer) {
	one := p.Sheet.Handoff
	if h.Reachable(viewer, "/contacts/:id") {
		p.Contact = fmt.Sprintf("/contacts/%d", one.ContactID)
	}
	if h.Reachable(viewer, "/customers/:id") && one.CustomerID != 0 {
		p.Customer = fmt.Sprintf("/customers/%d", one.CustomerID)
	}
	if h.Reachable(viewer, "/callbacks/:id") {
		if one.CallbackID != 0 {
			p.Callback = fmt.Sprintf("/callbacks/%d", one.CallbackID)
		}
		if one.SecondCallID != 0 {
			p.Second = fmt.Sprintf("/callbacks/%d", one.SecondCallID)
		}
	}
}

func (h *handlers) addChoices(c *gin.Context, p *sheetPage) error {
	m := p.Sheet.May
	p.Remedies = frame.EnumOptions(h.Site, c, "handoff_remedy.", handoff.Remedies())
	p.Mistakes = frame.EnumOptions(h.Site, c, "handoff_mistake.", handoff.Mistakes())
	p.Pretexts = frame.EnumOptions(h.Site, c, "handoff_pretext.", handoff.Pretexts())
	p.Results = frame.EnumOptions(h.Site, c, "handoff_result.", m.Close)
	p.Severities = h.severityOptions(c)
	if !m.Forward && !m.Answer {
		return nil
	}
	teams, err := h.teamOptions(c, "handoffs.choose_team", nil)
	for _, option := range teams {
		if option.Value != strconv.FormatInt(p.Sheet.Handoff.TeamID, 10) {
			p.Others = append(p.Others, option)
		}
	}
	return err
}

// codeWords says where the words of an entry's code are.
var codeWords = map[handoff.Act]string{
	handoff.ActOpened: "handoff_via.", handoff.ActAgain: "handoff_via.", handoff.ActReplied: "handoff_remedy.",
	handoff.ActForwarded: "handoff_mistake.", handoff.ActSentBack: "handoff_mistake.", handoff.ActSuspended: "handoff_pretext.",
	handoff.ActWeighed: "handoff_severity.", handoff.ActEscalated: "handoff_step.", handoff.ActClosed: "handoff_result.",
}

// logLine says in words what was done, and by whom.
func (h *handlers) logLine(c *gin.Context, line handoff.Line) logLine {
	code := ""
	if prefix, ok := codeWords[line.Act]; ok && line.Code != "" {
		code = h.T(c, prefix+line.Code)
	}
	who := line.By
	switch {
	case who != "" && line.UserID == 0:
		who = h.T(c, "handoffs.by_link", "name", who)
	case who == "" && (line.Act == handoff.ActOpened || line.Act == handoff.ActAgain):
		who = h.T(c, "handoffs.by_customer")
	case who == "":
		who = h.T(c, "handoffs.by_program")
	}
	text := h.T(c, "handoff_act."+string(line.Act), "code", code, "team", line.Team, "for", line.ForUser)
	return logLine{Line: line, Who: who, Text: text}
}
