// Package courier brings handoffs to those who never log in: a field team's lead on a phone gets a link by text message or from the robot
// of a chat group (企业微信群机器人), and claims, replies and sends back by it. It comes after handoff, which tells it of its entries by a job.
//
//	Tell ──► planned ──Begin──► sending ──accepted──► sent ──► used until it is over
//	            │                 ├──refused for good──► failed
//	            │                 └──nobody knows──────► uncertain: the link works, and is not sent again
//	            └──not owed, or not theirs, any more──► cancelled
//
// A link belongs to one handoff and one contact of its team; it is over after 14 days, when it is revoked, and when the handoff is closed
// or another team's. Its token is made from the installation's key and the link's id; only the hash is stored. Numbers and addresses of
// robots are sealed.
package courier

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/outbox"
	"aftercall/tasks/handoff"
)

// The kinds of job this package adds.
const (
	JobTell = "handoff.tell" // ref: an entry of a handoff's log; plans the links that it is told by
	JobLink = "handoff.link" // ref: a link; sends it
)

// Way is over what a contact of a team gets links. It is translated under "handoff_way.<code>".
type Way string

// The ways.
const (
	BySMS   Way = "sms"
	ByRobot Way = "wecom" // the robot of a group of 企业微信, which is given an address to post to
)

// Ways returns every way.
func Ways() []Way { return []Way{BySMS, ByRobot} }

// State is where a link is in its life; the package comment draws it. It is translated under "handoff_link_state.<code>".
type State string

// The states.
const (
	Planned   State = "planned"
	Sending   State = "sending" // after a crash here nobody knows whether it was sent
	Sent      State = "sent"
	Failed    State = "failed"
	Cancelled State = "cancelled"
	Uncertain State = "uncertain"
)

// States returns every state.
func States() []State { return []State{Planned, Sending, Sent, Failed, Cancelled, Uncertain} }

// Link is a way to one handoff for one contact of the team that owes the reply.
type Link struct {
	ID        int64
	HandoffID int64
	EntryID   int64 // of the log, that it tells of: with the contact there is one for each
	ContactID int64
	State     State
	TokenHash *string // unique; nil until it is sent
	CreatedAt clock.Instant
	SentAt    clock.Instant // none until the gateway took it
	ExpiresAt clock.Instant
	RevokedAt clock.Instant
	RevokedBy int64
}

// TableName names the table.
func (Link) TableName() string { return "handoff_links" }

// lasts is how long a link can be used.
const lasts = 14 * 24 * time.Hour

// Sealer encrypts what the database keeps of addresses.
type Sealer interface {
	Seal(secret string) (string, error)
	Unseal(sealed string) (string, error)
}

// Options are the settings of the centre.
type Options struct {
	Key        []byte // of the installation: tokens are made from it
	PublicURL  string // how people reach the service; no slash at the end
	CentreName string
	Language   string // for contacts who have none
	Region     string // in which numbers without a country code are read
	Zone       *time.Location
	Addresses  Sealer
}

// Service keeps contacts of teams and their links.
type Service struct {
	db       *database.DB
	handoffs *handoff.Service
	now      clock.Now
	opts     Options
}

// New returns the service.
func New(db *database.DB, handoffs *handoff.Service, now clock.Now, opts Options) *Service {
	if opts.Language == "" {
		opts.Language = account.Languages()[0]
	}
	return &Service{db: db, handoffs: handoffs, now: now, opts: opts}
}

// Tell has the contacts of a team told of an entry of a handoff's log, if it is one that they are told: that there is one, that it is
// theirs now, and that it is late. It is for handoff.Options.
func Tell(tx database.Tx, h handoff.Handoff, e handoff.Entry, now clock.Instant) error {
	handedOver := e.Act == handoff.ActOpened || (e.Act == handoff.ActForwarded || e.Act == handoff.ActAnswered) && e.TeamID != 0
	late := e.Act == handoff.ActEscalated && h.Step <= int(handoff.StepLead)
	if !handedOver && !late {
		return nil
	}
	some, err := store{tx}.hasContacts(h.TeamID)
	if err != nil || !some {
		return err
	}
	return outbox.Add(tx, now, outbox.New(JobTell, e.ID, outbox.Normal, now))
}

// Plan is the job that plans a link for each contact of the team, and the jobs that send them. Once more it changes nothing.
func (s *Service) Plan(ctx context.Context, ticket outbox.Ticket, entryID int64) error {
	now := ticket.Now(s.now)
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		if err := ticket.Done(tx); err != nil {
			return err
		}
		h, err := handoff.OfEntry(tx, entryID)
		if err != nil || !h.Owed() {
			return err
		}
		st := store{tx}
		contacts, err := st.contactsOf(h.TeamID)
		if err != nil {
			return err
		}
		told, err := st.toldOf(entryID)
		if err != nil {
			return err
		}
		for _, c := range contacts {
			if slices.Contains(told, c.ID) {
				continue
			}
			link := Link{HandoffID: h.ID, EntryID: entryID, ContactID: c.ID, State: Planned, CreatedAt: now, ExpiresAt: now.Add(lasts)}
			if err := st.addLink(&link); err != nil {
				return err
			}
			if err := outbox.Add(tx, now, outbox.New(JobLink, link.ID, outbox.Sending, now)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("plan the links of entry %d: %w", entryID, err)
	}
	return nil
}

// tokenLength is that of 128 bits in base 62.
const tokenLength = 22

func (s *Service) token(linkID int64) string {
	mac := hmac.New(sha256.New, s.opts.Key)
	fmt.Fprintf(mac, "handoff link:%d", linkID)
	text := new(big.Int).SetBytes(mac.Sum(nil)[:16]).Text(62)
	return strings.Repeat("0", tokenLength-len(text)) + text
}

func hashOf(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
