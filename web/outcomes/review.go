package outcomes

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"aftercall/internal/fault"
	"aftercall/tasks/callback/outcome"
	"aftercall/web/frame"
)

// reviewPage shows what publishing a set would change, and publishes it.
type reviewPage struct {
	frame.Page
	Changes []string
	Form    frame.Form // yaml, based_on, note
}

func (*reviewPage) Template() string { return "outcomes_review" }

func (h *handlers) renderReview(c *gin.Context, status int, f frame.Form, edited *outcome.Set) error {
	current, err := h.outcomes.Current(c.Request.Context())
	if err != nil {
		return err
	}
	p := &reviewPage{Changes: h.changesInWords(c, current, edited), Form: f}
	p.Page = h.Page(c, "outcomes.review")
	p.Crumbs = h.crumbs(c)
	return h.RenderStatus(c, status, p)
}

// publish puts the set of the review in force. Where others published meanwhile that is refused, and the review comes back compared with
// theirs: publishing then takes theirs back, which its changes say.
func (h *handlers) publish(c *gin.Context) error {
	f, err := frame.FormOf(c)
	if err != nil {
		return err
	}
	basedOn, err := strconv.Atoi(f.Get("based_on"))
	if err != nil {
		return frame.ErrNoPage
	}
	set, err := outcome.Parse([]byte(f.Get("yaml")))
	if err != nil {
		return err // it was made by the review
	}
	ctx := c.Request.Context()
	_, err = h.outcomes.Publish(ctx, frame.Viewer(c), set, basedOn, strings.TrimSpace(f.Get("note")))
	if err == nil {
		return h.Redirect(c, outcomesPath, frame.Done("outcomes.published"))
	}
	refused, unmendable := h.RefusedForm(c, f, err)
	if unmendable != nil {
		return unmendable
	}
	if fault.Is(err, fault.Conflict) {
		current, err := h.outcomes.Current(ctx)
		if err != nil {
			return err
		}
		refused.Values.Set("based_on", strconv.Itoa(current.Version))
	}
	return h.renderReview(c, frame.StatusOf(err), refused, &set)
}

// importPage takes a set as YAML, from a file or pasted, or the one that comes with aftercall.
type importPage struct {
	frame.Page
	Form     frame.Form
	Stock    string               // the set a new centre starts with
	Problems []frame.FieldProblem // with their lines
}

func (*importPage) Template() string { return "outcomes_import" }

func (h *handlers) showImport(c *gin.Context) error {
	return h.renderImport(c, http.StatusOK, &importPage{})
}

func (h *handlers) renderImport(c *gin.Context, status int, p *importPage) error {
	stock := h.outcomes.Stock()
	p.Stock = stock.Format()
	p.Page = h.Page(c, "outcomes.import_title")
	p.Crumbs = h.crumbs(c)
	return h.RenderStatus(c, status, p)
}

// importSet reads a set and shows what publishing it would change. What cannot be read comes back to be mended where it was typed.
func (h *handlers) importSet(c *gin.Context) error {
	text, err := frame.SentText(c, "yaml", outcome.MaxBytes)
	if err != nil {
		return err
	}
	if strings.TrimSpace(text) == "" {
		err = fault.InvalidFields(fault.Field{Name: "yaml", Code: "required", Problem: "is required"})
	} else {
		var set outcome.Set
		if set, err = outcome.Parse([]byte(text)); err == nil {
			return h.reviewImport(c, &set)
		}
	}
	if !utf8.ValidString(text) {
		text = "" // it would come back garbled, and garbled it could be sent again
	}
	f, unmendable := h.RefusedForm(c, frame.Form{Values: url.Values{"yaml": {text}}}, err)
	if unmendable != nil {
		return unmendable
	}
	p := &importPage{Form: f}
	if strings.TrimSpace(text) != "" {
		p.Problems = h.FieldProblems(c, err)
	}
	return h.renderImport(c, frame.StatusOf(err), p)
}

func (h *handlers) reviewImport(c *gin.Context, set *outcome.Set) error {
	current, err := h.outcomes.Current(c.Request.Context())
	if err != nil {
		return err
	}
	values := url.Values{"yaml": {set.Format()}, "based_on": {strconv.Itoa(current.Version)}}
	return h.renderReview(c, http.StatusOK, frame.Form{Values: values}, set)
}
