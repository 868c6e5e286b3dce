package dbtest

import (
	"bytes"
	"strings"
	"sync"
)

// Journal is what a log is written to by several at once, to be read while they write: for tests of what is said, and how often.
type Journal struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write adds to the journal.
func (j *Journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.b.Write(p)
}

// Lines returns what was logged so far; one empty line when nothing was.
func (j *Journal) Lines() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return strings.Split(strings.TrimSpace(j.b.String()), "\n")
}
