package policy

import (
	"time"

	"aftercall/internal/clock"
)

// RuleID is the stable code of the rule that decided. Those of the built-in policy, and those no policy can contain, are
// translated under "rule.<code>"; the others have a name in their policy.
type RuleID string

// The rules of the built-in policy, and the ones outside every policy.
const (
	RuleReopened        RuleID = "reopened" // outside: holds for every policy
	RuleTooOld          RuleID = "too_old"  // outside: by Policy.MaxAge
	RuleNone            RuleID = "no_rule"  // outside: no rule said anything about the kind
	RuleByHand          RuleID = "by_hand"  // outside: a supervisor decided
	RuleAutoClosed      RuleID = "auto_closed"
	RuleAlreadyAnswered RuleID = "already_answered"
	RuleComplaint       RuleID = "complaint"
	RuleSevere          RuleID = "severe"
	RuleNoCallback      RuleID = "no_callback"
	RuleSurvey          RuleID = "survey"
)

// OutsideRules returns the rules that are in no policy, in the order in which they are tried.
func OutsideRules() []RuleID { return []RuleID{RuleReopened, RuleTooOld, RuleNone, RuleByHand} }

// Priorities of callbacks: groups from 1, the most urgent, to 5. Within a group the earlier due time comes first.
const (
	priorityComplaint = 1
	prioritySevere    = 3
	PriorityLast      = 5
)

// Policy turns a resolution into what is wanted for it: an ordered list of rules. Going down the list, the first rule that matches
// and says something about a kind of follow-up decides that kind.
type Policy struct {
	Version int               // 0 for a draft; a published version never changes
	MaxAge  Span              // a resolution older than this gets nothing
	Rules   []Rule            // in the order in which they are tried
	Reasons map[Reason]string // the centre's own reasons for nothing, in words
	salt    []byte            // of the sampling; never leaves the database
}

// Rule says what is planned for the resolutions for which all its conditions hold: a callback, a survey, both, or nothing for a
// reason. For one kind of follow-up it says one thing at most.
type Rule struct {
	ID       RuleID
	Name     string // in the centre's words; empty: the code is shown
	When     []Condition
	Callback *CallbackAction
	Survey   *SurveyAction
	Nothing  map[Kind]Reason // kinds for which there is nothing, and why
}

// speaksOf reports whether the rule says anything about a kind of follow-up.
func (r *Rule) speaksOf(kind Kind) bool {
	_, nothing := r.Nothing[kind]
	return nothing || kind == FollowUpCallback && r.Callback != nil || kind == FollowUpSurvey && r.Survey != nil
}

// Default is the policy aftercall comes with: a survey for everything a person resolved, a callback for what was severe or
// a complaint, nothing for what closed itself, is older than a week or is answered already.
func Default(surveyDelay time.Duration) Policy {
	complaint, severe, survey := DefaultCallback(), DefaultCallback(), DefaultSurvey()
	complaint.Kind, complaint.Priority = ComplaintCallback, priorityComplaint
	severe.Priority = prioritySevere
	survey.Delay = Span(surveyDelay)
	both := func(reason Reason) map[Kind]Reason {
		return map[Kind]Reason{FollowUpCallback: reason, FollowUpSurvey: reason}
	}
	yes := func(field Field) []Condition { return []Condition{{Field: field, Op: Is, Values: []string{Yes}}} }
	return Policy{Version: 1, MaxAge: Span(7 * day), Rules: []Rule{
		{ID: RuleAutoClosed, When: yes(ContactAutoClosed), Nothing: both(ReasonAutoClosed)},
		{ID: RuleAlreadyAnswered, When: yes(ContactAnswered), Nothing: both(ReasonAlreadyAnswered)},
		{ID: RuleComplaint, When: yes(ContactComplaint), Callback: &complaint},
		{ID: RuleSevere, When: []Condition{{Field: ContactSeverity, Op: AtLeast, Values: []string{"high"}}}, Callback: &severe},
		{ID: RuleNoCallback, Nothing: map[Kind]Reason{FollowUpCallback: ReasonNotNeeded}},
		{ID: RuleSurvey, Survey: &survey},
	}}
}

// Wish is what a policy wants for one resolution and one kind of follow-up: nothing, for a reason, or the follow-up from a time on.
type Wish struct {
	Kind        Kind
	Rule        RuleID        // the rule that decided
	Reason      Reason        // why nothing is wanted; empty when the follow-up is wanted
	Probability Share         // with which the rule wanted it: less than Everybody where the rule takes a sample
	NotBefore   clock.Instant // when wanted: the earliest time for it
	Callback    *CallbackAction
	Survey      *SurveyAction
}

// Wanted reports whether the follow-up is wanted.
func (w Wish) Wanted() bool { return w.Reason == "" }

// Match returns what the policy wants for one resolution: one wish for each kind of follow-up, in the order of Kinds. It is a
// pure function of policy and facts, so that a dry run decides as the real run did. The facts must be those of LoadFacts for
// this policy. A kind of which no matching rule speaks gets RuleNone and ReasonNoRule.
func (p *Policy) Match(f *Facts) []Wish {
	if rule, reason := p.excludes(f); reason != "" {
		wishes := make([]Wish, 0, len(Kinds()))
		for _, kind := range Kinds() {
			wishes = append(wishes, Wish{Kind: kind, Rule: rule, Reason: reason, Probability: Everybody})
		}
		return wishes
	}
	wishes := []Wish{
		{Kind: FollowUpCallback, Rule: RuleNone, Reason: ReasonNoRule, Probability: Everybody},
		{Kind: FollowUpSurvey, Rule: RuleNone, Reason: ReasonNoRule, Probability: Everybody},
	}
	open := len(wishes)
	for i := range p.Rules {
		rule := &p.Rules[i]
		speaks := false
		for _, w := range wishes {
			speaks = speaks || w.Rule == RuleNone && rule.speaksOf(w.Kind)
		}
		if !speaks || !rule.matches(f) {
			continue
		}
		for k := range wishes {
			if w := &wishes[k]; w.Rule == RuleNone && rule.speaksOf(w.Kind) {
				*w = p.wish(rule, w.Kind, f)
				open--
			}
		}
		if open == 0 {
			break
		}
	}
	return wishes
}

// matches reports whether all conditions of the rule hold.
func (r *Rule) matches(f *Facts) bool {
	for i := range r.When {
		if !r.When[i].holds(f) {
			return false
		}
	}
	return true
}

// wish is what a rule that matches wants of a kind it speaks of.
func (p *Policy) wish(rule *Rule, kind Kind, f *Facts) Wish {
	w := Wish{Kind: kind, Rule: rule.ID, Probability: Everybody, Reason: rule.Nothing[kind]}
	resolved := f.Resolution.ResolvedAt
	switch {
	case !w.Wanted():
	case kind == FollowUpCallback:
		w.Callback, w.NotBefore = rule.Callback, max(resolved.Add(rule.Callback.Delay.Duration()), f.Now)
	default:
		w.Survey, w.NotBefore, w.Probability = rule.Survey, max(resolved.Add(rule.Survey.Delay.Duration()), f.Now), rule.Survey.Share
		if !w.Probability.includes(p.salt, f.Resolution.ID) {
			w.Reason = ReasonNotSampled
		}
	}
	return w
}

// excludes names what forbids any follow-up, whatever the rules say.
func (p *Policy) excludes(f *Facts) (RuleID, Reason) {
	switch {
	case !f.Resolution.ReopenedAt.IsZero():
		return RuleReopened, ReasonReopened
	case f.Now.Sub(f.Resolution.ResolvedAt) > p.MaxAge.Duration():
		return RuleTooOld, ReasonTooOld
	}
	return "", ""
}

// LastChance returns the time after which a follow-up of a resolution comes too late. It is a day after MaxAge, so that a night
// or a holiday alone is never the reason for none.
func (p *Policy) LastChance(resolvedAt clock.Instant) clock.Instant {
	return resolvedAt.Add(p.MaxAge.Duration() + day)
}

// Rule returns the rule of an id, or nil.
func (p *Policy) Rule(id RuleID) *Rule {
	for i := range p.Rules {
		if p.Rules[i].ID == id {
			return &p.Rules[i]
		}
	}
	return nil
}
