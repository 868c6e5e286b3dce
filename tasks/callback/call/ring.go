package call

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"aftercall/internal/account"
	"aftercall/tasks/callback"
)

// Dialer asks what makes calls, such as a PBX, for one.
type Dialer interface {
	// Dial asks for a call. It reports false, without an error, where a centre has nothing that could be asked: the caller dials then.
	Dial(ctx context.Context, call Request) (asked bool, err error)
	// Link returns the address by which the caller's own telephone dials a number: tel:… or sip:….
	Link(ctx context.Context, phone string) (string, error)
}

// Request is a call that somebody asks for.
type Request struct {
	CallID            string // of the attempt: the same when the line dropped and it is dialled again
	CallbackID        int64
	Number            string // of the customer, in E.164
	CustomerExtension string // dialled after a pause; empty: none
	Extension         string // of the caller's own telephone, which rings first; empty: they have named none
}

// Ringing is what becomes of a call that was permitted.
type Ringing struct {
	Phone   string // as callback.Dial returns it
	Link    string // by which the caller's own telephone dials
	Asked   bool   // the PBX was asked and makes the call; the caller picks up
	Rings   int    // how often it was asked for under the claim: what the page says next time
	Problem error  // why the PBX could not be asked, or said no: the caller uses the link
}

// Ring is callback.DialOnce, and then asks the dialer for the call. It asks after the attempt is committed: whatever becomes of the
// call, it counts. known is of how many calls under this claim the viewer's page knows (callback.Desk.Rings): two tabs ask for one call.
//
// An error is one of callback.DialOnce; what the dialer could not do is in Ringing.
func (s *Service) Ring(ctx context.Context, viewer account.Viewer, callbackID, fence int64, known int) (Ringing, error) {
	phone, rings, err := s.callbacks.DialOnce(ctx, viewer, callbackID, fence, max(known, 0))
	if err != nil {
		return Ringing{}, err
	}
	ringing := Ringing{Phone: phone, Link: "tel:" + phone, Rings: rings}
	if s.dialer == nil {
		return ringing, nil
	}
	if link, err := s.dialer.Link(ctx, phone); err == nil {
		ringing.Link = link
	}
	call, err := s.callFor(ctx, viewer, callbackID, fence, phone)
	if err != nil {
		ringing.Problem = err
		return ringing, nil //nolint:nilerr // the attempt counts: the caller dials by hand and is told why
	}
	ringing.Asked, ringing.Problem = s.dialer.Dial(ctx, call)
	return ringing, nil
}

// callFor describes the call of an attempt that has just begun.
func (s *Service) callFor(ctx context.Context, viewer account.Viewer, callbackID, fence int64, phone string) (Request, error) {
	tx := s.db.View(ctx)
	attempt, found, err := callback.AttemptUnder(tx, callbackID, fence)
	if err != nil {
		return Request{}, err
	}
	if !found {
		return Request{}, callback.ErrStale
	}
	extension, err := account.ExtensionOf(tx, viewer.UserID)
	if err != nil {
		return Request{}, fmt.Errorf("describe the call of attempt %d: %w", attempt.ID, err)
	}
	number, beyond, _ := strings.Cut(phone, ",")
	return Request{
		CallID: strconv.FormatInt(attempt.ID, 10), CallbackID: callbackID, Number: number, CustomerExtension: strings.Trim(beyond, ","),
		Extension: extension,
	}, nil
}
