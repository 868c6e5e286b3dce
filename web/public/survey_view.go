package public

import (
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"aftercall/survey"
	"aftercall/web/frame"
)

// surveyQuestion is a question in the customer's language, with what they have answered.
type surveyQuestion struct {
	Key     string
	Kind    survey.Kind
	Text    string
	Options []surveyOption
	Value   string // of a comment
	Checked bool   // of a consent
	Error   string
}

// surveyOption is one thing to choose.
type surveyOption struct {
	Value   string
	Label   string
	Mark    string // the number of a rating
	Checked bool
}

// surveyPage builds a page of the questionnaire. A refused form shows what was posted, otherwise what was answered before.
func (h *handlers) surveyPage(c *gin.Context, asked survey.Asked, screen int, refused frame.Form) *surveyPage {
	language := h.Lang(c)
	p := &surveyPage{
		Token: c.Param("token"), Screen: screen, Screens: asked.Questionnaire.Screens(), Form: refused,
		About: surveyAbout{ResolvedAt: asked.Invitation.ResolvedAt, Category: asked.Invitation.Category, Agent: asked.AgentName},
	}
	for _, q := range asked.Questionnaire.Ask(screen, asked.Answers) {
		given := givenTo(q, asked, refused)
		p.Questions = append(p.Questions, questionIn(language, q, given, refused.Errors[q.Key]))
	}
	p.OneTap = len(p.Questions) == 1 && p.Questions[0].Kind == survey.Rating
	if p.OneTap {
		p.Preselected = p.Questions[0].preselect(c.Query("rating"))
	}
	p.Page = h.BarePage(c, "survey.title")
	return p
}

// givenTo returns what is to be shown as chosen or written.
func givenTo(q survey.Question, asked survey.Asked, refused frame.Form) []string {
	if refused.Values != nil {
		return refused.Values[q.Key]
	}
	answer := asked.Answer(q.Key)
	switch {
	case answer.Value != nil:
		return []string{strconv.Itoa(*answer.Value)}
	case answer.Comment != "":
		return []string{answer.Comment}
	}
	return answer.Chosen()
}

func questionIn(language string, q survey.Question, given []string, problem string) surveyQuestion {
	v := surveyQuestion{Key: q.Key, Kind: q.Kind, Text: q.Text.In(language), Error: problem}
	switch q.Kind {
	case survey.Comment:
		if len(given) > 0 {
			v.Value = given[0]
		}
	case survey.Consent:
		v.Checked = slices.Contains(given, "1")
	case survey.Rating, survey.YesNo, survey.Reasons:
	}
	for _, o := range q.Options {
		option := surveyOption{Value: o.Key, Label: o.Text.In(language)}
		if o.Key == "" {
			option.Value = strconv.Itoa(o.Value)
		}
		if q.Kind == survey.Rating {
			option.Mark = option.Value
		}
		option.Checked = slices.Contains(given, option.Value)
		v.Options = append(v.Options, option)
	}
	return v
}

// preselect marks the option with the value instead of any other, and returns its label.
func (q surveyQuestion) preselect(value string) string {
	i := slices.IndexFunc(q.Options, func(o surveyOption) bool { return o.Value == value })
	if i < 0 {
		return ""
	}
	for n := range q.Options {
		q.Options[n].Checked = n == i
	}
	return q.Options[i].Label
}

// scoreLabel returns the label of the rating that was given.
func scoreLabel(asked survey.Asked, language string) string {
	for _, q := range asked.Questionnaire.Questions {
		answer := asked.Answer(q.Key)
		if !q.IsCore() || answer.Value == nil {
			continue
		}
		for _, o := range q.Options {
			if o.Value == *answer.Value {
				return o.Text.In(language)
			}
		}
	}
	return ""
}
