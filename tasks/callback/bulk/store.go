package bulk

import (
	"fmt"

	"aftercall/internal/database"
)

type store struct{ database.Tx }

func (s store) begin(act *Act, ids []int64) error {
	if err := s.Gorm().Create(act).Error; err != nil {
		return fmt.Errorf("add an act: %w", err)
	}
	rows := make([]Row, len(ids))
	for i, id := range ids {
		rows[i] = Row{ActID: act.ID, CallbackID: id, State: RowPending}
	}
	return database.Insert(s.Tx, "the callbacks of an act", rows)
}

func (s store) act(id int64) (Act, error) {
	return database.One[Act](s.Gorm().Where("id = ?", id), "act", errNoAct)
}

func (s store) actsOf(userID int64, limit int) ([]Act, error) {
	return database.List[Act](s.Gorm().Where("user_id = ?", userID).Order("id DESC").Limit(limit), "acts")
}

// waiting is the state of the rows that an act has still to handle.
func waiting(act Act) RowState {
	if act.State == Undoing {
		return RowDone
	}
	return RowPending
}

func (s store) nextRows(act Act, limit int) ([]Row, error) {
	return s.rows(act.ID, waiting(act), 0, limit)
}

// left counts the rows that an act has still to handle, up to one more than a batch.
func (s store) left(act Act) (int, error) {
	n, err := database.CountUpTo(s.Tx, s.Gorm().Model(&Row{}).Where("act_id = ? AND state = ?", act.ID, waiting(act)), batch+1)
	if err != nil {
		return 0, fmt.Errorf("count what is left of act %d: %w", act.ID, err)
	}
	return n, nil
}

func (s store) rows(actID int64, state RowState, after int64, limit int) ([]Row, error) {
	return database.List[Row](s.Gorm().Where("act_id = ? AND state = ? AND callback_id > ?", actID, state, after).
		Order("callback_id").Limit(limit), "the callbacks of an act")
}

func (s store) write(r Row) error {
	err := s.Gorm().Model(&Row{}).Where("act_id = ? AND callback_id = ?", r.ActID, r.CallbackID).Updates(map[string]any{
		"state": r.State, "refused": r.Refused, "before_json": r.BeforeJSON, "after_mark": r.AfterMark,
	}).Error
	if err != nil {
		return fmt.Errorf("write what came of callback %d: %w", r.CallbackID, err)
	}
	return nil
}

func (s store) end(act Act) error {
	err := s.Gorm().Model(&Act{}).Where("id = ?", act.ID).Updates(map[string]any{
		"state": act.State, "ended_at": act.EndedAt, "undone_by": act.UndoneBy, "undone_at": act.UndoneAt,
	}).Error
	if err != nil {
		return fmt.Errorf("write how far act %d is: %w", act.ID, err)
	}
	return nil
}

// counts returns how many rows there are by what came of them.
func (s store) counts(actID int64) ([]Reason, error) {
	var found []Reason
	err := s.Gorm().Model(&Row{}).Select("state, refused AS code, COUNT(*) AS count").Where("act_id = ?", actID).
		Group("state, refused").Order("count DESC, refused").Scan(&found).Error
	if err != nil {
		return nil, fmt.Errorf("count what came of act %d: %w", actID, err)
	}
	return found, nil
}
