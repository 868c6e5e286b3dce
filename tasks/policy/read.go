package policy

import (
	"strconv"

	"github.com/goccy/go-yaml/ast"

	"aftercall/internal/yamlsource"
)

// Parse reads a policy. The error names every value that is wrong, with its rule and its line. Every value is taken as it is
// written: an order number 007 stays one, although YAML calls it a number.
func Parse(body []byte) (Policy, error) {
	file, err := source(body)
	if err != nil {
		return Policy{}, err
	}
	r := newReader()
	p := r.policy(file.Docs[0].Body)
	if len(r.problems) == 0 {
		r.checker.policy(&p)
	}
	return p, r.fault(body)
}

// reader reads the values of a policy out of its tree and collects what is wrong with them.
type reader struct {
	checker
	yamlsource.Reader
}

func newReader() *reader {
	r := &reader{}
	r.Refuse = r.refuse
	return r
}

// keys are those a mapping can have.
type keys = yamlsource.KeysOf

// text reads a text into its place.
func text[T ~string](r *reader, into *T) yamlsource.ReadNode { return yamlsource.Text(&r.Reader, into) }

// texts reads a list of texts into its place.
func texts[T ~string](r *reader, into *[]T) yamlsource.ReadNode {
	return yamlsource.Texts(&r.Reader, into)
}

func (r *reader) span(into *Span) yamlsource.ReadNode {
	return func(field string, node ast.Node) {
		text, ok := r.Word(field, node)
		if s, err := ParseSpan(text); err == nil {
			*into = s
		} else if ok {
			r.Wrong(node, field, "span_invalid", "must be a length of time as in 30m, 2h or 1d12h", text)
		}
	}
}

func (r *reader) share(into *Share) yamlsource.ReadNode {
	return func(field string, node ast.Node) {
		text, ok := r.Word(field, node)
		if share, err := ParseShare(text); err == nil {
			*into = share
		} else if ok {
			r.Wrong(node, field, "share_invalid", "must be in percent with at most four decimals, as in 25% or 0.5%", text)
		}
	}
}

func (r *reader) policy(node ast.Node) Policy {
	p := Policy{MaxAge: Span(7 * day)}
	r.Mapping("", node, keys{
		"max_age": r.span(&p.MaxAge),
		"reasons": func(field string, node ast.Node) { p.Reasons = r.ownReasons(field, node) },
		"rules": func(field string, node ast.Node) {
			r.List(field, node, func(i int, node ast.Node) { p.Rules = append(p.Rules, r.rule(i, node)) })
			r.leave()
		},
	})
	return p
}

// ownReasons reads the centre's own reasons, whose keys are its own.
func (r *reader) ownReasons(field string, node ast.Node) map[Reason]string {
	reasons, known := map[Reason]string{}, keys{}
	r.Pairs(field, node, func(key ast.MapKeyNode, _ ast.Node) {
		code, _ := yamlsource.Scalar(key)
		known[code] = func(field string, node ast.Node) { reasons[Reason(code)], _ = r.Word(field, node) }
	})
	if len(known) > 0 {
		r.Mapping(field, node, known)
	}
	return reasons
}

func (r *reader) rule(i int, node ast.Node) Rule {
	var rule Rule
	r.enter(i, ruleCode(node))
	r.Mapping("", node, keys{
		"id": text(r, &rule.ID), "name": text(r, &rule.Name),
		"when": func(field string, node ast.Node) {
			r.List(field, node, func(i int, node ast.Node) {
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
			if key, _ := yamlsource.Scalar(pairs.Key()); key == "id" {
				code, _ = yamlsource.Scalar(pairs.Value())
			}
		}
	}
	return code
}

func (r *reader) condition(field string, node ast.Node) Condition {
	var c Condition
	r.Mapping(field, node, keys{"field": text(r, &c.Field), "op": text(r, &c.Op), "values": texts(r, &c.Values)})
	return c
}

func (r *reader) callback(field string, node ast.Node) *CallbackAction {
	a := DefaultCallback()
	r.Mapping(field, node, keys{
		"kind": text(r, &a.Kind), "team": text(r, &a.Team), "script": text(r, &a.Script),
		"priority": r.Whole(&a.Priority), "attempts": r.Whole(&a.Attempts),
		"delay": r.span(&a.Delay), "within": r.span(&a.Within), "expiry": r.span(&a.Expiry),
	})
	return &a
}

func (r *reader) survey(field string, node ast.Node) *SurveyAction {
	a := DefaultSurvey()
	r.Mapping(field, node, keys{
		"survey": text(r, &a.Survey), "family": text(r, &a.Family), "channels": texts(r, &a.Channels),
		"reminders": r.Whole(&a.Reminders), "sample": r.share(&a.Share),
		"delay": r.span(&a.Delay), "remind_after": r.span(&a.RemindAfter), "expiry": r.span(&a.Expiry),
	})
	return &a
}

// nothing reads one reason for both kinds, or one for each kind it names.
func (r *reader) nothing(field string, node ast.Node) map[Kind]Reason {
	var both Reason
	given := map[Kind]*Reason{FollowUpCallback: new(Reason), FollowUpSurvey: new(Reason)}
	before := len(r.problems)
	r.Mapping(field, node, keys{
		"reason": text(r, &both), "callback": text(r, given[FollowUpCallback]), "survey": text(r, given[FollowUpSurvey]),
	})
	reasons := map[Kind]Reason{}
	for _, kind := range Kinds() {
		switch reason := *given[kind]; {
		case reason != "" && both != "":
			r.Wrong(node, yamlsource.Under(field, string(kind)), "nothing_twice", "gives a second reason beside that for both kinds",
				string(reason))
		case reason != "":
			reasons[kind] = reason
		case both != "":
			reasons[kind] = both
		}
	}
	if len(reasons) == 0 && len(r.problems) == before {
		r.Wrong(node, field, "required", "is required", "")
	}
	return reasons
}
