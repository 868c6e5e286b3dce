// Package scratch keeps the temporary files of a process in a folder of its own, which only its user can read. Close removes the
// folder; what a process left that was killed is removed by the next one that starts beside it. A living process holds a lock on its
// folder, which the system releases however the process ends, so that nobody's files are removed under their hands.
//
//	tmp/lock           held while folders are made and removed
//	tmp/process-1234/  the files of one process, and its lock
package scratch

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

const (
	prefix   = "process-"
	lockName = "lock"
)

// Dir is the folder of this process.
type Dir struct {
	path  string
	lock  *os.File
	alone bool
}

// Open removes the folders below parent whose processes are gone, and makes one for this process.
func Open(parent string) (*Dir, error) {
	d, err := open(parent)
	if err != nil {
		return nil, fmt.Errorf("make a folder of temporary files: %w", err)
	}
	return d, nil
}

func open(parent string) (*Dir, error) {
	if err := os.MkdirAll(parent, 0o700); err != nil {
		return nil, err
	}
	gate, err := openLock(parent)
	if err != nil {
		return nil, err
	}
	defer func() { _ = gate.Close() }() // lets the next one in
	if err := wait(gate); err != nil {
		return nil, err
	}
	d := &Dir{}
	if d.alone, err = sweep(parent); err != nil {
		return nil, err
	}
	if d.path, err = os.MkdirTemp(parent, prefix+"*"); err != nil { // mode 0700
		return nil, err
	}
	if d.lock, err = openLock(d.path); err != nil {
		return nil, err
	}
	if err := wait(d.lock); err != nil { // nobody else has it: the gate is shut
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

func openLock(dir string) (*os.File, error) {
	return os.OpenFile(filepath.Join(dir, lockName), os.O_CREATE|os.O_RDWR, 0o600)
}

// sweep removes the folders nobody holds, and reports whether there were no others.
func sweep(parent string) (alone bool, err error) {
	entries, err := os.ReadDir(parent)
	if err != nil {
		return false, err
	}
	alone = true
	for _, e := range entries {
		if !e.IsDir() || !strings.HasPrefix(e.Name(), prefix) {
			continue
		}
		left, err := removeIfFree(filepath.Join(parent, e.Name()))
		if err != nil {
			return false, err
		}
		alone = alone && left
	}
	return alone, nil
}

// removeIfFree removes a folder unless its process lives, and reports whether it did.
func removeIfFree(path string) (bool, error) {
	lock, err := os.OpenFile(filepath.Join(path, lockName), os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return true, os.RemoveAll(path) // its process died before it had the lock, or is just removing the folder
	}
	if err != nil {
		return false, err
	}
	defer func() { _ = lock.Close() }()
	free, err := try(lock)
	if err != nil || !free {
		return false, err
	}
	return true, os.RemoveAll(path)
}

// Path returns the folder; "" of a nil Dir, which stands for the system's.
func (d *Dir) Path() string {
	if d == nil {
		return ""
	}
	return d.path
}

// Alone reports whether no other process had a folder beside this one when it was opened.
func (d *Dir) Alone() bool { return d.alone }

// Close removes the folder with everything in it.
func (d *Dir) Close() error {
	return errors.Join(os.RemoveAll(d.path), d.lock.Close())
}
