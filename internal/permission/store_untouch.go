package permission

import (
	"fmt"

	"aftercall/internal/database"
)

// Untouch takes back the touch of a message that is known not to have gone out, so that it does not count against later ones.
func (s *Service) Untouch(tx database.Tx, personID int64, kind TouchKind, ref int64) error {
	return store{tx}.removeTouch(personID, kind, ref)
}

func (s store) removeTouch(personID int64, kind TouchKind, ref int64) error {
	err := s.Gorm().Where("person_id = ? AND kind = ? AND ref = ?", personID, kind, ref).Delete(&Touch{}).Error
	if err != nil {
		return fmt.Errorf("take back %s touch %d: %w", kind, ref, err)
	}
	return nil
}
