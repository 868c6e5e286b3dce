package worklist

import (
	"context"
	"fmt"
	"unicode/utf8"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/text"
)

// SavedFilter is a filter of the work list that somebody gave a name.
type SavedFilter struct {
	ID        int64
	UserID    int64
	Name      string
	Query     string // of the address of the list, as its page writes it
	First     bool   // what the list begins with; one of a user's at most
	CreatedAt clock.Instant
}

// TableName names the table.
func (SavedFilter) TableName() string { return "saved_filters" }

const (
	mostSaved    = 30 // of one user
	longestName  = 30 // of a filter, in characters
	longestQuery = 1000
)

// Saved returns the filters that the viewer has saved, by name.
func (s *Service) Saved(ctx context.Context, viewer account.Viewer) ([]SavedFilter, error) {
	return store{s.db.View(ctx)}.saved(viewer.UserID)
}

// SaveFilter keeps a filter under a name, in place of the one of that name. It returns fault.Invalid for a name that is empty or longer
// than 30 characters, and fault.Conflict where somebody has thirty.
func (s *Service) SaveFilter(ctx context.Context, viewer account.Viewer, f SavedFilter) error {
	f.Name = text.Name(f.Name)
	field := fault.Field{Name: "name", Code: "required", Problem: "give the filter a name"}
	if utf8.RuneCountInString(f.Name) > longestName || len(f.Query) > longestQuery {
		field.Code, field.Problem = "filter_too_long", "is longer than 30 characters"
	}
	if f.Name == "" || field.Code != "required" {
		return fault.InvalidFields(field)
	}
	f.ID, f.UserID, f.CreatedAt = 0, viewer.UserID, s.now()
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		if err := database.Guard(tx, fmt.Sprintf("saved filters %d", viewer.UserID)); err != nil {
			return err
		}
		st := store{tx}
		all, err := st.saved(viewer.UserID)
		if err != nil {
			return err
		}
		same := 0
		for _, other := range all {
			if other.Name == f.Name {
				same = 1
			}
		}
		if len(all)-same >= mostSaved {
			return fault.New(fault.Conflict, "too_many_filters", "you have thirty saved filters; delete one first")
		}
		return st.save(f)
	})
	if err != nil {
		return fmt.Errorf("save a filter: %w", err)
	}
	return nil
}

// DeleteFilter forgets one of the viewer's filters. One that is not there is forgotten already.
func (s *Service) DeleteFilter(ctx context.Context, viewer account.Viewer, id int64) error {
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		return store{tx}.deleteSaved(viewer.UserID, id)
	})
	if err != nil {
		return fmt.Errorf("delete filter %d: %w", id, err)
	}
	return nil
}
