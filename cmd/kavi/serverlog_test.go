package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTheServersLogIsBounded(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "server.log")
	write := func(l *serverLog, from, to int) {
		t.Helper()
		for i := from; i < to; i++ {
			_, err := fmt.Fprintf(l, "line %04d\n", i) // 10 bytes
			try(t, err)
		}
	}
	l := &serverLog{path: path, max: 1000}
	try(t, l.open())
	write(l, 0, 250)
	try(t, l.f.Close())
	l = &serverLog{path: path, max: 1000} // another server goes on where the last one ended
	try(t, l.open())
	write(l, 250, 270)
	got := read(t, path+oldLog) + read(t, path)
	want := ""
	for i := 100; i < 270; i++ {
		want += fmt.Sprintf("line %04d\n", i)
	}
	if got != want {
		t.Errorf("the logs hold %q … %q", got[:20], got[max(0, len(got)-20):])
	}
	write(l, 270, 330)
	try(t, os.RemoveAll(dir)) // from here on there is no place for another
	write(l, 330, 450)
	if at, err := l.f.Stat(); err != nil || at.Size() > 2000 {
		t.Errorf("without its folder: %v, %v", at.Size(), err)
	}
	try(t, l.f.Close())
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	try(t, err)
	if len(b) > 1000 || !strings.HasSuffix(string(b), "\n") {
		t.Errorf("%s has %d bytes", path, len(b))
	}
	return string(b)
}
