package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"aftercall/internal/fault"
	"aftercall/web"
)

// drainTimeout is how long requests may take to finish on a graceful stop.
const drainTimeout = 10 * time.Second

// listenAddr returns where the process answers requests: for its pages and its health, or for its health alone; "" for nowhere.
func (a *App) listenAddr() string {
	switch {
	case a.parts.Web:
		return a.cfg.Addr
	case a.parts.Work:
		return a.cfg.HealthAddr
	}
	return ""
}

// listen takes the port.
func (a *App) listen(ctx context.Context, addr string) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return fault.Wrap(err, fault.Unavailable, "address_taken", "cannot listen on "+addr)
	}
	a.listener = listener
	a.cleanup.add("listener", func(context.Context) error {
		if err := listener.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			return err
		}
		return nil
	})
	return nil
}

// newServer returns a server that no slow client can hold open. Bodies may be large uploads and answers large exports.
func newServer(handler http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       5 * time.Minute,
		WriteTimeout:      10 * time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
}

// serve begins to answer requests.
func (a *App) serve() {
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := a.server.Serve(a.listener); !errors.Is(err, http.ErrServerClosed) {
			a.failed <- fmt.Errorf("serve: %w", err)
		}
	}()
	a.cleanup.add("requests", func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, drainTimeout)
		defer cancel()
		err := a.server.Shutdown(ctx)
		if err != nil {
			err = errors.Join(err, a.server.Close())
		}
		<-done
		return err
	})
}

// withHealth answers /healthz, the process lives, and /readyz, it can do its work: its database can be used, its Redis answers, and it
// is not stopping.
func (a *App) withHealth(pages http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, "ok") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if why := a.unready(r.Context()); why != "" { // each of these has been logged once, by who found it out
			answer(w, http.StatusServiceUnavailable, "not ready: "+why)
			return
		}
		answer(w, http.StatusOK, "ready")
	})
	mux.Handle("/", pages)
	return mux
}

func answer(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text+"\n")
}

// unready returns why the process cannot do its work now, or "".
func (a *App) unready(ctx context.Context) string {
	if a.stopping.Load() {
		return "stopping"
	}
	if _, err := a.DB.Outage(); err != nil {
		return "database"
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	if a.redis != nil && a.redis.Ping(ctx) != nil {
		return "redis"
	}
	return ""
}

// openWeb makes the pages and the API ready to be served.
func (a *App) openWeb() error {
	pages, err := web.New(a.Shown(), web.Options{
		Zone: a.zone, Language: a.cfg.Language, CentreName: a.cfg.CentreName, PublicURL: a.publicURL(), Now: a.Now,
		Demo: a.parts.Demo, TrustedProxies: a.cfg.trustedProxies(), Log: a.log,
	})
	if err != nil {
		return err
	}
	a.server = newServer(a.withHealth(pages.Handler()), a.log)
	return nil
}
