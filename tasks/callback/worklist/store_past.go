package worklist

import (
	"gorm.io/gorm"

	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/tasks/callback"
)

func (s store) pastCallbacks(p contact.Past) ([]callback.Callback, error) {
	ids, err := p.Latest(s.Tx, "callbacks.id", func() *gorm.DB { return callback.OfCustomers(s.Tx, p) },
		database.Moment{Column: "callbacks.created_at", When: "callbacks.kind IN ?", Args: []any{plannedKinds}},
		database.Moment{
			Column: "callbacks.closed_at",
			When: "(callbacks.decision_id IS NULL AND callbacks.state = ? AND close_reason <> ? " +
				"OR callbacks.state = ? AND close_reason = ?)",
			Args: []any{callback.Cancelled, callback.ReasonByHand, callback.Finished, callback.ReasonUnreachable},
		})
	if err != nil {
		return nil, err
	}
	return s.callbacksByID(nil, ids)
}

func (s store) pastAttempts(p contact.Past) ([]callback.Attempt, error) {
	ids, err := p.Latest(s.Tx, "attempts.id", func() *gorm.DB {
		return callback.OfCustomers(s.Tx, p).Joins("JOIN attempts ON attempts.callback_id = callbacks.id")
	}, database.Moment{Column: "attempts.started_at", When: "attempts.call_result = ''"},
		database.Moment{Column: "attempts.ended_at", When: "attempts.call_result <> ''"})
	if err != nil {
		return nil, err
	}
	return database.In[callback.Attempt](ids, "past calls", func(part []int64) *gorm.DB { return s.Gorm().Where("id IN ?", part) })
}

func (s store) pastChanges(p contact.Past, kinds []callback.ChangeKind) ([]callback.Change, error) {
	ids, err := p.Latest(s.Tx, "callback_changes.id", func() *gorm.DB {
		return callback.OfCustomers(s.Tx, p).Joins("JOIN callback_changes ON callback_changes.callback_id = callbacks.id")
	}, database.Moment{
		Column: "callback_changes.at", When: "callback_changes.kind IN ? AND callback_changes.user_id <> 0", Args: []any{kinds},
	})
	if err != nil {
		return nil, err
	}
	return database.In[callback.Change](ids, "past changes", func(part []int64) *gorm.DB { return s.Gorm().Where("id IN ?", part) })
}

// changesOfCallbacks returns what people did with callbacks, of some kinds, the newest first.
func (s store) changesOfCallbacks(callbackIDs []int64, kinds []callback.ChangeKind) ([]callback.Change, error) {
	if len(callbackIDs) == 0 {
		return nil, nil
	}
	return database.List[callback.Change](s.Gorm().Where("callback_id IN ? AND kind IN ? AND user_id <> 0", callbackIDs, kinds).
		Order("id DESC").Limit(maxEvents), "what was done with callbacks")
}

// ByID returns callbacks by their ids, whosever they are.
func ByID(tx database.Tx, ids []int64) (map[int64]callback.Callback, error) {
	found, err := store{tx}.callbacksByID(nil, ids)
	return byID(found), err
}

// CallbacksOf returns for which callback each attempt was made.
func CallbacksOf(tx database.Tx, attemptIDs []int64) (map[int64]int64, error) {
	ids := database.DistinctNonzero(attemptIDs)
	attempts, err := database.In[callback.Attempt](ids, "what calls were for", func(part []int64) *gorm.DB {
		return tx.Gorm().Select("id", "callback_id").Where("id IN ?", part)
	})
	callbacks := make(map[int64]int64, len(attempts))
	for _, a := range attempts {
		callbacks[a.ID] = a.CallbackID
	}
	return callbacks, err
}
