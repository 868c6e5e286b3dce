// Package call is a call that a caller makes: asked of the PBX, and what is kept of it afterwards, the recording and what the customer
// answered. That it may be made, and that it counts, is package callback's, which does not know it.
package call

import (
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/tasks/callback"
)

// Service has calls made, and opens what is kept of them.
type Service struct {
	db        *database.DB
	callbacks *callback.Service
	dialer    Dialer
	now       clock.Now
}

// New returns a service. dialer asks the PBX for a call; nil: the caller's own telephone makes it.
func New(db *database.DB, callbacks *callback.Service, dialer Dialer, now clock.Now) *Service {
	return &Service{db: db, callbacks: callbacks, dialer: dialer, now: now}
}
