package imports

import (
	"strings"

	"aftercall/internal/contact"
	"aftercall/internal/contact/imports/values"
	"aftercall/internal/table"
	"aftercall/internal/text"
)

// answerColumns are the columns of one answer of a mapping.
type answerColumns struct {
	answer   Answer
	scale    values.Scale
	worth    map[string]Worth // by the file's word, folded
	other    *Worth           // of a word that is neither listed nor a rating
	noAnswer map[string]bool  // words that say that nobody answered, folded

	value, comment, answered int
}

func newAnswerColumns(a Answer, where string, h *headings) answerColumns {
	c := answerColumns{
		answer: a, worth: make(map[string]Worth, len(a.Values)), noAnswer: make(map[string]bool, len(a.NoAnswer)),
		value: h.one(where+".column", a.Column), comment: h.optional(where+".comment", a.Comment),
		answered: h.optional(where+".answered_at", a.AnsweredAt),
	}
	c.scale, _ = values.ParseScale(a.scale()) // was checked with the mapping
	c.answer.Scale = c.scale.String()
	for word, worth := range a.Values {
		if word == "*" {
			c.other = &worth
			continue
		}
		c.worth[text.Fold(word)] = worth
	}
	for _, word := range a.NoAnswer {
		c.noAnswer[text.Fold(word)] = true
	}
	return c
}

// read returns the answer of a row, or nil if there is none. What is no answer on the scale is left out, with a warning.
func (a *answerColumns) read(out *converted, row table.Row, dates *values.Times) *contact.InputAnswer {
	raw, kept := out.text(row, a.value, a.answer.Column, leftOut)
	if !kept || raw == "" {
		return nil
	}
	comment, _ := out.text(row, a.comment, a.answer.Comment, cleaned)
	if a.noAnswer[closed(comment)] {
		return nil
	}
	value, flaw := a.valueOf(raw)
	if flaw != nil {
		out.warn(row, a.answer.Column, raw, flaw)
	}
	if value == nil {
		return nil
	}
	answer := &contact.InputAnswer{
		Metric: a.answer.Metric, Scale: a.answer.Scale, Value: value, Comment: comment,
		RevisableDays: a.answer.RevisableDays,
	}
	text, _ := out.text(row, a.answered, a.answer.AnsweredAt, leftOut)
	if values.IsNoTime(text) {
		return answer
	}
	at, flaw := dates.Read(text)
	if flaw != nil {
		out.warn(row, a.answer.AnsweredAt, text, flaw)
		if !flaw.Assumed {
			return nil
		}
	}
	answer.AnsweredAt = at
	return answer
}

// closed is a comment as it is compared with words for no answer: without the marks it ends with.
func closed(comment string) string {
	if comment == "" || len(comment) > 200 {
		return ""
	}
	return strings.TrimRight(text.Fold(comment), "!.。 ")
}

// valueOf returns what a text is worth; nil for no answer.
func (a *answerColumns) valueOf(raw string) (*int, *values.Flaw) {
	word := text.Fold(raw)
	if a.noAnswer[word] || a.noAnswer[closed(raw)] {
		return nil, nil
	}
	if worth, listed := a.worth[word]; listed {
		return a.listed(worth)
	}
	if values.IsBlank(raw) {
		return nil, nil
	}
	n, label, flaw := values.Rating(raw, a.scale)
	if flaw != nil && flaw.Code == "not_a_rating" && a.other != nil {
		return a.listed(*a.other)
	}
	if flaw != nil {
		return nil, flaw
	}
	if label != "" {
		return a.agreed(n, label)
	}
	return &n, nil
}

// agreed takes a number with words beside it, unless the words are listed as something else.
func (a *answerColumns) agreed(n int, label string) (*int, *values.Flaw) {
	if a.noAnswer[label] || values.IsBlank(label) {
		return nil, nil
	}
	worth, listed := a.worth[label]
	switch {
	case !listed || worth.Value != nil && *worth.Value == n:
		return &n, nil
	case worth.Value == nil:
		return nil, nil
	}
	return nil, &values.Flaw{Code: "rating_contradicts", Text: "is a number and a word that mean different ratings; the answer is left out"}
}

// listed is what the mapping says a word is worth, if the scale has it.
func (a *answerColumns) listed(worth Worth) (*int, *values.Flaw) {
	if worth.Value == nil {
		return nil, nil
	}
	n := *worth.Value
	if n < a.scale.Low || n > a.scale.High {
		return nil, a.scale.Off()
	}
	return &n, nil
}
