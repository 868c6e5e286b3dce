//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package scratch

import (
	"errors"
	"os"
	"syscall"
)

// wait takes the lock on a file as soon as it is free. The lock ends with the file's closing, and so with the process.
func wait(f *os.File) error { return lock(f, syscall.LOCK_EX) }

// try takes the lock on a file, and reports whether it was free.
func try(f *os.File) (bool, error) {
	err := lock(f, syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return false, nil
	}
	return err == nil, err
}

func lock(f *os.File, how int) error {
	for {
		err := syscall.Flock(int(f.Fd()), how)
		if err == nil || !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}
