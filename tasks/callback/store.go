package callback

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
)

// store is a transaction on the tables of callbacks.
type store struct{ database.Tx }

var errNoCallback = fault.New(fault.NotFound, "callback_unknown", "there is no such callback")

func (s store) callback(id int64) (Callback, error) {
	return s.oneCallback(s.Gorm(), id)
}

// lockCallback returns a callback that nobody else changes until the transaction ends.
func (s store) lockCallback(id int64) (Callback, error) {
	return s.oneCallback(s.Gorm().Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}), id)
}

func (s store) oneCallback(g *gorm.DB, id int64) (Callback, error) {
	return database.One[Callback](g.Where("id = ?", id), "callback", errNoCallback)
}

// lockFree locks a callback as it was seen, without waiting. It returns errGone when somebody else has or changed it.
func (s store) lockFree(seen Callback) (*Callback, error) {
	g := s.Gorm().Clauses(s.SkipLocked()...).Where("id = ? AND state = ? AND fence = ?", seen.ID, seen.State, seen.Fence)
	c, err := database.One[Callback](g, "callback to lock", errGone)
	return &c, err
}

// updateCallback writes everything about a callback that a transition may change.
func (s store) updateCallback(c Callback) error {
	err := s.Gorm().Model(&Callback{}).Where("id = ?", c.ID).Updates(map[string]any{
		"person_id": c.PersonID, "team_id": c.TeamID, "pool_id": c.PoolID, "state": c.State, "priority": c.Priority,
		"ready_at": c.ReadyAt, "due_at": c.DueAt, "expires_at": c.ExpiresAt,
		"lease_until": c.LeaseUntil, "caller_id": c.CallerID, "reserved_for": c.ReservedFor, "wait_reason": c.WaitReason,
		"claimed_at": c.ClaimedAt, "dialled_at": c.DialledAt, "fence": c.Fence, "slot": c.Slot, "skips": c.Skips,
		"attempts": c.Attempts, "max_attempts": c.MaxAttempts,
		"appointment_at": c.AppointmentAt, "call_result": c.CallResult, "business_result": c.BusinessResult,
		"note": c.Note, "note_for_next": c.NoteForNext, "changed_at": c.ChangedAt, "closed_at": c.ClosedAt, "close_reason": c.CloseReason,
	}).Error
	if err != nil {
		return fmt.Errorf("update callback %d: %w", c.ID, err)
	}
	return nil
}

// claimable reads the first few callbacks that the caller may have in each of the pools, those reserved for them, and those whose
// lease is over. Whatever keeps a callback from the caller is judged by the statement: a few of those at the head of what is read
// would otherwise hide all others.
func (s store) claimable(callerID int64, pools []int64, now clock.Instant) ([]Callback, error) {
	found := make(map[int64]Callback)
	add := func(list []Callback, err error) error {
		for _, c := range list {
			found[c.ID] = c
		}
		return err
	}
	for chunk := range slices.Chunk(pools, 100) {
		if err := add(s.firstOfPools(callerID, chunk, now)); err != nil {
			return nil, err
		}
	}
	for chunk := range slices.Chunk(pools, database.MaxIn) {
		if err := add(s.reservedOfPools(callerID, chunk, now)); err != nil {
			return nil, err
		}
		if err := add(s.lapsedOfPools(callerID, chunk, now)); err != nil {
			return nil, err
		}
	}
	return slices.Collect(maps.Values(found)), nil
}

// mayHave is the condition under which a callback in nobody's hands may go to a caller; mayHaveArgs returns its arguments.
const mayHave = "(reserved_for IN (0, ?) OR ready_at <= ?) AND not_for <> ? AND expires_at > ? AND person_id NOT IN " + heldPersons

func mayHaveArgs(callerID int64, now clock.Instant) []any {
	return []any{callerID, now.Add(-reservationTime), callerID, now, now}
}

// firstOfPools reads the head of each pool by its index, all pools in one statement. The limit is no parameter: SQLite would plan the
// statement anew each time it is run.
func (s store) firstOfPools(callerID int64, pools []int64, now clock.Instant) ([]Callback, error) {
	head := fmt.Sprintf(`SELECT * FROM (SELECT * FROM callbacks WHERE pool_id = ? AND state = 'ready' AND %s
		ORDER BY priority, skips, due_at, id LIMIT %d) AS head`, mayHave, perPool)
	parts := make([]string, len(pools))
	args := make([]any, 0, 6*len(pools))
	for i, id := range pools {
		parts[i] = head
		args = append(args, id)
		args = append(args, mayHaveArgs(callerID, now)...)
	}
	var found []Callback
	if err := s.Gorm().Raw(strings.Join(parts, " UNION ALL "), args...).Scan(&found).Error; err != nil {
		return nil, fmt.Errorf("read ready callbacks: %w", err)
	}
	return found, nil
}

// reservedOfPools reads the first appointments of the caller. The plus keeps the database from walking the pools' indexes instead of
// the caller's few.
func (s store) reservedOfPools(callerID int64, pools []int64, now clock.Instant) ([]Callback, error) {
	var found []Callback
	err := s.Gorm().Where("reserved_for = ? AND state = ? AND +pool_id IN ?", callerID, Ready, pools).
		Where(mayHave, mayHaveArgs(callerID, now)...).Order("ready_at").Limit(perPool).Find(&found).Error
	if err != nil {
		return nil, fmt.Errorf("read reserved callbacks: %w", err)
	}
	return found, nil
}

// lapsedOfPools reads the most urgent callbacks whose lease is over, the caller's own first. Claimed ones are about as many as there
// are callers, so that all of them can be looked at.
func (s store) lapsedOfPools(callerID int64, pools []int64, now clock.Instant) ([]Callback, error) {
	var found []Callback
	err := s.Gorm().Where("state = ? AND lease_until <= ? AND +pool_id IN ?", Claimed, now, pools).
		Where(mayHave, mayHaveArgs(callerID, now)...).
		Order(fmt.Sprintf("CASE WHEN caller_id = %d THEN 0 ELSE 1 END, priority, skips, due_at, id", callerID)).
		Limit(4 * perPool).Find(&found).Error
	if err != nil {
		return nil, fmt.Errorf("read lapsed callbacks: %w", err)
	}
	return found, nil
}

// openCallbacks returns the callbacks of the resolutions that are not closed.
func (s store) openCallbacks(resolutionIDs []int64) ([]Callback, error) {
	var rows []Callback
	err := s.Gorm().Where("resolution_id IN ? AND state IN ?", resolutionIDs, openStates).
		Order("id").Limit(database.MaxIn).Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read open callbacks: %w", err)
	}
	return rows, nil
}

// contactsRecovered returns which of the contacts have a recovery that is not closed.
func (s store) contactsRecovered(contactIDs []int64) (map[int64]bool, error) {
	rows, err := database.In[Callback](contactIDs, "open recoveries", func(part []int64) *gorm.DB {
		return s.Gorm().Select("contact_id").Where("contact_id IN ? AND kind = ? AND state IN ?", part, RecoveryKind, openStates)
	})
	found := make(map[int64]bool, len(rows))
	for _, c := range rows {
		found[c.ContactID] = true
	}
	return found, err
}

// openBesidesRecoveries returns the open callbacks of contacts that are no recoveries.
func (s store) openBesidesRecoveries(contactIDs []int64) ([]Callback, error) {
	return database.In[Callback](contactIDs, "open callbacks of contacts", func(part []int64) *gorm.DB {
		return s.Gorm().Where("contact_id IN ? AND kind <> ? AND state IN ?", part, RecoveryKind, openStates).Order("id")
	})
}

// openOfCustomers returns the callbacks of customers that are not closed.
func (s store) openOfCustomers(customerIDs []int64) ([]Callback, error) {
	return database.In[Callback](customerIDs, "open callbacks of customers", func(part []int64) *gorm.DB {
		return s.Gorm().Select("id", "customer_id").Where("customer_id IN ? AND state IN ?", part, openStates).Order("id")
	})
}

// heldForNewer returns the callbacks of customers that wait until a newer contact is resolved.
func (s store) heldForNewer(customerIDs []int64) ([]Callback, error) {
	return database.In[Callback](customerIDs, "callbacks that wait for newer contacts", func(part []int64) *gorm.DB {
		return s.Gorm().Where("customer_id IN ? AND state = ? AND wait_reason = ?", part, Waiting, ReasonNewer).Order("id")
	})
}

// key names a callback by what it is about.
type key struct {
	ResolutionID int64
	Kind         Kind
	Round        int
}

// insertCallbacks leaves out those that exist.
func (s store) insertCallbacks(callbacks []Callback) error {
	err := s.Gorm().Clauses(clause.OnConflict{DoNothing: true}).CreateInBatches(callbacks, 200).Error
	if err != nil {
		return fmt.Errorf("insert callbacks: %w", err)
	}
	return nil
}

func (s store) callbackIDs(resolutionIDs []int64) (map[key]int64, error) {
	rows, err := database.In[Callback](resolutionIDs, "callbacks", func(part []int64) *gorm.DB {
		return s.Gorm().Select("id", "resolution_id", "kind", "round").Where("resolution_id IN ?", part)
	})
	ids := make(map[key]int64, len(rows))
	for _, c := range rows {
		ids[key{c.ResolutionID, c.Kind, c.Round}] = c.ID
	}
	return ids, err
}

func (s store) lastOf(resolutionID, decisionID int64) (Callback, error) {
	var c Callback
	err := s.Gorm().Where("resolution_id = ? AND decision_id = ?", resolutionID, decisionID).Order("round DESC").Limit(1).Take(&c).Error
	if err != nil {
		return Callback{}, fmt.Errorf("read the last callback of decision %d: %w", decisionID, err)
	}
	return c, nil
}

func (s store) callbacksOfContact(contactID int64) ([]Callback, error) {
	return listCallbacks(s.Gorm().Where("contact_id = ?", contactID).Order("id DESC").Limit(maxEvents))
}
