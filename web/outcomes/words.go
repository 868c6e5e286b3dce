package outcomes

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"aftercall/tasks/callback/outcome"
	"aftercall/tasks/policy"
	"aftercall/web/frame"
)

// saidByEnd are the flags that say what becomes of the callback, which pages tell in a sentence.
func saidByEnd() []outcome.Flag {
	return []outcome.Flag{outcome.Final, outcome.Appointment, outcome.CountsAsReached}
}

// followsText says what becomes of a callback after an outcome.
func (h *handlers) followsText(c *gin.Context, layer outcome.Layer, code outcome.Code) string {
	switch {
	case layer == outcome.CallLayer && code.Is(outcome.CountsAsReached):
		return h.T(c, "outcomes.ends_talk")
	case code.Is(outcome.WrongNumber):
		return h.T(c, "outcomes.ends_wrong_number")
	case code.Is(outcome.Final):
		return h.T(c, "outcomes.ends_final")
	case code.Is(outcome.Appointment):
		return h.T(c, "outcomes.ends_appointment")
	}
	return h.retryText(c, code.Retry)
}

// retryText says when it is called again.
func (h *handlers) retryText(c *gin.Context, r *outcome.Retry) string {
	if r == nil {
		return h.T(c, "outcomes.no_retry")
	}
	t := func(key string, args ...any) string { return h.T(c, key, args...) }
	parts := []string{h.T(c, "outcomes.retry", "after", frame.SpanText(t, policy.Span(time.Duration(r.After)*time.Minute)))}
	if r.Grows {
		parts = append(parts, h.T(c, "outcomes.retry_grows"))
	}
	if r.Spread {
		parts = append(parts, h.T(c, "outcomes.retry_spread"))
	}
	if r.Tries > 0 {
		parts = append(parts, h.T(c, "outcomes.retry_tries", "count", r.Tries))
	}
	return strings.Join(parts, h.T(c, "outcomes.comma"))
}

// changesInWords says what is different in a newer set, a line a change.
func (h *handlers) changesInWords(c *gin.Context, before, after *outcome.Set) []string {
	changes := outcome.Changes(before, after)
	lines := make([]string, len(changes))
	for i, change := range changes {
		lines[i] = h.changeText(c, change)
	}
	return lines
}

func (h *handlers) changeText(c *gin.Context, change outcome.Change) string {
	name := cmp.Or(change.Label.In(h.Lang(c)), change.Key)
	switch {
	case change.Layer == "":
		what := "callback_kind."
		if change.Key == outcome.KeyAppointments || change.Key == outcome.KeyMissedText {
			what = "outcomes.part_"
		}
		return h.T(c, "outcomes.changed", "what", h.T(c, what+change.Key), "field", h.T(c, "outcome_field."+change.Field),
			"from", h.valueText(c, change.Field, change.From), "to", h.valueText(c, change.Field, change.To))
	case change.Field == "order":
		return h.T(c, "outcomes.reordered", "what", h.T(c, "outcome_layer."+string(change.Layer)))
	case change.Added:
		return h.T(c, "outcomes.added", "what", name, "layer", h.T(c, "outcome_layer."+string(change.Layer)))
	case change.Field == "":
		return h.T(c, "outcomes.removed", "what", name, "layer", h.T(c, "outcome_layer."+string(change.Layer)))
	case change.Field == "retry":
		return h.T(c, "outcomes.changed", "what", name, "field", h.T(c, "outcome_field.retry"),
			"from", h.retryText(c, change.Was), "to", h.retryText(c, change.Is))
	}
	if flag, isFlag := strings.CutPrefix(change.Field, "flag:"); isFlag {
		key := "outcomes.flag_off"
		if change.To == "true" {
			key = "outcomes.flag_on"
		}
		return h.T(c, key, "what", name, "flag", h.T(c, "outcome_flag."+flag))
	}
	return h.T(c, "outcomes.changed", "what", name, "field", h.T(c, "outcome_field."+change.Field),
		"from", h.valueText(c, change.Field, change.From), "to", h.valueText(c, change.Field, change.To))
}

// valueText is a value of a field as people read it.
func (h *handlers) valueText(c *gin.Context, field, value string) string {
	switch {
	case value == "":
		return h.T(c, "outcomes.nothing")
	case field == "on":
		return h.T(c, "outcomes.on_"+value)
	case field == "suppress":
		return h.T(c, "scope."+value)
	case field == "solved":
		return h.T(c, "outcomes.solved_"+value)
	}
	return value
}

// ends are the ways in which a code of a layer decides about the callback, as the form names them.
func ends(layer outcome.Layer) []string {
	if layer == outcome.CallLayer {
		return []string{"retry", "final", "talk"}
	}
	return []string{"final", "retry", "appointment"}
}

// endOf names the way a code decides.
func endOf(layer outcome.Layer, code outcome.Code) string {
	switch {
	case layer == outcome.CallLayer && code.Is(outcome.CountsAsReached):
		return "talk"
	case code.Is(outcome.Appointment):
		return "appointment"
	case code.Retry != nil:
		return "retry"
	}
	return "final"
}

// flagsAsked are the flags that the form offers to tick.
func flagsAsked(layer outcome.Layer) []outcome.Flag {
	return slices.DeleteFunc(outcome.Flags(layer), func(f outcome.Flag) bool { return slices.Contains(saidByEnd(), f) })
}
