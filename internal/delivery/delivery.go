// Package delivery hands messages to customers to whatever carries them: an SMTP relay, or for trials the log sender, which only
// keeps them to be looked at.
//
// An error's kind says what is known. fault.Invalid: refused for good. fault.Unavailable: certainly not taken now, may be tried
// again. Any other: nobody knows whether the message went out, so it must not be sent again.
package delivery

import (
	"context"
	"errors"
	"strings"

	"aftercall/internal/fault"
	"aftercall/internal/permission"
)

// Message is one message to one customer.
type Message struct {
	ID       string // the same for every try of the same message; a sender drops a second one where it can
	Channel  permission.Channel
	To       string // an e-mail address, or a phone number in E.164
	Language string // BCP 47
	Subject  string // e-mail only
	Text     string
	HTML     string // e-mail only; the same as Text for those who prefer it
	// OptOutURL is the page on which the customer says "don't ask me again". It becomes List-Unsubscribe; with https also
	// List-Unsubscribe-Post, since a POST of List-Unsubscribe=One-Click there is all it takes (RFC 8058).
	OptOutURL string
}

// Receipt is what is known of a message that was taken.
type Receipt struct {
	Delivered bool // acceptance is all there will ever be to know
}

// Sender carries messages over some channels.
type Sender interface {
	Send(ctx context.Context, message Message) (Receipt, error)
	Channels() []permission.Channel
}

// Prober is a sender that can be asked, without a message, whether it can be reached.
type Prober interface {
	Probe(ctx context.Context) error
}

// Unreachable reports whether a message was not sent because no message can be: the gateway is away, or does not let us in.
func Unreachable(err error) bool { return errors.Is(err, errUnreachable) }

var errUnreachable = errors.New("the sender of messages cannot be reached")

// Open returns the sender at an address: "log" keeps messages in log, smtp://… and smtps://… send e-mail (see OpenSMTP).
func Open(address string, log *Log) (Sender, error) {
	switch {
	case address == "" || address == "log":
		return log, nil
	case strings.HasPrefix(address, "smtp://"), strings.HasPrefix(address, "smtps://"):
		return OpenSMTP(address)
	}
	return nil, fault.New(fault.Invalid, "sender_address", "the sender must be log, smtp://… or smtps://…")
}
