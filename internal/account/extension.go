package account

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"aftercall/internal/database"
	"aftercall/internal/fault"
)

// extension is what a PBX may call a telephone: an internal number, or a name such as agent-101.
var extension = regexp.MustCompile(`^[A-Za-z0-9*#+._-]{0,32}$`)

// SetExtension keeps the extension of the viewer's own telephone; "" is none. It returns fault.Invalid for what no telephone is called.
func (s *Service) SetExtension(ctx context.Context, viewer Viewer, value string) error {
	value = strings.TrimSpace(value)
	if !extension.MatchString(value) {
		return fault.InvalidFields(fault.Field{
			Name: "extension", Code: "extension", Problem: "must be at most 32 letters, digits and . _ - * # +", Value: value,
		})
	}
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		return store{tx}.updateUser(viewer.UserID, map[string]any{"extension": value})
	})
	if err != nil {
		return fmt.Errorf("keep the extension of user %d: %w", viewer.UserID, err)
	}
	return nil
}

// ExtensionOf returns the extension of a user's own telephone; "" when they named none.
func ExtensionOf(tx database.Tx, userID int64) (string, error) {
	user, err := store{tx}.user(userID)
	if fault.Is(err, fault.NotFound) { // the program itself has no telephone
		return "", nil
	}
	return user.Extension, err
}
