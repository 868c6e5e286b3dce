package outcomes

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

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
	Sent  frame.YAMLForm
	Stock string // the set a new centre starts with
}

func (*importPage) Template() string { return "outcomes_import" }

func (h *handlers) showImport(c *gin.Context) error {
	return h.renderImport(c, http.StatusOK, frame.YAMLForm{})
}

func (h *handlers) renderImport(c *gin.Context, status int, sent frame.YAMLForm) error {
	stock := h.outcomes.Stock()
	p := &importPage{Page: h.Page(c, "outcomes.import_title"), Sent: sent, Stock: stock.Format()}
	p.Crumbs = h.crumbs(c)
	return h.RenderStatus(c, status, p)
}

// importSet reads a set and shows what publishing it would change.
func (h *handlers) importSet(c *gin.Context) error {
	var set outcome.Set
	sent, err := h.TakeYAML(c, outcome.MaxBytes, func(text string) (err error) {
		set, err = outcome.Parse([]byte(text))
		return err
	})
	if err != nil {
		return err
	}
	if sent.Status != 0 {
		return h.renderImport(c, sent.Status, sent)
	}
	current, err := h.outcomes.Current(c.Request.Context())
	if err != nil {
		return err
	}
	values := url.Values{"yaml": {set.Format()}, "based_on": {strconv.Itoa(current.Version)}}
	return h.renderReview(c, http.StatusOK, frame.Form{Values: values}, &set)
}
