package yamlsource

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"aftercall/internal/fault"
)

// ReadNode reads the value of a key. Field names the key in problems.
type ReadNode func(field string, node ast.Node)

// KeysOf are those a mapping can have.
type KeysOf map[string]ReadNode

// Reader reads values out of a tree strictly: a key that is none, is there twice or has nothing after it is refused.
type Reader struct {
	// Refuse takes down that a field is wrong, and returns the note of it.
	Refuse func(field, code, problem, value string) *fault.Field
}

// Wrong names a value that is not what its key takes, in its line.
func (r *Reader) Wrong(node ast.Node, field, code, problem, value string) *fault.Field {
	f := r.Refuse(field, code, problem, value)
	f.Line = LineOfNode(node)
	return f
}

// Mapping reads the keys there are.
func (r *Reader) Mapping(field string, node ast.Node, known KeysOf) {
	seen := map[string]bool{}
	r.Pairs(field, node, func(key ast.MapKeyNode, value ast.Node) {
		name, _ := Scalar(key)
		read, ok := known[name]
		switch field := Under(field, name); {
		case !ok:
			there := strings.Join(slices.Sorted(maps.Keys(known)), ", ")
			r.Wrong(key, field, "key_unknown", "is no key here; there are "+there, "").Args = map[string]any{"known": there}
		case seen[name]:
			r.Wrong(key, field, "key_twice", "is there twice; leave one", "")
		case value == nil || value.Type() == ast.NullType:
			r.Wrong(key, field, "key_empty", "has nothing after it; write it out, or leave the key out", "")
		default:
			read(field, value)
		}
		seen[name] = true
	})
}

// Pairs visits the keys of a mapping and their values.
func (r *Reader) Pairs(field string, node ast.Node, visit func(key ast.MapKeyNode, value ast.Node)) {
	m, ok := node.(ast.MapNode)
	if !ok {
		text, _ := Scalar(node)
		r.Wrong(node, field, "needs_keys", "must have keys of its own, as in {kind: confirm}", text)
		return
	}
	for pairs := m.MapRange(); pairs.Next(); {
		visit(pairs.KeyValue().Key, pairs.Value())
	}
}

// Under names a key of a mapping.
func Under(field, key string) string {
	if field == "" {
		return key
	}
	return field + "." + key
}

// List reads the items of a list.
func (r *Reader) List(field string, node ast.Node, item func(i int, node ast.Node)) {
	sequence, ok := node.(*ast.SequenceNode)
	if !ok {
		text, _ := Scalar(node)
		r.Wrong(node, field, "needs_list", "must be a list: every item begins with a dash", text)
		return
	}
	for i, node := range sequence.Values {
		item(i, node)
	}
}

// Word reads one value; ok is false after it was refused.
func (r *Reader) Word(field string, node ast.Node) (text string, ok bool) {
	if text, ok = Scalar(node); !ok {
		r.Wrong(node, field, "needs_text", "must be one value; what looks like something else goes in quotes", "")
	}
	return text, ok
}

// Text reads a text into its place.
func Text[T ~string](r *Reader, into *T) ReadNode {
	return func(field string, node ast.Node) {
		if text, ok := r.Word(field, node); ok {
			*into = T(text)
		}
	}
}

// Texts reads a list of texts into its place; a single one is a list of one.
func Texts[T ~string](r *Reader, into *[]T) ReadNode {
	return func(field string, node ast.Node) {
		*into = nil
		if text, ok := Scalar(node); ok {
			*into = []T{T(text)}
			return
		}
		r.List(field, node, func(_ int, node ast.Node) {
			if text, ok := r.Word(field, node); ok {
				*into = append(*into, T(text))
			}
		})
	}
}

// Whole reads a whole number into its place.
func (r *Reader) Whole(into *int) ReadNode {
	return func(field string, node ast.Node) {
		text, ok := r.Word(field, node)
		if n, err := strconv.Atoi(text); err == nil {
			*into = n
		} else if ok {
			r.Wrong(node, field, "not_a_number", "must be a whole number", text)
		}
	}
}
