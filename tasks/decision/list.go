package decision

import (
	"context"
	"fmt"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/tasks/policy"
)

// States that a list can ask for and no decision has: such a list is of resolutions, the one resolved last first, each with its
// decision of one kind if there is one.
const (
	Undecided       State = "undecided" // taken in, and not planned yet
	EveryResolution State = "resolved"  // decided about or not
)

// Filter narrows the list of decisions. Its zero value is the newest of all. With the states Undecided and EveryResolution the
// list is of resolutions: Kind is then required, and Reason, Rule and Fate are ignored.
type Filter struct {
	Kind     policy.Kind
	State    State
	Reason   policy.Reason // why it was skipped
	Rule     policy.RuleID
	Fate     policy.Reason // what became of a planned one; see KindSummary
	From     clock.Instant // resolved at or after; none: any
	To       clock.Instant // resolved before; none: any
	Before   int64         // id to continue after, towards older ones; 0: from the newest. Of a resolution in a list of those
	BeforeAt clock.Instant // in a list of resolutions: when that one was resolved
	Limit    int           // at most callback.MaxRows, which is also what 0 means
}

// OfResolutions reports whether the list is one of resolutions.
func (f Filter) OfResolutions() bool {
	return f.State == Undecided || f.State == EveryResolution
}

// Row is a decision in a list, with its fate and the contact it is about. One that is still to be made has no id and no rule.
type Row struct {
	Decision   Decision
	RuleName   string        // in the words of its policy; empty: the catalogue has it, or the code is shown
	ReasonText string        // the same of why it was skipped or given up
	Fate       policy.Reason // of a planned one
	ExternalID string        // of the contact
	Category   string
	Customer   string
}

// List lists the decisions the viewer sees, the newest first.
func (s *Service) List(ctx context.Context, viewer account.Viewer, f Filter) ([]Row, error) {
	tx := s.db.View(ctx)
	list := store{tx}.decisions
	if f.OfResolutions() {
		list = store{tx}.resolutions
	}
	found, err := list(f, viewer.VisibleTeams(), s.now())
	if err != nil {
		return nil, err
	}
	contactIDs, customerIDs := make([]int64, len(found)), make([]int64, len(found))
	for i, d := range found {
		contactIDs[i], customerIDs[i] = d.ContactID, d.CustomerID
	}
	contacts, err := contact.ContactsByID(tx, contactIDs)
	if err != nil {
		return nil, fmt.Errorf("name decisions: %w", err)
	}
	customers, err := contact.CustomersByID(tx, customerIDs)
	if err != nil {
		return nil, fmt.Errorf("name decisions: %w", err)
	}
	versions := policy.Versions{}
	for _, d := range found {
		if d.PolicyVersion == 0 || versions[d.PolicyVersion] != nil {
			continue
		}
		if versions[d.PolicyVersion], err = s.policies.Version(tx, d.PolicyVersion); err != nil {
			return nil, fmt.Errorf("name decisions: %w", err)
		}
	}
	rows := make([]Row, len(found))
	for i, d := range found {
		rows[i] = Row{
			Decision: d.Decision, RuleName: versions.Rule(d.PolicyVersion, d.Rule), ReasonText: versions.Reason(d.PolicyVersion, d.Reason),
			Fate: d.Fate, ExternalID: contacts[d.ContactID].ExternalID, Category: contacts[d.ContactID].Category,
			Customer: customers[d.CustomerID].DisplayName(),
		}
	}
	return rows, nil
}

// OfContact returns the decisions about a contact with what became of them, the newest resolution first. Of the names only those of the
// rule and the reason are filled in.
func OfContact(tx database.Tx, contactID int64, now clock.Instant) ([]Row, error) {
	found, err := store{tx}.aboutContact(contactID, now)
	if err != nil {
		return nil, err
	}
	numbers := make([]int, len(found))
	for i, d := range found {
		numbers[i] = d.PolicyVersion
	}
	versions, err := policy.VersionsOf(tx, numbers)
	rows := make([]Row, len(found))
	for i, d := range found {
		rows[i] = Row{
			Decision: d.Decision, RuleName: versions.Rule(d.PolicyVersion, d.Rule), ReasonText: versions.Reason(d.PolicyVersion, d.Reason),
			Fate: d.Fate,
		}
	}
	return rows, err
}
