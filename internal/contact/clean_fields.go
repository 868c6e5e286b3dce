package contact

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"aftercall/internal/address"
	"aftercall/internal/clock"
	"aftercall/internal/text"
)

func (t *taken) limit(field, value string, limit int) {
	if tooLong(value, limit) {
		t.refuse(field, "too_long", fmt.Sprintf("has more than %d characters", limit), value)
	}
}

// link leaves out what is no link: nobody could follow it.
func (t *taken) link(field, value string) string {
	if value != "" && !address.IsLink(value) {
		t.warn(field, "not_a_link", "is not a link such as https://example.com/1; left out", value)
		return ""
	}
	return value
}

func (t *taken) shortened(field, value string, limit int) string {
	if tooLong(value, limit) {
		t.warn(field, "shortened", fmt.Sprintf("was cut to %d characters", limit), value)
		return text.Cut(value, limit)
	}
	return value
}

// referenceOf returns the id by which a source knows a customer. One that says there is none, or is 0 as that of guests, is left out: all
// who have it would become one customer.
func (t *taken) referenceOf(raw string) string {
	reference := text.ID(raw)
	if reference != "" && (text.SaysNone(reference) || strings.Trim(reference, "0") == "" || reference == "-1") {
		t.warn("customer.reference", "placeholder_reference", "says that there is none; left out", reference)
		return ""
	}
	return reference
}

// IsDuration reports whether a number of seconds may be how long something took.
func IsDuration(seconds int64) bool {
	const longest = 30 * 24 * 3600
	return seconds >= 0 && seconds <= longest
}

func (t *taken) seconds(field string, value *int64) {
	if value != nil && !IsDuration(*value) {
		t.refuse(field, "out_of_range", "must be from 0 to 2592000 seconds", strconv.FormatInt(*value, 10))
	}
}

func (t *taken) tags(field string, tags []string) []string {
	clean := tagList(tags)
	if len(clean) > maxTags {
		t.refuse(field, "too_many", fmt.Sprintf("has more than %d entries", maxTags), "")
	}
	for _, tag := range clean {
		t.limit(field, tag, maxKey)
	}
	return unlessBlank(t, field, tags, clean)
}

// unlessBlank returns what is left of a list. One of nothing but blanks is what a template without a value sends: it takes nothing
// away, as [] does.
func unlessBlank[T any](t *taken, field string, given, kept []T) []T {
	switch {
	case given == nil:
		return nil
	case len(given) > 0 && len(kept) == 0:
		t.warn(field, "only_blanks", "has nothing but blanks; what is known stays, and [] would take it away", "")
		return nil
	}
	return kept
}

// attributes returns what is said of attributes, the name of one without a value being one to take away.
func (t *taken) attributes(given map[string]string) map[string]string {
	if len(given) == 0 {
		return given
	}
	if len(given) > maxTags {
		t.refuse("customer.attributes", "too_many", fmt.Sprintf("has more than %d entries", maxTags), "")
	}
	clean := make(map[string]string, len(given))
	for name, value := range given {
		name, value = text.Name(name), text.Name(value)
		t.limit("customer.attributes", name, maxKey)
		t.limit("customer.attributes."+name, value, 1000)
		if name != "" {
			clean[name] = value
		}
	}
	if len(clean) == 0 {
		t.warn("customer.attributes", "only_blanks", "has nothing but blanks; what is known stays, and {} would take it away", "")
		return nil
	}
	return clean
}

func oneOf[T ~string](t *taken, field string, value T, known []T) {
	if value == "" || slices.Contains(known, value) {
		return
	}
	words := make([]string, len(known))
	for i, k := range known {
		words[i] = string(k)
	}
	t.refuse(field, "unknown_value", "must be one of "+strings.Join(words, ", "), string(value))
}

// Instants a source may name: everything else is a broken clock or a misread format.
var (
	earliest = clock.At(time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC))
	latest   = clock.At(time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC))
)

// clockSkew is how far ahead a source's clock may be before it is worth a word.
const clockSkew = 5 * time.Minute

// cleanTimes checks the instants. What contradicts a resolution is dropped, because it is the resolution that counts.
func (t *taken) cleanTimes(now clock.Instant) {
	in := &t.input
	t.instant("opened_at", in.OpenedAt, now)
	t.instant("first_response_at", in.FirstResponse, now)
	t.instant("resolved_at", in.ResolvedAt, now)
	t.instant("changed_at", in.ChangedAt, now)
	if in.Status == "" && (!in.ResolvedAt.IsZero() || len(in.Resolutions) > 0) {
		in.Status = Resolved
	}
	if in.Status == Resolved && in.ResolvedAt.IsZero() && len(in.Resolutions) == 0 {
		t.refuse("resolved_at", "required_when_resolved", "is required when the status is resolved", "")
	}
	if (in.Status == Open || in.Status == Pending) && !in.ResolvedAt.IsZero() {
		t.warn("resolved_at", "not_resolved", "is left out, because the status is "+string(in.Status), in.ResolvedAt.String())
		in.ResolvedAt = 0
	}
}

// IsPlausible reports whether an instant may be when something happened.
func IsPlausible(at clock.Instant) bool { return at >= earliest && at < latest }

func (t *taken) instant(field string, at, now clock.Instant) {
	switch {
	case at.IsZero():
	case !IsPlausible(at):
		t.refuse(field, "out_of_range", "must be between 1990 and 2100", at.String())
	case at > now.Add(clockSkew):
		t.warn(field, "in_the_future", "is in the future", at.String())
	}
}

// cleanResolutions checks the list of resolutions: numbers 1, 2, 3 … and times that do not go back.
func (t *taken) cleanResolutions(now clock.Instant) {
	list := t.input.Resolutions
	if len(list) == 0 {
		t.input.Resolutions = nil
		return
	}
	if len(list) > maxNumbered {
		t.refuse("resolutions", "too_many", fmt.Sprintf("has more than %d entries", maxNumbered), "")
		return
	}
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b InputResolution) int { return a.No - b.No })
	for i, r := range list {
		field := "resolutions[" + strconv.Itoa(i) + "]"
		t.instant(field+".resolved_at", r.ResolvedAt, now)
		switch {
		case r.No != i+1:
			t.refuse(field+".no", "not_consecutive", "must count 1, 2, 3 without a gap", strconv.Itoa(r.No))
		case r.ResolvedAt.IsZero():
			t.refuse(field+".resolved_at", "required", "is required", "")
		case i > 0 && r.ResolvedAt <= list[i-1].ResolvedAt:
			t.refuse(field+".resolved_at", "not_later", "must be later than the resolution before", r.ResolvedAt.String())
		}
	}
	t.input.Resolutions = list
}

// usualScales are what a metric is asked on when the source does not say.
var usualScales = map[string]string{"csat": "1-5", "nps": "0-10", "ces": "1-7"}

// UsualScale returns the scale a metric is asked on when nobody says, or "" for what is no metric.
func UsualScale(metric string) string { return usualScales[metric] }

// cleanAnswers checks answers from elsewhere. One that cannot be counted is left out; the contact is still taken.
func (t *taken) cleanAnswers(now clock.Instant) {
	kept := t.input.Answers[:0:0]
	for i, a := range t.input.Answers {
		field := "answers[" + strconv.Itoa(i) + "]"
		a.Metric, a.Scale = strings.ToLower(text.Name(a.Metric)), text.Name(a.Scale)
		if a.Scale == "" {
			a.Scale = usualScales[a.Metric]
		}
		low, high, ok := parseScale(a.Scale)
		if ok {
			a.Scale = strconv.Itoa(low) + "-" + strconv.Itoa(high)
		}
		switch {
		case usualScales[a.Metric] == "":
			t.warn(field+".metric", "answer_metric", "is not csat, nps or ces; the answer is left out", a.Metric)
		case a.Value == nil:
			t.refuse(field+".value", "answer_without_value", "is required: without one it is no answer", "")
		case !ok:
			t.warn(field+".scale", "unknown_scale", "is not a scale such as 1-5; the answer is left out", a.Scale)
		case *a.Value < low || *a.Value > high:
			t.warn(field+".value", "out_of_scale", "is not on the scale "+a.Scale+"; the answer is left out", strconv.Itoa(*a.Value))
		case a.RevisableDays != nil && (*a.RevisableDays < 0 || *a.RevisableDays > MaxRevisableDays):
			t.refuse(field+".revisable_days", "out_of_range", "must be from 0 to 3650 days", strconv.Itoa(*a.RevisableDays))
		case slices.ContainsFunc(kept, a.isRival):
			t.warn(field+".metric", "answered_twice", "was answered twice, and nothing tells which is newer; the first counts", a.Metric)
		default:
			t.instant(field+".answered_at", a.AnsweredAt, now)
			a.Comment = t.shortened(field+".comment", text.Lines(a.Comment), maxText)
			kept = append(kept, a)
		}
	}
	t.input.Answers = kept
	if len(kept) == 0 {
		t.input.Answers = nil
	}
}

// MaxRevisableDays is the longest window in which a source may say that a changed rating counts.
const MaxRevisableDays = 3650

// isRival reports whether two answers of one delivery are of the same metric, and nothing tells which was given first.
func (a InputAnswer) isRival(b InputAnswer) bool {
	return a.Metric == b.Metric && (a.AnsweredAt.IsZero() || b.AnsweredAt.IsZero() || a.AnsweredAt == b.AnsweredAt)
}

// parseScale reads "1-5", also as "1 – 5" or "1~5".
func parseScale(scale string) (low, high int, ok bool) {
	scale = strings.NewReplacer(" ", "", "–", "-", "—", "-", "~", "-", "～", "-", "至", "-").Replace(text.Plain(scale))
	a, b, found := strings.Cut(scale, "-")
	low, err1 := strconv.Atoi(a)
	high, err2 := strconv.Atoi(b)
	return low, high, found && err1 == nil && err2 == nil && low >= 0 && low < high && high <= 100
}
