package callback

import (
	"cmp"
	"fmt"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"aftercall/internal/account"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/tasks/callback/skill"
)

// store is a transaction on the tables of callbacks.
type store struct{ database.Tx }

var openStates = OpenStates()

var errNoCallback = fault.New(fault.NotFound, "callback_unknown", "there is no such callback")

func (s store) callback(id int64) (Callback, error) {
	return s.oneCallback(s.Gorm(), id)
}

func idsOf(callbacks []Callback) []int64 {
	ids := make([]int64, len(callbacks))
	for i, c := range callbacks {
		ids[i] = c.ID
	}
	return ids
}

func (s store) oneCallback(g *gorm.DB, id int64) (Callback, error) {
	return database.One[Callback](g.Where("id = ?", id), "callback", errNoCallback)
}

// updateCallback writes everything about a callback that a transition may change, and from when it is anybody's.
func (s store) updateCallback(c *Callback) error {
	fall, err := skill.FallThrough(s.Tx)
	if err != nil {
		return err
	}
	c.open(fall)
	err = s.Gorm().Model(&Callback{}).Where("id = ?", c.ID).Updates(map[string]any{
		"person_id": c.PersonID, "team_id": c.TeamID, "pool_id": c.PoolID, "state": c.State, "priority": c.Priority,
		"not_before": c.NotBefore, "ready_at": c.ReadyAt, "offered_at": c.OfferedAt, "open_at": c.OpenAt, "due_at": c.DueAt,
		"expires_at":  c.ExpiresAt,
		"lease_until": c.LeaseUntil, "caller_id": c.CallerID, "caller_before": c.CallerBefore,
		"reserved_for": c.ReservedFor, "kept_minutes": c.KeptMinutes, "wait_reason": c.WaitReason,
		"claimed_at": c.ClaimedAt, "dialled_at": c.DialledAt, "fence": c.Fence, "slot": c.Slot, "skips": c.Skips,
		"attempts": c.Attempts, "max_attempts": c.MaxAttempts,
		"appointment_at": c.AppointmentAt, "appointment_until": c.AppointmentUntil,
		"call_result": c.CallResult, "business_result": c.BusinessResult,
		"note": c.Note, "note_for_next": c.NoteForNext, "changed_at": c.ChangedAt, "closed_at": c.ClosedAt, "close_reason": c.CloseReason,
	}).Error
	if err != nil {
		return fmt.Errorf("update callback %d: %w", c.ID, err)
	}
	return nil
}

// openCallbacks returns the callbacks of the resolutions that are not closed, by id.
func (s store) openCallbacks(resolutionIDs []int64) ([]Callback, error) {
	rows, err := database.In[Callback](resolutionIDs, "open callbacks", func(part []int64) *gorm.DB {
		return s.Gorm().Where("resolution_id IN ? AND state IN ?", part, openStates)
	})
	slices.SortFunc(rows, func(a, b Callback) int { return cmp.Compare(a.ID, b.ID) })
	return rows, err
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

// openBesidesRecoveries returns the open callbacks of contacts that only ask whether it is solved.
func (s store) openBesidesRecoveries(contactIDs []int64) ([]Callback, error) {
	return database.In[Callback](contactIDs, "open callbacks of contacts", func(part []int64) *gorm.DB {
		return s.Gorm().Order("id").
			Where("contact_id IN ? AND kind NOT IN ? AND state IN ?", part, []Kind{RecoveryKind, SecondKind}, openStates)
	})
}

// openOfContact returns the open callbacks about a contact, whatever they ask, by id.
func (s store) openOfContact(contactID int64) ([]Callback, error) {
	return listCallbacks(s.Gorm().Where("contact_id = ? AND state IN ?", contactID, openStates).Order("id"))
}

// nextSecond returns the round of the next second call about a resolution.
func (s store) nextSecond(resolutionID int64) (int, error) {
	var last int
	err := s.Gorm().Model(&Callback{}).Where("resolution_id = ? AND kind = ?", resolutionID, SecondKind).
		Select("COALESCE(MAX(round), 0)").Scan(&last).Error
	if err != nil {
		return 0, fmt.Errorf("read the second calls of resolution %d: %w", resolutionID, err)
	}
	return last + 1, nil
}

// putOrigin writes down for which low score a callback asks again, unless it does for another one.
func (s store) putOrigin(id int64, low LowScore) error {
	err := s.Gorm().Model(&Callback{}).Where("id = ? AND origin_ref = 0", id).Updates(map[string]any{
		"origin_ref": low.ResponseID, "origin_value": low.Value, "origin_scale": low.Scale,
	}).Error
	if err != nil {
		return fmt.Errorf("write the score of callback %d: %w", id, err)
	}
	return nil
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
	fall, err := skill.FallThrough(s.Tx)
	if err != nil {
		return err
	}
	for i := range callbacks {
		callbacks[i].open(fall)
	}
	err = s.Gorm().Clauses(clause.OnConflict{DoNothing: true}).CreateInBatches(callbacks, 200).Error
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

func listCallbacks(g *gorm.DB) ([]Callback, error) { return database.List[Callback](g, "callbacks") }

func (s store) callbacksByID(ids []int64) ([]Callback, error) {
	return database.In[Callback](ids, "callbacks", func(part []int64) *gorm.DB { return s.Gorm().Where("id IN ?", part) })
}

// pausedBy counts the callbacks a caller has paused.
func (s store) pausedBy(callerID int64) (int, error) {
	n, err := database.CountUpTo(s.Tx, s.Gorm().Model(&Callback{}).
		Where("reserved_for = ? AND state = ? AND wait_reason = ?", callerID, Waiting, ReasonPaused), MaxRows)
	if err != nil {
		return 0, fmt.Errorf("count paused callbacks: %w", err)
	}
	return n, nil
}

// openOfCustomers returns the callbacks of customers that are not closed, by the index on the customer, of whom there are few.
func (s store) openOfCustomers(teams, customerIDs []int64) ([]Callback, error) {
	return database.In[Callback](customerIDs, "open callbacks of customers", func(part []int64) *gorm.DB {
		g := s.Gorm().Where("customer_id IN ? AND state IN ?", part, openStates).Order("due_at, id")
		if len(teams) > 0 {
			g = g.Where("team_id IN ?", teams)
		}
		return g
	})
}

// OpenOf returns the callbacks of customers that are not closed and that the viewer sees, in the order in which they are due.
func OpenOf(tx database.Tx, viewer account.Viewer, customerIDs []int64) ([]Callback, error) {
	return store{tx}.openOfCustomers(viewer.VisibleTeams(), customerIDs)
}

func (s store) recoveriesOf(resolutionID int64) ([]Callback, error) {
	return listCallbacks(s.Gorm().Where("resolution_id = ? AND kind = ?", resolutionID, RecoveryKind).Order("id"))
}

// MaxRows is how many rows a list returns at most.
const MaxRows = 500

// Limited returns how many rows a list returns when n are asked for: at most MaxRows, which is also what 0 means.
func Limited(n int) int {
	if n <= 0 || n > MaxRows {
		return MaxRows
	}
	return n
}
