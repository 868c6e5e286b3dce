package scores

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"aftercall/internal/clock"
	"aftercall/survey"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/worklist"
	"aftercall/web/frame"
)

// lowRow is one of the newest low scores, and what is being done about it.
type lowRow struct {
	Href      string // the contact
	Metric    string
	Score     string // 2/5
	Reasons   []string
	Comment   string
	Customer  string
	Category  string
	At        clock.Instant
	Late      bool
	StateKind string // of the tag
	State     string
	Due       clock.Instant // of an open recovery
}

// reasonRow is one reason given with low scores.
type reasonRow struct {
	Text  string
	Count int
	Bar   frame.ShareBar
}

// lowsShown is how many low scores the board lists.
const lowsShown = 8

// fillFollowUp reads the low scores of the period, their recoveries and reasons.
func (h *handlers) fillFollowUp(c *gin.Context, f scoreFilter, p *boardPage) error {
	ctx := c.Request.Context()
	from, to := f.From.Start(h.figures.Zone()), (f.To + 1).Start(h.figures.Zone())
	counts, err := h.worklist.Recoveries(ctx, frame.Viewer(c), from, to)
	if err != nil {
		return err
	}
	p.Recoveries = h.recoveryTile(c, counts)
	filter := survey.LowFilter{From: from, To: to, Where: f.Where, Limit: lowsShown}
	lows, err := h.surveys.LowScores(ctx, frame.Viewer(c), filter)
	if err != nil {
		return err
	}
	if p.Lows, err = h.lowRows(c, lows); err != nil {
		return err
	}
	reasons, err := h.surveys.Reasons(ctx, frame.Viewer(c), filter)
	if err != nil {
		return err
	}
	for _, r := range reasons[:min(len(reasons), lowsShown)] {
		p.Reasons = append(p.Reasons, reasonRow{
			Text: reasonText(r, h.Lang(c)), Count: r.Count, Bar: frame.NewShareBar(int64(r.Count), int64(reasons[0].Count)),
		})
	}
	return nil
}

func (h *handlers) recoveryTile(c *gin.Context, n worklist.RecoveryCounts) recoveryTile {
	return recoveryTile{
		Open: n.Open, Overdue: n.Overdue, DueSoon: n.DueSoon, Closed: n.Closed, Href: "/callbacks?kind=recovery&state=open",
		Rate: h.scoreWords(c).part(int64(n.Recovered), int64(n.Closed)),
	}
}

func (h *handlers) lowRows(c *gin.Context, lows []survey.AnsweredResponse) ([]lowRow, error) {
	if len(lows) == 0 {
		return nil, nil
	}
	ctx := c.Request.Context()
	var resolutionIDs, customerIDs, contactIDs []int64
	for _, low := range lows {
		resolutionIDs, customerIDs = append(resolutionIDs, low.ResolutionID), append(customerIDs, low.CustomerID)
		contactIDs = append(contactIDs, low.ContactID)
	}
	recoveries, err := h.worklist.RecoveriesOf(ctx, resolutionIDs)
	if err != nil {
		return nil, err
	}
	customers, err := h.contacts.CustomersByID(ctx, frame.Viewer(c), customerIDs)
	if err != nil {
		return nil, err
	}
	contacts, err := h.contacts.ContactsByID(ctx, frame.Viewer(c), contactIDs)
	if err != nil {
		return nil, err
	}
	asked, err := h.surveys.Current(ctx)
	if err != nil {
		return nil, err
	}
	rows := make([]lowRow, len(lows))
	for i, low := range lows {
		rows[i] = lowRow{
			Href: contactHref(low.ContactID), Metric: h.T(c, "scores.metric_"+string(low.Metric)),
			Score: scoreOf(low.Value, low.Scale), Comment: low.Comment, At: low.AnsweredAt, Late: low.Late,
			Customer: customers[low.CustomerID].Name, Category: contacts[low.ContactID].Category,
			Reasons: reasonTexts(asked, low.Reasons, h.Lang(c)),
		}
		h.recoveryState(c, &rows[i], recoveries[low.ResolutionID])
	}
	return rows, nil
}

// recoveryState says how a low score's recovery stands.
func (h *handlers) recoveryState(c *gin.Context, row *lowRow, recovery callback.Callback) {
	switch {
	case recovery.ID == 0:
		row.State = h.T(c, "board.recovery_none")
	case recovery.State == callback.Cancelled:
		row.State = h.T(c, "board.recovery_cancelled")
	case recovery.State == callback.Finished && recovery.BusinessResult == callback.Solved:
		row.StateKind, row.State = "ok", h.T(c, "board.recovery_solved")
	case recovery.State == callback.Finished:
		row.StateKind, row.State = "bad", h.T(c, "board.recovery_unsolved")
	case recovery.Overdue(h.Now()):
		row.StateKind, row.State, row.Due = "bad", h.T(c, "board.recovery_overdue"), recovery.DueAt
	default:
		row.StateKind, row.State, row.Due = "warn", h.T(c, "board.recovery_open"), recovery.DueAt
	}
}

// reasonText is a reason in a language; one that is no longer asked is shown by its key.
func reasonText(r survey.ReasonCount, lang string) string { return cmp.Or(r.Text.In(lang), r.Key) }

// reasonTexts are the reasons of one response.
func reasonTexts(asked survey.Questionnaire, keys []string, lang string) []string {
	question, _ := asked.Question(survey.KeyReasons)
	texts := make([]string, len(keys))
	for i, key := range keys {
		texts[i] = key
		for _, o := range question.Options {
			if o.Key == key {
				texts[i] = o.Text.In(lang)
			}
		}
	}
	return texts
}

// scoreOf writes a value with the highest there is: 2/5.
func scoreOf(value int, scale string) string {
	text := strconv.Itoa(value)
	if _, top, ok := strings.Cut(scale, "-"); ok {
		text += "/" + top
	}
	return text
}

func contactHref(id int64) string { return "/contacts/" + strconv.FormatInt(id, 10) }
