package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"time"

	"golang.org/x/sync/errgroup"

	"aftercall/internal/account"
	"aftercall/internal/app"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
)

const (
	intakeContacts = 20_000 // of a round
	intakeBatch    = 2_000
	intakeClients  = 2
	intakeAtLeast  = 5 * time.Second // of rounds, and of their limit
	intakeRows     = 8               // a contact: what is aimed at
)

// intake posts resolved contacts to the API as NDJSON and waits until all are decided. The bare limit is multi-row INSERTs of every
// row that this leaves, in whatever table, by as many clients.
func intake(ctx context.Context, b bench) (_ []figure, err error) {
	a, closeAll, err := b.open(ctx, app.Parts{Web: true, Work: true})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, closeAll()) }()
	source, err := a.Contacts.EnsureSource(ctx, "bench")
	if err != nil {
		return nil, err
	}
	token, err := a.Accounts.CreateToken(ctx, "bench", account.Machine, source.ID)
	if err != nil {
		return nil, err
	}
	before, err := countRows(ctx, a.DB)
	if err != nil {
		return nil, err
	}
	contacts, took := 0, time.Duration(0)
	for ; took < intakeAtLeast; contacts += intakeContacts {
		round, err := takeRound(ctx, a, token, contacts)
		if err != nil {
			return nil, err
		}
		took += round
	}
	if err := decidedAll(ctx, a, contacts); err != nil {
		return nil, err
	}
	left, err := leftRows(ctx, a.DB, before)
	if err != nil {
		return nil, err
	}
	limit, err := bareIntake(ctx, b, left, contacts)
	return []figure{
		{"intake/" + b.name, float64(contacts) / took.Seconds(), "contacts/s", limit},
		{"intake-rows/" + b.name, float64(left.count) / float64(contacts), "rows/contact", intakeRows},
	}, err
}

// takeRound posts contacts from a number on, and returns how long it took until all were decided.
func takeRound(ctx context.Context, a *app.App, token string, first int) (time.Duration, error) {
	bodies := intakeBodies(clock.System(), first)
	began := time.Now()
	clients, posting := errgroup.WithContext(ctx)
	clients.SetLimit(intakeClients)
	for _, body := range bodies {
		clients.Go(func() error { return post(posting, a.URL()+"/api/v1/contacts", token, body) })
	}
	if err := clients.Wait(); err != nil {
		return 0, err
	}
	err := a.WaitIdle(ctx)
	return time.Since(began), err
}

func post(ctx context.Context, url, token string, body []byte) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("post contacts: %w", err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/x-ndjson")
	w, err := http.DefaultClient.Do(r)
	if err != nil {
		return fmt.Errorf("post contacts: %w", err)
	}
	defer func() { _ = w.Body.Close() }()
	answer, err := io.ReadAll(w.Body)
	if err == nil && w.StatusCode >= http.StatusMultipleChoices {
		err = fmt.Errorf("status %d: %.200s", w.StatusCode, answer)
	}
	return err
}

// intakeBodies are contacts as a help desk sends them when they are resolved, one in eight of them severe.
func intakeBodies(now clock.Instant, first int) [][]byte {
	var bodies [][]byte
	for from := first; from < first+intakeContacts; from += intakeBatch {
		var body bytes.Buffer
		lines := json.NewEncoder(&body)
		for n := from; n < from+intakeBatch; n++ {
			_ = lines.Encode(resolvedContact(n, now)) // a buffer takes everything
		}
		bodies = append(bodies, body.Bytes())
	}
	return bodies
}

func resolvedContact(n int, now clock.Instant) contact.Input {
	talk, wrap := int64(120+n%400), int64(20+n%60)
	severity := contact.Medium
	if n%8 == 0 {
		severity = contact.High
	}
	return contact.Input{
		ExternalID: fmt.Sprintf("B-%07d", n), Status: contact.Resolved, Channel: contact.Phone, Category: "Broadband fault",
		Subcategory: "Slow", Product: "Fibre 500", Severity: severity, TalkSeconds: &talk, WrapUpSeconds: &wrap,
		OpenedAt: now.Add(-3 * time.Hour), FirstResponse: now.Add(-2 * time.Hour), ResolvedAt: now.Add(-time.Minute),
		Customer: contact.InputCustomer{
			Reference: fmt.Sprintf("C-%07d", n), Name: "Customer", Zone: "Asia/Shanghai",
			Phones: []string{fmt.Sprintf("1990%07d", n)}, Emails: []string{fmt.Sprintf("c%07d@example.com", n)},
		},
		Participants: []contact.InputParticipant{{
			Role: contact.Handled, Agent: fmt.Sprintf("Agent %d", n%40), Team: fmt.Sprintf("Team %d", n%5),
		}},
		Resolution: "Restarted the modem, the customer confirmed that it works.",
	}
}

// decidedAll makes sure that what was measured was done.
func decidedAll(ctx context.Context, a *app.App, contacts int) error {
	summary, err := a.Decisions.Summary(ctx, account.Viewer{Role: account.Admin}, 0, 0)
	if err != nil {
		return err
	}
	for _, k := range summary.Kinds {
		if k.Resolved != contacts || k.Planned+k.SkippedTotal() != contacts {
			return fmt.Errorf("%s: %d of %d resolutions are decided", k.Kind, k.Planned+k.SkippedTotal(), k.Resolved)
		}
	}
	return nil
}

// bareIntake returns how many contacts a second can be had by nothing but inserting the rows they leave: transactions of the rows of
// as many contacts as intake takes in one, in statements of as many rows. Empty databases are filled until it took long enough.
func bareIntake(ctx context.Context, b bench, left leftBehind, contacts int) (float64, error) {
	filled, took := 0, time.Duration(0)
	for ; took < intakeAtLeast; filled += contacts {
		once, err := fillOnce(ctx, b, left, contacts)
		if err != nil {
			return 0, err
		}
		took += once
	}
	return float64(filled) / took.Seconds(), nil
}

func fillOnce(ctx context.Context, b bench, left leftBehind, contacts int) (took time.Duration, err error) {
	db, closeAll, err := b.empty(ctx)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, closeAll()) }()
	if err := clearTables(ctx, db, left); err != nil {
		return 0, err
	}
	runtime.GC() // what was read, or filled before, is none of the limit's work
	parts := (contacts + db.RowsPerTx() - 1) / db.RowsPerTx()
	began := time.Now()
	clients, filling := errgroup.WithContext(ctx)
	clients.SetLimit(intakeClients)
	for part := range parts {
		clients.Go(func() error { return insertPart(filling, db, left, part, parts) })
	}
	err = clients.Wait()
	return time.Since(began), err
}
