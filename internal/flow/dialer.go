package flow

import (
	"context"

	"aftercall/internal/delivery"
	"aftercall/tasks/callback"
)

// Dialer lets the desk ask the PBX of the centre for calls.
type Dialer struct{ PBX *delivery.PBX }

var _ callback.Dialer = Dialer{}

// Dial asks the PBX for a call.
func (d Dialer) Dial(ctx context.Context, call callback.Call) (asked bool, err error) {
	return d.PBX.Dial(ctx, delivery.Call(call))
}

// Link returns the address by which the caller's own telephone dials.
func (d Dialer) Link(ctx context.Context, phone string) (string, error) {
	return d.PBX.Link(ctx, phone)
}
