package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"regexp"
	"sync"
	"time"

	"github.com/emersion/go-smtp"
)

// mood is how the relay treats messages.
type mood int

const (
	kind    mood = iota
	notNow       // refuses for now
	silent       // takes the message and drops the connection instead of saying so
	closing      // drops every connection before it is given anything
)

// relay is the mail relay at which messages end. What it was given whole counts, whatever it said about it.
type relay struct {
	server  *smtp.Server
	address string

	mu       sync.Mutex
	mood     mood
	messages map[string]int // how many by token of the survey link
	fresh    chan string    // tokens for customers to answer; what nobody takes in time is left unanswered
}

// surveyLink is the customer's link in a message, quoted-printable or not.
var surveyLink = regexp.MustCompile(`/s/([0-9A-Za-z]{22})`)

func openRelay(ctx context.Context) (*relay, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("open the mail relay: %w", err)
	}
	r := &relay{address: listener.Addr().String(), messages: map[string]int{}, fresh: make(chan string, 1000)}
	r.server = smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &letter{relay: r, conn: c}, nil }))
	r.server.Domain, r.server.ReadTimeout, r.server.WriteTimeout = "localhost", 30*time.Second, 30*time.Second
	r.server.ErrorLog = quiet{}
	go func() { _ = r.server.Serve(listener) }() // its end is Close's
	return r, nil
}

type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

func (r *relay) feel(m mood) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.mood = m
}

func (r *relay) feels() mood {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.mood
}

// take keeps a message that was given whole.
func (r *relay) take(body []byte) {
	body = bytes.ReplaceAll(body, []byte("=\r\n"), nil) // soft line breaks of quoted-printable
	found := surveyLink.FindSubmatch(body)
	if found == nil {
		return
	}
	token := string(found[1])
	r.mu.Lock()
	r.messages[token]++
	r.mu.Unlock()
	select {
	case r.fresh <- token:
	default: // nobody answers this one
	}
}

// given returns how many messages came for each token.
func (r *relay) given() map[string]int {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := make(map[string]int, len(r.messages))
	for token, n := range r.messages {
		all[token] = n
	}
	return all
}

// letter is one connection to the relay.
type letter struct {
	relay *relay
	conn  *smtp.Conn
}

var _ smtp.Session = (*letter)(nil)

// Mail begins a message.
func (l *letter) Mail(string, *smtp.MailOptions) error {
	switch l.relay.feels() {
	case notNow:
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 2}, Message: "not now"}
	case closing:
		return l.conn.Conn().Close()
	case kind, silent:
	}
	return nil
}

// Rcpt takes any recipient.
func (l *letter) Rcpt(string, *smtp.RcptOptions) error { return nil }

// Data takes the message.
func (l *letter) Data(r io.Reader) error {
	body, err := io.ReadAll(io.LimitReader(r, 1<<20))
	if err != nil {
		return err
	}
	l.relay.take(body)
	if l.relay.feels() == silent {
		return l.conn.Conn().Close()
	}
	return nil
}

// Reset ends a message.
func (l *letter) Reset() {}

// Logout ends the connection.
func (l *letter) Logout() error { return nil }
