package contact

import (
	"aftercall/internal/account"
	"aftercall/internal/database"
	"aftercall/internal/figures"
	"aftercall/internal/outbox"
)

// write puts the drafts in the database, a statement a table, and adds the jobs and figures that follow from them.
func (k *intake) write() error {
	var added, changed []*draft
	for _, d := range k.order {
		switch {
		case d.changed && d.stored:
			changed = append(changed, d)
		case d.changed:
			added = append(added, d)
		}
	}
	if err := k.store.addContacts(added); err != nil {
		return err
	}
	if err := k.store.updateContacts(changed); err != nil {
		return err
	}
	if err := k.writePeople(); err != nil {
		return err
	}
	if err := k.writeCorrections(); err != nil {
		return err
	}
	return k.writeResolutions()
}

func (k *intake) writePeople() error {
	var replaced []int64
	var people []Participant
	for _, d := range k.order {
		if !d.newPeople {
			continue
		}
		if d.stored {
			replaced = append(replaced, d.contact.ID)
		}
		for _, p := range d.people {
			p.ID, p.ContactID = 0, d.contact.ID
			people = append(people, p)
		}
	}
	return k.store.replaceParticipants(replaced, people)
}

func (k *intake) writeCorrections() error {
	var corrections []Correction
	for _, d := range k.order {
		for _, c := range d.corrections {
			c.ContactID = d.contact.ID
			corrections = append(corrections, c)
		}
	}
	return k.store.addCorrections(corrections)
}

// changes are what happened to the resolutions of all drafts.
type changes struct {
	added         []*Resolution
	reopened      []Resolution
	retimed       []*draft
	answeredLater []int64 // resolutions
	reopenings    []int64 // contacts
	corrected     []int64 // contacts
	answers       int
}

// changesOf gathers what is to be written of resolutions, a list a statement.
func changesOf(drafts []*draft) changes {
	var m changes
	for _, d := range drafts {
		for i := range d.resolutions {
			r := &d.resolutions[i]
			switch {
			case r.ID == 0:
				r.ContactID = d.contact.ID
				m.added = append(m.added, r)
			case d.reopened && !r.ReopenedAt.IsZero():
				m.reopened = append(m.reopened, *r)
			}
		}
		if d.retimed.no != 0 {
			m.retimed = append(m.retimed, d)
		}
		if d.answeredLater != 0 {
			m.answeredLater = append(m.answeredLater, d.answeredLater)
		}
		if d.reopened {
			m.reopenings = append(m.reopenings, d.contact.ID)
		}
		if d.corrected && d.stands() {
			m.corrected = append(m.corrected, d.contact.ID)
		}
		m.answers += len(d.answers)
	}
	return m
}

// writeResolutions writes what was resolved and reopened, with the answers that came along, and wakes up who acts on it.
func (k *intake) writeResolutions() error {
	m := changesOf(k.order)
	if err := k.store.reopen(m.reopened); err != nil {
		return err
	}
	jobs, err := k.writeRetimed(m.retimed)
	if err != nil {
		return err
	}
	if err := k.store.markAnswered(m.answeredLater); err != nil {
		return err
	}
	for _, id := range m.reopenings {
		jobs = append(jobs, outbox.New(JobReopened, id, outbox.Urgent, k.now))
	}
	for _, id := range m.corrected {
		jobs = append(jobs, outbox.New(JobCorrected, id, outbox.Normal, k.now))
	}
	if len(m.added)+m.answers > 0 {
		batch, err := k.writeBatch(m.added)
		if err != nil {
			return err
		}
		if len(m.added) > 0 {
			jobs = append(jobs, outbox.New(JobPlan, batch, outbox.Normal, k.now))
		}
		if m.answers > 0 {
			jobs = append(jobs, outbox.New(JobRecordAnswers, batch, outbox.Normal, k.now))
		}
	}
	return outbox.Add(k.store.Tx, k.now, jobs...)
}

// writeRetimed writes the new times of resolutions that had one in the future. They count at those, and are decided then.
func (k *intake) writeRetimed(retimed []*draft) ([]outbox.Job, error) {
	rows := make([]Resolution, len(retimed))
	var jobs []outbox.Job
	var entries []figures.Entry
	for i, d := range retimed {
		rows[i] = d.resolutions[d.retimed.no-1]
		before := rows[i]
		before.ResolvedAt = d.retimed.was
		after := resolvedEntry(&rows[i])
		after.RecordedAt = k.now
		entries = append(entries, resolvedEntry(&before).Reversal(k.now), after)
		jobs = append(jobs, outbox.New(JobPlan, rows[i].BatchID, outbox.Normal, k.now))
	}
	if err := k.store.retime(rows); err != nil {
		return nil, err
	}
	return jobs, figures.Append(k.store.Tx, entries...)
}

// writeBatch writes the new resolutions and answers under one batch and returns its id.
func (k *intake) writeBatch(added []*Resolution) (int64, error) {
	batch, err := k.store.addBatch(Batch{SourceID: k.sourceID, ReceivedAt: k.now})
	if err != nil {
		return 0, err
	}
	entries := make([]figures.Entry, len(added))
	for _, r := range added {
		r.BatchID = batch
	}
	if err := k.store.addResolutions(added); err != nil {
		return 0, err
	}
	for i, r := range added {
		entries[i] = resolvedEntry(r)
	}
	if err := figures.Append(k.store.Tx, entries...); err != nil {
		return 0, err
	}
	var answers []ImportedAnswer
	for _, d := range k.order {
		for _, a := range d.answers {
			a.answer.BatchID, a.answer.ContactID = batch, d.contact.ID
			if a.no > 0 {
				a.answer.ResolutionID = d.resolutions[a.no-1].ID
			}
			answers = append(answers, a.answer)
		}
	}
	return batch, k.store.addAnswers(answers)
}

// resolvedEntry counts a resolution. One that is reopened later stays counted: it was a resolution.
func resolvedEntry(r *Resolution) figures.Entry {
	return figures.Entry{
		Metric: figures.Resolved, Sign: 1, Value: 1,
		OccurredAt: r.ResolvedAt, RecordedAt: r.ReceivedAt, ResolvedAt: r.ResolvedAt, ResolutionID: r.ID,
		Dimensions: figures.Dimensions{
			SourceID: r.SourceID, AgentID: r.AgentID, TeamID: r.TeamID,
			Channel: string(r.Channel), Category: r.Category, Product: r.Product, Severity: string(r.Severity),
		},
	}
}

// takePeople turns the names of participants into ids of agents and teams, which are created where there are none.
func (k *intake) takePeople(inputs []*fresh) ([][]Participant, error) {
	agents, teams := names{}, names{}
	for _, f := range inputs {
		for _, p := range f.input.Participants {
			agents.add(p.Agent)
			teams.add(p.Team)
		}
	}
	people := make([][]Participant, len(inputs))
	if len(agents.list)+len(teams.list) == 0 || k.rehearsal != nil {
		return people, nil
	}
	agentIDs, err := k.store.internAgents(k.sourceID, agents.list)
	if err != nil {
		return nil, err
	}
	teamIDs, err := account.InternTeams(k.store.Tx, teams.list)
	if err != nil {
		return nil, err
	}
	for i, f := range inputs {
		for _, p := range f.input.Participants {
			people[i] = append(people[i], Participant{Role: p.Role, AgentID: agentIDs[p.Agent], TeamID: teamIDs[p.Team]})
		}
	}
	return people, nil
}

// names is a list of distinct names that are not empty.
type names struct {
	seen map[string]bool
	list []string
}

func (n *names) add(name string) {
	if name == "" || n.seen[name] {
		return
	}
	if n.seen == nil {
		n.seen = map[string]bool{}
	}
	n.seen[name] = true
	n.list = append(n.list, name)
}

// rawPage is how many resolutions are read at once.
const rawPage = 5000

// RawEntries yields one figures entry for every resolution there is, to recompute coverage from.
func RawEntries(tx database.Tx, yield func(figures.Entry) error) error {
	for after := int64(0); ; {
		page, err := store{tx}.resolutionsAfter(after, rawPage)
		if err != nil || len(page) == 0 {
			return err
		}
		for i := range page {
			if err := yield(resolvedEntry(&page[i])); err != nil {
				return err
			}
		}
		after = page[len(page)-1].ID
	}
}
