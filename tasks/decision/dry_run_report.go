package decision

import (
	"cmp"
	"fmt"
	"slices"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/tasks/policy"
)

// DryRunReport is what a policy would have decided about the resolutions of a period, next to what was decided.
type DryRunReport struct {
	Resolved int          `json:"resolved"`
	Kinds    []DryRunKind `json:"kinds"`
}

// DryRunKind is one kind of follow-up. Both lists of lines sum to Resolved, and so does Same with the changes.
type DryRunKind struct {
	Kind     policy.Kind    `json:"kind"`
	Planned  int            `json:"planned"`  // would be, those given up later among them
	Skipped  int            `json:"skipped"`  // would be
	Lines    []DryRunLine   `json:"lines"`    // would be, in the order of the policy
	Happened []DryRunLine   `json:"happened"` // what was decided, the most first
	Same     int            `json:"same"`     // resolutions for which both come to the same
	Changes  []DryRunChange `json:"changes"`  // the others, the most first
}

// DryRunLine is how many resolutions one rule decided alike.
type DryRunLine struct {
	Rule     policy.RuleID `json:"rule"`
	Name     string        `json:"name,omitempty"`   // in the words of the policy
	Reason   policy.Reason `json:"reason,omitempty"` // why nothing; empty when planned
	Text     string        `json:"text,omitempty"`   // of a reason of the policy's own
	GivenUp  bool          `json:"given_up,omitempty"`
	Count    int           `json:"count"`
	Examples []Example     `json:"examples"`
}

// DryRunChange is how many resolutions would have come out otherwise. An empty reason means planned.
type DryRunChange struct {
	From     policy.Reason `json:"from"` // what was decided; policy.ReasonUndecided where nothing was
	To       policy.Reason `json:"to"`   // what would be
	Count    int           `json:"count"`
	Examples []Example     `json:"examples"`
}

// Example is a contact behind a number.
type Example struct {
	ContactID  int64  `json:"contact_id"`
	TeamID     int64  `json:"team_id"`
	ExternalID string `json:"-"` // filled in when it is shown
	Category   string `json:"-"`
}

const maxExamples = 5 // of each line

// outcome is what came, or would come, of a resolution and a kind of follow-up.
type outcome struct {
	rule    policy.RuleID
	reason  policy.Reason // why nothing, or why it was given up; empty: planned
	givenUp bool          // planned first
}

// planned reports whether the follow-up was planned, whatever came of it.
func (o outcome) planned() bool { return o.reason == "" || o.givenUp }

// plain is the outcome as changes name it.
func (o outcome) plain() policy.Reason {
	if o.planned() {
		return ""
	}
	return o.reason
}

// same reports whether two outcomes come to the same: both planned, or nothing in the end for the same reason.
func (o outcome) same(other outcome) bool {
	return o.planned() && other.planned() || o.reason == other.reason
}

// tally counts outcomes of one kind.
type tally struct {
	would, happened map[outcome]*DryRunLine
	changes         map[[2]policy.Reason]*DryRunChange
	same            int
}

func newTally() *tally {
	return &tally{would: map[outcome]*DryRunLine{}, happened: map[outcome]*DryRunLine{}, changes: map[[2]policy.Reason]*DryRunChange{}}
}

// add counts one resolution.
func (t *tally) add(r *contact.Resolution, would, happened outcome) {
	example := Example{ContactID: r.ContactID, TeamID: r.TeamID}
	count := func(lines map[outcome]*DryRunLine, o outcome) {
		line := lines[o]
		if line == nil {
			line = &DryRunLine{Rule: o.rule, Reason: o.reason, GivenUp: o.givenUp}
			lines[o] = line
		}
		line.Count++
		line.Examples = oneMore(line.Examples, example)
	}
	count(t.would, would)
	count(t.happened, happened)
	if would.same(happened) {
		t.same++
		return
	}
	key := [2]policy.Reason{happened.plain(), would.plain()}
	change := t.changes[key]
	if change == nil {
		change = &DryRunChange{From: key[0], To: key[1]}
		t.changes[key] = change
	}
	change.Count++
	change.Examples = oneMore(change.Examples, example)
}

func oneMore(examples []Example, example Example) []Example {
	if len(examples) < maxExamples {
		return append(examples, example)
	}
	return examples
}

// kind sums the tally up. Words are those of the tried policy for what would be, and of the policies in force then for what was.
func (t *tally) kind(kind policy.Kind, would, happened policy.Names) DryRunKind {
	k := DryRunKind{Kind: kind, Same: t.same}
	for o, line := range t.would {
		if o.planned() {
			k.Planned += line.Count
		} else {
			k.Skipped += line.Count
		}
		line.Name, line.Text = would.Rule(line.Rule), would.Reason(line.Reason)
		k.Lines = append(k.Lines, *line)
	}
	slices.SortFunc(k.Lines, func(a, b DryRunLine) int {
		return cmp.Or(would.Compare(a.Rule, b.Rule), cmp.Compare(b.Count, a.Count), cmp.Compare(a.Reason, b.Reason))
	})
	for _, line := range t.happened {
		line.Name, line.Text = happened.Rule(line.Rule), happened.Reason(line.Reason)
		k.Happened = append(k.Happened, *line)
	}
	slices.SortFunc(k.Happened, func(a, b DryRunLine) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Reason, b.Reason))
	})
	for _, change := range t.changes {
		k.Changes = append(k.Changes, *change)
	}
	slices.SortFunc(k.Changes, func(a, b DryRunChange) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
	})
	return k
}

// examples returns every list of examples.
func (r *DryRunReport) examples() []*[]Example {
	var lists []*[]Example
	for i := range r.Kinds {
		k := &r.Kinds[i]
		for j := range k.Lines {
			lists = append(lists, &k.Lines[j].Examples)
		}
		for j := range k.Happened {
			lists = append(lists, &k.Happened[j].Examples)
		}
		for j := range k.Changes {
			lists = append(lists, &k.Changes[j].Examples)
		}
	}
	return lists
}

// show leaves the examples that the viewer sees, and names them.
func (r *DryRunReport) show(tx database.Tx, viewer account.Viewer) error {
	var ids []int64
	for _, list := range r.examples() {
		*list = slices.DeleteFunc(*list, func(e Example) bool { return !viewer.SeesTeam(e.TeamID) })
		for _, e := range *list {
			ids = append(ids, e.ContactID)
		}
	}
	contacts, err := contact.ContactsByID(tx, ids)
	if err != nil {
		return fmt.Errorf("name examples: %w", err)
	}
	for _, list := range r.examples() {
		for i := range *list {
			e := &(*list)[i]
			e.ExternalID, e.Category = contacts[e.ContactID].ExternalID, contacts[e.ContactID].Category
		}
	}
	return nil
}
