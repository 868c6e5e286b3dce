package table

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"aftercall/internal/fault"
)

func TestFewFilesAreReadAtOnceAndTheRestWaitOrAreToldToComeBack(t *testing.T) {
	t.Parallel()
	now := turns{reading: make(chan struct{}, 1), line: make(chan struct{}, 2), patience: time.Minute, before: new(atomic.Uint64)}
	leave, err := now.take(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := now.take(gone); !errors.Is(err, context.Canceled) || fault.Is(err, fault.Unavailable) {
		t.Errorf("one who left while waiting: %v", err)
	}
	impatient := now
	impatient.patience = 0
	if _, err := impatient.take(t.Context()); !fault.Is(err, fault.Unavailable) {
		t.Errorf("one who waited too long: %v", err)
	}
	second := make(chan error)
	go func() {
		leave, err := now.take(t.Context())
		if err == nil {
			leave()
		}
		second <- err
	}()
	for len(now.line) < 2 { // until the second one waits
		select {
		case err := <-second:
			t.Fatalf("two read at once where one may: %v", err)
		default:
		}
	}
	if _, err := now.take(t.Context()); !fault.Is(err, fault.Unavailable) {
		t.Errorf("one too many: %v", err)
	}
	leave()
	if err := <-second; err != nil {
		t.Error(err)
	}
	if len(now.reading)+len(now.line) != 0 {
		t.Error("somebody is still counted")
	}
}
