package campaign

import (
	"slices"

	"aftercall/internal/clock"
	"aftercall/internal/permission"
)

// Reason is why a customer is not in a list. It is translated under "reason.<code>".
type Reason string

// The reasons that are not permission's.
const (
	RuleMismatch Reason = "rule_mismatch" // the rule does not hold
	Duplicate    Reason = "duplicate"     // another record of the same person is in the list already
)

// Reasons returns every reason in the order in which the first one is named: the rule first, then as permission names them.
func Reasons() []Reason {
	return []Reason{
		RuleMismatch,
		Reason(permission.NoAddress), Reason(permission.Suppressed), Reason(permission.Refused), Reason(permission.RefusalQuiet),
		Reason(permission.NoConsent), Reason(permission.OpenComplaint), Reason(permission.ComplaintQuiet),
		Reason(permission.TouchedLately), Reason(permission.MarketingCap), Reason(permission.ZoneUnknown),
		Duplicate,
	}
}

// Step is one reason of a waterfall.
type Step struct {
	Reason   Reason        `json:"reason"`
	Count    int           `json:"count"`    // customers for whom it is the first reason
	Only     int           `json:"only"`     // of these, customers against whom nothing else stands
	Earliest clock.Instant `json:"earliest"` // when the first of them may be contacted, if nothing else happens; none if never
}

// Waterfall says for every customer whether they are in the list or for which first reason not. Base is always Eligible plus
// the Count of every step.
type Waterfall struct {
	AsOf          clock.Instant `json:"as_of"`
	RuleHash      string        `json:"rule_hash"`
	PolicyVersion int           `json:"policy_version"`
	Base          int           `json:"base"`
	Steps         []Step        `json:"steps"` // of all reasons, in order, also those that took nobody
	Eligible      int           `json:"eligible"`
}

func newWaterfall(asOf clock.Instant, ruleHash string, policyVersion int) Waterfall {
	w := Waterfall{AsOf: asOf, RuleHash: ruleHash, PolicyVersion: policyVersion}
	for _, r := range Reasons() {
		w.Steps = append(w.Steps, Step{Reason: r})
	}
	return w
}

// add counts one customer under the first of the reasons, or as eligible without any.
func (w *Waterfall) add(reasons []Reason, allowedFrom clock.Instant) {
	w.Base++
	if len(reasons) == 0 {
		w.Eligible++
		return
	}
	i := slices.IndexFunc(w.Steps, func(s Step) bool { return s.Reason == reasons[0] })
	if i < 0 { // a reason from a newer permission: its customers must not disappear from the sum
		w.Steps = append(w.Steps, Step{Reason: reasons[0]})
		i = len(w.Steps) - 1
	}
	step := &w.Steps[i]
	step.Count++
	if len(reasons) == 1 {
		step.Only++
	}
	if reasons[0] != RuleMismatch && reasons[0] != Duplicate && !allowedFrom.IsZero() &&
		(step.Earliest.IsZero() || allowedFrom < step.Earliest) {
		step.Earliest = allowedFrom
	}
}

// addDoubles moves n customers from Eligible to Duplicate.
func (w *Waterfall) addDoubles(n int) {
	w.Base, w.Eligible = w.Base-n, w.Eligible-n
	for range n {
		w.add([]Reason{Duplicate}, 0)
	}
}

// ShortHash returns the beginning of the rule's hash, by which people refer to it.
func (w Waterfall) ShortHash() string { return w.RuleHash[:min(4, len(w.RuleHash))] }
