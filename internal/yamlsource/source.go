// Package yamlsource reads the tree of one YAML document from bytes of whoever sent them, before anybody looks at its values: what would
// cost the parser more than it should, or make it fail in another way than with an error, is refused first.
package yamlsource

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
)

// Flaw is why a text is not one YAML document with keys.
type Flaw string

// The flaws.
const (
	TooLarge  Flaw = "too_large"
	Encoding  Flaw = "encoding"  // not UTF-8
	Deep      Flaw = "deep"      // nested more deeply than any document here
	Empty     Flaw = "empty"     // no document
	Documents Flaw = "documents" // a second one
	Keys      Flaw = "keys"      // a document that has no keys
	Anchor    Flaw = "anchor"    // anchors, aliases, tags
	Syntax    Flaw = "yaml"      // not YAML
)

// Problem is a flaw and the line it is in; line 0 where there is none.
type Problem struct {
	Flaw Flaw
	Line int
}

// Read returns the tree of a document of at most limit bytes, without looking at its values, or what is wrong with it.
func Read(body []byte, limit int) (*ast.File, *Problem) {
	if len(body) > limit {
		return nil, &Problem{Flaw: TooLarge}
	}
	if !utf8.Valid(body) {
		return nil, &Problem{Encoding, lineOfBadByte(body)}
	}
	body = bytes.TrimPrefix(body, []byte("\ufeff"))
	if tooDeep(body) {
		return nil, &Problem{Flaw: Deep}
	}
	file, problem := parse(string(body))
	if problem != nil {
		return nil, problem
	}
	file.Docs = slices.DeleteFunc(file.Docs, func(d *ast.DocumentNode) bool { return d.Body == nil || d.Body.Type() == ast.DirectiveType })
	switch {
	case len(file.Docs) == 0:
		return nil, &Problem{Flaw: Empty}
	case len(file.Docs) > 1:
		return nil, &Problem{Documents, LineOfNode(file.Docs[1].Body)}
	}
	if _, ok := file.Docs[0].Body.(ast.MapNode); !ok {
		return nil, &Problem{Keys, LineOfNode(file.Docs[0].Body)}
	}
	return file, nil
}

// parse parses YAML. Some bytes that are none make the library panic; they are unreadable like others. A key that is there twice is left
// to the reader, who can say where.
func parse(text string) (file *ast.File, problem *Problem) {
	defer func() {
		if p := recover(); p != nil {
			file, problem = nil, &Problem{Flaw: Syntax}
		}
	}()
	tokens := lexer.Tokenize(text)
	for _, t := range tokens {
		switch t.Type { //nolint:exhaustive // everything else is the parser's
		case token.AnchorType, token.AliasType, token.TagType, token.MergeKeyType:
			return nil, &Problem{Anchor, t.Position.Line}
		}
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if syntax := yaml.Error(nil); errors.As(err, &syntax) && syntax.GetToken() != nil {
		return nil, &Problem{Syntax, syntax.GetToken().Position.Line}
	} else if err != nil {
		return nil, &Problem{Flaw: Syntax}
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

// tooDeep guards the parser, whose effort grows with the square of the depth: what is read here nests five levels, and uses neither
// anchors nor brackets in brackets.
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

// Scalar returns a value as it is written: 007 and 1.50 stay what they are.
func Scalar(node ast.Node) (string, bool) {
	switch n := node.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.MappingKeyNode:
		return Scalar(n.Value)
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return n.GetToken().Value, true
	}
	return "", false
}

// LineOfNode returns the line a node begins in, 0 where it has none.
func LineOfNode(node ast.Node) int {
	if node == nil || node.GetToken() == nil {
		return 0
	}
	return node.GetToken().Position.Line
}

// LineOf returns the line of a path, or of the nearest part of the path that exists; 0 for none.
func LineOf(file *ast.File, path string) int {
	for path != "" {
		if p, err := yaml.PathString("$." + path); err == nil {
			if node, err := p.FilterFile(file); err == nil && node != nil && node.GetToken() != nil {
				return LineOfNode(node)
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
