package policy

import (
	"github.com/goccy/go-yaml/ast"

	"aftercall/internal/fault"
	"aftercall/internal/yamlsource"
)

// MaxBytes is the size of the longest policy that is read.
const MaxBytes = 128 << 10

// source returns the tree of a policy's file without looking at its values. It returns fault.TooLarge or fault.Invalid, with
// the line where there is one, for anything but one YAML document in UTF-8.
func source(body []byte) (*ast.File, error) {
	file, problem := yamlsource.Read(body, MaxBytes)
	if problem == nil {
		return file, nil
	}
	refusal := fault.New(fault.Invalid, "policy_yaml", "the policy is not YAML")
	switch problem.Flaw {
	case yamlsource.TooLarge:
		refusal = fault.New(fault.TooLarge, "policy_too_large", "the policy is larger than 128 KiB")
	case yamlsource.Encoding:
		refusal = fault.New(fault.Invalid, "policy_encoding", "the policy is not UTF-8")
	case yamlsource.Deep:
		refusal = fault.New(fault.Invalid, "policy_deep", "the policy is nested more deeply than any policy")
	case yamlsource.Empty:
		refusal = fault.New(fault.Invalid, "policy_empty", "there is no policy in it")
	case yamlsource.Documents:
		refusal = fault.New(fault.Invalid, "policy_documents", "a second document begins")
	case yamlsource.Keys:
		refusal = fault.New(fault.Invalid, "policy_keys", "a policy has keys: max_age, reasons, rules")
	case yamlsource.Anchor:
		refusal = fault.New(fault.Invalid, "policy_anchor", "a policy has no anchors, aliases or tags")
	case yamlsource.Syntax:
	}
	if problem.Line > 0 {
		refusal = refusal.With("line", problem.Line)
	}
	return nil, refusal
}

// withLines gives problems that have no line yet theirs in a text.
func withLines(problems []fault.Field, paths []string, body []byte) {
	file, err := source(body)
	if err != nil {
		return
	}
	for i := range problems {
		if problems[i].Line == 0 {
			problems[i].Line = yamlsource.LineOf(file, paths[i])
		}
	}
}
