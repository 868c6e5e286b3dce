package desk

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"aftercall/internal/clock"
	"aftercall/survey"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/outcome"
	"aftercall/tasks/handoff"
	"aftercall/web/frame"
)

// choice is one thing to choose by a click or by a digit.
type choice struct {
	Name         string // of the field; of an outcome
	Value, Label string
	Digit        int // 0: none
	Checked      bool
	Alone        bool   // nothing else is needed: its digit finishes the callback
	Flags        string // of an outcome, as words of a class: those that say what else is asked
	Hint         string // to the caller who chooses it
}

// outcomeFields are the choices of the outcome form.
type outcomeFields struct {
	Calls, Results, Ratings, Reasons []choice
	// The outcomes behind a second key: the digit 0, and then theirs.
	MoreCalls, MoreResults []choice
	Consent                string              // the question, as worded; empty when it is not asked
	Recovery               bool                // the rating is not a score then
	Goes                   handoff.Destination // a handoff, where they say that it is not solved; zero: nothing is said of that
	Rated                  string              // what the customer has answered already, which is not asked again; empty: it is asked
}

// Chosen reports whether one of the choices is chosen.
func (outcomeFields) Chosen(choices []choice) bool {
	return slices.ContainsFunc(choices, func(c choice) bool { return c.Checked })
}

func (h *handlers) outcomeFields(
	c *gin.Context, f frame.Form, desk callback.Desk, set *outcome.Set, questions survey.Questionnaire,
) outcomeFields {
	fields := outcomeFields{Recovery: desk.Callback.Mends()}
	fields.Calls, fields.MoreCalls = h.codeChoices(c, f, "call_result", set.Call)
	fields.Results, fields.MoreResults = h.codeChoices(c, f, "business_result", set.Business)
	if desk.Refused() {
		return fields // nothing but what happened is recorded
	}
	if a := desk.Answered; a != nil {
		_, top, _ := strings.Cut(a.Scale, "-")
		fields.Rated = h.T(c, "desk.rated", "score", strconv.Itoa(a.Value)+"/"+top, "when", h.whenText(c, a.At))
	} else {
		h.questionFields(c, f, &fields, questions)
	}
	if !fields.Recovery { // nobody who is dissatisfied is asked about offers
		consent, _ := questions.Question(survey.KeyConsent)
		fields.Consent = consent.Text.In(h.Lang(c))
	}
	return fields
}

// questionFields adds what is asked of the survey.
func (h *handlers) questionFields(c *gin.Context, f frame.Form, fields *outcomeFields, questions survey.Questionnaire) {
	rating, _ := questions.Question(survey.KeyRating)
	for _, o := range rating.Options {
		value := strconv.Itoa(o.Value)
		fields.Ratings = append(fields.Ratings,
			choice{Value: value, Label: o.Text.In(h.Lang(c)), Digit: o.Value, Checked: f.Get("rating") == value})
	}
	reasons, _ := questions.Question(survey.KeyReasons)
	for i, o := range reasons.Options {
		fields.Reasons = append(fields.Reasons, choice{
			Value: o.Key, Label: o.Text.In(h.Lang(c)), Digit: i + 1, Checked: slices.Contains(f.Values["reasons"], o.Key),
		})
	}
}

// asking are the flags that decide what the form asks, as templates and styles know them.
var asking = map[outcome.Flag]string{
	outcome.CountsAsReached: "talk", outcome.Appointment: "time", outcome.NeedsNote: "note",
	outcome.HideQuestions: "hide", outcome.Abuse: "abuse",
}

// codeChoices are the outcomes of a layer: those with a digit of their own, and those behind a second key.
func (h *handlers) codeChoices(c *gin.Context, f frame.Form, field string, codes []outcome.Code) (first, more []choice) {
	for _, code := range codes {
		one := choice{
			Name: field, Value: code.Key, Label: code.Labels.In(h.Lang(c)), Hint: code.Hint.In(h.Lang(c)),
			Checked: f.Get(field) == code.Key,
		}
		var flags []string
		for _, flag := range code.Flags {
			if word := asking[flag]; word != "" {
				flags = append(flags, word)
			}
		}
		if code.Suppress == outcome.Everything {
			flags = append(flags, "never")
		}
		if code.Solved == outcome.No {
			flags = append(flags, "unsolved")
		}
		one.Alone = field == "call_result" && !code.Is(outcome.CountsAsReached) && !code.Is(outcome.NeedsNote)
		one.Flags = strings.Join(flags, " ")
		digit := strings.TrimPrefix(code.Digit, "0")
		if n, err := strconv.Atoi(digit); err == nil {
			one.Digit = n
		}
		if len(code.Digit) == 1 {
			first = append(first, one)
		} else {
			more = append(more, one)
		}
	}
	return first, more
}

// outcomeOf reads the outcome form. What cannot be read is left out, and the use case says that it is missing.
func (h *handlers) outcomeOf(f frame.Form) callback.Outcome {
	o := callback.Outcome{
		CallResult: callback.CallResult(f.Get("call_result")), BusinessResult: callback.BusinessResult(f.Get("business_result")),
		Note: f.Get("note"), NoteForNext: f.Get("note_for_next"), ForSupervisor: f.Get("note_for_supervisor"),
		AppointmentFor: callback.Whose(f.Get("appointment_for")),
		HelpTried:      f.Values["help"],
		Answers:        callback.Answers{Reasons: f.Values["reasons"], Comment: f.Get("comment"), Consent: f.Get("consent") == "yes"},
	}
	if rating, err := strconv.Atoi(f.Get("rating")); err == nil {
		o.Answers.Rating = &rating
	}
	o.AppointmentAt = clock.Instant(formInt(f, "appointment"))
	if at, err := time.ParseInLocation(frame.LocalInput, f.Get("appointment_at"), h.Zone); err == nil {
		o.AppointmentAt = clock.At(at)
	} else {
		o.TimeTyped = f.Get("appointment_at")
	}
	o.AppointmentUntil, o.UntilTyped = h.untilOf(o.AppointmentAt, f.Get("appointment_until"))
	return o
}

// untilOf reads the end of the span of an appointment, a time of the same day of the centre, and returns what was typed where it is none.
func (h *handlers) untilOf(at clock.Instant, text string) (until clock.Instant, typed string) {
	t, err := time.Parse(timeInput, text)
	if err != nil || at.IsZero() {
		return 0, text
	}
	year, month, day := at.In(h.Zone).Date()
	return clock.At(time.Date(year, month, day, t.Hour(), t.Minute(), 0, 0, h.Zone)), ""
}

// timeInput is the layout of what an input of type time sends.
const timeInput = "15:04"

// solvedBy adds what the business result says to the question whether the problem is solved, which the form does not ask again.
func solvedBy(o callback.Outcome, set *outcome.Set) callback.Outcome {
	if code, _ := set.Code(outcome.BusinessLayer, string(o.BusinessResult)); code.Solved != outcome.Unsaid {
		solved := code.Solved == outcome.Yes
		o.Answers.Solved = &solved
	}
	return o
}

// outcomeValues is outcomeOf the other way round, for a draft.
func (h *handlers) outcomeValues(o callback.Outcome) url.Values {
	v := url.Values{}
	for name, text := range map[string]string{
		"call_result": string(o.CallResult), "business_result": string(o.BusinessResult), "note": o.Note, "note_for_next": o.NoteForNext,
		"note_for_supervisor": o.ForSupervisor,
		"comment":             o.Answers.Comment, "appointment_for": string(o.AppointmentFor), "appointment_at": o.TimeTyped,
		"appointment_until": o.UntilTyped,
	} {
		v.Set(name, text)
	}
	v["reasons"], v["help"] = o.Answers.Reasons, o.HelpTried
	if o.Answers.Rating != nil {
		v.Set("rating", strconv.Itoa(*o.Answers.Rating))
	}
	if o.Answers.Consent {
		v.Set("consent", "yes")
	}
	if !o.AppointmentUntil.IsZero() {
		v.Set("appointment_until", o.AppointmentUntil.In(h.Zone).Format(timeInput))
	}
	if !o.AppointmentAt.IsZero() {
		v.Set("appointment", strconv.FormatInt(int64(o.AppointmentAt), 10))
		if o.TimeTyped == "" {
			v.Set("appointment_at", o.AppointmentAt.In(h.Zone).Format(frame.LocalInput))
		}
	}
	return v
}

// formInt reads a number of a form; 0 when it is none.
func formInt(f frame.Form, name string) int64 {
	n, err := strconv.ParseInt(f.Get(name), 10, 64)
	if err != nil {
		return 0
	}
	return n
}
