package contact

import (
	"context"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
)

// EventUnresolved is the kind of the event that a customer says that a contact is not solved. Ref is the handoff about it.
const EventUnresolved = "contact.unresolved"

// SourceEvent is something a source is told of one of its contacts. It names rows and says no more of them.
type SourceEvent struct {
	ID        int64
	SourceID  int64
	Kind      string
	ContactID int64
	Ref       int64
	At        clock.Instant
}

// TableName names the table.
func (SourceEvent) TableName() string { return "source_events" }

// Tell adds an event, in the transaction of what it is about.
func Tell(tx database.Tx, event SourceEvent) error {
	return database.Insert(tx, "an event for the source", []SourceEvent{event})
}

// SourceEvents returns what a source is told behind an event, in order, at most limit; 0 begins.
func SourceEvents(tx database.Tx, sourceID, after int64, limit int) ([]SourceEvent, error) {
	return store{tx}.sourceEvents(sourceID, after, limit)
}

// Events returns what the source of a machine is told behind an event, in order, at most limit; 0 begins. Others are told nothing.
func (s *Service) Events(ctx context.Context, viewer account.Viewer, after int64, limit int) ([]SourceEvent, error) {
	if viewer.Role != account.Machine || viewer.SourceID == 0 {
		return nil, nil
	}
	return SourceEvents(s.db.View(ctx), viewer.SourceID, after, limit)
}
