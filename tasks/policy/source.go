package policy

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"aftercall/internal/fault"
)

// MaxBytes is the size of the longest policy that is read.
const MaxBytes = 128 << 10

// source returns the tree of a policy's file without looking at its values. It returns fault.TooLarge or fault.Invalid, with
// the line where there is one, for anything but one YAML document in UTF-8.
func source(body []byte) (*ast.File, error) {
	if len(body) > MaxBytes {
		return nil, fault.New(fault.TooLarge, "policy_too_large", "the policy is larger than 128 KiB")
	}
	if !utf8.Valid(body) {
		return nil, fault.New(fault.Invalid, "policy_encoding", "the policy is not UTF-8").With("line", lineOfBadByte(body))
	}
	body = bytes.TrimPrefix(body, []byte("\ufeff"))
	if tooDeep(body) {
		return nil, fault.New(fault.Invalid, "policy_deep", "the policy is nested more deeply than any policy")
	}
	file, err := parseYAML(string(body))
	if err != nil {
		return nil, err
	}
	file.Docs = slices.DeleteFunc(file.Docs, func(d *ast.DocumentNode) bool { return d.Body == nil || d.Body.Type() == ast.DirectiveType })
	switch {
	case len(file.Docs) == 0:
		return nil, fault.New(fault.Invalid, "policy_empty", "there is no policy in it")
	case len(file.Docs) > 1:
		return nil, fault.New(fault.Invalid, "policy_documents", "a second document begins").With("line", lineOfNode(file.Docs[1].Body))
	}
	if _, ok := file.Docs[0].Body.(ast.MapNode); !ok {
		return nil, fault.New(fault.Invalid, "policy_keys", "a policy has keys: max_age, reasons, rules").
			With("line", lineOfNode(file.Docs[0].Body))
	}
	return file, nil
}

// parseYAML parses YAML. Some bytes that are none make the library panic; they are unreadable like others. A key that is there
// twice is left to the reader, who can name its rule.
func parseYAML(text string) (file *ast.File, err error) {
	unreadable := fault.New(fault.Invalid, "policy_yaml", "the policy is not YAML")
	defer func() {
		if p := recover(); p != nil {
			err = unreadable
		}
	}()
	tokens := lexer.Tokenize(text)
	for _, t := range tokens {
		switch t.Type { //nolint:exhaustive // everything else is the parser's
		case token.AnchorType, token.AliasType, token.TagType, token.MergeKeyType:
			return nil, fault.New(fault.Invalid, "policy_anchor", "a policy has no anchors, aliases or tags").With("line", t.Position.Line)
		}
	}
	file, err = parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if syntax := yaml.Error(nil); errors.As(err, &syntax) && syntax.GetToken() != nil {
		return nil, unreadable.With("line", syntax.GetToken().Position.Line)
	} else if err != nil {
		return nil, unreadable
	}
	return file, nil
}

// lineOfBadByte returns the line of the first byte that is not UTF-8.
func lineOfBadByte(body []byte) int {
	line := 1
	for part := range bytes.Lines(body) {
		if !utf8.Valid(part) {
			break
		}
		line++
	}
	return line
}

// tooDeep guards the parser, whose effort grows with the square of the depth: a policy nests five levels, and uses neither anchors
// nor brackets in brackets.
func tooDeep(body []byte) bool {
	const maxOpen, maxIndent, maxMarks = 20, 60, 10
	for line := range bytes.Lines(body) {
		rest := bytes.TrimLeft(line, " ")
		marks := 0
		for len(rest) > 1 && (rest[0] == '-' || rest[0] == '?') && (rest[1] == ' ' || rest[1] == '\t') {
			rest, marks = bytes.TrimLeft(rest[2:], " \t"), marks+1
		}
		if len(line)-len(bytes.TrimLeft(line, " ")) > maxIndent || marks > maxMarks {
			return true
		}
	}
	open := 0
	for _, b := range body {
		switch b {
		case '[', '{':
			open++
		case ']', '}':
			open = max(0, open-1)
		}
		if open > maxOpen {
			return true
		}
	}
	return false
}

// lineOfNode returns the line a node begins in, 0 where it has none.
func lineOfNode(node ast.Node) int {
	if node == nil || node.GetToken() == nil {
		return 0
	}
	return node.GetToken().Position.Line
}

// lineOf returns the line of a path, or of the nearest part of the path that exists; 0 for none.
func lineOf(file *ast.File, path string) int {
	for path != "" {
		if p, err := yaml.PathString("$." + path); err == nil {
			if node, err := p.FilterFile(file); err == nil && node != nil && node.GetToken() != nil {
				return lineOfNode(node)
			}
		}
		cut := strings.LastIndexAny(path, ".[")
		if cut < 0 {
			return 0
		}
		path = path[:cut]
	}
	return 0
}

// withLines gives problems that have no line yet theirs in a text.
func withLines(problems []fault.Field, paths []string, body []byte) {
	file, err := source(body)
	if err != nil {
		return
	}
	for i := range problems {
		if problems[i].Line == 0 {
			problems[i].Line = lineOf(file, paths[i])
		}
	}
}
