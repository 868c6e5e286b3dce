package scripts

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/tasks/callback/script"
	"aftercall/web/frame"
)

const scriptsPath = "/scripts"

// listPage lists the scripts in force and the drafts, and has what is said in every call.
type listPage struct {
	frame.Page
	List       script.List
	Kinds      []frame.Option
	SpokenIn   []frame.Option
	New        frame.Form
	Centre     frame.Form
	Phrases    frame.Form
	MayCentre  bool // the viewer may change what is said of recordings
	MaxPhrases int
	Problems   []frame.FieldProblem // of the centre's phrases, with their lines
}

func (*listPage) Template() string { return "scripts" }

// scriptRow is a script with the name of who changed it last.
type scriptRow struct {
	script.Script
	By string
}

// Rows returns scripts as the list shows them.
func (p *listPage) Rows(scripts []script.Script) []scriptRow {
	rows := make([]scriptRow, len(scripts))
	for i, s := range scripts {
		rows[i] = scriptRow{s, p.List.By[s.UpdatedBy]}
	}
	return rows
}

func (h *handlers) listRoutes() []frame.Route {
	supervisor, admin := []account.Role{account.Supervisor}, []account.Role{account.Admin}
	return []frame.Route{
		{Method: http.MethodGet, Path: scriptsPath, Roles: supervisor, Handle: h.showScripts},
		{Method: http.MethodPost, Path: scriptsPath, Roles: supervisor, Handle: frame.Posted(h.newDraft)},
		{Method: http.MethodPost, Path: scriptsPath + "/centre", Roles: admin, Handle: frame.Posted(h.saveCentre)},
		{Method: http.MethodPost, Path: scriptsPath + "/phrases", Roles: supervisor, Handle: frame.Posted(h.saveCentrePhrases)},
	}
}

func (h *handlers) showScripts(c *gin.Context) error {
	return h.renderScripts(c, http.StatusOK, listPage{})
}

// renderScripts shows the page with the forms that came back refused; the others show what is kept.
func (h *handlers) renderScripts(c *gin.Context, status int, p listPage) error {
	ctx, viewer := c.Request.Context(), frame.Viewer(c)
	var err error
	if p.List, err = h.scripts.All(ctx); err != nil {
		return err
	}
	if p.Centre.Values == nil {
		centre, err := h.scripts.Centre(ctx)
		if err != nil {
			return err
		}
		p.Centre = frame.Form{Values: centreValues(centre)}
	}
	if p.Phrases.Values == nil {
		phrases, err := h.scripts.Phrases(ctx, viewer)
		if err != nil {
			return err
		}
		p.Phrases = frame.Form{Values: url.Values{"centre": {strings.Join(phrases.Centre, "\n")}}}
	}
	p.Kinds = frame.EnumOptions(h.Site, c, "script_kind.", script.Kinds())
	p.SpokenIn = frame.EnumOptions(h.Site, c, "script_language.", script.Languages())
	p.MayCentre, p.MaxPhrases = viewer.Role == account.Admin, script.MaxPhrases
	p.Page = h.Page(c, "scripts.title").About("script", 0)
	return h.RenderStatus(c, status, &p)
}

func centreValues(centre script.Centre) url.Values {
	values := url.Values{"short_tags": {strings.Join(centre.ShortTags, "，")}}
	for language, notice := range centre.Notice {
		values.Set("notice_"+language, notice)
	}
	for name, set := range map[string]bool{"recorded": centre.Recorded, "own_calls": centre.OwnCalls} {
		if set {
			values.Set(name, "yes")
		}
	}
	return values
}

// newDraft begins a draft of what the form names, with what was typed of one that somebody deleted meanwhile.
func (h *handlers) newDraft(c *gin.Context, f frame.Form) error {
	draft, err := h.scripts.Draft(c.Request.Context(), frame.Viewer(c), matchIn(f))
	if err == nil {
		return h.beginWith(c, draft, writtenIn(f), f)
	}
	if f.Values.Has("body") {
		return h.Again(c, f, err, func(c *gin.Context, status int, f frame.Form) error {
			return h.renderScript(c, status, scriptPage{Script: script.Script{Match: matchIn(f)}, Form: f})
		})
	}
	return h.Again(c, f, err, func(c *gin.Context, status int, f frame.Form) error {
		return h.renderScripts(c, status, listPage{New: f})
	})
}

// saveCentre keeps what is said of recordings.
func (h *handlers) saveCentre(c *gin.Context, f frame.Form) error {
	centre := script.Centre{
		Recorded: f.Get("recorded") != "", OwnCalls: f.Get("own_calls") != "", Notice: map[string]string{},
		ShortTags: frame.SplitNames(f.Get("short_tags")),
	}
	for _, language := range script.Languages() {
		centre.Notice[language] = f.Get("notice_" + language)
	}
	err := h.scripts.SetCentre(c.Request.Context(), frame.Viewer(c), centre)
	if err == nil {
		return h.Redirect(c, scriptsPath, frame.Done("flash.saved"))
	}
	return h.Again(c, f, err, func(c *gin.Context, status int, f frame.Form) error {
		return h.renderScripts(c, status, listPage{Centre: f})
	})
}

// saveCentrePhrases keeps the centre's canned phrases.
func (h *handlers) saveCentrePhrases(c *gin.Context, f frame.Form) error {
	err := h.scripts.SetCentrePhrases(c.Request.Context(), frame.Viewer(c), f.Get("centre"))
	if err == nil {
		return h.Redirect(c, scriptsPath+"#phrases", frame.Done("flash.saved"))
	}
	problems := h.FieldProblems(c, err)
	return h.Again(c, f, err, func(c *gin.Context, status int, f frame.Form) error {
		return h.renderScripts(c, status, listPage{Phrases: f, Problems: problems})
	})
}
