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

const phrasesPath = "/phrases"

// phrasesPage has the viewer's own canned phrases, and shows the centre's.
type phrasesPage struct {
	frame.Page
	Form       frame.Form
	Problems   []frame.FieldProblem // with their lines
	Centre     []string
	MayCentre  bool // the viewer may change the centre's
	MaxPhrases int
}

func (*phrasesPage) Template() string { return "phrases" }

func (h *handlers) phrasesRoutes() []frame.Route {
	callers := []account.Role{account.Caller, account.Supervisor}
	return []frame.Route{
		{Method: http.MethodGet, Path: phrasesPath, Roles: callers, Handle: h.showPhrases},
		{Method: http.MethodPost, Path: phrasesPath, Roles: callers, Handle: frame.Posted(h.savePhrases)},
	}
}

func (h *handlers) showPhrases(c *gin.Context) error {
	return h.renderPhrases(c, http.StatusOK, phrasesPage{})
}

func (h *handlers) renderPhrases(c *gin.Context, status int, p phrasesPage) error {
	phrases, err := h.scripts.Phrases(c.Request.Context(), frame.Viewer(c))
	if err != nil {
		return err
	}
	if p.Form.Values == nil {
		p.Form = frame.Form{Values: url.Values{"own": {strings.Join(phrases.Own, "\n")}}}
	}
	p.Centre, p.MaxPhrases, p.MayCentre = phrases.Centre, script.MaxPhrases, h.Reachable(frame.Viewer(c), scriptsPath)
	p.Page = h.Page(c, "phrases.title")
	return h.RenderStatus(c, status, &p)
}

func (h *handlers) savePhrases(c *gin.Context, f frame.Form) error {
	err := h.scripts.SetOwnPhrases(c.Request.Context(), frame.Viewer(c), f.Get("own"))
	if err == nil {
		return h.Redirect(c, phrasesPath, frame.Done("flash.saved"))
	}
	problems := h.FieldProblems(c, err)
	return h.Again(c, f, err, func(c *gin.Context, status int, f frame.Form) error {
		return h.renderPhrases(c, status, phrasesPage{Form: f, Problems: problems})
	})
}
