package policy

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"aftercall/internal/fault"
)

// Parse reads a policy. The error names every value that is wrong, with its rule and its line. Every value is taken as it is
// written: an order number 007 stays one, although YAML calls it a number.
func Parse(body []byte) (Policy, error) {
	file, err := source(body)
	if err != nil {
		return Policy{}, err
	}
	r := reader{}
	p := r.policy(file.Docs[0].Body)
	if len(r.problems) == 0 {
		r.checker.policy(&p)
	}
	return p, r.fault(body)
}

// reader reads the values of a policy out of its tree and collects what is wrong with them.
type reader struct{ checker }

// readNode reads the value of a key. Field names the key in problems.
type readNode func(field string, node ast.Node)

// keys are those a mapping can have.
type keys map[string]readNode

// wrong names a value that is not what its key takes, in its line.
func (r *reader) wrong(node ast.Node, field, code, problem, value string) *fault.Field {
	f := r.refuse(field, code, problem, value)
	f.Line = lineOfNode(node)
	return f
}

// mapping reads the keys there are. A key that is none, is there twice or has nothing after it is refused.
func (r *reader) mapping(field string, node ast.Node, known keys) {
	seen := map[string]bool{}
	r.pairs(field, node, func(key ast.MapKeyNode, value ast.Node) {
		name, _ := scalarText(key)
		read, ok := known[name]
		switch field := under(field, name); {
		case !ok:
			there := strings.Join(slices.Sorted(maps.Keys(known)), ", ")
			r.wrong(key, field, "key_unknown", "is no key here; there are "+there, "").Args = map[string]any{"known": there}
		case seen[name]:
			r.wrong(key, field, "key_twice", "is there twice; leave one", "")
		case value == nil || value.Type() == ast.NullType:
			r.wrong(key, field, "key_empty", "has nothing after it; write it out, or leave the key out", "")
		default:
			read(field, value)
		}
		seen[name] = true
	})
}

// pairs visits the keys of a mapping and their values.
func (r *reader) pairs(field string, node ast.Node, visit func(key ast.MapKeyNode, value ast.Node)) {
	m, ok := node.(ast.MapNode)
	if !ok {
		text, _ := scalarText(node)
		r.wrong(node, field, "needs_keys", "must have keys of its own, as in {kind: confirm}", text)
		return
	}
	for pairs := m.MapRange(); pairs.Next(); {
		visit(pairs.KeyValue().Key, pairs.Value())
	}
}

func under(field, key string) string {
	if field == "" {
		return key
	}
	return field + "." + key
}

// list reads the items of a list.
func (r *reader) list(field string, node ast.Node, item func(i int, node ast.Node)) {
	sequence, ok := node.(*ast.SequenceNode)
	if !ok {
		text, _ := scalarText(node)
		r.wrong(node, field, "needs_list", "must be a list: every item begins with a dash", text)
		return
	}
	for i, node := range sequence.Values {
		item(i, node)
	}
}

// scalarText returns a scalar as it is written: 007 and 1.50 stay what they are.
func scalarText(node ast.Node) (string, bool) {
	switch n := node.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.MappingKeyNode:
		return scalarText(n.Value)
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return n.GetToken().Value, true
	}
	return "", false
}

// word reads one value; ok is false after it was refused.
func (r *reader) word(field string, node ast.Node) (text string, ok bool) {
	if text, ok = scalarText(node); !ok {
		r.wrong(node, field, "needs_text", "must be one value; what looks like something else goes in quotes", "")
	}
	return text, ok
}

// text reads a text into its place.
func text[T ~string](r *reader, into *T) readNode {
	return func(field string, node ast.Node) {
		if text, ok := r.word(field, node); ok {
			*into = T(text)
		}
	}
}

// texts reads a list of texts into its place; a single one is a list of one.
func texts[T ~string](r *reader, into *[]T) readNode {
	return func(field string, node ast.Node) {
		*into = nil
		if text, ok := scalarText(node); ok {
			*into = []T{T(text)}
			return
		}
		r.list(field, node, func(_ int, node ast.Node) {
			if text, ok := r.word(field, node); ok {
				*into = append(*into, T(text))
			}
		})
	}
}

func (r *reader) whole(into *int) readNode {
	return func(field string, node ast.Node) {
		text, ok := r.word(field, node)
		if n, err := strconv.Atoi(text); err == nil {
			*into = n
		} else if ok {
			r.wrong(node, field, "not_a_number", "must be a whole number", text)
		}
	}
}

func (r *reader) span(into *Span) readNode {
	return func(field string, node ast.Node) {
		text, ok := r.word(field, node)
		if s, err := ParseSpan(text); err == nil {
			*into = s
		} else if ok {
			r.wrong(node, field, "span_invalid", "must be a length of time as in 30m, 2h or 1d12h", text)
		}
	}
}

func (r *reader) share(into *Share) readNode {
	return func(field string, node ast.Node) {
		text, ok := r.word(field, node)
		if share, err := ParseShare(text); err == nil {
			*into = share
		} else if ok {
			r.wrong(node, field, "share_invalid", "must be in percent with at most four decimals, as in 25% or 0.5%", text)
		}
	}
}

func (r *reader) policy(node ast.Node) Policy {
	p := Policy{MaxAge: Span(7 * day)}
	r.mapping("", node, keys{
		"max_age": r.span(&p.MaxAge),
		"reasons": func(field string, node ast.Node) { p.Reasons = r.ownReasons(field, node) },
		"rules": func(field string, node ast.Node) {
			r.list(field, node, func(i int, node ast.Node) { p.Rules = append(p.Rules, r.rule(i, node)) })
			r.leave()
		},
	})
	return p
}

// ownReasons reads the centre's own reasons, whose keys are its own.
func (r *reader) ownReasons(field string, node ast.Node) map[Reason]string {
	reasons, known := map[Reason]string{}, keys{}
	r.pairs(field, node, func(key ast.MapKeyNode, _ ast.Node) {
		code, _ := scalarText(key)
		known[code] = func(field string, node ast.Node) { reasons[Reason(code)], _ = r.word(field, node) }
	})
	if len(known) > 0 {
		r.mapping(field, node, known)
	}
	return reasons
}

func (r *reader) rule(i int, node ast.Node) Rule {
	var rule Rule
	r.enter(i, ruleCode(node))
	r.mapping("", node, keys{
		"id": text(r, &rule.ID), "name": text(r, &rule.Name),
		"when": func(field string, node ast.Node) {
			r.list(field, node, func(i int, node ast.Node) {
				rule.When = append(rule.When, r.condition(field+"["+strconv.Itoa(i)+"]", node))
			})
		},
		"callback": func(field string, node ast.Node) { rule.Callback = r.callback(field, node) },
		"survey":   func(field string, node ast.Node) { rule.Survey = r.survey(field, node) },
		"nothing":  func(field string, node ast.Node) { rule.Nothing = r.nothing(field, node) },
	})
	return rule
}

// ruleCode returns the code of a rule before its values are read, so that they are named with it.
func ruleCode(node ast.Node) string {
	code := ""
	if m, ok := node.(ast.MapNode); ok {
		for pairs := m.MapRange(); pairs.Next(); {
			if key, _ := scalarText(pairs.Key()); key == "id" {
				code, _ = scalarText(pairs.Value())
			}
		}
	}
	return code
}

func (r *reader) condition(field string, node ast.Node) Condition {
	var c Condition
	r.mapping(field, node, keys{"field": text(r, &c.Field), "op": text(r, &c.Op), "values": texts(r, &c.Values)})
	return c
}

func (r *reader) callback(field string, node ast.Node) *CallbackAction {
	a := DefaultCallback()
	r.mapping(field, node, keys{
		"kind": text(r, &a.Kind), "team": text(r, &a.Team), "script": text(r, &a.Script),
		"priority": r.whole(&a.Priority), "attempts": r.whole(&a.Attempts),
		"delay": r.span(&a.Delay), "within": r.span(&a.Within), "expiry": r.span(&a.Expiry),
	})
	return &a
}

func (r *reader) survey(field string, node ast.Node) *SurveyAction {
	a := DefaultSurvey()
	r.mapping(field, node, keys{
		"survey": text(r, &a.Survey), "family": text(r, &a.Family), "channels": texts(r, &a.Channels),
		"reminders": r.whole(&a.Reminders), "sample": r.share(&a.Share),
		"delay": r.span(&a.Delay), "remind_after": r.span(&a.RemindAfter), "expiry": r.span(&a.Expiry),
	})
	return &a
}

// nothing reads one reason for both kinds, or one for each kind it names.
func (r *reader) nothing(field string, node ast.Node) map[Kind]Reason {
	var both Reason
	given := map[Kind]*Reason{FollowUpCallback: new(Reason), FollowUpSurvey: new(Reason)}
	before := len(r.problems)
	r.mapping(field, node, keys{
		"reason": text(r, &both), "callback": text(r, given[FollowUpCallback]), "survey": text(r, given[FollowUpSurvey]),
	})
	reasons := map[Kind]Reason{}
	for _, kind := range Kinds() {
		switch reason := *given[kind]; {
		case reason != "" && both != "":
			r.wrong(node, under(field, string(kind)), "nothing_twice", "gives a second reason beside that for both kinds", string(reason))
		case reason != "":
			reasons[kind] = reason
		case both != "":
			reasons[kind] = both
		}
	}
	if len(reasons) == 0 && len(r.problems) == before {
		r.wrong(node, field, "required", "is required", "")
	}
	return reasons
}
