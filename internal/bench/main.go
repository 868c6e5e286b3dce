// Command bench measures what aftercall promises, each figure beside a bare limit measured in the same run: the ratio says more
// than the rate, because machines differ.
//
//	name <tab> value <tab> unit <tab> limit <tab> ratio
//
// is printed on standard output for each figure and nothing else. Arguments are prefixes of the names to measure. It uses the
// servers named by AFTERCALL_TEST_MYSQL and AFTERCALL_TEST_REDIS (make bench starts some) and leaves out what it has no server for.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
)

// figure is one measurement.
type figure struct {
	name  string
	value float64
	unit  string
	limit float64 // the bare limit, in the same unit
}

// measurement is one benchmark on one store.
type measurement struct {
	name  string // with the store, as in intake/mariadb
	run   func(ctx context.Context) ([]figure, error)
	named bool // measured only when it is asked for by name: it takes minutes
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := 0
	if len(os.Args) == 4 && os.Args[1] == readFlag {
		if err := readHere(ctx, os.Args[2], os.Args[3]); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			code = 1
		}
	} else {
		code = run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	}
	stop()
	os.Exit(code)
}

func run(ctx context.Context, prefixes []string, stdout, stderr io.Writer) int {
	slog.SetDefault(slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: slog.LevelError})))
	failed := false
	for _, m := range measurements() {
		if !wanted(m.name, prefixes) || m.named && len(prefixes) == 0 {
			continue
		}
		figures, err := m.run(ctx)
		if errors.Is(err, errNoServer) {
			fmt.Fprintf(stderr, "bench: %s is left out: no server (make deps installs MariaDB and Redis)\n", m.name)
			continue
		}
		if err != nil {
			fmt.Fprintf(stderr, "bench: %s: %v\n", m.name, err)
			failed = true
		}
		for _, f := range figures {
			fmt.Fprintf(stdout, "%s\t%.6g\t%s\t%.6g\t%.3f\n", f.name, f.value, f.unit, f.limit, f.value/f.limit)
		}
	}
	if failed {
		return 1
	}
	return 0
}

func wanted(name string, prefixes []string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(name, p) {
			return true
		}
	}
	return len(prefixes) == 0
}

func measurements() []measurement {
	embedded := stores()[0]
	// First of all: a process started by a large one is counted as that large by the system, for a moment.
	all := []measurement{
		{name: "start/" + embedded.name, run: start}, {name: "idle/" + embedded.name, run: idle}, {name: "reading", run: reading},
	}
	for _, s := range stores() {
		all = append(all,
			measurement{name: "intake/" + s.name, run: func(ctx context.Context) ([]figure, error) { return s.with(ctx, intake) }},
			measurement{name: "jobs/" + s.name, run: func(ctx context.Context) ([]figure, error) { return s.with(ctx, jobs) }},
			measurement{name: "jobs-p99/" + s.name, run: func(ctx context.Context) ([]figure, error) { return s.with(ctx, jobsLatency) }},
		)
	}
	all = append(all, measurement{name: "floor/" + embedded.name, named: true, run: floorWatched})
	server := stores()[1]
	return append(all,
		measurement{
			name: "claim-importing/" + embedded.name,
			run:  func(ctx context.Context) ([]figure, error) { return embedded.with(ctx, claims) },
		},
		measurement{
			name: "claim/" + server.name, named: true,
			run: func(ctx context.Context) ([]figure, error) { return server.with(ctx, openCallbacks) },
		},
		measurement{
			name: "lists/" + server.name, named: true,
			run: func(ctx context.Context) ([]figure, error) { return server.with(ctx, lists) },
		},
	)
}
