package campaign

import "strings"

// Text returns the text of a catalogue key in the viewer's language, with named values.
type Text func(key string, args map[string]any) string

// Sentence reads the rule out in the viewer's language.
func (r Rule) Sentence(text Text) string {
	switch {
	case r.Not != nil:
		return text("rule.not", map[string]any{"rule": r.Not.Sentence(text)})
	case r.Any != nil:
		return text("rule.group", map[string]any{"rules": join(r.Any, text, "rule.or")})
	case r.Fact == ResolvedWithin:
		return text("rule.resolved_within", map[string]any{"days": r.Days})
	case r.Fact != "":
		return text("rule."+string(r.Fact), map[string]any{"values": r.valueTexts(text)})
	case len(r.All) == 0:
		return text("rule.everybody", nil)
	}
	return join(r.All, text, "rule.and")
}

func join(rules []Rule, text Text, with string) string {
	parts := make([]string, len(rules))
	for i, r := range rules {
		parts[i] = r.Sentence(text)
		if len(r.All) > 1 && len(rules) > 1 {
			parts[i] = text("rule.group", map[string]any{"rules": parts[i]})
		}
	}
	return strings.Join(parts, text(with, nil))
}

// valueTexts returns the values as people say them, each in quotes.
func (r Rule) valueTexts(text Text) string {
	parts := make([]string, len(r.Values))
	for i, v := range r.Values {
		parts[i] = text("rule.value", map[string]any{"value": ValueText(r.Fact, v, text)})
	}
	return strings.Join(parts, text("rule.value_or", nil))
}

// ValueText returns one value of a fact as people say it: codes of ours are translated, the centre's own words are not.
func ValueText(f Fact, value string, text Text) string {
	switch f {
	case LastScore:
		return text("mood."+value, nil)
	case Channel:
		return text("channel."+value, nil)
	case ResolvedWithin, Category, Product, Tag, Language:
	}
	return value
}
