// Package realtest finds the real files that tests read: contacts of others, and files that went wrong once. They are no part of the
// repository and lie beside it, in the folder shared. Only tests import it.
package realtest

import (
	"os"
	"path/filepath"
	"testing"
)

// File returns the path of a real file, named from the folder shared on. Where it is not there the test is skipped, but in CI, which
// has all of them, it fails.
func File(t testing.TB, parts ...string) string {
	t.Helper()
	path := filepath.Join(append([]string{root(t), "..", "shared"}, parts...)...)
	if _, err := os.Stat(path); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("CI has every real file: %v", err)
		}
		t.Skipf("a real file is not beside the repository: %v", err)
	}
	return path
}

// root returns the folder of the repository, in a folder of which tests run.
func root(t testing.TB) string {
	t.Helper()
	folder, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			return folder
		}
		above := filepath.Dir(folder)
		if above == folder {
			t.Fatal("no folder above this one is a Go module")
		}
		folder = above
	}
}
