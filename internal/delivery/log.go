package delivery

import (
	"context"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/permission"
)

// Log is the sender for trials: it sends nothing and keeps each message in the database, where an administrator can read it and
// follow its link. Messages never reach the logs of the process.
type Log struct {
	db  *database.DB
	now clock.Now
}

// keep is how long kept messages stay: they hold links that answer for a customer.
const keep = 7 * 24 * time.Hour

// NewLog returns the log sender.
func NewLog(db *database.DB, now clock.Now) *Log { return &Log{db: db, now: now} }

var _ Sender = (*Log)(nil)

// Channels returns every channel: nothing is really sent.
func (l *Log) Channels() []permission.Channel {
	return []permission.Channel{permission.ByEmail, permission.BySMS}
}

// Send keeps the message. The same message again is kept once.
func (l *Log) Send(ctx context.Context, message Message) (Receipt, error) {
	now := l.now()
	err := l.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		return store{tx}.add(Kept{
			MessageID: message.ID, Channel: message.Channel, Recipient: message.To, Language: message.Language,
			Subject: message.Subject, Body: message.Text, CreatedAt: now,
		})
	})
	return Receipt{Delivered: true}, err
}

// Kept is a message that would have been sent.
type Kept struct {
	ID        int64
	MessageID string
	Channel   permission.Channel
	Recipient string
	Language  string
	Subject   string
	Body      string
	CreatedAt clock.Instant
}

// TableName names the table.
func (Kept) TableName() string { return "messages" }

// Newest returns up to limit kept messages with an id below before (0: from the newest on), the newest first.
func (l *Log) Newest(ctx context.Context, before int64, limit int) ([]Kept, error) {
	return store{l.db.View(ctx)}.newest(before, limit)
}

// Prune deletes messages that have been kept for a week, some hundred in a transaction, and returns how many there were.
func (l *Log) Prune(ctx context.Context) (int, error) {
	before, all := l.now().Add(-keep), 0
	for {
		deleted := 0
		err := l.db.InTx(ctx, func(_ context.Context, tx database.Tx) (err error) {
			deleted, err = store{tx}.prune(before, l.db.RowsPerTx())
			return err
		})
		all += deleted
		if err != nil || deleted < l.db.RowsPerTx() {
			return all, err
		}
	}
}
