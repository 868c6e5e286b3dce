package scripts

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/fault"
	"aftercall/tasks/callback/script"
	"aftercall/web/frame"
)

// scriptPage is a version of a script, or a draft with the form to write it.
type scriptPage struct {
	frame.Page
	Script    script.Script
	Versions  []script.Script
	By        map[int64]string
	Form      frame.Form
	Problems  []frame.FieldProblem // of the texts, with their lines
	Preview   *preview
	Theirs    *theirs // where somebody else saved or published the draft while this was written
	MayRetire bool
	Variables []string
	Headings  []script.Heading
	MaxSteps  int
}

func (*scriptPage) Template() string { return "script" }

// InForce reports whether this version is the one that desks show.
func (p *scriptPage) InForce() bool {
	return !p.Script.Draft() && !p.Script.Retired && len(p.Versions) > 0 && p.Versions[0].ID == p.Script.ID
}

// Help reports whether these are steps of help.
func (p *scriptPage) Help() bool { return p.Script.Kind == script.Help }

// preview is a script as the desk would show it for a contact.
type preview struct {
	Spoken  script.Spoken
	Contact string // its number; empty where the viewer sees none
}

// Revision is that of the draft whose text the page began with: whoever types, and whoever deletes, has seen no newer one.
func (p *scriptPage) Revision() int { return p.Form.RevisionOr(p.Script.Revision) }

// Gone reports whether this is what was typed of a draft that is deleted: it is nowhere but on the page.
func (p *scriptPage) Gone() bool { return p.Script.ID == 0 }

func scriptPath(id int64) string { return scriptsPath + "/" + strconv.FormatInt(id, 10) }

func (h *handlers) scriptRoutes() []frame.Route {
	supervisor := []account.Role{account.Supervisor}
	one := scriptsPath + "/:id"
	return []frame.Route{
		{Method: http.MethodGet, Path: one, Roles: supervisor, Handle: h.showScript},
		{Method: http.MethodPost, Path: one, Roles: supervisor, Handle: h.saveScript},
		{Method: http.MethodPost, Path: one + "/preview", Roles: supervisor, Handle: h.previewScript},
		{Method: http.MethodPost, Path: one + "/publish", Roles: supervisor, Handle: h.publishScript},
		{Method: http.MethodPost, Path: one + "/draft", Roles: supervisor, Handle: h.draftFromScript},
		{Method: http.MethodPost, Path: one + "/delete", Roles: supervisor, Handle: h.deleteScript},
		{Method: http.MethodPost, Path: one + "/retire", Roles: supervisor, Handle: h.retireScript},
	}
}

func (h *handlers) showScript(c *gin.Context) error {
	found, err := h.scriptOf(c)
	if err != nil {
		return err
	}
	return h.renderScript(c, http.StatusOK, scriptPage{Script: found})
}

// scriptOf returns the script that the address names.
func (h *handlers) scriptOf(c *gin.Context) (script.Script, error) {
	id, err := frame.PathID(c, "id")
	if err != nil {
		return script.Script{}, err
	}
	return h.scripts.ByID(c.Request.Context(), id)
}

func (h *handlers) renderScript(c *gin.Context, status int, p scriptPage) error {
	var err error
	if p.Versions, p.By, err = h.scripts.History(c.Request.Context(), p.Script.Match); err != nil {
		return err
	}
	if p.Form.Values == nil {
		p.Form.Values = url.Values{"body": {p.Script.Body}, "short": {p.Script.Short}, "note": {p.Script.Note}}
	} else if !p.Script.Draft() && p.Form.Values.Has("body") && p.Form.Get("body") != p.Script.Body {
		p.Theirs = p.besideMine(p.Script)
	}
	p.Variables, p.Headings, p.MaxSteps = script.Variables(), script.Headings(), script.MaxSteps
	p.MayRetire = p.InForce() && (p.Help() || !p.Script.General())
	p.Page = h.Page(c, "scripts.one", "kind", h.T(c, "script_kind."+string(p.Script.Kind)), "match", h.matchText(c, p.Script.Match)).
		About("script", p.Script.ID)
	p.Crumbs = []frame.Crumb{{Text: h.T(c, "scripts.title"), Href: scriptsPath}}
	return h.RenderStatus(c, status, &p)
}

// matchText says what a script is for, besides its kind.
func (h *handlers) matchText(c *gin.Context, m script.Match) string {
	what := frame.Joined(" · ", m.Category, m.Product)
	if what == "" {
		what = h.T(c, "scripts.general")
	}
	return what + " · " + h.T(c, "script_language."+m.Language)
}

// typed returns the script that the address names with what was written about it.
func (h *handlers) typed(c *gin.Context) (script.Script, script.Written, frame.Form, error) {
	f, err := frame.FormOf(c)
	if err != nil {
		return script.Script{}, script.Written{}, f, err
	}
	found, err := h.scriptOf(c)
	return found, writtenIn(f), f, err
}

func writtenIn(f frame.Form) script.Written {
	return script.Written{Body: f.Get("body"), Short: f.Get("short"), Note: f.Get("note")}
}

func matchIn(f frame.Form) script.Match {
	return script.Match{
		Kind: script.Kind(f.Get("kind")), Language: f.Get("language"), Category: f.Get("category"), Product: f.Get("product"),
	}
}

func (h *handlers) saveScript(c *gin.Context) error {
	found, w, f, err := h.typed(c)
	if err != nil {
		return h.missed(c, f, err)
	}
	if _, err := h.scripts.Save(c.Request.Context(), frame.Viewer(c), found.ID, f.Revision(), w); err != nil {
		return h.refuseScript(c, found, f, err)
	}
	return h.Redirect(c, scriptPath(found.ID), frame.Done("flash.saved"))
}

// publishScript saves what stands in the form and publishes it: nobody who edits means to publish what they do not see.
func (h *handlers) publishScript(c *gin.Context) error {
	found, w, f, err := h.typed(c)
	if err != nil {
		return h.missed(c, f, err)
	}
	ctx, viewer := c.Request.Context(), frame.Viewer(c)
	revision := f.Revision()
	if f.Values.Has("body") {
		saved, err := h.scripts.Save(ctx, viewer, found.ID, revision, w)
		if err != nil {
			return h.refuseScript(c, found, f, err)
		}
		found, revision = saved, saved.Revision
		f.Now("revision", revision)
	}
	published, err := h.scripts.Publish(ctx, viewer, found.ID, revision)
	if err != nil {
		return h.refuseScript(c, found, f, err)
	}
	return h.Redirect(c, scriptPath(published.ID), frame.Done("scripts.published", "version", published.Version))
}

// draftFromScript begins a draft of a version, with what was typed where that could not be saved because somebody else published the draft.
// A draft that is begun already is somebody's: what was typed is then shown beside it.
func (h *handlers) draftFromScript(c *gin.Context) error {
	found, w, f, err := h.typed(c)
	if err != nil {
		return err
	}
	draft, err := h.scripts.DraftFrom(c.Request.Context(), frame.Viewer(c), found.ID)
	if err != nil {
		return err
	}
	return h.beginWith(c, draft, w, f)
}

// beginWith leads to a draft that was just begun, with what was typed in it.
func (h *handlers) beginWith(c *gin.Context, draft script.Script, w script.Written, f frame.Form) error {
	if f.Values.Has("body") {
		const begun = 1 // the revision of a draft that is a copy still
		f.Now("revision", begun)
		if _, err := h.scripts.Save(c.Request.Context(), frame.Viewer(c), draft.ID, begun, w); err != nil {
			return h.refuseScript(c, draft, f, err)
		}
	}
	return h.Redirect(c, scriptPath(draft.ID))
}

func (h *handlers) deleteScript(c *gin.Context) error {
	found, _, f, err := h.typed(c)
	if err != nil {
		return err
	}
	if err := h.scripts.Delete(c.Request.Context(), frame.Viewer(c), found.ID, f.Revision()); err != nil {
		return h.refuseScript(c, found, frame.Form{}, err)
	}
	return h.Redirect(c, scriptsPath, frame.Done("scripts.deleted"))
}

func (h *handlers) retireScript(c *gin.Context) error {
	found, err := h.scriptOf(c)
	if err != nil {
		return err
	}
	if err := h.scripts.Retire(c.Request.Context(), frame.Viewer(c), found.ID); err != nil {
		return h.refuseScript(c, found, frame.Form{}, err)
	}
	return h.Redirect(c, scriptsPath, frame.Done("scripts.retired"))
}

// previewScript shows what stands in the form as the desk would, for a contact the viewer sees. Nothing is saved.
func (h *handlers) previewScript(c *gin.Context) error {
	found, w, f, err := h.typed(c)
	if err != nil {
		return h.missed(c, f, err)
	}
	if !f.Values.Has("body") {
		w = script.Written{Body: found.Body, Short: found.Short, Note: found.Note}
	}
	p := scriptPage{Script: found, Form: f}
	w, err = script.Checked(found.Kind, w)
	if fault.Is(err, fault.Invalid) {
		p.Problems = h.FieldProblems(c, err)
	}
	about, number, err := h.someCall(c, found, f.Get("contact"))
	if err != nil {
		return err
	}
	shown := found
	shown.Body, shown.Short = w.Body, w.Short
	p.Preview = &preview{Contact: number}
	if p.Preview.Spoken, err = h.scripts.Preview(c.Request.Context(), shown, about); err != nil {
		return err
	}
	if number == "" && f.Get("contact") != "" {
		p.Form.Errors = map[string]string{"contact": h.T(c, "scripts.no_contact")}
	}
	if !f.Values.Has("body") {
		p.Form.Values.Set("body", found.Body)
		p.Form.Values.Set("short", found.Short)
	}
	return h.renderScript(c, http.StatusOK, p)
}

// someCall is a call about the contact that a text names, or about the newest one, as far as the viewer sees them.
func (h *handlers) someCall(c *gin.Context, found script.Script, named string) (about script.About, number string, err error) {
	ctx, viewer := c.Request.Context(), frame.Viewer(c)
	about = script.About{Kind: found.Kind, Caller: viewer.Name}
	rows, err := h.contacts.List(ctx, viewer, contact.Filter{Search: named, Limit: 1})
	if err != nil || len(rows) == 0 {
		return about, "", err
	}
	detail, err := h.contacts.Contact(ctx, viewer, rows[0].ID)
	if err != nil {
		return about, "", err
	}
	about.Contact, about.Customer, about.Resolver = detail.Contact, detail.Customer, rows[0].ResolverName
	if n := len(detail.Resolutions); n > 0 {
		about.Resolution = detail.Resolutions[n-1]
	}
	return about, detail.ExternalID, nil
}
