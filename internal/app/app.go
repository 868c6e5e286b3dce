// Package app is the composition root: it reads the settings, opens the database and Redis, connects the use cases, runs the
// parts a process is asked for, and stops them in the reverse order. It holds no rule of any feature.
package app

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/contact/identity"
	"aftercall/internal/database"
	"aftercall/internal/delivery"
	"aftercall/internal/fault"
	"aftercall/internal/figures"
	"aftercall/internal/flow"
	"aftercall/internal/outbox"
	"aftercall/internal/permission"
	"aftercall/internal/scratch"
	"aftercall/tasks/callback/performance"
	"aftercall/tasks/incident"
	"aftercall/tasks/queue"
)

// App is a process of aftercall.
type App struct {
	*Services
	cfg      Config
	parts    Parts
	zone     *time.Location
	log      *slog.Logger
	key      []byte
	files    *scratch.Dir // nil for commands
	redis    *queue.Redis
	queue    *queue.Queue
	listener net.Listener
	server   *http.Server
	failed   chan error // what ended the HTTP server unasked
	stopping atomic.Bool
	cleanup  cleanup
	stopOnce sync.Once
	stopErr  error
}

// New opens everything the parts need, brings the schema up to date and checks the key, but serves and works nothing yet. It
// returns fault.Invalid for settings that cannot work. Call Stop also on an App that was never started.
func New(ctx context.Context, cfg Config, parts Parts, log *slog.Logger) (*App, error) {
	if err := cfg.Validate(parts); err != nil {
		return nil, err
	}
	a := &App{cfg: cfg, parts: parts, log: log, failed: make(chan error, 1)}
	if err := a.open(ctx); err != nil {
		return nil, errors.Join(err, a.Stop(context.WithoutCancel(ctx)))
	}
	return a, nil
}

// open does New's work; what it opened before an error is closed by Stop.
func (a *App) open(ctx context.Context) (err error) {
	if a.zone, err = a.cfg.zone(); err != nil {
		return err
	}
	if addr := a.listenAddr(); addr != "" {
		if err := a.listen(ctx, addr); err != nil { // before anything slow: a port that is taken is known at once
			return err
		}
	}
	if a.parts.Web || a.parts.Work {
		if err := a.openFiles(); err != nil {
			return err
		}
	}
	db, err := database.Open(ctx, a.cfg.database())
	if err != nil {
		return err
	}
	a.cleanup.add("database", func(context.Context) error { return db.Close() })
	if err := db.Migrate(ctx); err != nil {
		return err
	}
	a.warnOfReaders(ctx)
	if a.parts.Web || a.parts.Work {
		a.watch(db) //nolint:contextcheck // it looks after the database as long as the process lives
	}
	if err := a.openServices(ctx, db); err != nil {
		return err
	}
	if a.parts.Work {
		if err := a.openQueue(ctx); err != nil {
			return err
		}
	}
	switch {
	case a.parts.Web:
		return a.openWeb() //nolint:contextcheck // requests bring contexts of their own
	case a.listener != nil:
		a.server = newServer(a.withHealth(http.NotFoundHandler()), a.log)
	}
	return nil
}

// openFiles makes the folder of temporary files, which hold rows of customers while they are written.
func (a *App) openFiles() error {
	files, err := scratch.Open(filepath.Join(a.cfg.DataDir, "tmp"))
	if err != nil {
		return fault.Wrap(err, fault.Unavailable, "data_dir", "cannot write to the data directory "+a.cfg.DataDir+"; see --data-dir")
	}
	a.files = files
	a.cleanup.add("temporary files", func(context.Context) error { return files.Close() })
	return nil
}

// watch looks after the database until it is closed.
func (a *App) watch(db *database.DB) {
	ctx, cancel := context.WithCancel(context.Background())
	var watching sync.WaitGroup
	watching.Go(func() { db.Watch(ctx, clock.System, a.log) })
	a.cleanup.add("watch", func(context.Context) error {
		cancel()
		watching.Wait()
		return nil
	})
}

// openServices connects the use cases, on the demo's clock if it is one.
func (a *App) openServices(ctx context.Context, db *database.DB) (err error) {
	if err := a.openKey(ctx, db); err != nil {
		return err
	}
	now := clock.System
	if a.parts.Demo {
		if now, err = a.openDemo(ctx, db); err != nil {
			return err
		}
	}
	if a.Services, err = a.newServices(db, now, nil); err != nil {
		return err
	}
	return a.prepare(ctx)
}

// openKey reads or makes the secret key, and refuses one that is not the database's.
func (a *App) openKey(ctx context.Context, db *database.DB) error {
	key, made, err := secretKey(a.cfg)
	if err != nil {
		return err
	}
	a.key = key
	err = permission.New(db, key, clock.System, contact.Directory{}).CheckKey(ctx)
	if err != nil && made != "" {
		err = errors.Join(err, os.Remove(made)) // the right one is somewhere else
	}
	return err
}

// openQueue opens Redis and makes the queue ready to start.
func (a *App) openQueue(ctx context.Context) error {
	redis, err := queue.OpenRedis(ctx, a.cfg.Redis)
	if err != nil {
		return err
	}
	a.redis = redis
	a.cleanup.add("redis", func(context.Context) error { return redis.Close() })
	name, err := installation(ctx, a.DB)
	if err != nil {
		return err
	}
	a.queue = queue.New(a.DB, redis, a.handlers(), a.Now, queue.Options{
		Name:    "aftercall-" + name,
		Workers: workersFor(a.DB),
		Needs:   needs(a.Flow.Sender),
		Periodic: []queue.Periodic{
			queue.Every(figures.FoldEvery, figures.JobFold, outbox.Normal),
			queue.Every(identity.ScanEvery, identity.JobScanPersons, outbox.Bulk),
			queue.Every(permission.RefreshEvery, permission.JobRefresh, outbox.Bulk),
			queue.Every(incident.BurstsEvery, incident.JobBursts, outbox.Bulk),
			queue.Every(flow.TakeUpEvery, flow.JobTakeUp, outbox.Bulk),
			queue.Every(time.Hour, queue.JobClean, outbox.Bulk),
			queue.Nightly(a.zone, 3*time.Hour, flow.JobVerify, outbox.Bulk),
			queue.Nightly(a.zone, 3*time.Hour+30*time.Minute, performance.JobRoll, outbox.Bulk),
			queue.Nightly(a.zone, 4*time.Hour, flow.JobPrune, outbox.Bulk),
		},
		Alone: a.files.Alone() && redis.Embedded() && a.cfg.keepsDatabase(),
		Log:   a.log,
	})
	return nil
}

// needs is what the lanes cannot work without, beside the database.
func needs(sender delivery.Sender) map[outbox.Lane]func(context.Context) error {
	if prober, ok := sender.(delivery.Prober); ok {
		return map[outbox.Lane]func(context.Context) error{outbox.Sending: prober.Probe}
	}
	return nil
}

// workersFor is how many handlers of a lane run at once. SQLite has one writer: more of them would only stand in line before the
// caller who wants to claim a callback.
func workersFor(db *database.DB) int {
	if db.Dialect() == database.SQLite {
		return 2
	}
	return 16
}

// Start serves and works, and returns.
func (a *App) Start(ctx context.Context) error {
	if a.queue != nil {
		if err := a.queue.Start(ctx); err != nil {
			return err
		}
		a.cleanup.add("queue", func(context.Context) error {
			a.queue.Stop()
			return nil
		})
	}
	if a.server != nil {
		a.serve()
	}
	return nil
}

// Run starts, waits until ctx ends or a part fails, and stops.
func (a *App) Run(ctx context.Context) error {
	err := a.Start(ctx)
	if err == nil {
		select {
		case <-ctx.Done():
		case err = <-a.failed:
		}
	}
	return errors.Join(err, a.Stop(context.WithoutCancel(ctx)))
}

// Stop takes no more requests, lets what runs finish, and closes everything in the reverse order of its opening. It may be called
// more than once.
func (a *App) Stop(ctx context.Context) error {
	a.stopOnce.Do(func() {
		a.stopping.Store(true)
		a.stopErr = a.cleanup.run(ctx)
	})
	return a.stopErr
}

// WaitIdle returns when no job is due, queued or running any more.
func (a *App) WaitIdle(ctx context.Context) error {
	if a.queue == nil {
		return fault.New(fault.Invalid, "no_worker", "this process works no jobs")
	}
	return a.queue.WaitIdle(ctx)
}

// URL returns the address of the pages, as in http://127.0.0.1:8080; "" without the web part.
func (a *App) URL() string {
	if !a.parts.Web {
		return ""
	}
	return a.HealthURL()
}

// HealthURL returns what /healthz and /readyz are appended to; "" where nothing listens.
func (a *App) HealthURL() string {
	if a.listener == nil {
		return ""
	}
	return "http://" + a.listener.Addr().String()
}

// publicURL returns how customers reach the survey pages, without a slash at the end.
func (a *App) publicURL() string {
	switch {
	case a.cfg.PublicURL != "":
		return strings.TrimSuffix(a.cfg.PublicURL, "/")
	case a.URL() != "":
		return a.URL()
	}
	return "http://" + a.cfg.Addr
}
