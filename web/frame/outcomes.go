package frame

import "strings"

// OutcomeLabels returns what the centre calls an outcome of a call, by its key, and whether it has or had one. With must it looks for one
// that another process has published since.
type OutcomeLabels func(lang, key string, must bool) (string, bool)

// outcomeText returns the centre's own text of a key that is about an outcome: of call_result.<code> and business_result.<code> always, of
// reason.<code> and timeline.call_<code> where the centre calls the code otherwise than we do, or we do not know it.
func (c Catalogue) outcomeText(lang, key string, args map[string]any) (string, bool) {
	if c.Outcomes == nil {
		return "", false
	}
	topic, code, _ := strings.Cut(key, ".")
	switch topic {
	case "call_result", "business_result":
		return c.Outcomes(lang, code, true)
	case "reason":
		return c.ownOutcome(lang, key, code)
	case "timeline":
		code, isCall := strings.CutPrefix(code, "call_")
		if !isCall {
			return "", false
		}
		label, ok := c.ownOutcome(lang, key, code)
		if !ok {
			return "", false
		}
		text, err := c.text(lang, ownCallKey(args), map[string]any{
			"no": args["no"], "label": label, "business_result": args["business_result"],
		})
		return text, err == nil
	}
	return "", false
}

// ownCallKey is the text of a call whose result the centre named.
func ownCallKey(args map[string]any) string {
	if args["business_result"] != nil {
		return "timeline.call_own_talk"
	}
	return "timeline.call_own"
}

// ownOutcome returns the centre's label of an outcome that has no text at a key, or another label than ours.
func (c Catalogue) ownOutcome(lang, key, code string) (string, bool) {
	_, missing := c.text(lang, key, map[string]any{"no": "", "business_result": ""})
	label, ok := c.Outcomes(lang, code, missing != nil)
	if !ok || missing != nil {
		return label, ok
	}
	for _, ours := range []string{"call_result.", "business_result."} {
		if text, err := c.text(lang, ours+code, nil); err == nil && text == label {
			return "", false
		}
	}
	return label, true
}
