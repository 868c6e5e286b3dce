package floor

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/fault"
	"aftercall/tasks/callback/notice"
	"aftercall/web/frame"
)

// noticesPage is the notices on desks, those that were, and the form for a new one.
type noticesPage struct {
	frame.Page
	Rows   []notice.Row // up
	Down   []notice.Row
	Pager  frame.Pager // of Down
	Form   frame.Form
	Fields noticeForm
}

func (*noticesPage) Template() string { return "notices" }

// noticePage is one notice: who has read it, what it said before, and the form that changes it.
type noticePage struct {
	frame.Page
	notice.Whole
	Form   frame.Form
	Fields noticeForm
}

func (*noticePage) Template() string { return "notice" }

// By is the name of who did something; a dash for whom nobody knows.
func (p *noticePage) By(id int64) string {
	if name := p.Names[id]; name != "" {
		return name
	}
	return "–"
}

// noticeForm is the choices of the form of a notice.
type noticeForm struct {
	Action string // where it is posted
	Send   string // what the button says
	Kinds  []frame.Option
	Teams  []frame.Checkbox // none where there is nothing to choose
	Form   frame.Form
}

func (h *handlers) noticeRoutes() []frame.Route {
	supervisor := []account.Role{account.Supervisor}
	return []frame.Route{
		{Method: http.MethodGet, Path: "/notices", Roles: supervisor, Handle: h.showNotices},
		{Method: http.MethodPost, Path: "/notices", Roles: supervisor, Handle: h.pinNotice},
		{Method: http.MethodGet, Path: "/notices/:id", Roles: supervisor, Handle: h.showNotice},
		{Method: http.MethodPost, Path: "/notices/:id", Roles: supervisor, Handle: h.editNotice},
		{Method: http.MethodPost, Path: "/notices/:id/unpin", Roles: supervisor, Handle: frame.Numbered(h.unpinNotice)},
		{Method: http.MethodPost, Path: "/notices/:id/pin", Roles: supervisor, Handle: frame.Numbered(h.pinNoticeAgain)},
	}
}

func (h *handlers) showNotices(c *gin.Context) error {
	return h.renderNotices(c, http.StatusOK, frame.Form{Values: url.Values{"kind": {string(notice.Announcement)}}})
}

func (h *handlers) renderNotices(c *gin.Context, status int, f frame.Form) error {
	ctx, viewer := c.Request.Context(), frame.Viewer(c)
	p := &noticesPage{Form: f}
	var err error
	if p.Rows, err = h.notices.List(ctx, viewer, true, 0, 0); err != nil {
		return err
	}
	down, err := h.notices.List(ctx, viewer, false, frame.ListKeyID(c), frame.PageSize+1)
	if err != nil {
		return err
	}
	p.Down, p.Pager = frame.PagedByID(c, down, func(r notice.Row) int64 { return r.ID })
	if p.Fields, err = h.noticeForm(c, f); err != nil {
		return err
	}
	p.Fields.Send = h.T(c, "notices.pin")
	p.Page = h.Page(c, "notices.title")
	p.Crumbs = []frame.Crumb{{Text: h.T(c, "floor.title"), Href: "/floor"}}
	return h.RenderStatus(c, status, p)
}

// noticeForm is the choices of a form: the teams on whose desks the viewer may pin, where there are several.
func (h *handlers) noticeForm(c *gin.Context, f frame.Form) (noticeForm, error) {
	form := noticeForm{Action: c.Request.URL.Path, Form: f, Kinds: frame.EnumOptions(h.Site, c, "notice_kind.", notice.Kinds())}
	viewer := frame.Viewer(c)
	teams, err := h.accounts.Teams(c.Request.Context())
	if err != nil {
		return form, err
	}
	for _, team := range teams {
		if !viewer.SeesAllTeams() && !slices.Contains(viewer.TeamIDs, team.ID) {
			continue
		}
		id := strconv.FormatInt(team.ID, 10)
		form.Teams = append(form.Teams, frame.Checkbox{
			Name: "team", Value: id, Label: team.Name, Checked: slices.Contains(f.Values["team"], id),
		})
	}
	if len(form.Teams) < 2 && !viewer.SeesAllTeams() {
		form.Teams = nil
	}
	return form, nil
}

// noticeText reads the form. An end that cannot be read is refused beside what else is wrong.
func (h *handlers) noticeText(f frame.Form) (notice.Text, error) {
	t := notice.Text{Kind: notice.Kind(f.Get("kind")), Category: f.Get("category"), Body: f.Get("body")}
	for _, value := range f.Values["team"] {
		id, err := strconv.ParseInt(value, 10, 64)
		if err != nil || id <= 0 {
			id = -1 // no team
		}
		t.Teams = append(t.Teams, id)
	}
	if value := f.Get("ends_at"); value != "" {
		at, err := time.ParseInLocation(frame.LocalInput, value, h.Zone)
		if err != nil {
			return t, fault.InvalidFields(fault.Field{
				Name: "ends_at", Code: "unknown_value", Problem: "must look like 2026-11-22T18:00", Value: value,
			})
		}
		t.EndsAt = clock.At(at)
	}
	return t, nil
}

func (h *handlers) pinNotice(c *gin.Context) error {
	f, err := frame.FormOf(c)
	if err != nil {
		return err
	}
	t, err := h.noticeText(f)
	if err == nil {
		_, err = h.notices.Pin(c.Request.Context(), frame.Viewer(c), t)
	}
	if err != nil {
		return h.Again(c, f, err, h.renderNotices)
	}
	return h.Redirect(c, "/notices", frame.Done("notices.pinned"))
}

func (h *handlers) showNotice(c *gin.Context) error {
	return h.renderNotice(c, http.StatusOK, frame.Form{})
}

func (h *handlers) renderNotice(c *gin.Context, status int, f frame.Form) error {
	id, err := frame.PathID(c, "id")
	if err != nil {
		return err
	}
	p := &noticePage{Form: f}
	if p.Whole, err = h.notices.ByID(c.Request.Context(), frame.Viewer(c), id); err != nil {
		return err
	}
	if f.Values == nil {
		p.Form.Values = url.Values{
			"kind": {string(p.Kind)}, "category": {p.Category}, "body": {p.Body}, "seen": {strconv.FormatInt(int64(p.ChangedAt), 10)},
		}
		if !p.EndsAt.IsZero() {
			p.Form.Values.Set("ends_at", p.EndsAt.In(h.Zone).Format(frame.LocalInput))
		}
		for _, team := range p.TeamIDs {
			p.Form.Values.Add("team", strconv.FormatInt(team, 10))
		}
	}
	if p.Fields, err = h.noticeForm(c, p.Form); err != nil {
		return err
	}
	p.Fields.Send = h.T(c, "notices.save")
	p.Page = h.Page(c, "notices.one", "id", id)
	p.Crumbs = []frame.Crumb{{Text: h.T(c, "floor.title"), Href: "/floor"}, {Text: h.T(c, "notices.title"), Href: "/notices"}}
	return h.RenderStatus(c, status, p)
}

func (h *handlers) editNotice(c *gin.Context) error {
	id, err := frame.PathID(c, "id")
	if err != nil {
		return err
	}
	f, err := frame.FormOf(c)
	if err != nil {
		return err
	}
	t, err := h.noticeText(f)
	if err == nil {
		seen, _ := strconv.ParseInt(f.Get("seen"), 10, 64)
		_, err = h.notices.Edit(c.Request.Context(), frame.Viewer(c), id, clock.Instant(seen), t)
	}
	if err != nil {
		return h.Again(c, f, err, h.renderNotice)
	}
	return h.Redirect(c, fmt.Sprintf("/notices/%d", id), frame.Done("notices.edited"))
}

func (h *handlers) unpinNotice(c *gin.Context, id int64) error {
	if err := h.notices.Unpin(c.Request.Context(), frame.Viewer(c), id); err != nil {
		return err
	}
	return h.Redirect(c, "/notices", frame.Done("notices.unpinned").Undo(fmt.Sprintf("/notices/%d/pin", id)))
}

func (h *handlers) pinNoticeAgain(c *gin.Context, id int64) error {
	if err := h.notices.PinAgain(c.Request.Context(), frame.Viewer(c), id); err != nil {
		return err
	}
	return h.Redirect(c, "/notices", frame.Done("notices.pinned_again"))
}
