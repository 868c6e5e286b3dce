package flow

import (
	"context"

	"aftercall/internal/delivery"
	"aftercall/tasks/callback/call"
)

// Dialer lets the desk ask the PBX of the centre for calls.
type Dialer struct{ PBX *delivery.PBX }

var _ call.Dialer = Dialer{}

// Dial asks the PBX for a call.
func (d Dialer) Dial(ctx context.Context, asks call.Request) (asked bool, err error) {
	return d.PBX.Dial(ctx, delivery.Call(asks))
}

// Link returns the address by which the caller's own telephone dials.
func (d Dialer) Link(ctx context.Context, phone string) (string, error) {
	return d.PBX.Link(ctx, phone)
}
