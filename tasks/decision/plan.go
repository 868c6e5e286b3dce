package decision

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/outbox"
	"aftercall/internal/permission"
	"aftercall/tasks/callback"
	"aftercall/tasks/policy"
)

// Plan is the job that decides the follow-up of every resolution of an intake batch and sets up what is planned: callbacks with
// their offer jobs, and survey jobs. A resolution that is decided already is left as it is, so Plan may run again, or in two
// workers at once. One that its source tells ahead of its time is decided when that time comes, by the same job.
//
// It matches and judges outside the transaction, so that on SQLite nobody waits for it. What changes in between is noticed at
// the moment of contact: callback.Offer and SurveyPlan look again.
func (s *Service) Plan(ctx context.Context, ticket outbox.Ticket, batchID int64) error {
	plan := func(isFirst bool) error {
		p := planner{Service: s, tx: s.db.View(ctx), now: ticket.Now(s.now), isFirst: isFirst}
		if err := p.decide(batchID); err != nil {
			return err
		}
		return s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
			if err := p.finish(tx, ticket); err != nil {
				return err
			}
			if err := s.tie(tx, p.resolutions(), p.now); err != nil {
				return err
			}
			p.tx = tx
			return p.write()
		})
	}
	err := plan(ticket.Attempt == 1)
	for range 2 {
		if errors.Is(err, errDecided) { // before this was asked, or between our look and our insert: now we see theirs
			err = plan(false)
		}
	}
	if err != nil {
		return fmt.Errorf("plan batch %d: %w", batchID, err)
	}
	return nil
}

// decide makes the decisions about a batch, without writing them.
func (p *planner) decide(batchID int64) error {
	resolutions, err := contact.ResolutionsOfBatch(p.tx, batchID)
	if err != nil {
		return err
	}
	resolutions = p.happened(resolutions)
	if p.policy, err = p.policies.InForce(p.tx); err != nil {
		return err
	}
	if err := p.match(resolutions); err != nil {
		return err
	}
	return p.judge()
}

// happened returns the resolutions whose time has come, and remembers when to look again for the others.
func (p *planner) happened(resolutions []contact.Resolution) []contact.Resolution {
	return slices.DeleteFunc(resolutions, func(r contact.Resolution) bool {
		ahead := r.ResolvedAt.After(p.now)
		if ahead && (p.again.IsZero() || r.ResolvedAt < p.again) {
			p.again = r.ResolvedAt
		}
		return ahead
	})
}

// finish ends the job, or puts it off until the next resolution of its batch has happened.
func (p *planner) finish(tx database.Tx, ticket outbox.Ticket) error {
	if p.again.IsZero() {
		return ticket.Done(tx)
	}
	return ticket.Again(tx, p.again)
}

// planner carries one batch from wishes through verdicts to rows.
type planner struct {
	*Service
	policy   *policy.Policy
	isFirst  bool // nobody is likely to have decided yet: it is not asked, and the insert would tell
	tx       database.Tx
	now      clock.Instant
	again    clock.Instant // when the next resolution of the batch happens; none: all have
	items    []planned
	subjects map[int64]permission.Subject // by customer, of wanted items
}

// resolutions are those of the items, each once.
func (p *planner) resolutions() []contact.Resolution {
	var all []contact.Resolution
	for _, item := range p.items {
		if n := len(all); n == 0 || all[n-1].ID != item.resolution.ID {
			all = append(all, item.resolution)
		}
	}
	return all
}

// planned is one resolution and kind of follow-up on its way to a decision.
type planned struct {
	resolution contact.Resolution
	wish       policy.Wish
	verdict    permission.Verdict
	decision   Decision
}

// match collects the policy's wishes for what is not decided yet.
func (p *planner) match(resolutions []contact.Resolution) error {
	ids := make([]int64, 0, len(resolutions))
	for _, r := range resolutions {
		ids = append(ids, r.ID)
	}
	var decided map[key]bool
	if !p.isFirst {
		var err error
		if decided, err = (store{p.tx}).decided(ids); err != nil {
			return err
		}
	}
	facts := make([]*policy.Facts, len(resolutions))
	for i, r := range resolutions {
		facts[i] = &policy.Facts{Now: p.now, Resolution: r}
	}
	if err := p.policies.LoadFacts(p.tx, p.policy, facts); err != nil {
		return err
	}
	p.items = make([]planned, 0, len(policy.Kinds())*len(facts))
	for _, f := range facts {
		for _, wish := range p.policy.Match(f) {
			if !decided[key{f.Resolution.ID, wish.Kind}] {
				p.items = append(p.items, planned{resolution: f.Resolution, wish: wish})
			}
		}
	}
	return nil
}

// judge asks permission about everything wanted, in bulk, and decides.
func (p *planner) judge() error {
	var customers []int64
	for _, item := range p.items {
		if item.wish.Wanted() {
			customers = append(customers, item.resolution.CustomerID)
		}
	}
	var err error
	if p.subjects, err = contact.Subjects(p.tx, customers); err != nil {
		return err
	}
	questions := make([]permission.Question, 0, 2*len(customers)) // a survey may go by two channels
	of := make([]int, 0, cap(questions))                          // questions[i] is about items[of[i]]
	called := make([]calling, len(p.items))
	for i, item := range p.items {
		called[i] = calling{wish: item.wish, resolution: item.resolution, subject: p.subjects[item.resolution.CustomerID]}
	}
	if err := p.contactPersonsFirst(p.tx, called); err != nil {
		return err
	}
	for i, item := range p.items {
		for _, q := range questionsFor(item.wish, called[i].subject) {
			questions, of = append(questions, q), append(of, i)
		}
	}
	verdicts, err := p.permit.Judge(p.tx, questions)
	if err != nil {
		return err
	}
	for i, v := range verdicts {
		item := &p.items[of[i]]
		item.verdict = better(item.verdict, v)
	}
	for i := range p.items {
		item := &p.items[i]
		item.decision = decide(p.policy, &item.resolution, item.wish, item.verdict, p.now)
	}
	return nil
}

// write inserts the decisions and sets up what is planned. It leaves p.items as they are: the transaction may run again, and
// ids of a run that was undone must not be used.
func (p *planner) write() error {
	decisions := make([]Decision, len(p.items))
	for i, item := range p.items {
		decisions[i] = item.decision
	}
	if err := (store{p.tx}).insertDecisions(decisions); err != nil {
		return err
	}
	items := slices.Clone(p.items)
	for i := range items {
		items[i].decision = decisions[i]
	}
	return p.setUp(items)
}

// setUp adds the work of the items whose decisions are planned: survey jobs, and callbacks with theirs.
func (p *planner) setUp(items []planned) error {
	var names []string
	for i := range items {
		if a := items[i].wish.Callback; a != nil && a.Team != "" && !slices.Contains(names, a.Team) {
			names = append(names, a.Team)
		}
	}
	teams, err := account.TeamIDs(p.tx, names)
	if err != nil {
		return err
	}
	var jobs []outbox.Job
	var callbacks []callback.Callback
	for i := range items {
		switch d := items[i].decision; {
		case d.State != Planned:
		case d.Kind == policy.FollowUpSurvey:
			jobs = append(jobs, outbox.New(JobSendSurvey, d.ID, outbox.Sending, d.DueAt))
		default:
			callbacks = append(callbacks, p.callback(&items[i], teams))
		}
	}
	if err := outbox.Add(p.tx, p.now, jobs...); err != nil {
		return err
	}
	return p.callbacks.Add(p.tx, p.now, callbacks, p.subjects)
}

// callback is the planned callback of an item, without its pool: ready at once when it may be made now.
func (p *planner) callback(item *planned, teams map[string]int64) callback.Callback {
	d, a := item.decision, item.wish.Callback
	c := callback.Callback{
		DecisionID: &d.ID, Round: d.Revision, ResolutionID: d.ResolutionID, ContactID: d.ContactID, CustomerID: d.CustomerID,
		PersonID: d.PersonID, Kind: callback.Kind(a.Kind), Priority: a.Priority, TeamID: item.resolution.TeamID, Script: a.Script,
		State: callback.Waiting, WaitReason: callback.ReasonPlanned,
		MaxAttempts: a.Attempts, NotBefore: item.wish.NotBefore, ReadyAt: d.DueAt,
		DueAt: d.DueAt.Add(a.Within.Duration()), ExpiresAt: d.DueAt.Add(a.Expiry.Duration()), CreatedAt: p.now, ChangedAt: p.now,
	}
	if id := teams[a.Team]; id != 0 {
		c.TeamID = id
	}
	switch {
	case !item.verdict.Allowed:
		c.WaitReason = callback.Reason(item.verdict.First)
	case !d.DueAt.After(p.now):
		c.State, c.WaitReason = callback.Ready, ""
	}
	return c
}
