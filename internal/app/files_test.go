package app

import (
	"context"
	"os"
	"path/filepath"
	"testing"
)

func TestTemporaryFilesGoWithTheProcessThatHadThem(t *testing.T) {
	t.Parallel()
	cfg := testConfig(t)
	tmp := filepath.Join(cfg.DataDir, "tmp")
	left := filepath.Join(tmp, "process-1", "export-1") // by a process that was killed
	if err := os.MkdirAll(filepath.Dir(left), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(left, []byte("13912348000"), 0o600); err != nil {
		t.Fatal(err)
	}
	a := open(t, cfg, Parts{Web: true})
	if _, err := os.Stat(left); err == nil {
		t.Error("what a killed process left is still there")
	}
	if err := os.WriteFile(filepath.Join(a.files.Path(), "export-2"), []byte("13912348000"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := a.Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(tmp, "process-*"))
	if err != nil || len(files) != 0 {
		t.Errorf("%v are left, %v", files, err)
	}
}
