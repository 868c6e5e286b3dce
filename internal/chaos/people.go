package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"aftercall/internal/clock"
)

const callerPassword = "a trial by fire and water"

// people are the help desk, the customers and the callers of a trial. They keep what they were told was done.
type people struct {
	seed  uint64
	bases []string // of the web processes
	token string   // the help desk's
	zone  string   // where customers live: it is day there
	stop  context.CancelFunc
	wg    sync.WaitGroup

	mu       sync.Mutex
	contacts map[string]bool          // by external id
	refused  map[string]clock.Instant // when a customer's address was known to be refused
	answers  map[string]int           // rating by token of the link
	finished map[int64]bool           // callbacks
}

func newPeople(seed uint64, bases []string, token string) *people {
	return &people{
		seed: seed, bases: bases, token: token, zone: daytime(clock.System().Time()),
		contacts: map[string]bool{}, refused: map[string]clock.Instant{}, answers: map[string]int{}, finished: map[int64]bool{},
	}
}

// daytime returns a zone in which it is afternoon, so that callers may call at any hour of the machine.
func daytime(now time.Time) string {
	for _, name := range []string{
		"Asia/Shanghai", "Asia/Dubai", "Europe/Berlin", "Europe/London", "America/Sao_Paulo", "America/New_York", "America/Los_Angeles",
		"Pacific/Auckland", "Australia/Sydney", "Asia/Kolkata",
	} {
		if zone, err := time.LoadLocation(name); err == nil && now.In(zone).Hour() >= 14 && now.In(zone).Hour() < 18 {
			return name
		}
	}
	return "Pacific/Honolulu"
}

// begin lets everybody begin.
func (p *people) begin(ctx context.Context, links <-chan string, logins []string) {
	ctx, p.stop = context.WithCancel(ctx)
	for desk := range 3 {
		p.wg.Go(func() { p.helpDesk(ctx, desk) })
	}
	for customer := range 2 {
		p.wg.Go(func() { p.customer(ctx, customer, links) })
	}
	for i, login := range logins {
		p.wg.Go(func() { p.caller(ctx, i, login) })
	}
}

// end lets everybody go home. Who waits for an answer stops waiting, and takes nothing for done.
func (p *people) end() {
	p.stop()
	p.wg.Wait()
}

// helpDesk hands in contacts, one after the other, each until it is taken. Some are reopened soon, and some customers refuse.
func (p *people) helpDesk(ctx context.Context, desk int) {
	r := rand.New(rand.NewPCG(p.seed, uint64(100+desk))) //nolint:gosec // to be repeated, not to be secret
	client := &http.Client{Timeout: 10 * time.Second}
	for n := 0; ctx.Err() == nil; n++ {
		id := fmt.Sprintf("K%d-%05d", desk, n)
		number := desk*1_000_000 + n
		if !p.post(ctx, r, client, "/api/v1/contacts", p.contact(id, number, r.IntN(4) == 0, "resolved")) {
			continue
		}
		note(p, p.contacts, id, true)
		switch r.IntN(20) {
		case 0:
			p.post(ctx, r, client, "/api/v1/contacts", p.contact(id, number, false, "reopened"))
		case 1:
			if p.post(ctx, r, client, "/api/v1/suppressions", fmt.Sprintf(`{"email": %q}`, address(number))) {
				note(p, p.refused, id, clock.System())
			}
		}
		pause(ctx, 30*time.Millisecond)
	}
}

func address(number int) string { return fmt.Sprintf("c%07d@example.com", number) }

// contact is a contact of a customer of its own; a severe one gets a callback too.
func (p *people) contact(id string, number int, severe bool, status string) string {
	severity, phones := "low", ""
	if severe {
		severity, phones = "high", fmt.Sprintf(`, "phones": ["139%08d"]`, number)
	}
	resolved := ""
	if status == "resolved" {
		resolved = fmt.Sprintf(`, "resolved_at": %q`, clock.System().String())
	}
	return fmt.Sprintf(`{"external_id": %q, "status": %q%s, "severity": %q, "channel": "phone", "category": "chaos",
		"customer": {"reference": %q, "zone": %q, "emails": [%q]%s}}`, id, status, resolved, severity, id, p.zone, address(number), phones)
}

// post sends a request until one of the webs has taken it, and reports whether one did.
func (p *people) post(ctx context.Context, r *rand.Rand, client *http.Client, path, body string) bool {
	for ctx.Err() == nil {
		base := p.bases[r.IntN(len(p.bases))]
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+base+path, strings.NewReader(body))
		if err != nil {
			return false
		}
		request.Header = http.Header{"Authorization": {"Bearer " + p.token}, "Content-Type": {"application/json"}}
		response, err := client.Do(request)
		if err == nil {
			_, err = io.Copy(io.Discard, response.Body)
			_ = response.Body.Close()
			if err == nil && response.StatusCode < 300 {
				return true
			}
		}
		pause(ctx, 50*time.Millisecond)
	}
	return false
}

// browser is a client that gives up after a while and shows where it is led, instead of going there. Without a jar it keeps no login.
func browser(jar http.CookieJar) *http.Client {
	return &http.Client{
		Timeout: 10 * time.Second, Jar: jar,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// customer answers some of the surveys that come, with a rating, until it is taken or closed.
func (p *people) customer(ctx context.Context, number int, links <-chan string) {
	r := rand.New(rand.NewPCG(p.seed, uint64(200+number))) //nolint:gosec // as above
	client := browser(nil)
	for {
		var token string
		select {
		case token = <-links:
		case <-ctx.Done():
			return
		}
		if r.IntN(3) != 0 {
			continue
		}
		rating := 1 + r.IntN(5)
		form := url.Values{"screen": {"1"}, "rating": {strconv.Itoa(rating)}}
		for ctx.Err() == nil {
			status, _, _ := p.submit(ctx, client, p.bases[r.IntN(len(p.bases))], "/s/"+token, form)
			if status == http.StatusSeeOther {
				note(p, p.answers, token, rating)
			}
			if status != 0 && status < http.StatusInternalServerError && status != http.StatusTooManyRequests {
				break // taken, or closed because the contact was reopened
			}
			pause(ctx, 100*time.Millisecond)
		}
	}
}

// held is a callback on the page of a desk.
var held = regexp.MustCompile(`action="/desk/(\d+)/finish"[\s\S]*?name="fence" value="(\d+)"`)

// caller claims callbacks and finishes them. A finish that was not answered may have been taken: it counts for nothing.
func (p *people) caller(ctx context.Context, number int, login string) {
	r := rand.New(rand.NewPCG(p.seed, uint64(300+number))) //nolint:gosec // as above
	for ctx.Err() == nil {
		jar, err := cookiejar.New(nil)
		if err != nil {
			return
		}
		client := browser(jar)
		status, _, err := p.submit(ctx, client, p.bases[r.IntN(len(p.bases))], "/login",
			url.Values{"login": {login}, "password": {callerPassword}})
		for err == nil && status == http.StatusSeeOther && ctx.Err() == nil {
			if err := p.call(ctx, r, client); err != nil {
				break // logged out, or nobody answers: begin again
			}
			pause(ctx, 50*time.Millisecond)
		}
		pause(ctx, 200*time.Millisecond)
	}
}

var errLoggedOut = errors.New("logged out")

// call claims a callback, looks at it and finishes it.
func (p *people) call(ctx context.Context, r *rand.Rand, client *http.Client) error {
	base := p.bases[r.IntN(len(p.bases))]
	if _, to, err := p.submit(ctx, client, base, "/desk/claim", nil); err != nil || strings.HasPrefix(to, "/login") {
		return errors.Join(errLoggedOut, err)
	}
	page, err := p.look(ctx, client, base, "/desk")
	if err != nil {
		return err
	}
	found := held.FindStringSubmatch(page)
	if found == nil {
		pause(ctx, 300*time.Millisecond) // nothing to claim
		return nil
	}
	outcome := url.Values{"fence": {found[2]}, "then": {"stop"}, "call_result": {"reached"}, "business_result": {"solved"}}
	if r.IntN(2) == 0 { // the survey is answered in the call, perhaps while it is being sent
		outcome.Set("rating", "5")
	}
	status, to, err := p.submit(ctx, client, p.bases[r.IntN(len(p.bases))], "/desk/"+found[1]+"/finish", outcome)
	if err == nil && status == http.StatusSeeOther && to == "/desk" {
		var id int64
		if _, err := fmt.Sscan(found[1], &id); err != nil {
			return err
		}
		note(p, p.finished, id, true)
	}
	return err
}

// submit posts a form and returns the status and where it leads.
func (p *people) submit(ctx context.Context, client *http.Client, base, path string, form url.Values) (status int, to string, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+base+path, strings.NewReader(form.Encode()))
	if err != nil {
		return 0, "", err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := client.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = response.Body.Close() }()
	_, err = io.Copy(io.Discard, response.Body)
	return response.StatusCode, response.Header.Get("Location"), err
}

// look reads a page.
func (p *people) look(ctx context.Context, client *http.Client, base, path string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+base+path, nil)
	if err != nil {
		return "", err
	}
	response, err := client.Do(request)
	if err != nil {
		return "", err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	return string(body), err
}

// note keeps something a person was told.
func note[K comparable, V any](p *people, what map[K]V, key K, value V) {
	p.mu.Lock()
	defer p.mu.Unlock()
	what[key] = value
}
