package frame

import (
	"cmp"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/tasks/policy"
)

// TimelineLine is one line of a timeline in the reader's words.
type TimelineLine struct {
	At    clock.Instant
	Text  string
	Basis string // what it was decided by: the rule and the version of the policy
	Actor string
	Note  string // what somebody wrote, as they wrote it
}

// codeNames says where the words of an event's args are: an arg of this name is a code with a text below this key.
var codeNames = map[string]string{
	"kind": "follow_up", "reason": "reason", "rule": "rule", "callback_kind": "callback_kind", "business_result": "business_result",
	"call_result": "call_result", "silent": "call_result", "hung_up": "call_result",
	"purpose": "purpose", "channel": "channel", "scope": "scope", "status": "status",
	"field": "field", "handoff_kind": "handoff_kind", "handoff_result": "handoff_result",
}

// TimelineLines puts events into words, the newest first.
func (s *Site) TimelineLines(c *gin.Context, events []contact.Event) []TimelineLine {
	lines := make([]TimelineLine, 0, len(events))
	for _, e := range events {
		args := s.wordedArgs(c, e.Args)
		line := TimelineLine{At: e.At, Actor: e.Actor, Text: s.T(c, "timeline."+e.Code, Flatten(args)...), Basis: s.basis(c, args)}
		if note, ok := e.Args["note"].(string); ok {
			line.Note = note
		}
		lines = append(lines, line)
	}
	slices.SortStableFunc(lines, func(a, b TimelineLine) int { return cmp.Compare(b.At, a.At) })
	return lines
}

// basis names the rule and the version of the policy among an event's args, as far as there are any.
func (s *Site) basis(c *gin.Context, worded map[string]any) string {
	var parts []string
	if rule, ok := worded["rule"].(string); ok {
		parts = append(parts, rule)
	}
	if version, ok := worded["version"].(int); ok {
		parts = append(parts, s.T(c, "policy.version", "version", version))
	}
	return strings.Join(parts, " · ")
}

// wordedArgs turns codes and times among the args into words.
func (s *Site) wordedArgs(c *gin.Context, args map[string]any) map[string]any {
	worded := make(map[string]any, len(args))
	for name, value := range args {
		switch v := value.(type) {
		case clock.Instant:
			f := s.Format(s.Lang(c))
			worded[name], worded[name+"_day"], worded[name+"_time"] = f.Moment(v), f.day(v), f.time(v)
		case policy.Span:
			worded[name] = SpanText(func(key string, args ...any) string { return s.T(c, key, args...) }, v)
		case string:
			worded[name] = v
			prefix, ok := codeNames[name]
			if field, isChange := args["field"].(string); isChange && (name == "old" || name == "new") {
				prefix, ok = field, true // a value of the field that changed
			}
			if ok && v != "" {
				worded[name] = s.Catalogue.TextOr(s.Lang(c), v, nil, prefix+"."+v)
			}
		default:
			worded[name] = v
		}
	}
	return worded
}

// Flatten returns names and values in turn.
func Flatten(args map[string]any) []any {
	list := make([]any, 0, 2*len(args))
	for name, value := range args {
		list = append(list, name, value)
	}
	return list
}
