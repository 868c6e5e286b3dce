package survey

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/big"
	"strings"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/fault"
	"aftercall/internal/figures"
	"aftercall/internal/permission"
)

// State is where an invitation is in its life; the package comment draws it.
type State string

// The states.
const (
	Planned   State = "planned"   // refused for now by the gateway; may be sent
	Sending   State = "sending"   // on its way: after a crash here nobody knows whether it was sent
	Sent      State = "sent"      // accepted by the gateway, no receipt yet
	Delivered State = "delivered" // accepted where acceptance is all there is, or a receipt, or an answer
	Failed    State = "failed"    // refused for good
	Cancelled State = "cancelled" // not wanted any more: never sent, unless there is a time of sending
	Uncertain State = "uncertain" // nobody knows whether it was sent; never sent again
)

// Invitation is one survey offered to one customer for one resolution over one channel.
type Invitation struct {
	ID                 int64
	SurveyVersionID    int64
	SurveyID           int64
	ResolutionID       int64
	DecisionID         int64
	ContactID          int64
	CustomerID         int64
	PersonID           int64
	OutboundChannel    permission.Channel
	Language           string
	State              State
	Reason             string // of failed, cancelled and uncertain ones; translated under "reason.<code>"
	TokenHash          string
	CreatedAt          clock.Instant
	SentAt             clock.Instant // none until it is known to have been sent
	DeliveredAt        clock.Instant
	ExpiresAt          clock.Instant // an answer at this instant counts, a later one is late
	ResolvedAt         clock.Instant
	Reminder           Reminder `gorm:"embedded;embeddedPrefix:reminder_"`
	figures.Dimensions `gorm:"embedded"`
}

// dimensionsOf freezes what the resolution's figures are broken down by.
func dimensionsOf(r contact.Resolution) figures.Dimensions {
	return figures.Dimensions{
		SourceID: r.SourceID, AgentID: r.AgentID, TeamID: r.TeamID, Channel: string(r.Channel),
		Category: r.Category, Product: r.Product, Severity: string(r.Severity),
	}
}

// begin takes an invitation that nobody was sent to sending.
func (i *Invitation) begin(channel permission.Channel) error {
	if !i.unsent() {
		return i.refuse("send")
	}
	i.State, i.OutboundChannel, i.Reason = Sending, channel, ""
	return nil
}

// doubt marks an invitation whose sender crashed on the way. Nobody is reminded of what they may never have got.
func (i *Invitation) doubt(reason string) error {
	if i.State != Sending {
		return i.refuse("doubt")
	}
	i.State, i.Reason = Uncertain, reason
	return i.Reminder.giveUp(reason)
}

// postpone takes a sending invitation that the gateway refused for now back to planned.
func (i *Invitation) postpone(reason string) error {
	if i.State != Sending {
		return i.refuse("postpone")
	}
	i.State, i.Reason = Planned, reason
	return nil
}

// fail marks an invitation that the gateway refused for good.
func (i *Invitation) fail(reason string) error {
	if i.State != Sending && i.State != Uncertain {
		return i.refuse("fail")
	}
	i.State, i.Reason = Failed, reason
	return i.Reminder.giveUp(reason)
}

// accepted notes that the gateway took the message. One that was not wanted any more on the way is cancelled, but it did go out.
func (i *Invitation) accepted(at clock.Instant, delivered bool) error {
	if i.known() {
		return i.refuse("accept")
	}
	i.SentAt = at
	if delivered {
		i.DeliveredAt = at
	}
	switch {
	case i.closed():
		i.State = Cancelled
	case delivered:
		i.State, i.Reason = Delivered, ""
	default:
		i.State, i.Reason = Sent, ""
	}
	return nil
}

// proven notes that the message must have arrived, because it is being answered.
func (i *Invitation) proven() {
	if i.SentAt.IsZero() {
		i.SentAt = i.CreatedAt
	}
	if i.DeliveredAt.IsZero() {
		i.DeliveredAt = i.SentAt
	}
	i.State, i.Reason = Delivered, ""
}

// cancel closes an invitation that has not been answered, and gives up its reminder. One that may have gone out stays uncertain: the
// doubt is kept beside the reason.
func (i *Invitation) cancel(reason string) error {
	switch {
	case i.State == Failed, i.State == Cancelled && i.known():
		return i.refuse("cancel")
	case i.State == Sending, i.State == Uncertain:
		i.State = Uncertain
	default:
		i.State = Cancelled
	}
	i.Reason = reason
	return i.Reminder.giveUp(reason)
}

// closed reports whether the customer is not to answer any more: the invitation is cancelled, or it may have gone out and is not
// wanted any more.
func (i *Invitation) closed() bool {
	return i.State == Cancelled || i.State == Uncertain && i.Reason != ReasonCrashed && i.Reason != ReasonNoReceipt
}

// unsent reports whether the invitation has certainly not gone out and is not being sent: it may be sent now.
func (i *Invitation) unsent() bool {
	return i.State == "" || i.State == Planned || i.State == Cancelled && !i.known()
}

// known reports whether the message is known to have been sent.
func (i *Invitation) known() bool { return !i.SentAt.IsZero() }

func (i *Invitation) refuse(what string) error {
	return fault.New(fault.Conflict, "invitation_state", "cannot "+what+" an invitation that is "+string(i.State))
}

// entries returns what the invitation counts for.
func (i *Invitation) entries() []figures.Entry {
	var counted []figures.Entry
	if !i.SentAt.IsZero() {
		counted = append(counted, i.entry(figures.Invited))
	}
	if !i.DeliveredAt.IsZero() {
		counted = append(counted, i.entry(figures.Delivered))
	}
	return counted
}

// entry returns a counter at the time of sending: the rates are of invitations by that time.
func (i *Invitation) entry(metric figures.Metric) figures.Entry {
	return figures.Entry{
		Metric: metric, Sign: 1, Value: 1, Band: figures.High, OccurredAt: i.SentAt,
		ResolvedAt: i.ResolvedAt, ResolutionID: i.ResolutionID, Dimensions: i.Dimensions,
	}
}

// tokenLength is the length of a token: 128 bits in base 62.
const tokenLength = 22

// alphabet is what a token is made of.
const alphabet = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

// tokens derives the links of invitations from the installation's key. Only their hashes are stored: who reads the database
// cannot answer for a customer, and the sender can make the link again.
type tokens struct{ key []byte }

// of returns the token of the one invitation that a resolution has to a survey.
func (t tokens) of(resolutionID, surveyID int64) string {
	return t.named(fmt.Sprintf("invitation:%d:%d", resolutionID, surveyID))
}

// ofText returns the token of a text of another feature.
func (t tokens) ofText(textID int64) string { return t.named(fmt.Sprintf("text:%d", textID)) }

// ofNotice returns the token of the notice of an incident.
func (t tokens) ofNotice(noticeID int64) string { return t.named(fmt.Sprintf("notice:%d", noticeID)) }

func (t tokens) named(name string) string {
	mac := hmac.New(sha256.New, t.key)
	mac.Write([]byte(name))
	text := new(big.Int).SetBytes(mac.Sum(nil)[:16]).Text(62)
	return strings.Repeat("0", tokenLength-len(text)) + text
}

// hashOf returns what is stored of a token.
func hashOf(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// wellFormed reports whether a string could be a token at all; anything else is not looked up.
func wellFormed(token string) bool {
	if len(token) != tokenLength {
		return false
	}
	for _, c := range []byte(token) {
		if !strings.ContainsRune(alphabet, rune(c)) {
			return false
		}
	}
	return true
}
