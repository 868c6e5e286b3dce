package script

import (
	"slices"
	"strings"
	"unicode/utf8"

	"aftercall/internal/fault"
	"aftercall/internal/text"
)

// Scene is a part of a call. It is translated under "scene.<code>".
type Scene string

// The scenes. Opening comes first and Closing last; Offer is the marketing part, which comes after the service part.
const (
	Opening   Scene = "opening"
	Apology   Scene = "apology"
	Questions Scene = "questions"
	NotSolved Scene = "not_solved"
	Solved    Scene = "solved"
	Offer     Scene = "offer"
	Closing   Scene = "closing"
)

// Heading is how a scene is written in a script, in both languages.
type Heading struct {
	Scene Scene
	Words [2]string // Chinese, English
}

// Headings returns the headings in the order of a call.
func Headings() []Heading {
	return []Heading{
		{Opening, [2]string{"开场", "Opening"}},
		{Apology, [2]string{"致歉", "Apology"}},
		{Questions, [2]string{"询问", "Questions"}},
		{NotSolved, [2]string{"未解决", "Not solved"}},
		{Solved, [2]string{"已解决", "Solved"}},
		{Offer, [2]string{"推介", "Offer"}},
		{Closing, [2]string{"结束", "Closing"}},
	}
}

// Variables returns the variables in the order in which the page explains them, under "script_variable.<name>".
func Variables() []string {
	return []string{
		varCustomer, varCaller, varCentre, varDate, varSubject, varCategory, varProduct, varContactNo, varResolver, varScore, varRecording,
	}
}

// The variables.
const (
	varCustomer  = "customer"
	varCaller    = "caller"
	varCentre    = "centre"
	varDate      = "date"
	varSubject   = "subject"
	varCategory  = "category"
	varProduct   = "product"
	varContactNo = "contact_no"
	varResolver  = "resolver"
	varScore     = "score"
	varRecording = "recording" // the notice that the call is recorded
)

// part is a scene of a document: its paragraphs as written.
type part struct {
	scene      Scene
	line       int // of its heading
	paragraphs []string
}

// plain brings a text into the form in which it is kept: clean lines, and the braces and brackets of an input method as usual ones.
func plain(written string) string {
	written = strings.NewReplacer("｛", "{", "｝", "}").Replace(text.Lines(written))
	return strings.TrimSpace(written)
}

// headingOf returns the scene of a line such as 【开场】 or [Opening]; bracketed is whether it is written as one at all.
func headingOf(line string) (scene Scene, bracketed bool) {
	line = strings.TrimSpace(line)
	var inner string
	switch {
	case strings.HasPrefix(line, "【") && strings.HasSuffix(line, "】"):
		inner = strings.TrimSuffix(strings.TrimPrefix(line, "【"), "】")
	case strings.HasPrefix(line, "[") && strings.HasSuffix(line, "]"):
		inner = line[1 : len(line)-1]
	default:
		return "", false
	}
	for _, h := range Headings() {
		for _, word := range h.Words {
			if strings.EqualFold(strings.TrimSpace(inner), word) {
				return h.Scene, true
			}
		}
	}
	return "", true
}

// parse reads a text into its scenes. What is wrong with it is named by line; field is the name of the form's field.
func parse(field, body string) ([]part, []fault.Field) {
	var parts []part
	var problems []fault.Field
	number := 0
	for line := range strings.Lines(body) {
		number++
		line = strings.TrimSpace(line)
		scene, bracketed := headingOf(line)
		switch {
		case line == "":
		case bracketed && scene == "":
			problems = append(problems, problemAt(field, number, "scene_unknown", "is not the heading of a scene", line))
		case bracketed:
			if slices.ContainsFunc(parts, func(p part) bool { return p.scene == scene }) {
				problems = append(problems, problemAt(field, number, "scene_twice", "stands twice; put both parts under one heading", line))
			}
			parts = append(parts, part{scene: scene, line: number})
		case len(parts) == 0:
			problems = append(problems, problemAt(field, number, "scene_first",
				"needs a heading such as [Opening] above it", text.Cut(line, 40)))
			parts = append(parts, part{scene: Opening, line: number, paragraphs: []string{line}}) // the rest is judged as if it were there
		default:
			last := &parts[len(parts)-1]
			last.paragraphs = append(last.paragraphs, line)
		}
		problems = append(problems, variableProblems(field, number, line)...)
	}
	return parts, problems
}

// variableProblems names braces that hold no variable there is.
func variableProblems(field string, number int, line string) []fault.Field {
	var problems []fault.Field
	for {
		open, shut := strings.IndexByte(line, '{'), strings.IndexByte(line, '}')
		switch {
		case open < 0 && shut < 0:
			return problems
		case open < 0 || shut < open:
			return append(problems, problemAt(field, number, "brace_alone", "has a brace without its other half", ""))
		}
		name := line[open+1 : shut]
		if !slices.Contains(Variables(), name) {
			problems = append(problems, problemAt(field, number, "variable_unknown",
				"is not a variable there is", "{"+text.Cut(name, 40)+"}"))
		}
		line = line[shut+1:]
	}
}

// check returns what keeps a script from being said at a desk, by line.
func check(kind Kind, body, short string) []fault.Field {
	if kind == Help {
		return checkLines("body", body, MaxSteps, "steps_many")
	}
	problems := checkScenes("body", body)
	if short != "" {
		problems = append(problems, checkScenes("short", short)...)
	}
	return problems
}

func checkScenes(field, body string) []fault.Field {
	if body == "" {
		return []fault.Field{problemAt(field, 0, "required", "is required", "")}
	}
	if utf8.RuneCountInString(body) > MaxLength {
		return []fault.Field{problemAt(field, 0, "script_long", "has more than 8,000 characters", "")}
	}
	parts, problems := parse(field, body)
	for i, p := range parts {
		switch {
		case len(p.paragraphs) == 0:
			problems = append(problems, problemAt(field, p.line, "scene_empty", "has a heading and nothing below it", ""))
		case i == 0 && p.scene != Opening:
			problems = append(problems, problemAt(field, p.line, "opening_first", "begins with another scene than the opening", ""))
		case p.scene == Closing && i != len(parts)-1:
			problems = append(problems, problemAt(field, p.line, "closing_last", "has the closing before another scene", ""))
		case p.scene == Offer && slices.ContainsFunc(parts[i+1:], func(later part) bool { return later.scene != Closing }):
			problems = append(problems, problemAt(field, p.line, "offer_last", "has the offer before the service part is over", ""))
		case i == 0 && !saysWho(p):
			problems = append(problems, problemAt(field, p.line, "opening_who",
				"does not say who is calling: the opening needs {caller} and {centre}", ""))
		}
	}
	slices.SortStableFunc(problems, func(a, b fault.Field) int { return a.Line - b.Line })
	return problems
}

// saysWho reports whether an opening tells who is calling.
func saysWho(opening part) bool {
	said := strings.Join(opening.paragraphs, "\n")
	return strings.Contains(said, "{"+varCaller+"}") && strings.Contains(said, "{"+varCentre+"}")
}

// checkLines checks a text that is a list of lines.
func checkLines(field, body string, most int, tooMany string) []fault.Field {
	var problems []fault.Field
	number, filled := 0, 0
	for line := range strings.Lines(body) {
		number++
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		filled++
		if utf8.RuneCountInString(line) > MaxLine {
			problems = append(problems, problemAt(field, number, "line_long", "has more than 200 characters", text.Cut(line, 40)))
		}
		if filled == most+1 {
			problems = append(problems, problemAt(field, number, tooMany, "is one line more than there may be", text.Cut(line, 40)))
		}
	}
	return problems
}
