package survey

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"aftercall/internal/clock"
	"aftercall/internal/fault"
	"aftercall/internal/text"
)

// MaxComment is how many characters of free text are taken.
const MaxComment = 2000

// Submission is what was posted from one page of a questionnaire, or from all of it.
type Submission struct {
	Screen int              // the page; 0 for all pages at once
	Given  map[string]Given // by question key; what is absent was not answered
	Whole  bool             // this is all there is: an earlier answer that is absent was taken back
}

// Given is what was given to one question. Which of the fields matters depends on the question's kind.
type Given struct {
	Value   *int
	Choices []string
	Text    string
}

// ParseForm reads a posted page: screen, and for each question of it its key with the value, the chosen keys or the text.
// Fields it does not know are ignored. It returns fault.Invalid with the fields that are not what they should be.
func (q Questionnaire) ParseForm(form url.Values) (Submission, error) {
	sub := Submission{Given: map[string]Given{}}
	screen, err := strconv.Atoi(form.Get("screen"))
	if err != nil || screen < 1 || screen > q.Screens() {
		return sub, fault.InvalidFields(fault.Field{Name: "screen", Code: "screen_unknown", Problem: "there is no such page"})
	}
	sub.Screen = screen
	var bad []fault.Field
	for _, c := range q.Questions {
		values := slices.DeleteFunc(slices.Clone(form[c.Key]), func(v string) bool { return v == "" })
		if c.Screen != screen || len(values) == 0 {
			continue
		}
		switch c.Kind {
		case Rating, YesNo, Consent:
			n, err := strconv.Atoi(values[0])
			if err != nil {
				bad = append(bad, problem(c, "not_an_option"))
				continue
			}
			sub.Given[c.Key] = Given{Value: &n}
		case Reasons:
			sub.Given[c.Key] = Given{Choices: values}
		case Comment:
			sub.Given[c.Key] = Given{Text: values[0]}
		}
	}
	if len(bad) > 0 {
		return sub, fault.InvalidFields(bad...)
	}
	return sub, nil
}

// answers returns all answers after the submission. Pages that were not posted keep their earlier answers; so do ratings and
// yes/no questions that were left open, because a browser cannot take such an answer back. Questions that are not shown any more
// lose theirs. An answer that says the same as before keeps its time.
func (q Questionnaire) answers(sub Submission, prior []Answer, at clock.Instant) ([]Answer, error) {
	var all []Answer
	var bad []fault.Field
	for _, c := range q.Questions {
		if !c.shown(all) {
			continue
		}
		before := find(prior, c.Key)
		if sub.Screen != 0 && sub.Screen != c.Screen {
			all = appendAnswered(all, before)
			continue
		}
		answer, code := c.answer(sub.Given[c.Key], at)
		if code != "" {
			bad = append(bad, problem(c, code))
			continue
		}
		keep := answer.empty() && !sub.Whole && (c.Kind == Rating || c.Kind == YesNo)
		if keep || answer.same(before) {
			answer = before
		}
		all = appendAnswered(all, answer)
	}
	if len(bad) > 0 {
		return nil, fault.InvalidFields(bad...)
	}
	return all, nil
}

// answer checks what was given to the question and returns it as an answer, or the code of what is wrong.
func (q Question) answer(given Given, at clock.Instant) (answer Answer, code string) {
	answer = Answer{Question: q.Key, AnsweredAt: at}
	switch q.Kind {
	case Rating:
		if given.Value == nil {
			return answer, ""
		}
		if !q.Scale.Has(*given.Value) {
			return answer, "not_an_option"
		}
		answer.Metric, answer.Scale, answer.Value, answer.Band = q.Metric, q.Scale.String(), given.Value, q.Scale.Band(*given.Value)
	case YesNo:
		if given.Value == nil {
			return answer, ""
		}
		if *given.Value != 0 && *given.Value != 1 {
			return answer, "not_an_option"
		}
		answer.Metric, answer.Value, answer.Band = q.Metric, given.Value, yesNoBand(*given.Value)
	case Reasons:
		keys := slices.Compact(slices.Sorted(slices.Values(given.Choices)))
		for _, key := range keys {
			if !slices.ContainsFunc(q.Options, func(o Option) bool { return o.Key == key }) {
				return answer, "not_an_option"
			}
		}
		answer.Choices = choices(keys)
	case Comment:
		comment := strings.TrimSpace(text.Lines(given.Text))
		if utf8.RuneCountInString(comment) > MaxComment {
			return answer, "comment_too_long"
		}
		answer.Comment = comment
	case Consent:
		if given.Value != nil && *given.Value == 1 {
			answer.Value = given.Value
		}
	}
	return answer, ""
}

func appendAnswered(all []Answer, a Answer) []Answer {
	if a.empty() {
		return all
	}
	a.ID = 0
	return append(all, a)
}

func find(answers []Answer, key string) Answer {
	for _, a := range answers {
		if a.Question == key {
			return a
		}
	}
	return Answer{Question: key}
}

// sameAnswers reports whether two sets of answers say the same.
func sameAnswers(a, b []Answer) bool {
	byKey := func(x, y Answer) int { return cmp.Compare(x.Question, y.Question) }
	a, b = slices.SortedFunc(slices.Values(a), byKey), slices.SortedFunc(slices.Values(b), byKey)
	return slices.EqualFunc(a, b, Answer.same)
}

func problem(q Question, code string) fault.Field {
	text := map[string]string{
		"not_an_option":    "is not one of the options",
		"comment_too_long": fmt.Sprintf("is longer than %d characters", MaxComment),
	}[code]
	return fault.Field{Name: q.Key, Code: code, Problem: text}
}
