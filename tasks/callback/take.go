package callback

import (
	"context"
	"errors"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/permission"
)

// claimSeen claims a callback that was looked at. What changed since, or may not be made, is asked again and then claimed, put off or
// cancelled. It returns nil when nothing was claimed, and whether it might be tried again at once: a colleague was not faster.
//
// Lock order: the callback, then its person. The other callbacks of the person are locked without waiting.
func (s *Service) claimSeen(
	ctx context.Context, viewer account.Viewer, w want, found seen, now clock.Instant,
) (claimed *Callback, aside bool, err error) {
	defer found.done()
	err = s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		claimed, aside = nil, false
		c, err := store{tx}.lockFree(found.callback)
		if errors.Is(err, errGone) {
			return nil
		}
		if err != nil {
			return err
		}
		ok, err := s.claimLocked(tx, viewer, w, c, found, now)
		if ok {
			claimed = c
		}
		aside = c.State != found.callback.State
		return err
	})
	return claimed, aside, err
}

// claimLocked claims a locked callback and reports whether it did.
func (s *Service) claimLocked(
	tx database.Tx, viewer account.Viewer, w want, c *Callback, found seen, now clock.Instant,
) (bool, error) {
	if c.PoolID != found.callback.PoolID { // somebody else's team or skill since
		return false, nil
	}
	if !found.allowed || !found.alone || c.PersonID != found.callback.PersonID || c.usedUp() || !c.claimable(viewer.UserID, now) {
		return s.claimAnew(tx, viewer, w, c, now)
	}
	same, err := permission.ReserveUnchanged(tx, c.PersonID, found.version)
	if err != nil {
		return false, err
	}
	if !same {
		return s.claimAnew(tx, viewer, w, c, now)
	}
	err = s.holdAll(tx, viewer, w, c, nil, max(found.fence, c.Fence), now)
	if errors.Is(err, errHeld) {
		return false, nil
	}
	return err == nil, err
}

// claimAnew claims a locked callback of which everything is asked in the transaction.
func (s *Service) claimAnew(tx database.Tx, viewer account.Viewer, w want, c *Callback, now clock.Instant) (bool, error) {
	over, err := s.endOfNoUse(tx, viewer, c, now)
	if err != nil || over {
		return false, err
	}
	return s.claimOne(tx, viewer, w, c, now)
}
