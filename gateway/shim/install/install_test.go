package install

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
)

// kavi builds the least program that the shim is part of.
func kavi(t *testing.T, env ...string) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "kavi")
	cmd := exec.Command("go", "build", "-o", out, "kavi/gateway/shim/testdata/kavi")
	cmd.Env = append(append(os.Environ(), "CGO_ENABLED=0"), env...)
	if b, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, b)
	}
	return out
}

// programs makes a folder with programs of those names and puts it alone on PATH.
func programs(t *testing.T, names ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, n := range names {
		if err := os.WriteFile(filepath.Join(dir, n), []byte("#!/bin/sh\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir)
	return dir
}

func TestInstall(t *testing.T) {
	bin, newer := kavi(t), kavi(t, "GOFLAGS=-ldflags=-s")
	session := t.TempDir()
	agent := filepath.Join(session, "agents", "claude")
	dir := programs(t, "bash", "sh", "git", "nothing-of-ours")
	if err := Install(bin, agent, nil); err != nil {
		t.Fatal(err)
	}
	names := func() []string {
		entries, err := os.ReadDir(filepath.Join(agent, "bin"))
		if err != nil {
			t.Fatal(err)
		}
		var list []string
		for _, e := range entries {
			list = append(list, e.Name())
		}
		return list
	}
	if got := names(); !slices.Equal(got, []string{"bash", "git", "kavi-hook", "sh"}) {
		t.Errorf("shims: %v", got)
	}
	st, err := os.Stat(filepath.Join(agent, "bin"))
	if err != nil || st.Mode().Perm() != 0o700 {
		t.Errorf("%v, %v", st.Mode(), err)
	}
	first, err := os.Stat(filepath.Join(agent, "bin", "bash"))
	if err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(session, "agents", "codex")
	if err := Install(bin, other, []string{"bash"}); err != nil {
		t.Fatal(err)
	}
	second, err := os.Stat(filepath.Join(other, "bin", "bash"))
	if err != nil || !os.SameFile(first, second) {
		t.Error("two agents of a session must share one file")
	}

	// Again, after the system changed: a program gone, one more, and with another
	// agent's shims on the path, which are not the system's.
	if err := os.Remove(filepath.Join(dir, "git")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "dash"), nil, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", filepath.Join(other, "bin")+":"+dir)
	if err := Install(bin, agent, nil); err != nil {
		t.Fatal(err)
	}
	if got := names(); !slices.Equal(got, []string{"bash", "dash", "kavi-hook", "sh"}) {
		t.Errorf("shims: %v", got)
	}
	if got := Find("bash"); got != filepath.Join(dir, "bash") {
		t.Errorf("the real bash is %q", got)
	}

	// A newer kavi: the links lead to it.
	b, err := os.ReadFile(newer)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(bin); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(bin, b, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := Install(bin, agent, nil); err != nil {
		t.Fatal(err)
	}
	if st, err := os.Stat(filepath.Join(agent, "bin", "bash")); err != nil || os.SameFile(st, first) || st.Size() != int64(len(b)) {
		t.Errorf("an upgrade did not reach the shims: %v", err)
	}
	if err := Install(bin, agent, []string{"python"}); err == nil {
		t.Error("there is no shim for python")
	}
	if err := Install(filepath.Join(session, "none"), agent, nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no binary: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(agent, "bin", ".*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestInstallAtOnce(t *testing.T) {
	bin := kavi(t)
	session := t.TempDir()
	programs(t, "bash", "sh")
	var wg sync.WaitGroup
	for _, name := range strings.Split("a a a b b c", " ") {
		wg.Go(func() {
			if err := Install(bin, filepath.Join(session, "agents", name), nil); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func TestEntry(t *testing.T) {
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" && runtime.GOARCH != "arm64" {
		if _, err := Entry(nil); !errors.Is(err, ErrSystem) {
			t.Errorf("%v", err)
		}
		return
	}
	content, err := os.ReadFile(kavi(t))
	if err != nil {
		t.Fatal(err)
	}
	patches, err := Entry(content)
	if err != nil || len(patches) != 2 {
		t.Fatalf("%v, %v", patches, err)
	}
	if n := bytes.Count(content, magic()); n != 1 {
		t.Errorf("the mark is there %d times", n)
	}
	begin, old := patches[24], binary.LittleEndian.Uint64(content[24:])
	if begin == 0 || begin == old {
		t.Errorf("it begins at %#x, before at %#x", begin, old)
	}

	pie, err := os.ReadFile(kavi(t, "GOFLAGS=-buildmode=pie"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Entry(pie); !errors.Is(err, ErrBuild) {
		t.Errorf("a program that can be loaded anywhere: %v", err)
	}
	at := bytes.Index(content, magic())
	broken := bytes.Clone(content)
	broken[at]++
	if _, err := Entry(broken); !errors.Is(err, ErrMarker) {
		t.Errorf("without the mark: %v", err)
	}
	broken = bytes.Clone(content)
	binary.LittleEndian.PutUint64(broken[at+offBegin:], 0x1000)
	if _, err := Entry(broken); !errors.Is(err, ErrMarker) {
		t.Errorf("a beginning outside of the program: %v", err)
	}
	if _, err := Entry([]byte("#!/bin/sh\n")); err == nil {
		t.Error("a script is no binary")
	}
}

// A build that cannot begin in the shim's entry still makes shims, of itself.
func TestInstallOfAnotherBuild(t *testing.T) {
	bin := kavi(t, "GOFLAGS=-buildmode=pie")
	agent := filepath.Join(t.TempDir(), "agents", "claude")
	programs(t, "bash")
	if err := Install(bin, agent, nil); err != nil {
		t.Fatal(err)
	}
	a, err := os.Stat(bin)
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.Stat(filepath.Join(agent, "bin", "bash"))
	if err != nil || !os.SameFile(a, b) {
		t.Errorf("the shim is not a link to the binary: %v", err)
	}
}

// A session that copies kavi with Copy needs no second file for its shims.
func TestCopy(t *testing.T) {
	bin := kavi(t)
	programs(t, "bash")
	session := t.TempDir()
	own := filepath.Join(session, "kavi")
	for range 2 { // an upgrade replaces it
		if err := Copy(bin, own); err != nil {
			t.Fatal(err)
		}
	}
	if err := Install(own, filepath.Join(session, "agents", "a"), nil); err != nil {
		t.Fatal(err)
	}
	a, err := os.Stat(own)
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.Stat(filepath.Join(session, "agents", "a", "bin", "bash"))
	if err != nil || !os.SameFile(a, b) {
		t.Errorf("the shim is not a link to the session's copy: %v", err)
	}
	if entries, err := os.ReadDir(session); err != nil || len(entries) != 2 {
		t.Errorf("%v, %v", entries, err)
	}
	if out, err := exec.Command(own).CombinedOutput(); string(out) != "main was reached\n" {
		t.Errorf("the copy does not run as itself: %q, %v", out, err)
	}
	if err := Copy(filepath.Join(session, "none"), own); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v", err)
	}
}
