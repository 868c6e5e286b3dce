package table_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"testing"

	"aftercall/internal/table"
)

// heldBytes returns what the process has taken from the system for its heap, and uses.
func heldBytes() int64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/heap/unused:bytes"}}
	metrics.Read(sample)
	return int64(sample[0].Value.Uint64() + sample[1].Value.Uint64())
}

// peak reads a file to its end, and returns its rows and the most memory that was held meanwhile, beyond what was before.
func peak(t *testing.T, file io.Reader) (rows int, bytes int64) {
	t.Helper()
	runtime.GC()
	debug.FreeOSMemory()
	before := heldBytes()
	r, err := table.Open(t.Context(), file, table.Options{})
	for ; err == nil; rows++ {
		if _, err = r.Next(); rows%1000 == 0 {
			bytes = max(bytes, heldBytes()-before)
		}
	}
	if !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	return rows - 1, bytes
}

// endless gives the same rows n times, from nowhere.
type endless struct {
	rows []byte
	n    int
	at   int
}

func (e *endless) Read(p []byte) (int, error) {
	if e.n == 0 {
		return 0, io.EOF
	}
	n := copy(p, e.rows[e.at:])
	if e.at += n; e.at == len(e.rows) {
		e.at, e.n = 0, e.n-1
	}
	return n, nil
}

// A million rows, and 300,000 of a workbook, are in make bench. Not parallel: memory is measured.
func TestMemoryIsBoundedByABlockOfRowsAndNotByTheFile(t *testing.T) {
	block := bytes.SplitN(contactsCSV(1000), []byte("\n"), 2)[1]
	const most = 32 << 20
	if rows, held := peak(t, &endless{rows: block, n: 250}); rows != 250_000 || held > most {
		t.Errorf("a CSV file of %d rows took %d MiB", rows, held>>20)
	}
	sheet, shared := contactsSheet(60_000)
	path := filepath.Join(t.TempDir(), "contacts.xlsx")
	if err := os.WriteFile(path, workbookOf(t, sheet, shared), 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	if rows, held := peak(t, file); rows != 60_000 || held > most {
		t.Errorf("a workbook of %d rows, with 120,000 texts, took %d MiB", rows, held>>20)
	}
}
