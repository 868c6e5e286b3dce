package delivery

import (
	"context"
	"errors"
	"net/mail"
	"net/url"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"aftercall/internal/fault"
	"aftercall/internal/permission"
)

// SMTP sends e-mail through a relay, one connection per message.
type SMTP struct {
	host    string
	from    *mail.Address
	options []gomail.Option
}

var (
	_ Sender = (*SMTP)(nil)
	_ Prober = (*SMTP)(nil)
)

// smtpTimeout bounds each step of a conversation with the relay.
const smtpTimeout = 20 * time.Second

// OpenSMTP returns the sender for a relay: smtp://user:password@host:587?from=Name+<address> with STARTTLS, smtps://…:465 with
// TLS from the start, or smtp://…?tls=off for a relay on the same machine. It returns fault.Invalid for an address that lacks
// something; it does not connect.
func OpenSMTP(address string) (*SMTP, error) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" {
		return nil, fault.New(fault.Invalid, "sender_address",
			"the SMTP address must look like smtp://user:password@host:587?from=name@example.com")
	}
	from, err := mail.ParseAddress(u.Query().Get("from"))
	if err != nil {
		return nil, fault.New(fault.Invalid, "sender_from", "the SMTP address needs ?from= with the e-mail address of the centre")
	}
	options, err := smtpOptions(u)
	if err != nil {
		return nil, err
	}
	return &SMTP{host: u.Hostname(), from: from, options: options}, nil
}

func smtpOptions(u *url.URL) ([]gomail.Option, error) {
	options := []gomail.Option{gomail.WithTimeout(smtpTimeout)}
	port := 587
	switch tls := u.Query().Get("tls"); {
	case u.Scheme == "smtps":
		port = 465
		options = append(options, gomail.WithSSL())
	case tls == "off":
		port = 25
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	case tls == "":
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	default:
		return nil, fault.New(fault.Invalid, "sender_address", "tls= can only be off")
	}
	if text := u.Port(); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			return nil, fault.New(fault.Invalid, "sender_address", "the port is not a number")
		}
		port = n
	}
	options = append(options, gomail.WithPort(port))
	if u.User != nil {
		password, _ := u.User.Password()
		options = append(options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover),
			gomail.WithUsername(u.User.Username()), gomail.WithPassword(password))
	}
	return options, nil
}

// Channels returns e-mail.
func (s *SMTP) Channels() []permission.Channel { return []permission.Channel{permission.ByEmail} }

// Probe connects to the relay, logs in, and leaves.
func (s *SMTP) Probe(ctx context.Context) error {
	client, err := gomail.NewClient(s.host, s.options...)
	if err == nil {
		err = client.DialWithContext(ctx)
	}
	if err != nil {
		return unreachable(err)
	}
	_ = client.Close()
	return nil
}

func unreachable(err error) error {
	return fault.Wrap(errors.Join(errUnreachable, err), fault.Unavailable, "smtp_unreachable",
		"the mail relay cannot be reached or does not let us in")
}

// Send hands the message to the relay. Its acceptance is all there is to know: bounces come by mail.
func (s *SMTP) Send(ctx context.Context, message Message) (Receipt, error) {
	if message.Channel != permission.ByEmail {
		return Receipt{}, fault.New(fault.Invalid, "channel_unsupported", "SMTP carries e-mail only")
	}
	letter, err := s.letter(message)
	if err != nil {
		return Receipt{}, fault.Wrap(err, fault.Invalid, "message_invalid", "the message cannot be sent as an e-mail")
	}
	client, err := gomail.NewClient(s.host, s.options...)
	if err != nil {
		return Receipt{}, fault.Wrap(err, fault.Invalid, "sender_address", "the SMTP settings are not valid")
	}
	err = client.DialAndSendWithContext(ctx, letter)
	if letter.IsDelivered() {
		return Receipt{Delivered: true}, nil // whatever went wrong after the relay had said yes
	}
	return Receipt{}, meaning(err, letter)
}

// letter writes the message as an e-mail. Its Message-ID is made from the message's own id, so that a second copy is recognised.
func (s *SMTP) letter(message Message) (*gomail.Msg, error) {
	letter := gomail.NewMsg()
	letter.FromMailAddress(s.from)
	if err := letter.To(message.To); err != nil {
		return nil, err
	}
	_, domain, _ := strings.Cut(s.from.Address, "@")
	letter.SetMessageIDWithValue(message.ID + "@" + domain)
	letter.SetDate()
	letter.Subject(message.Subject)
	letter.SetGenHeader(gomail.HeaderContentLang, message.Language)
	letter.SetGenHeader("Auto-Submitted", "auto-generated") // no vacation replies, please
	if message.OptOutURL != "" && letter.SetListUnsubscribeOneClick(message.OptOutURL) != nil {
		letter.SetListUnsubscribe(message.OptOutURL) // one click needs https
	}
	letter.SetBodyString(gomail.TypeTextPlain, message.Text)
	if message.HTML != "" {
		letter.AddAlternativeString(gomail.TypeTextHTML, message.HTML)
	}
	return letter, nil
}

// meaning turns an SMTP failure into a fault that says what is known. Only a connection lost after the whole message, and before
// the relay's word on it, leaves a doubt.
func meaning(err error, letter *gomail.Msg) error {
	refused, _ := letter.SendError().(*gomail.SendError) //nolint:errorlint // the library keeps the bare error on the message
	switch {
	case refused == nil:
		return unreachable(err)
	case refused.Reason == gomail.ErrSMTPDataClose && refused.ErrorCode() == 0:
		return fault.Wrap(err, fault.Internal, "smtp_no_answer", "the mail relay did not say whether it took the message")
	case refused.ErrorCode() >= 500 && refused.Reason != gomail.ErrSMTPMailFrom:
		return fault.Wrap(err, fault.Invalid, "smtp_refused", "the mail relay refused the message for good")
	}
	return fault.Wrap(err, fault.Unavailable, "smtp_not_now", "the mail relay did not take the message now")
}
