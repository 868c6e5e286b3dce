package script

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
)

//go:embed stock/*.txt
var stockFiles embed.FS

// stock returns what a centre says before it published anything; of Help there is nothing.
func stock(kind Kind, language string) (Script, error) {
	found := Script{Match: Match{Kind: kind, Language: language}, Version: 1}
	name := fmt.Sprintf("stock/%s.%s", kind, language)
	body, err := stockFiles.ReadFile(name + ".txt")
	if errors.Is(err, fs.ErrNotExist) {
		return Script{}, errNothingSaid
	}
	if err != nil {
		return Script{}, fmt.Errorf("read the script %s: %w", name, err)
	}
	short, err := stockFiles.ReadFile(name + ".short.txt")
	if err != nil {
		return Script{}, fmt.Errorf("read the short form of %s: %w", name, err)
	}
	found.Body, found.Short = strings.TrimSpace(string(body)), strings.TrimSpace(string(short))
	return found, nil
}

// EnsureBuiltIn publishes the scripts every centre starts with as version 1, once.
func (s *Service) EnsureBuiltIn(ctx context.Context) error {
	var all []Script
	now := s.now()
	for _, kind := range Kinds() {
		for _, language := range Languages() {
			found, err := stock(kind, language)
			if errors.Is(err, errNothingSaid) {
				continue
			}
			if err != nil {
				return err
			}
			found.UpdatedAt, found.Revision = now, 1
			all = append(all, found)
		}
	}
	return s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error { return scripts.Ensure(tx, all...) })
}

// Publish makes a draft the next version of its script, which the desks show from their next page on. Drafts are checked when they are
// saved, and once more here. It fails as Save does.
func (s *Service) Publish(ctx context.Context, viewer account.Viewer, id int64, revision int) (Script, error) {
	var published Script
	err := s.change(ctx, viewer, id, revision, func(tx database.Tx, row Script, now clock.Instant) error {
		if _, err := Checked(row.Kind, Written{Body: row.Body, Short: row.Short, Note: row.Note}); err != nil {
			return err
		}
		if err := database.Guard(tx, guardName); err != nil {
			return err
		}
		newest, err := store{tx}.newestVersion(row.Match)
		if err != nil {
			return err
		}
		row.Version, row.UpdatedBy, row.UpdatedAt = newest+1, viewer.UserID, now
		published = row
		if err := (store{tx}).update(row); err != nil {
			return err
		}
		return account.Audit(tx, now, viewer, "script.published", "script", row.ID, row.String())
	})
	return published, err
}

// Retire ends a script: from now on callbacks it matched get the next less specific one. What was published stays as it is, so that a
// draft can bring it back. It returns fault.Conflict for anything but the version in force, and for the script for any category and
// product, without which a desk would have nothing to say.
func (s *Service) Retire(ctx context.Context, viewer account.Viewer, id int64) error {
	if !viewer.Is(account.Supervisor) {
		return errMayNot
	}
	now := s.now()
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		st := store{tx}
		if err := database.Guard(tx, guardName); err != nil {
			return err
		}
		row, err := scripts.ByID(tx, id)
		if err != nil {
			return err
		}
		newest, err := st.newestVersion(row.Match)
		switch {
		case err != nil:
			return err
		case row.Draft() || row.Version != newest || row.Retired:
			return errNotInForce
		case row.General() && row.Kind != Help:
			return errMustRemain
		}
		end := Script{
			Match: row.Match, Version: newest + 1, Body: row.Body, Short: row.Short, Retired: true, BasedOn: row.Version, Revision: 1,
			UpdatedBy: viewer.UserID, UpdatedAt: now,
		}
		if err := scripts.Add(tx, &end); err != nil {
			return err
		}
		return account.Audit(tx, now, viewer, "script.retired", "script", end.ID, end.String())
	})
	if err != nil {
		return fmt.Errorf("retire script %d: %w", id, err)
	}
	return nil
}
