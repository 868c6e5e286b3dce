package roster

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/outbox"
)

// guardName is the row that is written first by whoever changes a roster: before callbacks, persons and all else.
const guardName = "roster"

// Edit is what somebody makes of days of people.
type Edit struct {
	Cells []Cell
	// The change after which they saw the roster; 0: they saw none of it. A day that somebody else has changed since is refused.
	Seen int64
	// How many callbacks that are kept for callers they know to become anybody's; more are refused.
	Known int
}

// Outcome is what came of a change of a roster, or would come.
type Outcome struct {
	ChangeID int64 // 0: nothing was changed
	People   int
	Days     int
	From     clock.Day // the first of them
	Freed    []Promise // the callbacks that are kept for somebody who will not be there
}

// freeing is the refusal of a change by which more callbacks become anybody's than whoever makes it knows.
func freeing(n int) error {
	return fault.New(fault.Conflict, "roster_frees", "callbacks that are kept for these callers become anybody's: confirm that").
		With("count", n)
}

// IsFreeing reports whether a change was refused because callbacks would become anybody's, and how many.
func IsFreeing(err error) (int, bool) {
	f, ok := fault.Of(err)
	if !ok || f.Code != "roster_frees" {
		return 0, false
	}
	n, _ := f.Args["count"].(int)
	return n, true
}

// Set makes days of people what the edit says, and returns what came of it; days that are so already are left alone. Callbacks that are
// kept for somebody who is not there any more become anybody's, by a job.
//
// It returns fault.Invalid with the days that cannot be so, each field named cell-<user>-<day>; fault.NotFound for people who are not of
// the viewer's teams; and fault.Conflict "roster_frees" while more callbacks become anybody's than the edit knows.
func (s *Service) Set(ctx context.Context, viewer account.Viewer, edit Edit) (Outcome, error) {
	return s.apply(ctx, viewer, Edited, edit)
}

// Rehearse returns what Set would do, without doing it.
func (s *Service) Rehearse(ctx context.Context, viewer account.Viewer, edit Edit) (Outcome, error) {
	now := s.now()
	w, err := s.work(s.db.View(ctx), viewer, edit, now)
	if err != nil {
		return Outcome{}, fmt.Errorf("rehearse a roster: %w", err)
	}
	return w.outcome(), nil
}

func (s *Service) apply(ctx context.Context, viewer account.Viewer, doing Doing, edit Edit) (came Outcome, err error) {
	now := s.now()
	err = s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		if err := database.Guard(tx, guardName); err != nil {
			return err
		}
		w, err := s.work(tx, viewer, edit, now)
		if err != nil {
			return err
		}
		came = w.outcome()
		if len(came.Freed) > edit.Known {
			return freeing(len(came.Freed))
		}
		came.ChangeID, err = s.store(tx, viewer, doing, w, now)
		return err
	})
	if err != nil {
		return Outcome{}, fmt.Errorf("change a roster: %w", err)
	}
	return came, nil
}

// work is a change that was checked: the days that really change, what stands on them and what shall.
type work struct {
	cells   []Cell // in the order of people and days
	removed []int64
	added   []Entry
	freed   []Promise
}

func (w *work) people() []int64 {
	ids := make([]int64, len(w.cells))
	for i, c := range w.cells {
		ids[i] = c.UserID
	}
	return database.Distinct(ids)
}

func (w *work) outcome() Outcome {
	came := Outcome{People: len(w.people()), Days: len(w.cells), Freed: w.freed}
	for i, c := range w.cells {
		if i == 0 || c.Day < came.From {
			came.From = c.Day
		}
	}
	return came
}

// work checks an edit against the roster as it stands.
func (s *Service) work(tx database.Tx, viewer account.Viewer, edit Edit, now clock.Instant) (*work, error) {
	if len(edit.Cells) > MaxCells {
		return nil, errTooMany
	}
	wanted := map[day]Cell{}
	var people []int64
	var first, last clock.Day
	for _, c := range edit.Cells {
		c.Entries = slices.Clone(c.Entries)
		s.fill(&c)
		if len(wanted) == 0 {
			first, last = c.Day, c.Day
		}
		wanted[c.key()], people = c, append(people, c.UserID)
		first, last = min(first, c.Day), max(last, c.Day)
	}
	if err := s.checkPeople(tx, viewer, people); err != nil {
		return nil, err
	}
	st := store{tx}
	list, err := st.standing(people, first-1, last+1)
	if err != nil {
		return nil, err
	}
	before := cells(list)
	w := &work{}
	for key, c := range wanted {
		if !slices.EqualFunc(before[key], c.Entries, Entry.same) {
			w.cells = append(w.cells, c)
		}
	}
	slices.SortFunc(w.cells, func(a, b Cell) int { return cmp.Or(cmp.Compare(a.UserID, b.UserID), cmp.Compare(a.Day, b.Day)) })
	after := maps.Clone(before)
	for _, c := range w.cells {
		after[c.key()] = c.Entries
		for _, e := range before[c.key()] {
			w.removed = append(w.removed, e.ID)
		}
		w.added = append(w.added, c.Entries...)
	}
	if err := s.checkDays(w, before, after, edit.Seen, now); err != nil {
		return nil, err
	}
	w.freed, err = s.freed(tx, w, now)
	return w, err
}

// checkPeople refuses whoever is no caller or supervisor of the viewer's teams.
func (s *Service) checkPeople(tx database.Tx, viewer account.Viewer, ids []int64) error {
	known, err := s.staff(tx, viewer)
	if err != nil {
		return err
	}
	for _, id := range database.Distinct(ids) {
		if !slices.ContainsFunc(known, func(p account.Viewer) bool { return p.UserID == id }) {
			return errNobody
		}
	}
	return nil
}

// checkDays refuses days that are too far away, that somebody has changed since, and shifts that run into those of the day before or after.
func (s *Service) checkDays(w *work, before, after map[day][]Entry, seen int64, now clock.Instant) error {
	var fields []fault.Field
	refuse := func(c Cell, code, problem string) {
		fields = append(fields, fault.Field{
			Name: fmt.Sprintf("cell-%d-%d", c.UserID, c.Day), Code: code, Problem: problem, Value: c.Text(""),
		})
	}
	for _, c := range w.cells {
		newer := func(e Entry) bool { return seen != 0 && e.AddedBy > seen }
		switch {
		case s.outside(c.Day, now):
			refuse(c, "roster_far", "is more than 400 days away")
		case slices.ContainsFunc(before[c.key()], newer):
			refuse(c, "roster_meanwhile", "was changed by somebody else meanwhile; look at it and save again")
		case overlap(after[day{c.UserID, c.Day - 1}], c.Entries) || overlap(c.Entries, after[day{c.UserID, c.Day + 1}]):
			refuse(c, "roster_overlap", "has shifts that overlap")
		}
	}
	if len(fields) > 0 {
		return fault.InvalidFields(fields...)
	}
	return nil
}

// overlap reports whether a shift of one day is still on when one of the next day begins.
func overlap(first, next []Entry) bool {
	for _, a := range first {
		for _, b := range next {
			if a.Kind == Work && b.Kind == Work && a.EndsAt.After(b.BeginsAt) {
				return true
			}
		}
	}
	return false
}

// freed returns the callbacks that are kept for somebody who is there at their time, and will not be after the change.
func (s *Service) freed(tx database.Tx, w *work, now clock.Instant) ([]Promise, error) {
	if s.promises == nil || len(w.cells) == 0 {
		return nil, nil
	}
	kept, err := s.promises.Kept(tx, w.people(), now)
	if err != nil || len(kept) == 0 {
		return nil, err
	}
	callers, from, until := spanOf(kept)
	was, err := s.presence(tx, callers, from, until)
	if err != nil {
		return nil, err
	}
	will := was.with(w.cells)
	return slices.DeleteFunc(kept, func(p Promise) bool {
		return was.absent(p.CallerID, p.From, p.Until) || !will.absent(p.CallerID, p.From, p.Until)
	}), nil
}

func spanOf(kept []Promise) (callers []int64, from, until clock.Instant) {
	from, until = kept[0].From, kept[0].Until
	for _, p := range kept {
		callers, from, until = append(callers, p.CallerID), min(from, p.From), max(until, p.Until)
	}
	return database.Distinct(callers), from, until
}

// store writes a checked change down, with the jobs that follow for whom it is about from today on.
func (s *Service) store(tx database.Tx, viewer account.Viewer, doing Doing, w *work, now clock.Instant) (int64, error) {
	if len(w.cells) == 0 {
		return 0, nil
	}
	st := store{tx}
	c := Change{
		At: now, UserID: viewer.UserID, Doing: doing, People: len(w.people()), Days: len(w.cells),
		FromDay:  slices.MinFunc(w.cells, func(a, b Cell) int { return cmp.Compare(a.Day, b.Day) }).Day,
		UntilDay: slices.MaxFunc(w.cells, func(a, b Cell) int { return cmp.Compare(a.Day, b.Day) }).Day,
	}
	if err := st.insertChange(&c); err != nil {
		return 0, err
	}
	if err := st.end(w.removed, c.ID); err != nil {
		return 0, err
	}
	added := slices.Clone(w.added)
	for i := range added {
		added[i].ID, added[i].AddedBy, added[i].RemovedBy = 0, c.ID, 0
	}
	if err := database.Insert(tx, "entries of a roster", added); err != nil {
		return 0, err
	}
	var jobs []outbox.Job
	for _, id := range s.concerned(w, now) {
		jobs = append(jobs, outbox.New(JobChanged, id, outbox.Normal, now))
	}
	if err := outbox.Add(tx, now, jobs...); err != nil {
		return 0, err
	}
	detail := fmt.Sprintf("%s: %d people, %d days, %s to %s", doing, c.People, c.Days, c.FromDay, c.UntilDay)
	return c.ID, account.Audit(tx, now, viewer, "roster.changed", "roster_change", c.ID, detail)
}

// concerned are the people whose roster changes from today on: what is over frees no callback. A change of the week's only shift also
// says something of its other days.
func (s *Service) concerned(w *work, now clock.Instant) []int64 {
	monday := Monday(clock.DayOf(now, s.zone))
	var ids []int64
	for _, c := range w.cells {
		if c.Day >= monday-1 {
			ids = append(ids, c.UserID)
		}
	}
	return database.Distinct(ids)
}
