package decision

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/outbox"
	"aftercall/internal/permission"
	"aftercall/tasks/policy"
)

// RunDry is the job that does a dry run, page by page in the order of resolution. What it counts is kept in memory until the
// report is written: a run that is stopped begins anew.
func (s *Service) RunDry(ctx context.Context, ticket outbox.Ticket, id int64) error {
	run, err := store{s.db.View(ctx)}.dryRun(id)
	if err != nil {
		return err
	}
	var report []byte
	if !run.Over() {
		d, err := s.newDryRunner(ctx, run)
		if err != nil {
			return err
		}
		going, err := d.work(ctx)
		if err != nil {
			return fmt.Errorf("dry run %d: %w", id, err)
		}
		if going {
			if report, err = d.report(); err != nil {
				return err
			}
		}
	}
	return s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		if err := ticket.Done(tx); err != nil || report == nil {
			return err
		}
		return store{tx}.endDryRun(id, DryRunDone, string(report), s.now())
	})
}

// dryRunner carries a dry run.
type dryRunner struct {
	*Service
	run      DryRun
	policy   *policy.Policy
	view     database.Tx
	resolved int
	tallies  map[policy.Kind]*tally
	versions map[int]bool // of the decisions that were really made
	touches  virtualTouches
}

func (s *Service) newDryRunner(ctx context.Context, run DryRun) (*dryRunner, error) {
	p, err := policy.Kept{Body: run.Body, Salt: run.Salt}.Policy()
	if err != nil {
		return nil, fmt.Errorf("dry run %d: %w", run.ID, err)
	}
	d := &dryRunner{
		Service: s, run: run, policy: &p, view: s.db.View(ctx), tallies: map[policy.Kind]*tally{}, versions: map[int]bool{},
		touches: virtualTouches{byPerson: map[int64][]permission.Touch{}, byAddress: map[string][]permission.Touch{}},
	}
	for _, kind := range policy.Kinds() {
		d.tallies[kind] = newTally()
	}
	return d, nil
}

// work goes over all resolutions of the run, and returns false when the run was cancelled. The list is read at one moment, so
// that a time corrected meanwhile neither drops a resolution nor counts it twice.
func (d *dryRunner) work(ctx context.Context) (bool, error) {
	var ids []int64
	err := d.db.Snapshot(ctx, func(_ context.Context, tx database.Tx) (err error) {
		ids, err = contact.ResolutionIDsBetween(tx, d.run.FromAt, d.run.ToAt, 10*dryRunPage)
		return err
	})
	if err != nil {
		return false, err
	}
	for {
		part := ids[:min(dryRunPage, len(ids))]
		ids = ids[len(part):]
		found, err := contact.ResolutionsByID(d.view, part)
		if err != nil {
			return false, err
		}
		page := make([]contact.Resolution, 0, len(part))
		for _, id := range part {
			if r, there := found[id]; there {
				page = append(page, r)
			}
		}
		if err := d.page(page); err != nil {
			return false, err
		}
		d.resolved += len(page)
		going := false
		err = d.db.InTx(ctx, func(_ context.Context, tx database.Tx) (err error) {
			going, err = store{tx}.dryRunProgress(d.run.ID, d.resolved)
			return err
		})
		if err != nil || !going || len(ids) == 0 {
			return going, err
		}
	}
}

// tried is one resolution and kind of follow-up on its way to an outcome.
type tried struct {
	resolution *contact.Resolution // as it was then
	reopenedAt clock.Instant       // later
	wish       policy.Wish
	questions  []int // of the page
}

// page decides about some resolutions, in order, each as if it had just been resolved.
func (d *dryRunner) page(resolutions []contact.Resolution) error {
	happened, err := store{d.view}.outcomes(resolutions)
	if err != nil {
		return err
	}
	items, questions, err := d.match(resolutions)
	if err != nil {
		return err
	}
	var facts []permission.Facts
	if len(questions) > 0 {
		if facts, err = d.permit.FactsAsOf(d.view, questions, d.run.FromAt); err != nil {
			return err
		}
	}
	for i := range items {
		item := &items[i]
		was := happened[key{item.resolution.ID, item.wish.Kind}]
		if was.version != 0 {
			d.versions[was.version] = true
		}
		d.tallies[item.wish.Kind].add(item.resolution, d.decide(item, questions, facts), was.outcome)
	}
	return nil
}

// match asks the policy about some resolutions, and returns what permission has to be asked about what it wants.
func (d *dryRunner) match(resolutions []contact.Resolution) ([]tried, []permission.Question, error) {
	facts := make([]*policy.Facts, len(resolutions))
	for i, r := range resolutions {
		r.ReopenedAt = 0 // it was not yet
		facts[i] = &policy.Facts{Now: r.ResolvedAt, Resolution: r}
	}
	if err := d.policies.LoadFacts(d.view, d.policy, facts); err != nil {
		return nil, nil, err
	}
	items := make([]tried, 0, len(policy.Kinds())*len(resolutions))
	var customers []int64
	for i, f := range facts {
		for _, wish := range d.policy.Match(f) {
			items = append(items, tried{resolution: &f.Resolution, reopenedAt: resolutions[i].ReopenedAt, wish: wish})
			if wish.Wanted() {
				customers = append(customers, f.Resolution.CustomerID)
			}
		}
	}
	subjects, err := contact.Subjects(d.view, customers)
	if err != nil {
		return nil, nil, err
	}
	called := make([]calling, len(items))
	for i, item := range items {
		called[i] = calling{wish: item.wish, resolution: *item.resolution, subject: subjects[item.resolution.CustomerID]}
	}
	if err := d.contactPersonsFirst(d.view, called); err != nil {
		return nil, nil, err
	}
	var questions []permission.Question
	for i := range items {
		for _, q := range questionsFor(items[i].wish, called[i].subject) {
			items[i].questions = append(items[i].questions, len(questions))
			questions = append(questions, q)
		}
	}
	return items, questions, nil
}

// decide is what would come of an item: permission is asked as it was known then, with the contacts the run itself has planned in
// place of those that were made.
func (d *dryRunner) decide(item *tried, questions []permission.Question, facts []permission.Facts) outcome {
	var verdict permission.Verdict
	var chosen permission.Question
	for _, i := range item.questions {
		if v := d.permit.Evaluate(d.touches.in(facts[i], questions[i]), questions[i]); improves(verdict, v) {
			verdict, chosen = v, questions[i]
		}
	}
	decision := decide(d.policy, item.resolution, item.wish, verdict, item.resolution.ResolvedAt)
	o := outcome{rule: decision.Rule, reason: decision.Reason}
	switch {
	case decision.State == Skipped:
	case !item.reopenedAt.IsZero() && item.reopenedAt <= decision.DueAt:
		o.reason, o.givenUp = policy.ReasonReopened, true
	default:
		d.touches.add(chosen, decision.DueAt)
	}
	return o
}

// report sums up.
func (d *dryRunner) report() ([]byte, error) {
	happened, err := d.policies.Names(d.view, slices.Collect(maps.Keys(d.versions)))
	if err != nil {
		return nil, err
	}
	report := DryRunReport{Resolved: d.resolved}
	for _, kind := range policy.Kinds() {
		report.Kinds = append(report.Kinds, d.tallies[kind].kind(kind, policy.NamesOf(d.policy), happened))
	}
	body, err := json.Marshal(report)
	if err != nil {
		return nil, fmt.Errorf("write the report of dry run %d: %w", d.run.ID, err)
	}
	return body, nil
}

// virtualTouches are the contacts that a dry run has planned so far: a message for each survey, one call for each callback, both at
// the time they are due.
type virtualTouches struct {
	byPerson  map[int64][]permission.Touch
	byAddress map[string][]permission.Touch // an address of one kind never looks like one of the other
}

// in returns facts with the virtual touches among those that were made before the period.
func (t *virtualTouches) in(facts permission.Facts, q permission.Question) permission.Facts {
	facts.ByPerson = slices.Concat(t.byPerson[q.Subject.PersonID], facts.ByPerson)
	facts.ByAddress = slices.Concat(t.byAddress[q.Subject.Address(q.Channel)], facts.ByAddress)
	return facts
}

// add remembers that the contact asked about would be made.
func (t *virtualTouches) add(q permission.Question, at clock.Instant) {
	touch := permission.Touch{
		PersonID: q.Subject.PersonID, CustomerID: q.Subject.CustomerID, Kind: permission.Invitation, Purpose: q.Purpose, Channel: q.Channel,
		Family: q.Family, At: at,
	}
	if q.Purpose == permission.ServiceCallback {
		touch.Kind = permission.Attempt
	}
	address := q.Subject.Address(q.Channel)
	t.byPerson[touch.PersonID] = newestFirst(t.byPerson[touch.PersonID], touch)
	t.byAddress[address] = newestFirst(t.byAddress[address], touch)
}

func newestFirst(touches []permission.Touch, touch permission.Touch) []permission.Touch {
	i, _ := slices.BinarySearchFunc(touches, touch, func(a, b permission.Touch) int { return int(b.At - a.At) })
	return slices.Insert(touches, i, touch)
}
