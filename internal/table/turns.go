package table

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"runtime/metrics"
	"sync/atomic"
	"time"

	"aftercall/internal/fault"
)

// turns lets few files be read at once while people wait for them, and few wait for their turn. The limits of a file hold for that
// file: a workbook may take 300 MiB and a core as long as it is read, and ten of them the whole machine.
type turns struct {
	reading, line chan struct{}
	patience      time.Duration
	before        *atomic.Uint64 // what the heap had when the first of those who read began
}

// ofProcess are the turns of this process: memory is the process's.
var ofProcess = turns{
	reading: make(chan struct{}, 2), line: make(chan struct{}, 22), patience: 20 * time.Second, before: new(atomic.Uint64),
}

// worthGivingBack is by how much memory has to have grown to be given back to the system at once, which costs a collection.
const worthGivingBack = 128 << 20

var errManyFiles = fault.New(fault.Unavailable, "files_busy", "many files are being read right now: try again in a few seconds").
	RetryIn(10 * time.Second)

// Turn waits until few others read a file while somebody waits, and returns what ends the turn. It returns fault.Unavailable where too
// many wait, or for too long, and the error of ctx. Workers, whom nobody waits for, need no turn: there are few of them.
func Turn(ctx context.Context) (leave func(), err error) { return ofProcess.take(ctx) }

func (t turns) take(ctx context.Context) (leave func(), err error) {
	select {
	case t.line <- struct{}{}:
	default:
		return nil, errManyFiles
	}
	patient, cancel := context.WithTimeoutCause(ctx, t.patience, errManyFiles)
	defer cancel()
	select {
	case t.reading <- struct{}{}:
	case <-patient.Done():
		<-t.line
		if cause := context.Cause(patient); errors.Is(cause, errManyFiles) {
			return nil, cause
		}
		return nil, fmt.Errorf("wait to read a file: %w", ctx.Err())
	}
	if len(t.reading) == 1 {
		t.before.Store(heapBytes())
	}
	return func() {
		<-t.reading
		<-t.line
		if len(t.reading) == 0 && heapBytes() > t.before.Load()+worthGivingBack {
			debug.FreeOSMemory()
		}
	}, nil
}

// heapBytes returns what the heap has taken from the system and not given back.
func heapBytes() uint64 {
	sample := []metrics.Sample{
		{Name: "/memory/classes/heap/objects:bytes"},
		{Name: "/memory/classes/heap/unused:bytes"},
		{Name: "/memory/classes/heap/free:bytes"},
	}
	metrics.Read(sample)
	return sample[0].Value.Uint64() + sample[1].Value.Uint64() + sample[2].Value.Uint64()
}
