package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// idleFor is how long a process is left alone before it is looked at.
const idleFor = 10 * time.Second

// start measures the program itself on an empty database: the time from its start to the first page, and its resident memory
// when it has nothing to do. The bare limits are those of the same program printing its version.
func start(ctx context.Context) ([]figure, error) {
	program, dir, remove, err := buildProgram(ctx)
	if err != nil {
		return nil, err
	}
	defer remove()
	bareSeconds, bareMemory, err := version(ctx, program)
	if err != nil {
		return nil, err
	}
	var memory float64
	seconds, err := serve(ctx, program, dir, func(pid int) (err error) {
		memory, err = residentMemory(pid)
		return err
	})
	return []figure{
		{"start/sqlite", seconds, "s", bareSeconds},
		{"memory/sqlite", memory, "MB", bareMemory},
	}, err
}

// buildProgram builds the program in a folder of its own.
func buildProgram(ctx context.Context) (program, dir string, remove func(), err error) {
	if dir, err = os.MkdirTemp("", "aftercall-bench-"); err != nil {
		return "", "", nil, fmt.Errorf("make a folder: %w", err)
	}
	remove = func() { _ = os.RemoveAll(dir) }
	program = filepath.Join(dir, "aftercall")
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", program, "./cmd/aftercall").CombinedOutput(); err != nil {
		remove()
		return "", "", nil, fmt.Errorf("build the program: %w: %s", err, out)
	}
	return program, dir, remove, nil
}

// version runs the program to print its version and returns the seconds and the peak memory in MB that took.
func version(ctx context.Context, program string) (seconds, megabytes float64, err error) {
	cmd := exec.CommandContext(ctx, program, "version")
	began := time.Now()
	if err := cmd.Run(); err != nil {
		return 0, 0, fmt.Errorf("run version: %w", err)
	}
	seconds = time.Since(began).Seconds()
	usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0, 0, errors.New("this system does not tell a process's memory")
	}
	return seconds, float64(usage.Maxrss) / 1024, nil
}

// serve runs the service on an empty folder and looks at its process after a while without work. It returns the seconds from the start
// to the first page.
func serve(ctx context.Context, program, dir string, look func(pid int) error) (seconds float64, err error) {
	address, err := freeAddress(ctx)
	if err != nil {
		return 0, err
	}
	cmd := exec.CommandContext(ctx, program, "serve", "--data-dir", filepath.Join(dir, "data"), "--addr", address)
	cmd.Stderr = os.Stderr
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, fmt.Errorf("start the service: %w", err)
	}
	defer func() { err = errors.Join(err, cmd.Process.Signal(os.Interrupt), cmd.Wait()) }()
	if err := firstPage(ctx, "http://"+address+"/login"); err != nil {
		return 0, err
	}
	seconds = time.Since(began).Seconds()
	if err := pause(ctx, idleFor); err != nil {
		return 0, err
	}
	return seconds, look(cmd.Process.Pid)
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func freeAddress(ctx context.Context) (string, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	return l.Addr().String(), l.Close()
}

// firstPage asks every few milliseconds until the page is there.
func firstPage(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return fmt.Errorf("ask for the first page: %w", err)
		}
		w, err := http.DefaultClient.Do(r)
		if err == nil {
			_ = w.Body.Close()
			if w.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for the first page: %w", ctx.Err())
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// residentMemory reads VmRSS in MB.
func residentMemory(pid int) (float64, error) {
	status, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return 0, fmt.Errorf("read the memory of the service: %w", err)
	}
	for line := range bytes.Lines(status) {
		var kilobytes float64
		if n, _ := fmt.Sscanf(string(line), "VmRSS: %f kB", &kilobytes); n == 1 {
			return kilobytes / 1024, nil
		}
	}
	return 0, errors.New("this system does not tell a process's memory")
}
