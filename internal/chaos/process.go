package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// process is one of ours, started again whenever it ends, as an init system does.
type process struct {
	name string
	args []string
	env  []string
	log  io.WriteCloser

	stopping atomic.Bool
	done     chan struct{} // closed when it has ended for good

	mu     sync.Mutex
	pid    int
	starts int
	ended  *os.ProcessState // of the last run
}

// restartAfter is how long the init system waits.
const restartAfter = 300 * time.Millisecond

// keepRunning starts a process and starts it again until it is told to stop.
func keepRunning(ctx context.Context, program, name, logs string, env []string, args ...string) (*process, error) {
	p := &process{name: name, args: append([]string{program}, args...), env: env, log: discard{}, done: make(chan struct{})}
	if logs != "" {
		file, err := os.Create(filepath.Join(logs, name+".log")) //nolint:gosec // the caller's own folder
		if err != nil {
			return nil, fmt.Errorf("keep the log of %s: %w", name, err)
		}
		p.log = file
	}
	go p.run(ctx)
	return p, nil
}

type discard struct{}

func (discard) Write(b []byte) (int, error) { return len(b), nil }
func (discard) Close() error                { return nil }

func (p *process) run(ctx context.Context) {
	defer close(p.done)
	for !p.stopping.Load() && ctx.Err() == nil {
		if err := p.once(ctx); err != nil {
			_, _ = fmt.Fprintf(p.log, "chaos: %v\n", err)
		}
		if !p.stopping.Load() {
			pause(ctx, restartAfter)
		}
	}
	_ = p.log.Close()
}

// once runs the process until it ends.
func (p *process) once(ctx context.Context) error {
	cmd := exec.CommandContext(ctx, p.args[0], p.args[1:]...)
	cmd.Env, cmd.Stdout, cmd.Stderr = p.env, p.log, p.log
	if err := cmd.Start(); err != nil {
		return err
	}
	p.mu.Lock()
	p.pid, p.ended = cmd.Process.Pid, nil
	p.starts++
	p.mu.Unlock()
	err := cmd.Wait()
	p.mu.Lock()
	p.pid, p.ended = 0, cmd.ProcessState
	p.mu.Unlock()
	return err
}

// signal sends a signal to the process if it runs.
func (p *process) signal(s syscall.Signal) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.pid != 0 {
		_ = syscall.Kill(p.pid, s) // it may have ended meanwhile
	}
}

// pauseFor stands the process still.
func (p *process) pauseFor(ctx context.Context, d time.Duration) {
	p.signal(syscall.SIGSTOP)
	pause(ctx, d)
	p.signal(syscall.SIGCONT)
}

// stop asks the process to end, as an init system does, and reports an end that was not in good order.
func (p *process) stop(ctx context.Context) error {
	p.stopping.Store(true)
	p.signal(syscall.SIGCONT)
	p.signal(syscall.SIGTERM)
	select {
	case <-p.done:
	case <-ctx.Done():
		p.signal(syscall.SIGKILL)
		<-p.done
		return fmt.Errorf("%s did not stop when asked", p.name)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended != nil && !p.ended.Success() {
		return fmt.Errorf("%s ended with %s when asked to stop", p.name, p.ended)
	}
	return nil
}

// pause waits, or ends with the context.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// stopAll stops processes together.
func stopAll(ctx context.Context, processes []*process) error {
	ctx, cancel := context.WithTimeout(ctx, 40*time.Second) // more than a worker's own patience with its jobs
	defer cancel()
	errs := make(chan error)
	for _, p := range processes {
		go func() { errs <- p.stop(ctx) }()
	}
	var all error
	for range processes {
		all = errors.Join(all, <-errs)
	}
	return all
}
