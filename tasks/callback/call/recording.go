package call

import (
	"context"
	"fmt"

	"aftercall/internal/account"
	"aftercall/internal/address"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/tasks/callback"
)

var errNoRecording = fault.New(fault.NotFound, "recording_unknown", "there is no recording of that call")

// Recording returns where the recording of an attempt can be heard, and writes into the audit that the viewer listened. It may be heard by
// supervisors of the callback's team and administrators, and by the caller who made the call where the centre lets callers hear their own.
// For everybody else, and where nothing was recorded, it returns fault.NotFound: whether there is a recording is not told either.
func (s *Service) Recording(ctx context.Context, viewer account.Viewer, callbackID, attemptID int64) (url string, err error) {
	now := s.now()
	err = s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		url = ""
		c, a, err := callback.AttemptByID(tx, attemptID)
		if fault.Is(err, fault.NotFound) || err == nil && c.ID != callbackID {
			return errNoRecording
		}
		if err != nil {
			return err
		}
		hears, err := callback.MayHear(tx, viewer, c)
		switch {
		case err != nil:
			return err
		case !hears(a) || !address.IsLink(a.RecordingURL):
			return errNoRecording
		}
		url = a.RecordingURL
		return account.Audit(tx, now, viewer, "recording.heard", "callback", a.CallbackID,
			account.Detail(map[string]any{"attempt": a.No}))
	})
	if err != nil {
		return "", fmt.Errorf("open the recording of attempt %d: %w", attemptID, err)
	}
	return url, nil
}
