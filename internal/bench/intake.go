package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"

	"aftercall/internal/account"
	"aftercall/internal/app"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
)

const (
	intakeContacts = 20_000
	intakeBatch    = 2_000
	intakeClients  = 2
)

// intake posts resolved contacts to the API as NDJSON and waits until all are decided: contacts, customers, resolutions,
// decisions, callbacks and jobs. The bare limit is a multi-row INSERT of the same contact rows and nothing else.
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
	bodies := intakeBodies(clock.System())
	began := time.Now()
	clients, posting := errgroup.WithContext(ctx)
	clients.SetLimit(intakeClients)
	for _, body := range bodies {
		clients.Go(func() error { return post(posting, a.URL()+"/api/v1/contacts", token, body) })
	}
	if err := clients.Wait(); err != nil {
		return nil, err
	}
	if err := a.WaitIdle(ctx); err != nil {
		return nil, err
	}
	rate := intakeContacts / time.Since(began).Seconds()
	if err := decidedAll(ctx, a); err != nil {
		return nil, err
	}
	bare, err := bareInsert(ctx, a, b)
	return []figure{{"intake/" + b.name, rate, "contacts/s", bare}}, err
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
func intakeBodies(now clock.Instant) [][]byte {
	var bodies [][]byte
	for first := 0; first < intakeContacts; first += intakeBatch {
		var body bytes.Buffer
		lines := json.NewEncoder(&body)
		for n := first; n < first+intakeBatch; n++ {
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
func decidedAll(ctx context.Context, a *app.App) error {
	summary, err := a.Decisions.Summary(ctx, account.Viewer{Role: account.Admin}, 0, 0)
	if err != nil {
		return err
	}
	for _, k := range summary.Kinds {
		if k.Resolved != intakeContacts || k.Planned+k.SkippedTotal() != intakeContacts {
			return fmt.Errorf("%s: %d of %d resolutions are decided", k.Kind, k.Planned+k.SkippedTotal(), k.Resolved)
		}
	}
	return nil
}

// bareInsert inserts the same contact rows into an empty copy of the table, in statements of as many rows as intake may use.
func bareInsert(ctx context.Context, a *app.App, b bench) (rate float64, err error) {
	columns, rows, err := contactRows(ctx, a.DB)
	if err != nil {
		return 0, err
	}
	db, closeAll, err := b.empty(ctx)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, closeAll()) }()
	began := time.Now()
	for first := 0; first < len(rows); first += db.RowsPerTx() {
		if err := insertBare(ctx, db, first, columns, rows[first:min(first+db.RowsPerTx(), len(rows))]); err != nil {
			return 0, err
		}
	}
	return float64(len(rows)) / time.Since(began).Seconds(), nil
}
