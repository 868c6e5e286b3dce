package decision

import (
	"context"
	"fmt"
	"reflect"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/outbox"
	"aftercall/internal/permission"
	"aftercall/tasks/policy"
)

// Cause is why something was decided again. Its text is "timeline.follow_up_again_<code>".
type Cause string

// The causes.
const (
	CauseCorrected Cause = "corrected" // the source corrected the contact
	CauseByHand    Cause = "by_hand"   // a supervisor planned a callback
)

// Change is what a decision was before it was decided again, and why it was. Changes are only ever added.
type Change struct {
	ID            int64
	DecisionID    int64
	Revision      int // that was left
	State         State
	Reason        policy.Reason
	Rule          policy.RuleID
	PolicyVersion int
	DueAt         clock.Instant
	AllowedFrom   clock.Instant
	ReasonSince   clock.Instant
	DecidedAt     clock.Instant
	CancelledAt   clock.Instant
	CancelReason  policy.Reason
	Cause         Cause
	UserID        int64 // who; 0: the program
	Note          string
	ChangedAt     clock.Instant
}

// TableName names the table.
func (Change) TableName() string { return "decision_changes" }

// errUndecided means that the planner has not come by yet.
var errUndecided = fault.New(fault.Unavailable, "follow_up_undecided",
	"the follow-up of this contact is not decided yet; try again in a moment")

// Redecide is the job that decides about a contact again, by the policy in force, after its source corrected it. A decision
// changes only where it comes out otherwise and its follow-up has not begun: what was sent, called or given up stays. What a
// supervisor planned is planned the same. If the contact belongs to another customer now, everything changes that nobody is at
// work on.
//
// It returns fault.Unavailable, and is tried again, when Plan has not decided yet. Lock order: callbacks, then decisions.
func (s *Service) Redecide(ctx context.Context, ticket outbox.Ticket, contactID int64) error {
	now := ticket.Now(s.now)
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		r, resolved, err := contact.CorrectedResolution(tx, contactID)
		if err != nil {
			return err
		}
		if resolved && r.ResolvedAt.After(now) { // nothing is decided before its time
			return ticket.Again(tx, r.ResolvedAt)
		}
		if err := ticket.Done(tx); err != nil || !resolved {
			return err
		}
		if err := s.tie(tx, []contact.Resolution{r}, now); err != nil {
			return err
		}
		p := planner{Service: s, tx: tx, now: now}
		if p.policy, err = s.policies.InForce(tx); err != nil {
			return err
		}
		before, err := p.changed(r)
		if err != nil || len(before) == 0 {
			return err
		}
		if err := p.judge(); err != nil {
			return err
		}
		for i := range p.items {
			if before[i].refusedAs(p.items[i].decision) {
				continue
			}
			change := Change{Cause: CauseCorrected, ChangedAt: now}
			if p.items[i].decision, err = p.replace(before[i], p.items[i].decision, change); err != nil {
				return err
			}
		}
		return p.setUp(p.items)
	})
	if err != nil {
		return fmt.Errorf("decide about contact %d again: %w", contactID, err)
	}
	return nil
}

// changed collects in p.items what the policy now wants otherwise and may still be changed, and withdraws the work that was set
// up for it. It returns the decisions that p.items replace, in the same order.
func (p *planner) changed(r contact.Resolution) ([]Decision, error) {
	if err := p.lockCalls(r); err != nil {
		return nil, err
	}
	decisions, err := store{p.tx}.lockDecisions(r.ID)
	if err != nil {
		return nil, err
	}
	f := &policy.Facts{Now: p.now, Resolution: r}
	if err := p.policies.LoadFacts(p.tx, p.policy, []*policy.Facts{f}); err != nil {
		return nil, err
	}
	var before []Decision
	for _, wish := range p.policy.Match(f) {
		d, ok := decisions[wish.Kind]
		if !ok {
			return nil, errUndecided
		}
		wish, wanted, err := p.instead(d, wish, r)
		if err != nil {
			return nil, err
		}
		if !wanted {
			continue
		}
		free, err := p.withdraw(d, d.CustomerID != r.CustomerID)
		if err != nil {
			return nil, err
		}
		if free {
			before = append(before, d)
			p.items = append(p.items, planned{resolution: r, wish: wish})
		}
	}
	return before, nil
}

// lockCalls locks the callbacks that deciding again may change: of whom the contact was thought to be, and of whose it is.
func (p *planner) lockCalls(r contact.Resolution) error {
	customers, err := store{p.tx}.customersOf(r.ID)
	if err != nil {
		return err
	}
	subjects, err := contact.Subjects(p.tx, append(customers, r.CustomerID))
	if err != nil {
		return err
	}
	var records []int64
	for _, subject := range subjects {
		records = append(records, subject.Records...)
	}
	return p.callbacks.LockCalls(p.tx, records...)
}

// instead returns the wish that replaces a decision, and false where the decision stays: it says the same already, it was given
// up, or only its age speaks against it now. What a supervisor planned is planned for the customer the contact belongs to now.
func (p *planner) instead(d Decision, wish policy.Wish, r contact.Resolution) (policy.Wish, bool, error) {
	overtaken := d.CancelReason == policy.ReasonCorrected // at the moment of contact, so that it is decided again
	moved := overtaken || d.CustomerID != r.CustomerID
	switch {
	case d.State == Planned && !d.live() && !overtaken:
		return wish, false, nil
	case d.Rule == policy.RuleByHand && moved:
		wish, err := p.sameByHand(d)
		return wish, true, err
	case d.Rule == policy.RuleByHand, wish.Rule == policy.RuleTooOld:
		return wish, false, nil
	case moved:
		return wish, true, nil
	}
	same, err := p.wantsTheSame(d, wish, r)
	return wish, !same, err
}

// wantsTheSame reports whether a wish is the one that was decided about: the same rule, which says the same, about the same
// team. A survey or callback that was skipped for want of an address is not the same: the source may have sent one.
func (p *planner) wantsTheSame(d Decision, w policy.Wish, r contact.Resolution) (bool, error) {
	switch {
	case d.Rule != w.Rule:
		return false, nil
	case !w.Wanted():
		return d.State == Skipped && d.Reason == w.Reason, nil
	case d.State == Skipped && d.Reason == policy.Reason(permission.NoAddress):
		return false, nil
	}
	old, err := p.policies.Version(p.tx, d.PolicyVersion)
	if err != nil {
		return false, err
	}
	rule := old.Rule(d.Rule)
	switch {
	case rule == nil:
		return false, nil
	case w.Kind == policy.FollowUpSurvey:
		return reflect.DeepEqual(rule.Survey, w.Survey), nil
	case !reflect.DeepEqual(rule.Callback, w.Callback):
		return false, nil
	case d.State != Planned || w.Callback.Team != "":
		return true, nil
	}
	c, err := p.callbacks.LastOf(p.tx, d.ResolutionID, d.ID)
	return c.TeamID == r.TeamID, err
}

// refusedAs reports whether deciding again refused the same for the same reason.
func (d Decision) refusedAs(again Decision) bool {
	return d.State == Skipped && again.State == Skipped && d.Rule == again.Rule && d.Reason == again.Reason &&
		d.CustomerID == again.CustomerID
}

// withdraw gives up the work of a decision, and reports whether nothing is under way now. It leaves alone what has begun; with
// moved, only what is in somebody's hands.
func (p *planner) withdraw(d Decision, moved bool) (bool, error) {
	switch {
	case !d.live():
		return true, nil
	case d.Kind == policy.FollowUpSurvey:
		return p.withdrawSurvey(p.tx, d, policy.ReasonCorrected, p.now)
	}
	return p.callbacks.Withdraw(p.tx, d.ResolutionID, d.ID, moved, p.now)
}

// replace replaces a decision by the next revision and keeps what it was as a Change. ID, team and time of resolution stay, so
// that it counts where it did.
func (p *planner) replace(before, after Decision, change Change) (Decision, error) {
	change.DecisionID, change.Revision, change.State = before.ID, before.Revision, before.State
	change.Reason, change.Rule, change.PolicyVersion = before.Reason, before.Rule, before.PolicyVersion
	change.DueAt, change.AllowedFrom, change.ReasonSince = before.DueAt, before.AllowedFrom, before.ReasonSince
	change.DecidedAt, change.CancelledAt, change.CancelReason = before.DecidedAt, before.CancelledAt, before.CancelReason
	after.ID, after.Revision, after.TeamID, after.ResolvedAt = before.ID, before.Revision+1, before.TeamID, before.ResolvedAt
	if err := (store{p.tx}).insertChange(change); err != nil {
		return Decision{}, err
	}
	return after, store{p.tx}.updateDecision(after)
}
