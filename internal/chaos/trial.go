package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"os"
	"path/filepath"
	"slices"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/app"
	"aftercall/internal/clock"
	"aftercall/internal/database"
)

// trial is a centre in its production set-up with people at it.
type trial struct {
	settings
	stdout  io.Writer
	dir     string // the data directory
	app     *app.App
	db      *database.DB
	redis   string
	relay   *relay
	webs    []*process
	workers []*process
	people  *people
	done    map[string]int // acts
}

// surveyDelay is from a resolution to its survey: long enough for a refusal to come before it.
const surveyDelay = 3 * time.Second

var errNoServers = errors.New("AFTERCALL_TEST_MYSQL and AFTERCALL_TEST_REDIS name no servers to disturb (make chaos starts some)")

// begin starts everything. What it returns is to be ended also after an error.
func begin(ctx context.Context, set settings, stdout io.Writer) (*trial, error) {
	t := &trial{settings: set, stdout: stdout, redis: os.Getenv("AFTERCALL_TEST_REDIS"), done: map[string]int{}}
	address := os.Getenv("AFTERCALL_TEST_MYSQL")
	if address == "" || t.redis == "" {
		return t, errNoServers
	}
	var err error
	if t.dir, err = os.MkdirTemp("", "aftercall-chaos-"); err != nil {
		return t, fmt.Errorf("make a data directory: %w", err)
	}
	if t.relay, err = openRelay(ctx); err != nil {
		return t, err
	}
	bases, err := freeBases(ctx, 2)
	if err != nil {
		return t, err
	}
	c := app.Default()
	c.Database, c.Redis, c.DataDir, c.SurveyDelay, c.PublicURL = address, t.redis, t.dir, surveyDelay, "http://"+bases[0]
	c.Sender = "smtp://" + t.relay.address + "?tls=off&from=chaos@example.com"
	if t.app, err = app.New(ctx, c, app.Parts{}, slog.New(slog.DiscardHandler)); err != nil {
		return t, err
	}
	t.db = t.app.DB
	if err := t.startPeople(ctx, bases); err != nil {
		return t, err
	}
	err = t.startProcesses(ctx, c, bases)
	return t, err
}

// freeBases returns addresses that nobody listens on.
func freeBases(ctx context.Context, count int) ([]string, error) {
	bases := make([]string, count)
	for i := range bases {
		l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
		if err != nil {
			return nil, fmt.Errorf("find a free port: %w", err)
		}
		defer func() { _ = l.Close() }()
		bases[i] = l.Addr().String()
	}
	return bases, nil
}

func (t *trial) startProcesses(ctx context.Context, c app.Config, bases []string) error {
	env := append(os.Environ(),
		"AFTERCALL_DATABASE="+c.Database, "AFTERCALL_REDIS="+c.Redis, "AFTERCALL_DATA_DIR="+c.DataDir, "AFTERCALL_PUBLIC_URL="+c.PublicURL,
		"AFTERCALL_SENDER="+c.Sender, "AFTERCALL_SURVEY_DELAY="+c.SurveyDelay.String())
	for i, base := range bases {
		p, err := keepRunning(ctx, t.program, fmt.Sprintf("web-%d", i+1), t.keep, env, "web", "--addr", base)
		if err != nil {
			return err
		}
		t.webs = append(t.webs, p)
	}
	for i := range 2 {
		p, err := keepRunning(ctx, t.program, fmt.Sprintf("worker-%d", i+1), t.keep, env, "worker")
		if err != nil {
			return err
		}
		t.workers = append(t.workers, p)
	}
	return nil
}

// startPeople gives the centre a source and callers, and lets them begin.
func (t *trial) startPeople(ctx context.Context, bases []string) error {
	source, err := t.app.Contacts.EnsureSource(ctx, "chaos")
	if err != nil {
		return err
	}
	token, err := t.app.Accounts.CreateToken(ctx, "chaos", account.Machine, source.ID)
	if err != nil {
		return err
	}
	logins := []string{"chaos-1", "chaos-2"}
	for _, login := range logins {
		_, err := t.app.Accounts.AddUser(ctx, account.NewUser{Login: login, Password: callerPassword, Role: account.Caller})
		if err != nil {
			return err
		}
	}
	t.people = newPeople(t.seed, bases, token)
	t.people.begin(ctx, t.relay.fresh, logins)
	return nil
}

// settle lets people finish what they are at, waits until nothing is left to do, and stops the processes in good order.
func (t *trial) settle(ctx context.Context) error {
	fmt.Fprintf(t.stdout, "disturbed %s\n", t.length)
	for _, name := range slices.Sorted(maps.Keys(t.done)) {
		fmt.Fprintf(t.stdout, "  %-36s %3d\n", name, t.done[name])
	}
	t.people.end()
	ctx, cancel := context.WithTimeout(ctx, 4*time.Minute)
	defer cancel()
	began := clock.System()
	for {
		open, err := openWork(ctx, t.db)
		if err == nil && open == 0 {
			break
		}
		if ctx.Err() != nil {
			fmt.Fprintf(t.stdout, "not quiet after %s: %d jobs and invitations open (%v)\n",
				clock.System().Sub(began).Round(time.Second), open, err)
			break // the reckoning says what is stuck
		}
		pause(ctx, 500*time.Millisecond)
	}
	fmt.Fprintf(t.stdout, "quiet after another %s\n", clock.System().Sub(began).Round(time.Second))
	return stopAll(context.WithoutCancel(ctx), t.processes())
}

func (t *trial) processes() []*process { return slices.Concat(t.webs, t.workers) }

// end stops and removes whatever there is.
func (t *trial) end(ctx context.Context) error {
	var all error
	if t.people != nil {
		t.people.end()
	}
	all = errors.Join(all, stopAll(ctx, t.processes()))
	if t.app != nil {
		all = errors.Join(all, t.app.Stop(ctx))
	}
	if t.relay != nil {
		all = errors.Join(all, t.relay.server.Close())
	}
	if t.dir != "" {
		all = errors.Join(all, os.RemoveAll(filepath.Clean(t.dir)))
	}
	return all
}
