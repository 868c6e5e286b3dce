package delivery_test

import (
	"errors"
	"io"
	"mime"
	"net"
	"net/mail"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-smtp"

	"aftercall/internal/delivery"
	"aftercall/internal/fault"
	"aftercall/internal/permission"
)

// relay is an SMTP server that answers as a test wants and keeps what it took.
type relay struct {
	address string

	rcpt, data error // how RCPT and the end of DATA are answered
	hangUp     bool  // close the connection after DATA, without an answer

	mu    sync.Mutex
	taken []string
}

func newRelay(t *testing.T, r *relay) *relay {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &session{relay: r, conn: c}, nil }))
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(listener)
	}()
	t.Cleanup(func() {
		_ = server.Close()
		_ = listener.Close() // Serve may not have begun when Close came
		<-done
	})
	r.address = listener.Addr().String()
	return r
}

func (r *relay) sender(t *testing.T) *delivery.SMTP {
	t.Helper()
	sender, err := delivery.OpenSMTP("smtp://" + r.address + "?tls=off&from=" +
		"%E7%A4%BA%E4%BE%8B%E5%AE%BD%E5%B8%A6+%3Ccare%40example.com%3E")
	if err != nil {
		t.Fatal(err)
	}
	return sender
}

type session struct {
	relay *relay
	conn  *smtp.Conn
}

func (s *session) Mail(string, *smtp.MailOptions) error { return nil }
func (s *session) Rcpt(string, *smtp.RcptOptions) error { return s.relay.rcpt }
func (s *session) Reset()                               {}
func (s *session) Logout() error                        { return nil }

func (s *session) Data(body io.Reader) error {
	b, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	if s.relay.hangUp {
		_ = s.conn.Conn().Close()
		return io.ErrClosedPipe
	}
	if s.relay.data == nil {
		s.relay.mu.Lock()
		s.relay.taken = append(s.relay.taken, string(b))
		s.relay.mu.Unlock()
	}
	return s.relay.data
}

func message() delivery.Message {
	return delivery.Message{
		ID: "invitation-12", Channel: permission.ByEmail, To: "zhang@example.com",
		Language: "zh-CN", Subject: "请评价我们这次的服务",
		Text: "您好", HTML: "<p>您好</p>", OptOutURL: "https://cs.example.com/p/abc",
	}
}

func TestAnEmailCarriesWhatMailProgramsNeed(t *testing.T) {
	t.Parallel()
	r := newRelay(t, &relay{})
	receipt, err := r.sender(t).Send(t.Context(), message())
	if err != nil || !receipt.Delivered {
		t.Fatalf("%+v, %v", receipt, err)
	}
	if len(r.taken) != 1 {
		t.Fatalf("the relay took %d messages", len(r.taken))
	}
	got, err := mail.ReadMessage(strings.NewReader(r.taken[0]))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(got.Header.Get("Subject"))
	if err != nil || subject != message().Subject {
		t.Errorf("subject %q, %v", subject, err)
	}
	for header, want := range map[string]string{
		"Message-Id": "<invitation-12@example.com>", "List-Unsubscribe": "<https://cs.example.com/p/abc>",
		"List-Unsubscribe-Post": "List-Unsubscribe=One-Click", "Auto-Submitted": "auto-generated", "Content-Language": "zh-CN",
	} {
		t.Run(header, func(t *testing.T) {
			if v := got.Header.Get(header); v != want {
				t.Errorf("%s is %q, want %q", header, v, want)
			}
		})
	}
	if kind, _, _ := mime.ParseMediaType(got.Header.Get("Content-Type")); kind != "multipart/alternative" {
		t.Errorf("the message is %s", kind)
	}
}

// RFC 8058 wants https. Without it, and without a link, mail programs get no more than what they can use.
func TestOneClickIsPromisedOnlyWhereItCanBeKept(t *testing.T) {
	t.Parallel()
	for link, want := range map[string][2]string{
		"https://cs.example.com/p/abc": {"<https://cs.example.com/p/abc>", "List-Unsubscribe=One-Click"},
		"http://cs.example.com/p/abc":  {"<http://cs.example.com/p/abc>", ""},
		"":                             {"", ""},
	} {
		t.Run(link, func(t *testing.T) {
			r := newRelay(t, &relay{})
			m := message()
			m.OptOutURL = link
			if _, err := r.sender(t).Send(t.Context(), m); err != nil {
				t.Fatal(err)
			}
			got, err := mail.ReadMessage(strings.NewReader(r.taken[0]))
			if err != nil {
				t.Fatal(err)
			}
			if headers := [2]string{got.Header.Get("List-Unsubscribe"), got.Header.Get("List-Unsubscribe-Post")}; headers != want {
				t.Errorf("%q: headers %q, want %q", link, headers, want)
			}
		})
	}
}

func TestWhatARelaySaysDecidesWhatIsKnown(t *testing.T) {
	t.Parallel()
	refusal := func(code int) error { return &smtp.SMTPError{Code: code, Message: "no"} }
	cases := map[string]struct {
		relay *relay
		want  fault.Kind
	}{
		"no such mailbox":                  {&relay{rcpt: refusal(550)}, fault.Invalid},
		"mailbox busy":                     {&relay{rcpt: refusal(450)}, fault.Unavailable},
		"content refused":                  {&relay{data: refusal(554)}, fault.Invalid},
		"no space now":                     {&relay{data: refusal(452)}, fault.Unavailable},
		"connection lost before an answer": {&relay{hangUp: true}, fault.Internal},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRelay(t, test.relay)
			_, err := r.sender(t).Send(t.Context(), message())
			if err == nil || fault.KindOf(err) != test.want || delivery.Unreachable(err) {
				t.Errorf("%v is %s, want %s", err, fault.KindOf(err), test.want)
			}
		})
	}
}

func TestAnUnreachableRelayMayBeTriedAgain(t *testing.T) {
	t.Parallel()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &relay{address: listener.Addr().String()}
	_ = listener.Close()
	if _, err := r.sender(t).Send(t.Context(), message()); !fault.Is(err, fault.Unavailable) || !delivery.Unreachable(err) {
		t.Error(err)
	}
	if err := r.sender(t).Probe(t.Context()); !delivery.Unreachable(err) {
		t.Errorf("asked without a message: %v", err)
	}
	if err := newRelay(t, &relay{}).sender(t).Probe(t.Context()); err != nil {
		t.Errorf("of one that is there: %v", err)
	}
}

func TestSMTPCarriesEmailOnly(t *testing.T) {
	t.Parallel()
	m := message()
	m.Channel, m.To = permission.BySMS, "+8613912348000"
	if _, err := newRelay(t, &relay{}).sender(t).Send(t.Context(), m); !fault.Is(err, fault.Invalid) {
		t.Error(err)
	}
}

func TestASenderAddressSaysWhatItLacks(t *testing.T) {
	t.Parallel()
	for address, code := range map[string]string{
		"":                                   "",
		"log":                                "",
		"smtp://relay:587?from=a@b.example":  "",
		"smtps://u:p@relay?from=a@b.example": "",
		"smtp://relay":                       "sender_from",
		"smtp://?from=a@b.example":           "sender_address",
		"smtp://relay?tls=no&from=a@b.c":     "sender_address",
		"carrier pigeon":                     "sender_address",
	} {
		t.Run(address, func(t *testing.T) {
			_, err := delivery.Open(address, delivery.NewLog(nil, nil))
			var f *fault.Error
			errors.As(err, &f)
			if code == "" && err != nil || code != "" && (f == nil || f.Code != code) {
				t.Errorf("%q: %v, want %q", address, err, code)
			}
		})
	}
}
