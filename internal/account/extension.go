package account

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"aftercall/internal/database"
	"aftercall/internal/fault"
)

// extension is what a PBX may call a telephone: an internal number, or a name such as agent-101. It is never a number of the public
// network, which the centre would pay for, and no step up in an address.
var (
	extension = regexp.MustCompile(`^([A-Za-z0-9*#_][A-Za-z0-9*#._-]{0,15})?$`)
	outside   = regexp.MustCompile(`[0-9]{8}`)
)

// SetExtension keeps the extension of the viewer's own telephone; "" is none. It returns fault.Invalid for what no telephone is called.
func (s *Service) SetExtension(ctx context.Context, viewer Viewer, value string) error {
	value = strings.TrimSpace(value)
	if wrong := checkExtension(value); len(wrong) > 0 {
		return fault.InvalidFields(wrong...)
	}
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		if err := (store{tx}).updateUser(viewer.UserID, map[string]any{"extension": value}); err != nil {
			return err
		}
		return Audit(tx, s.now(), viewer, "user.extension", "user", viewer.UserID, "")
	})
	if err != nil {
		return fmt.Errorf("keep the extension of user %d: %w", viewer.UserID, err)
	}
	return nil
}

func checkExtension(value string) (wrong fault.Problems) {
	if !extension.MatchString(value) || outside.MatchString(value) {
		wrong.Refuse("extension", "extension", "must be at most 16 letters, digits and . _ - * #, with at most 7 digits in a row", value)
	}
	return wrong
}

// ExtensionOf returns the extension of a user's own telephone; "" when they named none.
func ExtensionOf(tx database.Tx, userID int64) (string, error) {
	user, err := store{tx}.user(userID)
	if fault.Is(err, fault.NotFound) { // the program itself has no telephone
		return "", nil
	}
	return user.Extension, err
}
