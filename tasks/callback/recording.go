package callback

import (
	"context"
	"fmt"

	"aftercall/internal/account"
	"aftercall/internal/address"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/tasks/callback/script"
)

var errNoRecording = fault.New(fault.NotFound, "recording_unknown", "there is no recording of that call")

// Recording returns where the recording of an attempt can be heard, and writes into the audit that the viewer listened. It may be heard by
// supervisors of the callback's team and administrators, and by the caller who made the call where the centre lets callers hear their own.
// For everybody else, and where nothing was recorded, it returns fault.NotFound: whether there is a recording is not told either.
func (s *Service) Recording(ctx context.Context, viewer account.Viewer, callbackID, attemptID int64) (url string, err error) {
	now := s.now()
	err = s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		url = ""
		c, a, err := store{tx}.attemptOf(callbackID, attemptID, errNoRecording)
		if err != nil {
			return err
		}
		hears, err := mayHear(tx, viewer, c)
		switch {
		case err != nil:
			return err
		case !hears(a) || !address.IsLink(a.RecordingURL):
			return errNoRecording
		}
		url = a.RecordingURL
		return account.Audit(tx, now, viewer, "recording.heard", "attempt", a.ID, "")
	})
	if err != nil {
		return "", fmt.Errorf("open the recording of attempt %d: %w", attemptID, err)
	}
	return url, nil
}

// mayHear returns whether a viewer may hear the recording of an attempt on a callback.
func mayHear(tx database.Tx, viewer account.Viewer, c Callback) (func(Attempt) bool, error) {
	if !viewer.SeesTeam(c.TeamID) {
		return func(Attempt) bool { return false }, nil
	}
	if viewer.Is(account.Supervisor) {
		return func(Attempt) bool { return true }, nil
	}
	own, err := script.CallersHearTheirOwn(tx)
	return func(a Attempt) bool { return own && viewer.Role == account.Caller && a.CallerID == viewer.UserID }, err
}

// hideRecordings takes the addresses of recordings out of attempts that are about to be shown, and returns which of them the viewer may
// hear.
func hideRecordings(tx database.Tx, viewer account.Viewer, c Callback, attempts []Attempt) (map[int64]bool, error) {
	hears, err := mayHear(tx, viewer, c)
	if err != nil {
		return nil, err
	}
	heard := map[int64]bool{}
	for i := range attempts {
		a := &attempts[i]
		if a.RecordingURL != "" && hears(*a) {
			heard[a.ID] = true
		}
		a.RecordingURL = ""
	}
	return heard, nil
}
