package main

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"kavi/session"
)

// The break-in: an agent of another session puts its own program, or a write that
// is still to come, where the operator's next `kavi attach` finds the session's copy.
func TestASessionsCopyIsThisProgramWhenItIsRun(t *testing.T) {
	for name, tamper := range map[string]func(t *testing.T, path string){
		"as it was": func(*testing.T, string) {},
		"gone":      func(t *testing.T, path string) { try(t, os.Remove(path)) },
		"another":   func(t *testing.T, path string) { try(t, os.WriteFile(path, []byte("#!/bin/sh\n"), 0o700)) },
		"longer": func(t *testing.T, path string) {
			f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
			try(t, err)
			_, err = f.Write([]byte{0})
			try(t, errors.Join(err, f.Close()))
		},
		"shorter": func(t *testing.T, path string) { try(t, os.Truncate(path, 1<<20)) },
		"a link": func(t *testing.T, path string) {
			try(t, os.Remove(path))
			try(t, os.Symlink("/bin/sh", path))
		},
		"open for writing": func(t *testing.T, path string) {
			f, err := os.OpenFile(path, os.O_WRONLY, 0)
			try(t, err)
			t.Cleanup(func() { _ = f.Close() })
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := session.Dir(t.TempDir())
			try(t, copySelf(dir.Binary()))
			tamper(t, dir.Binary())
			f, err := ownCopy(dir)
			try(t, err)
			defer func() { _ = f.Close() }()
			try(t, isSelf(f))
			at, err := os.Stat(filepath.Join(string(dir), "kavi"))
			try(t, err)
			held, err := f.Stat()
			try(t, err)
			if !os.SameFile(at, held) || at.Mode().Perm() != 0o700 {
				t.Errorf("the copy is %v, what would run %v", at, held)
			}
			if runtime.GOOS != "linux" {
				return
			}
			w, err := os.OpenFile(dir.Binary(), os.O_WRONLY|syscall.O_NONBLOCK, 0)
			if !errors.Is(err, syscall.EWOULDBLOCK) {
				t.Errorf("opened for writing while it is held: %v, %v", w, err)
			}
		})
	}
}

func try(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
