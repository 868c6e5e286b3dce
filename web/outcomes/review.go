package outcomes

import (
	"net/http"
	"net/url"
	"slices"
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
	Alone   string     // as YAML, what was sent, where Form has it merged with what others published meanwhile
}

func (*reviewPage) Template() string { return "outcomes_review" }

func (h *handlers) renderReview(c *gin.Context, status int, f frame.Form, edited *outcome.Set, alone string) error {
	current, err := h.outcomes.Current(c.Request.Context())
	if err != nil {
		return err
	}
	p := &reviewPage{Changes: h.changesInWords(c, current, edited), Form: f, Alone: alone}
	p.Page = h.Page(c, "outcomes.review")
	p.Crumbs = h.crumbs(c)
	return h.RenderStatus(c, status, p)
}

// publish puts the set of the review in force. Where others published meanwhile that is refused, and the review comes back with both.
func (h *handlers) publish(c *gin.Context, f frame.Form) error {
	basedOn, err := strconv.Atoi(f.Get("based_on"))
	if err != nil {
		return frame.ErrNoPage
	}
	set, err := outcome.Parse([]byte(f.Get("yaml")))
	if err != nil {
		return err // it was made by the review
	}
	_, err = h.outcomes.Publish(c.Request.Context(), frame.Viewer(c), set, basedOn, strings.TrimSpace(f.Get("note")))
	if err == nil {
		return h.Redirect(c, outcomesPath, frame.Done("outcomes.published"))
	}
	return h.Again(c, f, err, func(c *gin.Context, status int, f frame.Form) error {
		if fault.Is(err, fault.Conflict) {
			return h.reviewBoth(c, status, f, basedOn, &set)
		}
		return h.renderReview(c, status, f, &set, "")
	})
}

// reviewBoth shows what others have published since a version, and for review what was made of that version merged with theirs. Where the
// two do not go together, what was made comes alone, and it is told why, and that publishing it takes theirs back.
func (h *handlers) reviewBoth(c *gin.Context, status int, f frame.Form, basedOn int, mine *outcome.Set) error {
	ctx := c.Request.Context()
	_, base, err := h.outcomes.Version(ctx, basedOn)
	if err != nil {
		return err
	}
	theirs, err := h.outcomes.Current(ctx)
	if err != nil {
		return err
	}
	if theirs.Version == basedOn {
		return h.renderReview(c, status, f, mine, "")
	}
	did := h.changesInWords(c, base, theirs)
	if f.Meanwhile, err = frame.MeanwhileOf(ctx, h.accounts, h.outcomes.Versions, basedOn, theirs.Version, did); err != nil {
		return err
	}
	f.Now("based_on", theirs.Version)
	merged := outcome.Merge(base, theirs, mine)
	if apart := merged.Check(); apart != nil {
		var why []string
		for _, problem := range h.FieldProblems(c, apart) {
			why = append(why, problem.Problem)
		}
		f.Error = h.T(c, "outcomes.apart", "why", frame.Joined(h.T(c, "outcomes.comma"), slices.Compact(why)...))
		f.Meanwhile.Changes, f.Meanwhile.Replaces = nil, did
		return h.renderReview(c, status, f, mine, "")
	}
	f.Values.Set("yaml", merged.Format())
	return h.renderReview(c, status, f, &merged, mine.Format())
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
	return h.renderReview(c, http.StatusOK, frame.Form{Values: values}, &set, "")
}
