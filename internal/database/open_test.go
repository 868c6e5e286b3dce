package database_test

import (
	"context"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"go.uber.org/goleak"

	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
)

// A server that takes the probe and the readers but not the writers is tried again and again by whoever starts the service: each
// try must give back what it opened.
func TestOpeningOnlyHalfLeavesNothingOpen(t *testing.T) {
	address, err := url.Parse(dbtest.MySQLAddress(t))
	if err != nil {
		t.Fatal(err)
	}
	before := goleak.IgnoreCurrent()
	gate, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go letIn(gate, 2, address.Host)
	address.Host = gate.Addr().String()
	if db, err := database.Open(t.Context(), address.String()); err == nil {
		_ = db.Close()
		t.Error("opened a database that takes two connections")
	}
	_ = gate.Close()
	goleak.VerifyNone(t, before)
}

// letIn joins the first few connections with the server and hangs up on all later ones, until the gate is closed.
func letIn(gate net.Listener, few int, server string) {
	for n := 1; ; n++ {
		client, err := gate.Accept()
		if err != nil {
			return
		}
		if n > few {
			_ = client.Close()
			continue
		}
		joined, err := new(net.Dialer).DialContext(context.Background(), "tcp", server)
		if err != nil {
			_ = client.Close()
			continue
		}
		for from, to := range map[net.Conn]net.Conn{client: joined, joined: client} {
			go func() {
				_, _ = io.Copy(to, from)
				_ = to.Close()
			}()
		}
	}
}

func TestOthersCannotReadAnSQLiteFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "aftercall.db")
	modes := func() (modes []string) {
		for _, file := range []string{path, path + "-wal", path + "-shm"} {
			info, err := os.Stat(file)
			if err != nil {
				t.Fatal(err)
			}
			modes = append(modes, info.Mode().Perm().String())
		}
		return modes
	}
	want := []string{"-rw-------", "-rw-------", "-rw-------"}
	open := func() {
		db, err := database.Open(t.Context(), "sqlite:"+path)
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
	}
	open()
	if got := modes(); !slices.Equal(got, want) {
		t.Errorf("a new file: %v", got)
	}
	for _, file := range []string{path, path + "-wal", path + "-shm"} {
		if err := os.Chmod(file, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	open()
	if got := modes(); !slices.Equal(got, want) {
		t.Errorf("files that were there: %v", got)
	}
}
