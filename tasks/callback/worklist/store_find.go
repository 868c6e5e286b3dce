package worklist

import (
	"fmt"
	"slices"

	"gorm.io/gorm"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/tasks/callback"
)

// How a page of the list is found among a million callbacks. If one of its conditions alone leaves a few, those are read by its index and
// put in order here. Otherwise the list is walked in its order along the index of that, and what does not match is left out: each condition
// that leaves more than a few of a hundred thousand finds the next fifty soon. Which of the two it is, is asked with a bound, so that it
// never depends on what a database guesses.

// few is how many callbacks are read and put in order at once.
const few = 2000

// several is how many times as many they may be where several things narrow the list.
const several = 5

// perFew is through how many rows of another table they are looked for, for each of them.
const perFew = 3

// finder looks for one page of the list.
type finder struct {
	store
	Filter

	teams    []int64 // the viewer's; nil for all
	now      clock.Instant
	pools    []int64 // nil where neither a team nor a kind narrows the list
	sought   contact.Sought
	narrowed bool
	few      int // see few; tests have less
}

func (f finder) find() ([]callback.Callback, error) {
	if f.Set == Open && (f.State == callback.Finished || f.State == callback.Cancelled) ||
		f.Set == Closed && slices.Contains(openStates, f.State) {
		return nil, nil // nothing is both
	}
	var err error
	if f.pools, f.narrowed, err = f.poolsOf(); err != nil || f.narrowed && len(f.pools) == 0 {
		return nil, err
	}
	f.sought = contact.SoughtBy(f.Search)
	for _, narrow := range []func() ([]int64, bool, error){f.bySearch, f.byCaller, f.byReason, f.byPool, f.byState, f.byContact} {
		ids, enough, err := narrow()
		if err != nil {
			return nil, err
		}
		if enough {
			return f.among(ids)
		}
	}
	return f.walk()
}

// poolsOf returns the pools of the teams and the kind, and whether they narrow the list.
func (f finder) poolsOf() ([]int64, bool, error) {
	if f.teams == nil && f.TeamID == 0 && f.Kind == "" {
		return nil, false, nil
	}
	g := within(f.teams, f.Gorm().Table("pools"))
	if f.TeamID != 0 {
		g = g.Where("team_id = ?", f.TeamID)
	}
	if f.Kind != "" {
		g = g.Where("kind = ?", f.Kind)
	}
	var ids []int64
	if err := g.Limit(callback.MaxPools).Pluck("id", &ids).Error; err != nil {
		return nil, false, fmt.Errorf("read pools: %w", err)
	}
	return ids, true, nil
}

// states are those a list may have.
func (f finder) states() []callback.State {
	switch {
	case f.State != "":
		return []callback.State{f.State}
	case f.Held:
		return []callback.State{callback.Claimed}
	case f.Set == Open:
		return openStates
	case f.Set == Closed:
		return []callback.State{callback.Finished, callback.Cancelled}
	}
	return callback.States()
}

// upToFew returns the ids that a query finds, and whether they are few. They are counted first: most conditions leave more, and thousands
// of ids take longer to come than to count.
func (f finder) upToFew(g *gorm.DB) ([]int64, bool, error) {
	g = g.Session(&gorm.Session{})
	n, err := database.CountUpTo(f.Tx, g, f.few+1)
	if err != nil || n > f.few {
		return nil, false, err
	}
	var ids []int64
	if err := g.Limit(f.few+1).Pluck("id", &ids).Error; err != nil {
		return nil, false, fmt.Errorf("look for callbacks: %w", err)
	}
	return ids, len(ids) <= f.few, nil
}

// along reads callbacks along an index, whatever the database makes of what else is asked.
func (f finder) along(index string) *gorm.DB {
	switch {
	case f.Dialect() == database.MySQL && index == "":
		return f.Gorm().Table("callbacks FORCE INDEX (PRIMARY)")
	case f.Dialect() == database.MySQL:
		return f.Gorm().Table("callbacks FORCE INDEX (" + index + ")")
	case index == "":
		return f.Gorm().Table("callbacks NOT INDEXED")
	}
	return f.Gorm().Table("callbacks INDEXED BY " + index)
}

func (f finder) byCaller() ([]int64, bool, error) {
	if f.CallerID == 0 {
		return nil, false, nil
	}
	had, all, err := f.upToFew(f.along("callbacks_caller_id_state_closed_at_id").
		Where("caller_id = ? AND state IN ?", f.CallerID, f.states()))
	if err != nil || !all {
		return nil, false, err
	}
	kept, all, err := f.upToFew(f.along("callbacks_reserved_for_state").
		Where("reserved_for = ? AND state IN ?", f.CallerID, f.states()))
	return append(had, kept...), all, err
}

func (f finder) byReason() ([]int64, bool, error) {
	if f.Reason == "" {
		return nil, false, nil
	}
	g := f.along("callbacks_reason_closed_at").Where("reason = ?", f.Reason)
	switch f.Set {
	case Open:
		g = g.Where("closed_at = 0")
	case Closed:
		g = g.Where("closed_at > 0")
	case Any:
	}
	return f.upToFew(g)
}

func (f finder) byPool() ([]int64, bool, error) {
	if !f.narrowed {
		return nil, false, nil
	}
	return f.upToFew(f.along("callbacks_pool_id_state_priority_skips_due_at_id").
		Where("pool_id IN ? AND state IN ?", f.pools, f.states()))
}

func (f finder) byState() ([]int64, bool, error) {
	if f.State == "" && !f.Held {
		return nil, false, nil
	}
	return f.upToFew(f.along("callbacks_state_due_at_id").Where("state IN ?", f.states()))
}

// byContact finds callbacks by the category or the source of their contact, where few contacts have it.
func (f finder) byContact() ([]int64, bool, error) {
	for _, by := range []struct {
		index, column string
		value         any
		asked         bool
	}{
		{"contacts_category_id", "category", f.Category, f.Category != ""},
		{"contacts_source_id_external_id", "source_id", f.SourceID, f.SourceID != 0},
	} {
		if !by.asked {
			continue
		}
		ids, all, err := f.ofContacts(f.Gorm().Table(contact.Along(f.Tx, "contacts", by.index)).Where(by.column+" = ?", by.value))
		if err != nil || all {
			return ids, all, err
		}
	}
	return nil, false, nil
}

// ofContacts returns the callbacks about some contacts, and whether there were few enough of both.
func (f finder) ofContacts(contacts *gorm.DB) ([]int64, bool, error) {
	contacts = contacts.Session(&gorm.Session{})
	n, err := database.CountUpTo(f.Tx, contacts, f.few*perFew+1)
	if err != nil || n > f.few*perFew {
		return nil, false, err
	}
	var ids []int64
	if err := contacts.Limit(f.few*perFew).Pluck("id", &ids).Error; err != nil {
		return nil, false, fmt.Errorf("look for contacts: %w", err)
	}
	return f.of("contact_id", ids)
}

// of returns the callbacks about some contacts or customers, and whether they are few. They are not counted first: nearly all of them are
// read anyhow.
func (f finder) of(column string, ids []int64) ([]int64, bool, error) {
	var all []int64
	for part := range slices.Chunk(database.Distinct(ids), 2*database.MaxIn) {
		var some []int64
		g := f.along("callbacks_"+column).Where(column+" IN ? AND state IN ?", part, f.states())
		if err := g.Limit(f.few+1).Pluck("id", &some).Error; err != nil {
			return nil, false, fmt.Errorf("look for callbacks: %w", err)
		}
		if all = append(all, some...); len(all) > f.few {
			return nil, false, nil
		}
	}
	return all, true, nil
}

// bySearch finds callbacks by whom or what is searched for, where that are few.
func (f finder) bySearch() ([]int64, bool, error) {
	if f.sought.Nothing() {
		return nil, false, nil
	}
	contacts, customers, all, err := contact.Seek(f.Tx, f.sought, f.few)
	if err != nil || !all {
		return nil, false, err
	}
	ids, all, err := f.of("contact_id", contacts)
	if err != nil || !all {
		return nil, false, err
	}
	more, all, err := f.of("customer_id", customers)
	return append(ids, more...), all, err
}

// among puts the matching ones of some callbacks in order.
func (f finder) among(ids []int64) ([]callback.Callback, error) {
	found, err := database.In[callback.Callback](ids, "callbacks", func(part []int64) *gorm.DB {
		return f.ordered(f.matching(f.Gorm().Table("callbacks").Where("callbacks.id IN ?", part))).Limit(f.Limit)
	})
	slices.SortFunc(found, f.compare)
	return found[:min(len(found), f.Limit)], err
}

// walk reads the list in its order.
func (f finder) walk() ([]callback.Callback, error) {
	index := map[Sort]string{
		ByDue: "callbacks_closed_at_due_at_id", ByPriority: "callbacks_closed_at_priority_due_at_id", ByAge: "callbacks_closed_at_id",
	}[f.Sort]
	switch f.Set {
	case Closed:
		index = "callbacks_closed_at_id"
	case Any:
		index = ""
	case Open:
	}
	return listCallbacks(f.ordered(f.matching(f.along(index))).Limit(f.Limit))
}
