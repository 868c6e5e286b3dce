package campaign

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"aftercall/internal/fault"
)

// Fact names what a condition looks at. The set is closed: a rule cannot reach anything else.
type Fact string

// The facts. Category, Channel and Product are those of the customer's newest resolution that stands.
const (
	ResolvedWithin Fact = "resolved_within" // days; the newest resolution is not older
	LastScore      Fact = "last_score"      // values of Score; the newest valid answer about satisfaction
	Category       Fact = "category"
	Channel        Fact = "channel"
	Product        Fact = "product"
	Tag            Fact = "tag" // the customer has at least one of them
	Language       Fact = "language"
)

// Facts returns every fact, in the order in which forms show them.
func Facts() []Fact {
	return []Fact{ResolvedWithin, LastScore, Category, Channel, Product, Tag, Language}
}

// Rule is a tree: exactly one of All, Any, Not and Fact is set. An empty All holds for every customer. A condition on something
// that is not known about a customer does not hold; "not known" can be asked for where a fact has a value for it.
type Rule struct {
	All    []Rule   `json:"all,omitzero"`
	Any    []Rule   `json:"any,omitzero"`
	Not    *Rule    `json:"not,omitempty"`
	Fact   Fact     `json:"fact,omitempty"`
	Days   int      `json:"days,omitempty"`   // of ResolvedWithin: N × 24 hours
	Values []string `json:"values,omitempty"` // of the others: one of them
}

// The bounds of a rule.
const (
	maxDepth  = 6
	maxNodes  = 60
	maxValues = 100
	maxValue  = 191 // characters
	maxDays   = 3650
	maxBytes  = 64 << 10
)

// ParseRule reads a rule from JSON and checks it. It returns fault.Invalid that names the place, such as rule.all[1].days.
func ParseRule(text string) (Rule, error) {
	if len(text) > maxBytes {
		return Rule{}, ruleFault("rule", "too_long", "must have at most 64 KiB")
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	var r Rule
	if err := decoder.Decode(&r); err != nil {
		return Rule{}, ruleFault("rule", "rule_json", "is not a rule: "+err.Error())
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return Rule{}, ruleFault("rule", "rule_json", "has something after its end")
	}
	return r, r.Check()
}

// Check reports whether the rule is one: known facts, values where they belong, and not too big.
func (r Rule) Check() error {
	nodes := 0
	return r.check("rule", 1, &nodes)
}

func (r Rule) check(path string, depth int, nodes *int) error {
	if *nodes++; depth > maxDepth || *nodes > maxNodes {
		return ruleFault(path, "rule_too_big", fmt.Sprintf("has more than %d levels or %d conditions", maxDepth, maxNodes))
	}
	forms := 0
	for _, set := range []bool{r.All != nil, r.Any != nil, r.Not != nil, r.Fact != ""} {
		if set {
			forms++
		}
	}
	if forms != 1 {
		return ruleFault(path, "rule_form", "needs exactly one of all, any, not and fact")
	}
	if r.Fact != "" {
		return r.checkFact(path)
	}
	if r.Days != 0 || r.Values != nil {
		return ruleFault(path, "rule_form", "days and values belong to a fact")
	}
	if r.Any != nil && len(r.Any) == 0 {
		return ruleFault(path+".any", "required", "needs at least one condition")
	}
	for i, child := range slices.Concat(r.All, r.Any) {
		name := "all"
		if r.Any != nil {
			name = "any"
		}
		if err := child.check(fmt.Sprintf("%s.%s[%d]", path, name, i), depth+1, nodes); err != nil {
			return err
		}
	}
	if r.Not != nil {
		return r.Not.check(path+".not", depth+1, nodes)
	}
	return nil
}

func (r Rule) checkFact(path string) error {
	if !slices.Contains(Facts(), r.Fact) {
		return ruleFault(path+".fact", "unknown_fact", "is not a fact that rules can use")
	}
	if r.Fact == ResolvedWithin {
		if r.Values != nil || r.Days < 1 || r.Days > maxDays {
			return ruleFault(path+".days", "days_range", fmt.Sprintf("must be 1 to %d", maxDays))
		}
		return nil
	}
	if r.Days != 0 || len(r.Values) < 1 || len(r.Values) > maxValues {
		return ruleFault(path+".values", "values_count", fmt.Sprintf("needs 1 to %d values", maxValues))
	}
	for i, v := range r.Values {
		if v == "" || len([]rune(v)) > maxValue {
			return ruleFault(fmt.Sprintf("%s.values[%d]", path, i), "value_length", fmt.Sprintf("must have 1 to %d characters", maxValue))
		}
		if r.Fact == LastScore && !slices.Contains(Moods(), Mood(v)) {
			return ruleFault(fmt.Sprintf("%s.values[%d]", path, i), "unknown_value", "must be satisfied, neutral, dissatisfied or none")
		}
	}
	return nil
}

func ruleFault(field, code, problem string) error {
	return fault.InvalidFields(fault.Field{Name: field, Code: code, Problem: problem})
}

// String returns the rule as JSON, always in the same form.
func (r Rule) String() string {
	b, err := json.Marshal(r)
	if err != nil {
		return err.Error() // strings and numbers always marshal
	}
	return string(b)
}

// hash identifies what an audience asks for: the rule and how people are to be reached. 160 bits in hex.
func (r Rule) hash(reach Reach) string {
	sum := sha256.Sum256([]byte(string(reach.Purpose) + "\n" + string(reach.Channel) + "\n" + r.String()))
	return hex.EncodeToString(sum[:20])
}
