package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/app"
	"aftercall/internal/clock"
)

const (
	floorClients   = 200
	floorCallers   = 20
	floorContacts  = 2000
	floorPhase     = 20 * time.Second
	floorMoveEvery = 500 * time.Millisecond // somebody claims or gives back
	floorClaims    = 10
	floorSeenGoal  = 2000.0 // ms within which a claim is to be seen by everybody
	floorBackGoal  = 15.0   // s within which everybody is to be watching again after a restart
	floorPassword  = "correct horse battery staple"
)

// floorWatched measures what 200 windows that watch the floor cost a service that does everything in one process, on SQLite: its memory
// beside what it has with nobody watching, and the share of a processor core while nothing moves and while somebody claims or gives back
// twice a second, beside a whole core. Then how long it takes until everybody has seen a claim, at the worst, beside what is promised;
// and, when the process is stopped and started again, until everybody watches again. It fails when one of them got a wrong answer.
func floorWatched(ctx context.Context) ([]figure, error) {
	program, dir, remove, err := buildProgram(ctx)
	if err != nil {
		return nil, err
	}
	defer remove()
	data := filepath.Join(dir, "data")
	if err := fillFloor(ctx, data); err != nil {
		return nil, err
	}
	address, err := freeAddress(ctx)
	if err != nil {
		return nil, err
	}
	s := &served{program: program, data: data, address: address}
	if err := s.start(ctx); err != nil {
		return nil, err
	}
	figures, err := s.measure(ctx)
	return figures, errors.Join(err, s.stop())
}

// fillFloor makes a centre with callbacks that are ready, callers and a supervisor.
func fillFloor(ctx context.Context, data string) (err error) {
	c := app.Default()
	c.DataDir, c.Addr = data, "127.0.0.1:0"
	a, err := app.New(ctx, c, app.Parts{Work: true}, slog.Default())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Stop(context.WithoutCancel(ctx))) }()
	if err := a.Start(ctx); err != nil {
		return err
	}
	users := []account.NewUser{{Login: "boss", Name: "Boss", Role: account.Supervisor}}
	for i := range floorCallers {
		users = append(users, account.NewUser{Login: fmt.Sprint("caller", i), Name: fmt.Sprint("Caller ", i), Role: account.Caller})
	}
	for _, u := range users {
		u.Password = floorPassword
		if _, err := a.Accounts.AddUser(ctx, u); err != nil {
			return err
		}
	}
	source, err := a.Contacts.EnsureSource(ctx, "bench")
	if err != nil {
		return err
	}
	now := clock.System()
	if err := take(ctx, a, source.ID, severeContacts(now, openZone(now), floorContacts)); err != nil {
		return err
	}
	return a.WaitIdle(ctx)
}

// served is a service in a process of its own, always at the same address.
type served struct {
	program, data, address string
	cmd                    *exec.Cmd
}

func (s *served) start(ctx context.Context) error {
	s.cmd = exec.CommandContext(ctx, s.program, "serve", "--data-dir", s.data, "--addr", s.address)
	log, err := os.Create(filepath.Join(filepath.Dir(s.data), "serve.log"))
	if err != nil {
		return fmt.Errorf("keep the log of the service: %w", err)
	}
	s.cmd.Stderr = log
	if err := s.cmd.Start(); err != nil {
		return fmt.Errorf("start the service: %w", err)
	}
	return firstPage(ctx, s.url("/login"))
}

func (s *served) stop() error {
	return errors.Join(s.cmd.Process.Signal(os.Interrupt), s.cmd.Wait())
}

func (s *served) url(path string) string { return "http://" + s.address + path }

func (s *served) measure(ctx context.Context) ([]figure, error) {
	if err := pause(ctx, idleFor); err != nil {
		return nil, err
	}
	bare, err := residentMemory(s.cmd.Process.Pid)
	if err != nil {
		return nil, err
	}
	boss, err := s.login(ctx, "boss")
	if err != nil {
		return nil, err
	}
	callers := make([]*http.Client, floorCallers/2)
	for i := range callers {
		if callers[i], err = s.login(ctx, fmt.Sprint("caller", i)); err != nil {
			return nil, err
		}
	}
	w := newWatchers(s.url("/floor/live"), boss)
	stop := w.start(ctx)
	defer stop()
	quiet, err := s.share(ctx, floorPhase, func(context.Context) error { return nil })
	if err != nil {
		return nil, err
	}
	busy, err := s.share(ctx, floorPhase, s.moving(callers))
	if err != nil {
		return nil, err
	}
	memory, err := residentMemory(s.cmd.Process.Pid)
	if err != nil {
		return nil, err
	}
	worst, err := s.seen(ctx, w, callers[:floorClaims])
	if err != nil {
		return nil, err
	}
	back, err := s.restart(ctx, w)
	if err != nil {
		return nil, err
	}
	if err := w.failure(); err != nil {
		return nil, err
	}
	return []figure{
		{"floor-memory/sqlite", memory, "MB", bare},
		{"floor-quiet/sqlite", quiet, "% of a core", 100},
		{"floor-moving/sqlite", busy, "% of a core", 100},
		{"floor-claim-seen/sqlite", worst, "ms at the worst", floorSeenGoal},
		{"floor-restart/sqlite", back, "s until all watch", floorBackGoal},
	}, nil
}

// share is which share of a core the service uses while something is done again and again, in percent.
func (s *served) share(ctx context.Context, d time.Duration, do func(context.Context) error) (float64, error) {
	before, err := processorTime(s.cmd.Process.Pid)
	if err != nil {
		return 0, err
	}
	began := time.Now()
	for time.Since(began) < d {
		if err := errors.Join(do(ctx), pause(ctx, floorMoveEvery)); err != nil {
			return 0, err
		}
	}
	after, err := processorTime(s.cmd.Process.Pid)
	return 100 * (after - before).Seconds() / time.Since(began).Seconds(), err
}

// login returns a browser in which a user is logged in.
func (s *served) login(ctx context.Context, login string) (*http.Client, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	c := &http.Client{
		Jar: jar, Transport: &http.Transport{MaxIdleConnsPerHost: floorClients},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	status, err := postForm(ctx, c, s.url("/login"), url.Values{"login": {login}, "password": {floorPassword}})
	if err == nil && status != http.StatusSeeOther {
		err = fmt.Errorf("log in as %s: status %d", login, status)
	}
	return c, err
}

func postForm(ctx context.Context, c *http.Client, address string, form url.Values) (status int, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return 0, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	_, status, err = answered(c, r)
	return status, err
}

func page(ctx context.Context, c *http.Client, address string) (body string, status int, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return "", 0, err
	}
	return answered(c, r)
}

func answered(c *http.Client, r *http.Request) (body string, status int, err error) {
	w, err := c.Do(r)
	if err != nil {
		return "", 0, fmt.Errorf("ask the service: %w", err)
	}
	all, err := io.ReadAll(w.Body)
	return string(all), w.StatusCode, errors.Join(err, w.Body.Close())
}

var claimedForm = regexp.MustCompile(`action="/desk/(\d+)/release"[^>]*><input type="hidden" name="fence" value="(\d+)"`)

// claim lets a caller claim, and returns the callback and its fence.
func (s *served) claim(ctx context.Context, c *http.Client) (id, fence string, err error) {
	if _, err := postForm(ctx, c, s.url("/desk/claim"), nil); err != nil {
		return "", "", err
	}
	body, status, err := page(ctx, c, s.url("/desk"))
	if err != nil {
		return "", "", err
	}
	found := claimedForm.FindStringSubmatch(body)
	if found == nil {
		return "", "", fmt.Errorf("the desk is answered %d and has no callback", status)
	}
	return found[1], found[2], nil
}

func (s *served) release(ctx context.Context, c *http.Client, id, fence string) error {
	_, err := postForm(ctx, c, s.url("/desk/"+id+"/release"), url.Values{"fence": {fence}})
	return err
}

// moving lets one caller after the other claim, and give it back at their next turn.
func (s *served) moving(callers []*http.Client) func(context.Context) error {
	turn, id, fence := 0, "", ""
	return func(ctx context.Context) (err error) {
		caller := callers[turn/2%len(callers)]
		if turn++; turn%2 == 1 {
			id, fence, err = s.claim(ctx, caller)
			return err
		}
		return s.release(ctx, caller, id, fence)
	}
}

// seen returns the longest that anybody who watched took to see one of several claims, in milliseconds.
func (s *served) seen(ctx context.Context, w *watchers, callers []*http.Client) (worst float64, err error) {
	for _, caller := range callers {
		began := time.Now()
		id, fence, err := s.claim(ctx, caller)
		if err != nil {
			return 0, err
		}
		if err := w.await(ctx, "/callbacks/"+id+`"`); err != nil {
			return 0, err
		}
		worst = max(worst, float64(time.Since(began).Microseconds())/1000)
		if err := s.release(ctx, caller, id, fence); err != nil {
			return 0, err
		}
	}
	return worst, nil
}

// restart stops the service and starts it again, and returns how many seconds after it was stopped everybody has got an answer.
func (s *served) restart(ctx context.Context, w *watchers) (float64, error) {
	began := time.Now()
	if err := s.stop(); err != nil {
		return 0, fmt.Errorf("stop the service: %w", err)
	}
	w.forget()
	if err := s.start(ctx); err != nil {
		return 0, err
	}
	err := w.awaitAnswers(ctx)
	return time.Since(began).Seconds(), err
}
