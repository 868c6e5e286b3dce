// Command chaos runs the production set-up, two web and two worker processes on MariaDB and Redis with a mail relay of its own,
// lets contacts, customers and callers at it, and meanwhile kills and pauses processes, empties Redis, drops connections and makes
// the relay refuse or fall silent. When it is quiet again, it compares what was acknowledged with what is stored and with what the
// relay was given: nothing lost, nothing doubled, nothing stuck, no message that no invitation admits.
//
// What is done, and in which order, follows from the seed, which is printed; when it happens follows from the machine. It uses the
// servers named by AFTERCALL_TEST_MYSQL and AFTERCALL_TEST_REDIS, which it pauses and empties: make chaos starts some of its own.
// It listens on loopback only and ends by itself.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"time"
)

// settings are the arguments.
type settings struct {
	seed    uint64
	length  time.Duration // of the disturbed part
	program string        // the binary under trial
	servers []int         // process ids of the database and of Redis, to be paused
	keep    string        // where the logs of the processes are kept; empty for nowhere
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "chaos:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdout io.Writer) error {
	set, err := settingsOf(args)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "seed %d, %s (make chaos SEED=%d FOR=%s does the same again)\n", set.seed, set.length, set.seed, set.length)
	trial, err := begin(ctx, set, stdout)
	if err != nil {
		return errors.Join(err, trial.end(context.WithoutCancel(ctx)))
	}
	err = trial.disturb(ctx)
	if err == nil {
		err = trial.settle(ctx)
	}
	if err == nil {
		err = trial.reckon(ctx)
	}
	return errors.Join(err, trial.end(context.WithoutCancel(ctx)))
}

func settingsOf(args []string) (settings, error) {
	var set settings
	var servers string
	flags := flag.NewFlagSet("chaos", flag.ContinueOnError)
	flags.Uint64Var(&set.seed, "seed", rand.Uint64N(1_000_000), "what is done, and in which order")
	flags.DurationVar(&set.length, "for", 2*time.Minute, "how long to disturb")
	flags.StringVar(&set.program, "program", "bin/aftercall", "the binary under trial")
	flags.StringVar(&set.keep, "logs", "", "a folder to keep the logs of the processes in")
	flags.StringVar(&servers, "servers", "", "process ids of the database and of Redis, to be paused")
	if err := flags.Parse(args); err != nil {
		return set, err
	}
	for _, text := range strings.Fields(servers) {
		pid, err := strconv.Atoi(text)
		if err != nil {
			return set, fmt.Errorf("-servers: %q is no process id", text)
		}
		set.servers = append(set.servers, pid)
	}
	return set, nil
}
