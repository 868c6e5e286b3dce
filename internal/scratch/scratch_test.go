package scratch_test

import (
	"bufio"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"aftercall/internal/scratch"
)

// TestMain is also another process: one that opens a folder, leaves a file in it, says where, and lives until it is killed or its
// standard input ends. (A bare select ends a Go process at once, as a deadlock, and an unreachable file gives up its lock.)
func TestMain(m *testing.M) {
	parent := os.Getenv("SCRATCH_TEST_PARENT")
	if parent == "" {
		os.Exit(m.Run())
	}
	d, err := scratch.Open(parent)
	if err == nil {
		err = os.WriteFile(filepath.Join(d.Path(), "customers.csv"), []byte("13912348000"), 0o600)
	}
	if err != nil {
		panic(err)
	}
	_, _ = os.Stdout.WriteString(d.Path() + "\n")
	_, _ = io.Copy(io.Discard, os.Stdin)
	if err := d.Close(); err != nil {
		panic(err)
	}
}

// another starts a process with a folder below parent and returns the folder and how to kill the process.
func another(t *testing.T, parent string) (path string, kill func()) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), "SCRATCH_TEST_PARENT="+parent)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := cmd.StdinPipe(); err != nil { // stays open until the process is waited for
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	kill = func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
	t.Cleanup(kill)
	lines := bufio.NewScanner(out)
	if !lines.Scan() {
		t.Fatal("the other process made no folder")
	}
	return lines.Text(), kill
}

func open(t *testing.T, parent string) *scratch.Dir {
	t.Helper()
	d, err := scratch.Open(parent)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func TestOnlyFoldersOfDeadProcessesAreSwept(t *testing.T) {
	t.Parallel()
	parent := filepath.Join(t.TempDir(), "tmp")
	killed, kill := another(t, parent)
	living, _ := another(t, parent)
	kill()
	d := open(t, parent)
	if exists(killed) {
		t.Error("what a killed process left is still there")
	}
	if !exists(filepath.Join(living, "customers.csv")) {
		t.Error("a living process lost its files")
	}
	if d.Alone() {
		t.Error("alone beside a living process")
	}
	if err := d.Close(); err != nil || exists(d.Path()) {
		t.Errorf("the folder is left: %v", err)
	}
}

func TestAProcessKnowsThatItIsAlone(t *testing.T) {
	t.Parallel()
	parent := filepath.Join(t.TempDir(), "tmp")
	_, kill := another(t, parent)
	kill()
	if d := open(t, parent); !d.Alone() {
		t.Error("not alone though the other process is dead")
	}
	if d := open(t, parent); d.Alone() {
		t.Error("alone beside itself")
	}
}

func TestNobodyElseCanLookIntoTheFolder(t *testing.T) {
	t.Parallel()
	d := open(t, filepath.Join(t.TempDir(), "tmp"))
	for _, path := range []string{d.Path(), filepath.Dir(d.Path())} {
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
}

func TestProcessesThatStartAtOnceLeaveEachOtherAlone(t *testing.T) {
	t.Parallel()
	parent := filepath.Join(t.TempDir(), "tmp")
	dirs := make([]*scratch.Dir, 20)
	var all sync.WaitGroup
	for i := range dirs {
		all.Go(func() { dirs[i], _ = scratch.Open(parent) })
	}
	all.Wait()
	for _, d := range dirs {
		if d == nil || !exists(d.Path()) {
			t.Fatal("a folder is missing")
		}
	}
	for _, d := range dirs {
		all.Go(func() { _ = d.Close() })
	}
	all.Wait()
	left, err := fs.Glob(os.DirFS(parent), "process-*")
	if err != nil || len(left) != 0 {
		t.Errorf("%v are left, %v", left, err)
	}
}
