package outcome

import (
	"fmt"
	"strconv"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"

	"aftercall/internal/fault"
	"aftercall/internal/yamlsource"
)

// MaxBytes is the size of the longest set that is read.
const MaxBytes = 128 << 10

// setText is a set as it is written to a file; reader knows the same keys.
type setText struct {
	Kinds        map[string]kindText `yaml:"kinds"`
	Appointments appointmentsText    `yaml:"appointments"`
	MissedText   missedText          `yaml:"missed_text"`
	Call         []codeText          `yaml:"call"`
	Business     []codeText          `yaml:"business"`
}

type appointmentsText struct {
	Early     int `yaml:"early_minutes"`
	Late      int `yaml:"late_minutes"`
	Kept      int `yaml:"kept_minutes"`
	PerSlot   int `yaml:"per_slot"`
	PerCaller int `yaml:"per_caller"`
}

type missedText struct {
	On     bool   `yaml:"on"`
	Number string `yaml:"number,omitempty"`
	Back   string `yaml:"call_back,omitempty"`
}

type kindText struct {
	MinTalk  int `yaml:"min_talk_seconds"`
	Attempts int `yaml:"attempts,omitempty"`
}

type codeText struct {
	Key      string     `yaml:"key"`
	Digit    string     `yaml:"digit,omitempty"`
	Labels   wordsText  `yaml:"labels"`
	Hint     *wordsText `yaml:"hint,omitempty"`
	Flags    []string   `yaml:"flags,flow,omitempty"`
	Suppress string     `yaml:"suppress,omitempty"`
	Solved   string     `yaml:"solved,omitempty"`
	Retry    *retryText `yaml:"retry,omitempty"`
}

type wordsText struct {
	Chinese string `yaml:"zh-CN"`
	English string `yaml:"en"`
}

type retryText struct {
	After  int  `yaml:"after_minutes"`
	Grows  bool `yaml:"grows,omitempty"`
	Spread bool `yaml:"spread,omitempty"`
	Tries  int  `yaml:"tries,omitempty"`
}

// Format writes the set as YAML that Parse reads as the same set. Its version is not in it.
func (s *Set) Format() string {
	text := setText{
		Kinds: make(map[string]kindText, len(s.Kinds)), Appointments: appointmentsText(s.Appointments),
		MissedText: missedText(s.MissedText), Call: textsOf(s.Call), Business: textsOf(s.Business),
	}
	for name, k := range s.Kinds {
		text.Kinds[name] = kindText(k)
	}
	body, err := yaml.MarshalWithOptions(text, yaml.IndentSequence(true))
	if err != nil {
		panic(fmt.Errorf("outcome: a set is only text and numbers: %w", err))
	}
	return string(body)
}

func textsOf(codes []Code) []codeText {
	texts := make([]codeText, len(codes))
	for i, c := range codes {
		t := codeText{
			Key: c.Key, Digit: c.Digit, Labels: wordsText(c.Labels), Suppress: string(c.Suppress), Solved: string(c.Solved),
		}
		if !c.Hint.Empty() {
			hint := wordsText(c.Hint)
			t.Hint = &hint
		}
		for _, f := range c.Flags {
			t.Flags = append(t.Flags, string(f))
		}
		if c.Retry != nil {
			retry := retryText(*c.Retry)
			t.Retry = &retry
		}
		texts[i] = t
	}
	return texts
}

// Parse reads a set and checks it. The error names every value that is wrong, with its layer, its key and its line.
func Parse(body []byte) (Set, error) {
	file, problem := yamlsource.Read(body, MaxBytes)
	if problem != nil {
		return Set{}, unreadable(*problem)
	}
	r := reader{lines: map[string]int{}}
	r.Refuse = r.refuse
	s := r.set(file.Docs[0].Body)
	if len(r.problems) == 0 {
		s.fillIn()
		return s, r.located(s.Check())
	}
	return Set{}, fault.InvalidFields(r.problems[:min(len(r.problems), maxProblems)]...)
}

// unreadable says what is wrong with a text that is not one document with keys.
func unreadable(problem yamlsource.Problem) error {
	refusal := fault.New(fault.Invalid, "outcomes_yaml", "the set is not YAML")
	switch problem.Flaw {
	case yamlsource.TooLarge:
		refusal = fault.New(fault.TooLarge, "outcomes_too_large", "the set is larger than 128 KiB")
	case yamlsource.Encoding:
		refusal = fault.New(fault.Invalid, "outcomes_encoding", "the set is not UTF-8")
	case yamlsource.Empty, yamlsource.Keys:
		refusal = fault.New(fault.Invalid, "outcomes_keys", "a set of outcomes has keys: kinds, call, business")
	case yamlsource.Documents:
		refusal = fault.New(fault.Invalid, "outcomes_documents", "a second document begins")
	case yamlsource.Deep, yamlsource.Anchor:
		refusal = fault.New(fault.Invalid, "outcomes_anchor", "a set has no anchors, aliases or tags, and is not nested deeply")
	case yamlsource.Syntax:
	}
	return refusal.With("line", problem.Line)
}

// reader reads the values of a set out of its tree.
type reader struct {
	checker
	yamlsource.Reader
	lines map[string]int // of each code, by the name that Check gives it
}

// located gives what Check found the lines of the codes.
func (r *reader) located(err error) error {
	flt, ok := fault.Of(err)
	if !ok {
		return err
	}
	for i := range flt.Fields {
		f := &flt.Fields[i]
		for path := f.Name; path != "" && f.Line == 0; path = parent(path) {
			f.Line = r.lines[path]
		}
	}
	return err
}

// parent returns a path without its last part.
func parent(path string) string {
	for i := len(path) - 1; i > 0; i-- {
		if path[i] == '.' {
			return path[:i]
		}
	}
	return ""
}

func (r *reader) set(node ast.Node) Set {
	var s Set
	r.Mapping("", node, yamlsource.KeysOf{
		"kinds": func(field string, node ast.Node) { s.Kinds = r.kindsOf(field, node) },
		"appointments": func(field string, node ast.Node) {
			a := &s.Appointments
			r.lines[field] = yamlsource.LineOfNode(node)
			r.Mapping(field, node, yamlsource.KeysOf{
				"early_minutes": r.Whole(&a.Early), "late_minutes": r.Whole(&a.Late), "kept_minutes": r.Whole(&a.Kept),
				"per_slot": r.Whole(&a.PerSlot), "per_caller": r.Whole(&a.PerCaller),
			})
		},
		"missed_text": func(field string, node ast.Node) {
			r.lines[field] = yamlsource.LineOfNode(node)
			r.Mapping(field, node, yamlsource.KeysOf{
				"on":     r.yes(&s.MissedText.On),
				"number": yamlsource.Text(&r.Reader, &s.MissedText.Number), "call_back": yamlsource.Text(&r.Reader, &s.MissedText.Back),
			})
		},
		"call": func(field string, node ast.Node) { s.Call = r.codes(field, node) },
		"business": func(field string, node ast.Node) {
			s.Business = r.codes(field, node)
		},
	})
	return s
}

func (r *reader) kindsOf(field string, node ast.Node) map[string]Kind {
	kinds, known := map[string]Kind{}, yamlsource.KeysOf{}
	for _, name := range KindNames() {
		known[name] = func(field string, node ast.Node) {
			var k Kind
			r.Mapping(field, node, yamlsource.KeysOf{"min_talk_seconds": r.Whole(&k.MinTalk), "attempts": r.Whole(&k.Attempts)})
			kinds[name], r.lines[field] = k, yamlsource.LineOfNode(node)
		}
	}
	r.Mapping(field, node, known)
	return kinds
}

func (r *reader) codes(field string, node ast.Node) []Code {
	var codes []Code
	r.lines[field] = yamlsource.LineOfNode(node)
	r.List(field, node, func(i int, node ast.Node) {
		if len(codes) > MaxCodes { // Check refuses as many
			return
		}
		place := field + "[" + strconv.Itoa(i) + "]"
		code := r.code(place, node)
		r.lines[place] = yamlsource.LineOfNode(node)
		if code.Key != "" && r.lines[field+"."+code.Key] == 0 {
			r.lines[field+"."+code.Key] = yamlsource.LineOfNode(node)
		}
		codes = append(codes, code)
	})
	return codes
}

func (r *reader) code(place string, node ast.Node) Code {
	var c Code
	r.Mapping(place, node, yamlsource.KeysOf{
		"key": yamlsource.Text(&r.Reader, &c.Key), "digit": yamlsource.Text(&r.Reader, &c.Digit),
		"labels": r.words(&c.Labels), "hint": r.words(&c.Hint),
		"flags":    yamlsource.Texts(&r.Reader, &c.Flags),
		"suppress": yamlsource.Text(&r.Reader, &c.Suppress), "solved": yamlsource.Text(&r.Reader, &c.Solved),
		"retry": func(field string, node ast.Node) {
			c.Retry = &Retry{}
			r.Mapping(field, node, yamlsource.KeysOf{
				"after_minutes": r.Whole(&c.Retry.After), "tries": r.Whole(&c.Retry.Tries),
				"grows": r.yes(&c.Retry.Grows), "spread": r.yes(&c.Retry.Spread),
			})
		},
	})
	return c
}

func (r *reader) words(into *Text) yamlsource.ReadNode {
	return func(field string, node ast.Node) {
		r.Mapping(field, node, yamlsource.KeysOf{
			"zh-CN": yamlsource.Text(&r.Reader, &into.Chinese), "en": yamlsource.Text(&r.Reader, &into.English),
		})
	}
}

func (r *reader) yes(into *bool) yamlsource.ReadNode {
	return func(field string, node ast.Node) {
		switch text, ok := r.Word(field, node); {
		case text == "true", text == "yes":
			*into = true
		case text == "false", text == "no":
		case ok:
			r.Wrong(node, field, "not_yes_or_no", "must be yes or no", text)
		}
	}
}
