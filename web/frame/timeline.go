package frame

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/tasks/policy"
)

// TimelineLine is one line of a timeline in the reader's words.
type TimelineLine struct {
	At    clock.Instant
	Text  string
	Href  string // of what it is about; empty where the reader may not look at that, or there is no page of it
	Basis string // what it was decided by: the rule and the version of the policy
	Actor string
	Note  string // what somebody wrote, as they wrote it
	// Contact and ContactHref name the contact it is about, where a timeline is of several.
	Contact, ContactHref string
	ID                   string // by which a link finds the line; empty for none
}

// codeNames says where the words of an event's args are: an arg of this name is a code with a text below this key.
var codeNames = map[string]string{
	"kind": "follow_up", "reason": "reason", "rule": "rule", "callback_kind": "callback_kind", "business_result": "business_result",
	"call_result": "call_result", "silent": "call_result", "hung_up": "call_result",
	"purpose": "purpose", "channel": "channel", "scope": "scope", "status": "status",
	"field": "field", "handoff_kind": "handoff_kind", "handoff_result": "handoff_result", "customer_field": "customer_field",
	"skip_reason": "skip_reason", "became": "reason", "suppression": "suppression",
}

// TimelineLines puts events into words, the newest first.
func (s *Site) TimelineLines(c *gin.Context, events []contact.Event) []TimelineLine {
	lines := make([]TimelineLine, 0, len(events))
	for _, e := range events {
		args := s.wordedArgs(c, e.Args)
		line := TimelineLine{
			At: e.At, Actor: e.Actor, Text: s.T(c, "timeline."+e.Code, Flatten(args)...), Basis: s.basis(c, args),
			Href: s.objectPath(Viewer(c), e),
		}
		note, _ := e.Args["note"].(string)
		if evidence, ok := e.Args["evidence"].(string); ok && note == "" {
			note = s.Evidence(c, evidence)
		}
		line.Note = note
		lines = append(lines, line)
	}
	slices.SortStableFunc(lines, func(a, b TimelineLine) int { return cmp.Compare(b.At, a.At) })
	return lines
}

// objectPath is where an event leads, for a viewer who may go there: to the object's page, or its place on its contact's.
func (s *Site) objectPath(viewer account.Viewer, e contact.Event) string {
	id := strconv.FormatInt(e.About.ID, 10)
	switch e.About.Kind {
	case contact.AboutCallback:
		return s.pathFor(viewer, "/callbacks/:id", id)
	case contact.AboutHandoff:
		return s.pathFor(viewer, "/handoffs/:id", id)
	case contact.AboutSuppression:
		return s.pathFor(viewer, "/suppressions/:id", id)
	case contact.AboutDecision, contact.AboutInvitation, contact.AboutResponse:
		if e.ContactID == 0 {
			return ""
		}
		if path := s.pathFor(viewer, "/contacts/:id", strconv.FormatInt(e.ContactID, 10)); path != "" {
			return path + "#" + string(e.About.Kind) + "-" + id
		}
	case contact.AboutPerson:
		return "#person"
	case contact.AboutConsent:
	}
	return ""
}

// pathFor is the path of a route with the id in it, or "" for a viewer who may not go there.
func (s *Site) pathFor(viewer account.Viewer, route, id string) string {
	if !s.Reachable(viewer, route) {
		return ""
	}
	return strings.Replace(route, ":id", id, 1)
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
		case contact.Numbers:
			list := make([]string, len(v))
			for i, number := range v {
				list[i] = masked(number)
			}
			worded[name] = s.listText(c, list)
		case []string:
			worded[name] = s.listText(c, v)
		case string:
			if worded[name] = v; v == "" && (name == "old" || name == "new") {
				worded[name] = s.T(c, "timeline.nothing")
			}
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

// listText joins a list as people write it.
func (s *Site) listText(c *gin.Context, list []string) string {
	if len(list) == 0 {
		return s.T(c, "timeline.nothing")
	}
	return strings.Join(list, s.T(c, "timeline.comma"))
}

// Flatten returns names and values in turn.
func Flatten(args map[string]any) []any {
	list := make([]any, 0, 2*len(args))
	for name, value := range args {
		list = append(list, name, value)
	}
	return list
}
