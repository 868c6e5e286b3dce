package survey

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/figures"
	"aftercall/internal/permission"
)

// EnsureBuiltIn publishes the built-in survey if no version of it exists. Several processes may call it at once.
func (s *Service) EnsureBuiltIn(ctx context.Context) error {
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		return publishFirst(store{tx}, s.now(), BuiltIn, BuiltIn, builtIn())
	})
	if err != nil {
		return fmt.Errorf("ensure the built-in survey: %w", err)
	}
	return nil
}

// publishFirst publishes version 1 of a survey, unless it is there already.
func publishFirst(st store, now clock.Instant, name, family string, q Questionnaire) error {
	if err := q.validate(); err != nil {
		return err
	}
	body, err := json.Marshal(q)
	if err != nil {
		return fmt.Errorf("write questionnaire: %w", err)
	}
	id, err := st.ensureSurvey(Survey{Name: name, Family: family, CreatedAt: now})
	if err != nil {
		return err
	}
	return st.ensureVersion(Version{SurveyID: id, Number: 1, Body: string(body), PublishedAt: now})
}

// validate refuses a questionnaire that could not be asked in every language, or whose conditions look forward.
func (q Questionnaire) validate() error {
	var bad []fault.Field
	refuse := func(key, code, problem string) {
		bad = append(bad, fault.Field{Name: key, Code: code, Problem: problem})
	}
	seen := map[string]Question{}
	screen := 1
	for _, c := range q.Questions {
		if _, twice := seen[c.Key]; twice || c.Key == "" {
			refuse(c.Key, "key_not_unique", "a question needs a key of its own")
		}
		if c.Screen < screen {
			refuse(c.Key, "screen_order", "questions are ordered by screen")
		}
		screen = max(screen, c.Screen)
		if c.ShowIf != nil && seen[c.ShowIf.Question].Kind != Rating {
			refuse(c.Key, "condition_forward", "a condition names an earlier rating")
		}
		if problem := c.incomplete(); problem != "" {
			refuse(c.Key, "question_incomplete", problem)
		}
		seen[c.Key] = c
	}
	if len(q.Questions) == 0 {
		refuse("questions", "question_incomplete", "a questionnaire needs a question")
	}
	if len(bad) > 0 {
		return fault.InvalidFields(bad...)
	}
	return nil
}

// incomplete returns what a question lacks, or nothing.
func (q Question) incomplete() string {
	texts := []Text{q.Text}
	for _, o := range q.Options {
		texts = append(texts, o.Text)
	}
	for _, t := range texts {
		for _, language := range Languages() {
			if t[language] == "" {
				return "a text is missing in " + language
			}
		}
	}
	switch q.Kind {
	case Rating:
		if q.Scale == nil || q.Scale.Min >= q.Scale.Max || q.Scale.Best != q.Scale.Min && q.Scale.Best != q.Scale.Max {
			return "a rating needs a scale whose best value is one of its ends"
		}
		if q.Metric != figures.CSAT && q.Metric != figures.NPS && q.Metric != figures.CES {
			return "a rating needs a metric"
		}
		if !q.labelled() {
			return "a rating needs a label for each value"
		}
	case Reasons:
		if len(q.Options) == 0 {
			return "reasons need options"
		}
	case Consent:
		if len(q.Permits) == 0 || q.Wording == "" {
			return "a consent needs the version of its wording and what it permits"
		}
	case YesNo, Comment:
	default:
		return "there is no such kind of question"
	}
	return ""
}

// labelled reports whether each value of a rating has a label, so that nobody has to guess which end is good.
func (q Question) labelled() bool {
	for value := q.Scale.Min; value <= q.Scale.Max; value++ {
		if !slices.ContainsFunc(q.Options, func(o Option) bool { return o.Value == value }) {
			return false
		}
	}
	return true
}

// BuiltIn is the name, and the family, of the survey that every installation starts with.
const BuiltIn = "csat"

// The keys of the built-in survey's questions. The desk asks the same ones in a call.
const (
	KeyRating  = "rating"
	KeyReasons = "reasons"
	KeySolved  = "solved"
	KeyComment = "comment"
	KeyConsent = "consent"
)

// builtIn returns the survey that every installation starts with: satisfaction, reasons when it is low, whether the problem is
// solved, a comment, and consent to marketing as a question of its own.
func builtIn() Questionnaire {
	return Questionnaire{
		Title: Text{Chinese: "服务评价", English: "Your feedback"},
		Thanks: Text{
			Chinese: "感谢您的评价，我们会用它改进服务。", English: "Thank you. We use every answer to do better.",
		},
		Questions: []Question{
			{
				Key: KeyRating, Kind: Rating, Screen: 1, Metric: figures.CSAT, Rates: contact.Handled,
				Scale: &Scale{Min: 1, Max: 5, Best: 5, Satisfied: 4, Dissatisfied: 2},
				Text:  Text{Chinese: "您对这次服务满意吗？", English: "How satisfied are you with this service?"},
				Options: []Option{
					{Value: 5, Text: Text{Chinese: "非常满意", English: "Very satisfied"}},
					{Value: 4, Text: Text{Chinese: "满意", English: "Satisfied"}},
					{Value: 3, Text: Text{Chinese: "一般", English: "Neutral"}},
					{Value: 2, Text: Text{Chinese: "不满意", English: "Dissatisfied"}},
					{Value: 1, Text: Text{Chinese: "非常不满意", English: "Very dissatisfied"}},
				},
			},
			{
				Key: KeyReasons, Kind: Reasons, Screen: 2, ShowIf: &Condition{Question: KeyRating, AtMost: 2},
				Text: Text{Chinese: "哪里让您不满意？（可多选）", English: "What went wrong? (choose any)"},
				Options: []Option{
					{Key: "waited", Text: Text{Chinese: "等太久", English: "Waited too long"}},
					{Key: "unsolved", Text: Text{Chinese: "问题没解决", English: "Not solved"}},
					{Key: "attitude", Text: Text{Chinese: "服务态度", English: "Attitude"}},
					{Key: "unclear", Text: Text{Chinese: "解释不清楚", English: "Unclear answer"}},
					{Key: "repeated", Text: Text{Chinese: "反复联系", English: "Had to ask again"}},
					{Key: "product", Text: Text{Chinese: "产品或收费", English: "Product or price"}},
				},
			},
			{
				Key: KeySolved, Kind: YesNo, Screen: 2, Metric: figures.SolvedYes,
				Text: Text{Chinese: "您的问题解决了吗？", English: "Is your problem solved?"},
				Options: []Option{
					{Value: 1, Text: Text{Chinese: "解决了", English: "Yes"}},
					{Value: 0, Text: Text{Chinese: "没有解决", English: "No"}},
				},
			},
			{
				Key: KeyComment, Kind: Comment, Screen: 2,
				Text: Text{Chinese: "还有什么想告诉我们？（选填）", English: "Anything else? (optional)"},
			},
			{
				Key: KeyConsent, Kind: Consent, Screen: 2, Wording: "csat-consent-1",
				Text: Text{
					Chinese: "我同意通过电话、短信和邮件接收优惠信息，可随时取消。",
					English: "You may call, text or e-mail me about offers. I can withdraw this at any time.",
				},
				Permits: []Permit{
					{Purpose: permission.MarketingCall, Channel: permission.ByPhone},
					{Purpose: permission.MarketingMessage, Channel: permission.BySMS},
					{Purpose: permission.MarketingMessage, Channel: permission.ByEmail},
				},
			},
		},
	}
}
