package survey

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/figures"
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
