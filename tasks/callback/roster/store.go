package roster

import (
	"errors"
	"fmt"

	"gorm.io/gorm"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
)

// store is a transaction on the tables of rosters.
type store struct{ database.Tx }

func (s store) shifts() ([]Shift, error) {
	return database.List[Shift](s.Gorm().Order("from_minute, until_minute, id").Limit(maxShifts), "shifts")
}

func (s store) shift(id int64) (Shift, error) {
	return database.One[Shift](s.Gorm().Where("id = ?", id), "shift", errShiftUnknown)
}

func (s store) insertShifts(list []Shift) error {
	return nameTaken(database.Insert(s.Tx, "shifts", list))
}

func (s store) updateShift(id int64, made Shift) error {
	return nameTaken(s.Gorm().Model(&Shift{}).Where("id = ?", id).Updates(map[string]any{
		"name": made.Name, "from_minute": made.FromMinute, "until_minute": made.UntilMinute,
	}).Error)
}

func nameTaken(err error) error {
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return fault.InvalidFields(fault.Field{Name: "name", Code: "shift_taken", Problem: "there is a shift of this name"})
	}
	if err != nil {
		return fmt.Errorf("write a shift: %w", err)
	}
	return nil
}

func (s store) deleteShift(id int64) error {
	if err := s.Gorm().Where("id = ?", id).Delete(&Shift{}).Error; err != nil {
		return fmt.Errorf("delete shift %d: %w", id, err)
	}
	return nil
}

// standing returns the entries of people on days of [first, last] that nobody has ended.
func (s store) standing(ids []int64, first, last clock.Day) ([]Entry, error) {
	return database.In[Entry](ids, "entries of a roster", func(part []int64) *gorm.DB {
		return s.Gorm().Where("user_id IN ? AND removed_by = 0 AND day >= ? AND day <= ?", part, first, last)
	})
}

// entriesOf returns what a change brought and what it ended.
func (s store) entriesOf(changeID int64) (brought, ended []Entry, err error) {
	read := func(column string) ([]Entry, error) {
		return database.List[Entry](s.Gorm().Where(column+" = ?", changeID).Limit(2*MaxEntries*MaxCells), "entries of a change")
	}
	if brought, err = read("added_by"); err != nil {
		return nil, nil, err
	}
	ended, err = read("removed_by")
	return brought, ended, err
}

func (s store) insertChange(c *Change) error {
	if err := s.Gorm().Create(c).Error; err != nil {
		return fmt.Errorf("insert a change of a roster: %w", err)
	}
	return nil
}

// end ends entries by a change.
func (s store) end(ids []int64, changeID int64) error {
	for len(ids) > 0 {
		part := ids[:min(len(ids), database.MaxIn)]
		err := s.Gorm().Model(&Entry{}).Where("id IN ? AND removed_by = 0", part).Update("removed_by", changeID).Error
		if err != nil {
			return fmt.Errorf("end entries of a roster: %w", err)
		}
		ids = ids[len(part):]
	}
	return nil
}

func (s store) change(id int64) (Change, error) {
	return database.One[Change](s.Gorm().Where("id = ?", id), "change of a roster", errNoChange)
}

func (s store) markUndone(id, by int64) error {
	if err := s.Gorm().Model(&Change{}).Where("id = ?", id).Update("undone_by", by).Error; err != nil {
		return fmt.Errorf("mark a change of a roster: %w", err)
	}
	return nil
}

// newest returns the newest change, 0 for none.
func (s store) newest() (id int64, err error) {
	if err := s.Gorm().Model(&Change{}).Select("COALESCE(MAX(id), 0)").Scan(&id).Error; err != nil {
		return 0, fmt.Errorf("read the newest change of a roster: %w", err)
	}
	return id, nil
}

// changes returns the newest changes by some users (nil: all), behind one.
func (s store) changes(by []int64, before int64, limit int) ([]Change, error) {
	g := s.Gorm().Order("id DESC").Limit(limit)
	if before != 0 {
		g = g.Where("id < ?", before)
	}
	if by != nil {
		g = g.Where("user_id IN ?", by)
	}
	return database.List[Change](g, "changes of rosters")
}
