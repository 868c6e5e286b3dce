package desk

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/nyaruka/phonenumbers"

	"aftercall/internal/clock"
	"aftercall/survey"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/outcome"
	"aftercall/web/frame"
)

// deskFacts are the facts about a claimed callback that need more than a format.
type deskFacts struct {
	Phone    string // as people write it
	Local    string // time of day where the customer is, with seconds; empty when nobody knows where
	Zone     string // of the customer, where it is not the centre's
	Until    string // time of day until which they may be called, there
	Subject  string // category and product
	Contact  string // address of the contact, for those who may open it
	Due      string
	Overdue  bool
	Wished   string // the time the customer asked for
	Lease    string
	Last     callback.Attempt // the newest attempt with an outcome
	LastBy   string
	Heard    []heardAttempt
	ForNext  string // what the last caller left for this one
	Attempt  int    // number of the attempt to be made
	Severe   bool
	Language string // of the customer, where it is not the caller's
}

// heardAttempt is an attempt of which the caller may hear the recording.
type heardAttempt struct {
	No   int
	Href string // of the page that leads to it, which is audited
}

func (h *handlers) deskFacts(c *gin.Context, desk callback.Desk) deskFacts {
	cb := desk.Callback
	f := deskFacts{
		Phone: phoneText(desk.Phone), Subject: frame.Joined(" · ", desk.Contact.Category, desk.Contact.Product),
		Due: h.byText(c, cb.DueAt), Overdue: cb.Overdue(desk.At),
		Lease: h.clockTime(cb.LeaseUntil), ForNext: cb.NoteForNext, Attempt: cb.Attempts + 1,
		Language: languageName(otherLanguage(desk.Customer.Language, h.Lang(c)), h.Lang(c)),
		Severe:   desk.Resolution.Severity == "high" || desk.Resolution.Severity == "critical",
	}
	if h.Reachable(frame.Viewer(c), "/contacts/:id") {
		f.Contact = "/contacts/" + strconv.FormatInt(cb.ContactID, 10)
	}
	if !cb.DialledAt.IsZero() {
		f.Attempt = cb.Attempts
	}
	if !cb.AppointmentAt.IsZero() {
		f.Wished = h.spanText(c, cb.AppointmentAt, cb.AppointmentUntil)
	}
	if len(desk.Window.Zones) == 1 {
		if zone, err := time.LoadLocation(desk.Window.Zones[0]); err == nil {
			f.Local = desk.At.In(zone).Format("15:04:05")
			if !desk.Window.ClosesAt.IsZero() {
				f.Until = desk.Window.ClosesAt.In(zone).Format("15:04")
			}
			if desk.At.In(zone).Format("15:04") != desk.At.In(h.Zone).Format("15:04") {
				f.Zone = desk.Window.Zones[0]
			}
		}
	}
	if i := slices.IndexFunc(desk.Attempts, func(a callback.Attempt) bool { return a.CallResult != "" }); i >= 0 {
		f.Last, f.LastBy = desk.Attempts[i], desk.Callers[desk.Attempts[i].CallerID]
	}
	for _, a := range desk.Attempts {
		if desk.Recordings[a.ID] {
			f.Heard = append(f.Heard, heardAttempt{a.No, fmt.Sprintf("%s/recordings/%d", callbackPath(cb.ID), a.ID)})
		}
	}
	return f
}

// otherLanguage returns the customer's language if it is known and not the caller's own, whatever the country.
func otherLanguage(customer, caller string) string {
	base := func(tag string) string {
		language, _, _ := strings.Cut(strings.ToLower(tag), "-")
		return language
	}
	if base(customer) == base(caller) {
		return ""
	}
	return customer
}

// phoneText writes an E.164 number with its groups, as people read it out.
func phoneText(e164 string) string {
	number, err := phonenumbers.Parse(e164, "")
	if err != nil {
		return e164
	}
	if number.GetCountryCode() == 86 && len(e164) == 14 { // a mobile of mainland China: 139 1234 8000
		return e164[3:6] + " " + e164[6:10] + " " + e164[10:]
	}
	return phonenumbers.Format(number, phonenumbers.INTERNATIONAL)
}

// clockTime is the time of day of the centre.
func (h *handlers) clockTime(at clock.Instant) string {
	if at.IsZero() {
		return "–"
	}
	return at.In(h.Zone).Format("15:04:05")
}

// byText is an instant that something has to be done by: the time of today, or the day with it; never how many minutes are left.
func (h *handlers) byText(c *gin.Context, at clock.Instant) string {
	if clock.DayOf(at, h.Zone) == clock.DayOf(h.Now(), h.Zone) {
		return at.In(h.Zone).Format("15:04")
	}
	return h.whenText(c, at)
}

// whenText is the template function "when" without markup, for texts and options.
func (h *handlers) whenText(c *gin.Context, at clock.Instant) string {
	text, err := h.Format(h.Lang(c)).Relative(at)
	if err != nil {
		return at.In(h.Zone).Format("2006-01-02 15:04")
	}
	return text
}

// spanText is the template function "span": what the customer named.
func (h *handlers) spanText(c *gin.Context, at, until clock.Instant) string {
	text, err := h.Format(h.Lang(c)).Span(at, until)
	if err != nil {
		return h.whenText(c, at)
	}
	return text
}

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
	Consent                string // the question, as worded; empty when it is not asked
	Recovery               bool   // the rating is not a score then
	Rated                  string // what the customer has answered already, which is not asked again; empty: it is asked
}

// Chosen reports whether one of the choices is chosen.
func (outcomeFields) Chosen(choices []choice) bool {
	return slices.ContainsFunc(choices, func(c choice) bool { return c.Checked })
}

func (h *handlers) outcomeFields(
	c *gin.Context, f frame.Form, desk callback.Desk, set *outcome.Set, questions survey.Questionnaire,
) outcomeFields {
	fields := outcomeFields{Recovery: desk.Callback.Kind == callback.RecoveryKind}
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
