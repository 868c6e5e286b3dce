package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

const (
	watchEvery   = time.Second
	watchSlowest = 8 * time.Second
)

// watchers are windows on the floor, each asking as its script does: a second after the last answer, and less often while there is none.
type watchers struct {
	address string
	client  *http.Client

	mu      sync.Mutex
	shown   [floorClients]string // what each shows
	heard   [floorClients]bool   // whether each got an answer since that was forgotten
	wrong   error                // the first answer that was neither news nor none
	awaited func(i int) bool     // what somebody waits for, of every window
	missing map[int]bool         // the windows of which it does not hold yet
	all     chan struct{}        // closed when it holds of all of them
}

func newWatchers(address string, client *http.Client) *watchers {
	return &watchers{address: address, client: client}
}

// start lets all of them watch, spread over a second, and returns what ends that.
func (w *watchers) start(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var watching sync.WaitGroup
	for i := range floorClients {
		watching.Go(func() { w.watch(ctx, i) })
	}
	return func() {
		cancel()
		watching.Wait()
	}
}

func (w *watchers) watch(ctx context.Context, i int) {
	tag, wait := "", time.Duration(i)*watchEvery/floorClients
	for pause(ctx, wait) == nil {
		body, answered, status, err := w.ask(ctx, tag)
		switch {
		case err != nil:
			wait = min(max(2*wait, 2*watchEvery), watchSlowest)
			continue
		case status == http.StatusOK:
			tag = answered
			w.note(i, body, nil)
		case status == http.StatusNotModified:
			w.note(i, "", nil)
		case status == http.StatusServiceUnavailable: // it says when to come back
			wait = min(max(2*wait, 2*watchEvery), watchSlowest)
			continue
		default:
			w.note(i, "", fmt.Errorf("window %d was answered %d", i, status))
		}
		wait = watchEvery
	}
}

func (w *watchers) ask(ctx context.Context, tag string) (body, answered string, status int, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, w.address, nil)
	if err != nil {
		return "", "", 0, err
	}
	r.Header.Set("Accept", "application/json")
	r.Header.Set("If-None-Match", tag)
	response, err := w.client.Do(r)
	if err != nil {
		return "", "", 0, err
	}
	defer func() { _ = response.Body.Close() }()
	all, err := io.ReadAll(response.Body)
	return string(all), response.Header.Get("ETag"), response.StatusCode, err
}

// note takes in what a window was answered: what it shows from then on, or nothing new.
func (w *watchers) note(i int, body string, wrong error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if body != "" {
		w.shown[i] = body
	}
	if w.heard[i] = true; w.wrong == nil {
		w.wrong = wrong
	}
	if w.missing[i] && w.awaited(i) {
		w.found(i)
	}
}

// found takes in that what is awaited holds of a window.
func (w *watchers) found(i int) {
	if delete(w.missing, i); len(w.missing) == 0 {
		close(w.all)
	}
}

func (w *watchers) forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.heard = [floorClients]bool{}
}

func (w *watchers) failure() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.wrong
}

// await waits until everybody shows something.
func (w *watchers) await(ctx context.Context, what string) error {
	return w.until(ctx, "see "+what, func(i int) bool { return strings.Contains(w.shown[i], what) })
}

// awaitAnswers waits until everybody got an answer since that was forgotten.
func (w *watchers) awaitAnswers(ctx context.Context) error {
	return w.until(ctx, "watch again", func(i int) bool { return w.heard[i] })
}

func (w *watchers) until(ctx context.Context, what string, holds func(i int) bool) error {
	w.mu.Lock()
	w.awaited, w.missing, w.all = holds, map[int]bool{}, make(chan struct{})
	for i := range floorClients {
		w.missing[i] = true
	}
	for i := range floorClients {
		if holds(i) {
			w.found(i)
		}
	}
	all := w.all
	w.mu.Unlock()
	select {
	case <-all:
		return nil
	case <-time.After(patience):
		return fmt.Errorf("not all windows %s after %s", what, patience)
	case <-ctx.Done():
		return ctx.Err()
	}
}
