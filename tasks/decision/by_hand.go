package decision

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/permission"
	"aftercall/tasks/callback"
	"aftercall/tasks/policy"
)

// HandPlan is a callback that a supervisor wants for a contact.
type HandPlan struct {
	Kind     policy.CallbackKind
	Priority int           // group 1 to 5
	Due      clock.Instant // not before; none: now
	Team     string        // who calls; empty: the resolver's team
	Reason   string        // required: why, in words for those who read the contact's timeline
}

var (
	errMayNotPlan = fault.New(fault.Forbidden, "plan_by_hand_right",
		"only a supervisor or an administrator may plan a callback by hand")
	errNoContact   = fault.New(fault.NotFound, "contact_unknown", "there is no such contact")
	errNotResolved = fault.New(fault.Conflict, "contact_not_resolved",
		"the contact is not resolved, or was reopened; there is nothing to follow up yet")
	errNoTeam         = fault.InvalidFields(fault.Field{Name: "team", Code: "team_unknown", Problem: "is no team there is"})
	errCallbackOpen   = fault.New(fault.Conflict, "callback_open", "a callback for this contact is open already; change that one")
	errCallbackDenied = fault.New(fault.Conflict, "callback_refused", "the customer may not be called")
	errCallbackLater  = fault.New(fault.Conflict, "callback_refused_until", "the customer may not be called so soon")
)

// PlanByHand plans a callback for the newest resolution of a contact, whatever the policy said. It replaces the decision about
// callbacks by a new revision. If only the hour or a cap forbids the call, it is planned for the first time that is allowed.
//
// It returns fault.Forbidden for anybody but a supervisor or an administrator, fault.Invalid with the wrong fields, and
// fault.Conflict when the contact is not resolved, a callback is open already, or the customer may not be called (with the
// reason).
func (s *Service) PlanByHand(ctx context.Context, viewer account.Viewer, contactID int64, h HandPlan) error {
	if !viewer.Is(account.Supervisor) {
		return errMayNotPlan
	}
	now := s.now()
	if err := h.check(now); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		r, resolved, err := contact.CorrectedResolution(tx, contactID)
		switch {
		case err != nil:
			return err
		case r.ID != 0 && !viewer.SeesTeam(r.TeamID):
			return errNoContact
		case !resolved:
			return errNotResolved
		}
		p := planner{Service: s, tx: tx, now: now}
		if p.policy, err = s.policies.InForce(tx); err != nil {
			return err
		}
		before, err := p.replaceable(r)
		if err != nil {
			return err
		}
		item, err := p.itemByHand(r, h)
		if err != nil {
			return err
		}
		if teams, err := account.TeamIDs(tx, []string{h.Team}); err != nil || h.Team != "" && teams[h.Team] == 0 {
			return cmp.Or(err, error(errNoTeam))
		}
		change := Change{Cause: CauseByHand, UserID: viewer.UserID, Note: h.Reason, ChangedAt: now}
		if item.decision, err = p.replace(before, item.decision, change); err != nil {
			return err
		}
		if err := p.setUp([]planned{item}); err != nil {
			return err
		}
		detail := account.Detail(map[string]any{"callback_kind": h.Kind})
		return account.Audit(tx, now, viewer, "callback.planned", "contact", contactID, detail)
	})
}

const (
	maxHandReason = 190
	lateDue       = 10 * time.Minute // a form may be open for a while before it is sent
)

func (h *HandPlan) check(now clock.Instant) error {
	h.Reason, h.Team = strings.TrimSpace(h.Reason), strings.TrimSpace(h.Team)
	var fields []fault.Field
	refuse := func(name, code, problem string) {
		fields = append(fields, fault.Field{Name: name, Code: code, Problem: problem})
	}
	if !slices.Contains(policy.PlannedCallbacks(), h.Kind) {
		refuse("kind", "choose", "must be one of "+policy.Listed(policy.PlannedCallbacks()))
	}
	if h.Priority < 1 || h.Priority > policy.PriorityLast {
		refuse("priority", "range", "must be 1 to 5")
	}
	if !h.Due.IsZero() && h.Due.Before(now.Add(-lateDue)) {
		refuse("due", "time_over", "is over")
	}
	if !h.Due.IsZero() && h.Due.After(now.Add(callback.LongestDelay)) {
		refuse("due", "too_far", "must be within 60 days")
	}
	if n := utf8.RuneCountInString(h.Reason); n < 2 || n > maxHandReason || !utf8.ValidString(h.Reason) {
		refuse("reason", "reason_length", "must have 2 to 190 characters")
	}
	if len(fields) > 0 {
		return fault.InvalidFields(fields...)
	}
	return nil
}

// replaceable locks the decision about callbacks of a resolution and returns it. It returns errCallbackOpen when a callback is
// open, and errUndecided when Plan has not decided yet.
func (p *planner) replaceable(r contact.Resolution) (Decision, error) {
	if err := p.lockCalls(r); err != nil {
		return Decision{}, err
	}
	decisions, err := store{p.tx}.lockDecisions(r.ID)
	if err != nil {
		return Decision{}, err
	}
	d, ok := decisions[policy.FollowUpCallback]
	if !ok {
		return Decision{}, errUndecided
	}
	open, err := p.callbacks.HasOpen(p.tx, r.ID)
	if err == nil && open {
		err = errCallbackOpen
	}
	return d, err
}

// sameByHand is the wish of a callback that a supervisor planned, for somebody else. The time the first customer may have named is not
// theirs.
func (p *planner) sameByHand(d Decision) (policy.Wish, error) {
	c, err := p.callbacks.LastOf(p.tx, d.ResolutionID, d.ID)
	if err != nil {
		return policy.Wish{}, err
	}
	teams, err := account.TeamNames(p.tx, []int64{c.TeamID})
	action := policy.DefaultCallback()
	action.Kind, action.Team = policy.CallbackKind(c.Kind), teams[c.TeamID]
	if !c.Promised() {
		action.Priority = c.Priority
	}
	return policy.Wish{
		Kind: policy.FollowUpCallback, Rule: policy.RuleByHand, Probability: policy.Everybody, NotBefore: max(d.DueAt, p.now),
		Callback: &action,
	}, err
}

// itemByHand is what a supervisor wants on its way to a decision.
func (p *planner) itemByHand(r contact.Resolution, h HandPlan) (planned, error) {
	action := policy.DefaultCallback()
	action.Kind, action.Priority, action.Team = h.Kind, h.Priority, h.Team
	item := planned{resolution: r, wish: policy.Wish{
		Kind: policy.FollowUpCallback, Rule: policy.RuleByHand, Probability: policy.Everybody, NotBefore: max(h.Due, p.now),
		Callback: &action,
	}}
	v, subject, err := p.callbacks.JudgeCall(p.tx, r.CustomerID, r.ContactID, item.wish.NotBefore)
	if err != nil {
		return planned{}, err
	}
	switch {
	case v.Allowed:
	case v.AllowedFrom.IsZero():
		return planned{}, errCallbackDenied.With("reason", string(v.First))
	case v.AllowedFrom.After(p.now.Add(callback.LongestDelay)):
		return planned{}, errCallbackLater.With("reason", string(v.First)).With("from", v.AllowedFrom)
	}
	p.subjects = map[int64]permission.Subject{r.CustomerID: subject}
	item.verdict = v
	item.decision = decide(p.policy, &r, item.wish, permission.Verdict{Allowed: true}, p.now) // however old the resolution is
	if !v.Allowed {
		item.decision.DueAt, item.decision.AllowedFrom = v.AllowedFrom, v.AllowedFrom
	}
	return item, nil
}
