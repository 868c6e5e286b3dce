package web

import (
	"cmp"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/tasks/policy"
)

// storyLine is one line of a timeline in the reader's words.
type storyLine struct {
	At    clock.Instant
	Text  string
	Basis string // what it was decided by: the rule and the version of the policy
	Actor string
	Note  string // what somebody wrote, as they wrote it
}

// codeNames says where the words of an event's args are: an arg of this name is a code with a text below this key.
var codeNames = map[string]string{
	"kind": "follow_up", "reason": "reason", "rule": "rule", "callback_kind": "callback_kind", "business_result": "business_result",
	"call_result": "call_result", "purpose": "purpose", "channel": "channel", "scope": "scope", "status": "status",
	"field": "field",
}

// storyLines puts events into words, the newest first.
func (s *Server) storyLines(c *gin.Context, events []contact.Event) []storyLine {
	lines := make([]storyLine, 0, len(events))
	for _, e := range events {
		args := s.wordedArgs(c, e.Args)
		line := storyLine{At: e.At, Actor: e.Actor, Text: s.t(c, "timeline."+e.Code, flatten(args)...), Basis: s.basis(c, args)}
		if note, ok := e.Args["note"].(string); ok {
			line.Note = note
		}
		lines = append(lines, line)
	}
	slices.SortStableFunc(lines, func(a, b storyLine) int { return cmp.Compare(b.At, a.At) })
	return lines
}

// basis names the rule and the version of the policy among an event's args, as far as there are any.
func (s *Server) basis(c *gin.Context, worded map[string]any) string {
	var parts []string
	if rule, ok := worded["rule"].(string); ok {
		parts = append(parts, rule)
	}
	if version, ok := worded["version"].(int); ok {
		parts = append(parts, s.t(c, "policy.version", "version", version))
	}
	return strings.Join(parts, " · ")
}

// wordedArgs turns codes and times among the args into words.
func (s *Server) wordedArgs(c *gin.Context, args map[string]any) map[string]any {
	worded := make(map[string]any, len(args))
	for name, value := range args {
		switch v := value.(type) {
		case clock.Instant:
			f := s.format(s.language(c))
			worded[name], worded[name+"_day"], worded[name+"_time"] = f.moment(v), f.day(v), f.time(v)
		case policy.Span:
			worded[name] = spanText(func(key string, args ...any) string { return s.t(c, key, args...) }, v)
		case string:
			worded[name] = v
			prefix, ok := codeNames[name]
			if field, isChange := args["field"].(string); isChange && (name == "old" || name == "new") {
				prefix, ok = field, true // a value of the field that changed
			}
			if ok && v != "" {
				worded[name] = s.messages.textOr(s.language(c), v, nil, prefix+"."+v)
			}
		default:
			worded[name] = v
		}
	}
	return worded
}

// flatten returns names and values in turn.
func flatten(args map[string]any) []any {
	list := make([]any, 0, 2*len(args))
	for name, value := range args {
		list = append(list, name, value)
	}
	return list
}
