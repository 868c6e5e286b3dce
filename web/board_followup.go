package web

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"aftercall/internal/clock"
	"aftercall/survey"
	"aftercall/tasks/callback"
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
	Bar   shareBar
}

// lowsShown is how many low scores the board lists.
const lowsShown = 8

// fillFollowUp reads the low scores of the period, their recoveries and reasons.
func (s *Server) fillFollowUp(c *gin.Context, f scoreFilter, p *boardPage) error {
	ctx := c.Request.Context()
	from, to := f.From.Start(s.Figures.Zone()), (f.To + 1).Start(s.Figures.Zone())
	counts, err := s.Callbacks.Recoveries(ctx, viewer(c), from, to)
	if err != nil {
		return err
	}
	p.Recoveries = s.recoveryTile(c, counts)
	filter := survey.LowFilter{From: from, To: to, Where: f.Where, Limit: lowsShown}
	lows, err := s.Surveys.LowScores(ctx, viewer(c), filter)
	if err != nil {
		return err
	}
	if p.Lows, err = s.lowRows(c, lows); err != nil {
		return err
	}
	reasons, err := s.Surveys.Reasons(ctx, viewer(c), filter)
	if err != nil {
		return err
	}
	for _, r := range reasons[:min(len(reasons), lowsShown)] {
		p.Reasons = append(p.Reasons, reasonRow{
			Text: reasonText(r, s.language(c)), Count: r.Count, Bar: newShareBar(int64(r.Count), int64(reasons[0].Count)),
		})
	}
	return nil
}

func (s *Server) recoveryTile(c *gin.Context, n callback.RecoveryCounts) recoveryTile {
	return recoveryTile{
		Open: n.Open, Overdue: n.Overdue, DueSoon: n.DueSoon, Closed: n.Closed, Href: "/callbacks?kind=recovery",
		Rate: s.scoreWords(c).part(int64(n.Recovered), int64(n.Closed)),
	}
}

func (s *Server) lowRows(c *gin.Context, lows []survey.AnsweredResponse) ([]lowRow, error) {
	if len(lows) == 0 {
		return nil, nil
	}
	ctx := c.Request.Context()
	var resolutionIDs, customerIDs, contactIDs []int64
	for _, low := range lows {
		resolutionIDs, customerIDs = append(resolutionIDs, low.ResolutionID), append(customerIDs, low.CustomerID)
		contactIDs = append(contactIDs, low.ContactID)
	}
	recoveries, err := s.Callbacks.RecoveriesOf(ctx, resolutionIDs)
	if err != nil {
		return nil, err
	}
	customers, err := s.Contacts.CustomersByID(ctx, viewer(c), customerIDs)
	if err != nil {
		return nil, err
	}
	contacts, err := s.Contacts.ContactsByID(ctx, viewer(c), contactIDs)
	if err != nil {
		return nil, err
	}
	asked, err := s.Surveys.Current(ctx)
	if err != nil {
		return nil, err
	}
	rows := make([]lowRow, len(lows))
	for i, low := range lows {
		rows[i] = lowRow{
			Href: contactHref(low.ContactID), Metric: s.t(c, "scores.metric_"+string(low.Metric)), Score: scoreOf(low.Value, low.Scale), Comment: low.Comment, At: low.AnsweredAt, Late: low.Late,
			Customer: customers[low.CustomerID].Name, Category: contacts[low.ContactID].Category, Reasons: reasonTexts(asked, low.Reasons, s.language(c)),
		}
		s.recoveryState(c, &rows[i], recoveries[low.ResolutionID])
	}
	return rows, nil
}

// recoveryState says how a low score's recovery stands.
func (s *Server) recoveryState(c *gin.Context, row *lowRow, recovery callback.Callback) {
	switch {
	case recovery.ID == 0:
		row.State = s.t(c, "board.recovery_none")
	case recovery.State == callback.Cancelled:
		row.State = s.t(c, "board.recovery_cancelled")
	case recovery.State == callback.Finished && recovery.BusinessResult == callback.Solved:
		row.StateKind, row.State = "ok", s.t(c, "board.recovery_solved")
	case recovery.State == callback.Finished:
		row.StateKind, row.State = "bad", s.t(c, "board.recovery_unsolved")
	case recovery.Overdue(s.now()):
		row.StateKind, row.State, row.Due = "bad", s.t(c, "board.recovery_overdue"), recovery.DueAt
	default:
		row.StateKind, row.State, row.Due = "warn", s.t(c, "board.recovery_open"), recovery.DueAt
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
