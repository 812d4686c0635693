package watch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"kavi/gateway/watch/baseline"
)

func TestWhatChangedWhileNobodyWatchedIsReported(t *testing.T) {
	p := newProject(t, map[string]string{"a": "1\n", "b": "1\n", "src/c": "1\n", "src/deep/d": "1\n", "old/e": "1\n", "same": "1\n"})
	p.run("git", "init", "-q")
	p.watched()
	p.write("b", "1\n2\n")
	if got := said(p.changes()); len(got) != 1 {
		t.Fatalf("%q", got)
	}
	p.close()
	p.write("a", "2\n")
	p.must(os.RemoveAll(p.path("src/deep")))
	p.must(os.Rename(p.path("old"), p.path("moved")))
	p.write("new/f", "1\n")
	p.watched()
	want := []string{
		"modified a +1 -1 gap", "renamed moved from old gap", "renamed moved/e from old/e gap", "created new gap", "created new/f +1 -0 gap",
		"deleted src/deep gap", "deleted src/deep/d +0 -1 gap",
	}
	if d := cmp.Diff(want, said(p.changes())); d != "" {
		t.Error(d)
	}
	p.write("moved/e", "2\n")
	p.write("same", "2\n")
	if d := cmp.Diff([]string{"modified moved/e +1 -1", "modified same +1 -1"}, said(p.changes())); d != "" {
		t.Error(d)
	}
}

// A batch that nobody has recorded when the server dies is reported again.
func TestWhatWasNotRecordedIsReportedAgain(t *testing.T) {
	p := newProject(t, map[string]string{"a": "1\n", "b": "1\n"})
	take := func(done bool) []string {
		t.Helper()
		w, err := Open(t.Context(), p.opts)
		p.must(err)
		<-w.Ready()
		defer func() { p.must(w.Close()) }()
		p.write("a", "2\n")
		select {
		case b := <-w.Changes():
			if done {
				b.Done()
				p.must(w.Capture(t.Context())) // the loop has come round
				p.must(w.Capture(t.Context()))
			}
			return said(b.Changes)
		case <-time.After(300 * time.Millisecond):
			return nil
		}
	}
	if d := cmp.Diff([]string{"modified a +1 -1"}, take(false)); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"modified a +1 -1 gap"}, take(true)); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string(nil), take(true)); d != "" {
		t.Error(d)
	}
}

func TestADroppedEventCostsALook(t *testing.T) {
	p := newProject(t, map[string]string{"first/a": "1\n"}).watched()
	limit, err := os.ReadFile("/proc/sys/fs/inotify/max_queued_events")
	p.must(err)
	var most int
	if _, err := fmt.Sscan(string(limit), &most); err != nil || most > 100_000 {
		t.Skipf("the system's queue holds %d events: %v", most, err)
	}
	release := make(chan struct{})
	held := make(chan struct{})
	go p.w.pend.do(func(*hints) { close(held); <-release }) // nobody listens now
	<-held
	p.write("new/file", "1\n")
	for range most/2 + 5000 {
		p.must(os.Chmod(p.path("first/a"), 0o600)) // alternately, or the queue makes one of them
		p.must(os.Chmod(p.path("first"), 0o700))
	}
	p.write("new/deep/file", "1\n")
	p.write("first/b", "1\n")
	close(release)
	got := map[string]bool{}
	for _, s := range said(files(p.changes())) {
		got[s] = true
	}
	want := map[string]bool{"created first/b +1 -0": true, "created new/deep/file +1 -0": true, "created new/file +1 -0": true, "mode first/a": true}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if s := p.w.Status(); s.Overflows == 0 || !strings.Contains(s.Degraded(), "too much") {
		t.Errorf("status: %+v", s)
	}
	p.write("new/deep/file", "2\n")
	if d := cmp.Diff([]string{"modified new/deep/file +1 -1"}, said(p.changes())); d != "" {
		t.Error(d)
	}
}

// Without anything from the system, looking alone finds the same.
func TestWithoutTheSystemsHelp(t *testing.T) {
	p := newProject(t, map[string]string{"a": "1\n", "src/b": "1\n", "src/deep/c": "1\n"})
	p.open()
	p.ready()
	for dir := range p.w.tree { // the loop waits, and nobody else looks
		p.must(p.w.notify.Remove(p.w.absolute(dir)))
	}
	p.write("a", "2\n")
	p.must(os.Rename(p.path("src"), p.path("lib")))
	p.write("lib/deep/d", "1\n")
	if got := p.changes(); len(got) != 0 {
		t.Errorf("deaf, and yet: %v", said(got))
	}
	now := time.Now()
	p.w.pend.do(func(h *hints) { h.allChanged(span{now, now}) })
	want := []string{"modified a +1 -1", "renamed lib from src", "renamed lib/b from src/b", "renamed lib/deep from src/deep", "renamed lib/deep/c from src/deep/c", "created lib/deep/d +1 -0"}
	if d := cmp.Diff(want, said(p.changes())); d != "" {
		t.Error(d)
	}
	p.write("lib/deep/d", "2\n") // and the new folders are listened to
	if d := cmp.Diff([]string{"modified lib/deep/d +1 -1"}, said(p.changes())); d != "" {
		t.Error(d)
	}
}

func TestASweepFindsWhatTheSystemDoesNotTell(t *testing.T) {
	p := newProject(t, map[string]string{"a": "1\n"})
	p.opts.Sweep = 50 * time.Millisecond
	elsewhere := filepath.Join(tempDir(t), "hard")
	p.must(os.Link(p.path("a"), elsewhere))
	p.watched()
	p.must(os.WriteFile(elsewhere, []byte("2\n"), 0o600)) // through another name: no event
	p.waitFor("modified a +1 -1")
}

func TestAFileWithTwoNamesChangesUnderBoth(t *testing.T) {
	p := newProject(t, map[string]string{"a": "1\n"})
	p.must(os.Link(p.path("a"), p.path("b")))
	p.watched()
	p.write("b", "2\n")
	if d := cmp.Diff([]string{"modified a +1 -1", "modified b +1 -1"}, said(p.changes())); d != "" {
		t.Error(d)
	}
}

// waitFor waits until a change is reported, without asking for it.
func (p *project) waitFor(want string) {
	p.t.Helper()
	deadline := time.After(30 * time.Second)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		p.mu.Lock()
		all := said(p.seen)
		p.mu.Unlock()
		for _, s := range all {
			if s == want {
				return
			}
		}
		select {
		case <-tick.C:
		case <-deadline:
			p.t.Fatalf("%q is not reported; %q is", want, all)
		}
	}
}

func TestFilesThatCannotBeKept(t *testing.T) {
	p := newProject(t, map[string]string{"large": strings.Repeat("x", 5000), "secret": "1\n", "a": "1\n"})
	p.opts.MaxFile = 4000
	p.must(os.Chmod(p.path("secret"), 0))
	p.watched()
	root := os.Geteuid() == 0
	s := p.w.Status()
	if s.Large != 1 || s.Unread != 1 && !root || !strings.Contains(s.LeftOut(), "1 over the size limit") {
		t.Errorf("status %+v: %q", s, s.LeftOut())
	}
	f, err := os.OpenFile(p.path("large"), os.O_WRONLY|os.O_APPEND, 0)
	p.must(err)
	_, err = f.WriteString("more\n")
	p.must(errors.Join(err, f.Close()))
	p.waitFor("modified large")
	got := p.changes()
	if c := got[len(got)-1]; c.After.Left != Large || c.After.Hash != (Hash{}) || c.After.Size != 5005 || c.Before.Size != 5000 {
		t.Errorf("%+v", c)
	}
	p.must(os.Chmod(p.path("secret"), 0o600))
	if d := cmp.Diff([]string{"mode secret"}, said(p.changes())); d != "" {
		t.Error(d)
	}
	p.write("secret", "2\n")
	if d := cmp.Diff([]string{"modified secret +1 -1"}, said(p.changes())); d != "" {
		t.Error(d)
	}
}

func TestAHugeFileIsNotRead(t *testing.T) {
	p := newProject(t, nil).watched()
	f, err := os.Create(p.path("huge"))
	p.must(err)
	p.must(errors.Join(f.Truncate(1<<40), f.Close()))
	start := time.Now()
	p.waitFor("created huge")
	if d := time.Since(start); d > 5*time.Second {
		t.Errorf("a file of 1 TB took %v", d)
	}
}

func TestAFullBaselineSaysSo(t *testing.T) {
	p := newProject(t, map[string]string{"a": "1\n"})
	p.opts.Limits = baseline.Limits{Bytes: 200, Spare: 1}
	p.watched()
	p.write("b", strings.Repeat("0123456789abcdef", 20)+"\n")
	p.write("c", "much that does not repeat: "+fmt.Sprint(time.Now(), p.root, os.Getpid())+strings.Repeat("abc", 7)+"\n")
	full := 0
	for _, c := range files(p.changes()) {
		if c.After.Left == Full {
			full++
		}
	}
	if full != 1 {
		t.Errorf("%d files without room", full)
	}
	if s := p.w.Status(); s.NoRoom != 1 || !strings.Contains(s.LeftOut(), "no room") || !strings.Contains(s.Degraded(), "no room to keep what 1 file held") {
		t.Errorf("status %+v: %q, %q", s, s.LeftOut(), s.Degraded())
	}
	p.must(os.Remove(p.path("c")))
	if d := cmp.Diff([]string{"deleted c"}, said(p.changes())); d != "" {
		t.Error(d)
	}
	if text := p.w.Status().Degraded(); text != "" {
		t.Errorf("nothing is without room any more, and yet: %s", text)
	}
}

func TestFilesAndFoldersOutsideTheProject(t *testing.T) {
	home := tempDir(t)
	p := newProject(t, map[string]string{"a": "1\n"})
	p.opts.Also = []Outside{{Path: filepath.Join(home, ".bashrc")}, {Path: filepath.Join(home, ".claude")}, {Path: filepath.Join(home, ".zshrc")}, {Path: "/nowhere/x/y"}, {Path: "relative"}}
	p.must(os.WriteFile(filepath.Join(home, ".bashrc"), []byte("1\n"), 0o600))
	p.must(os.MkdirAll(filepath.Join(home, ".claude", "hooks"), 0o700))
	p.watched()
	p.must(os.WriteFile(filepath.Join(home, ".bashrc"), []byte("2\n"), 0o600))
	p.must(os.WriteFile(filepath.Join(home, ".zshrc"), []byte("2\n"), 0o600))
	p.must(os.WriteFile(filepath.Join(home, "letter"), []byte("2\n"), 0o600))
	p.must(os.WriteFile(filepath.Join(home, ".claude", "hooks", "x"), []byte("2\n"), 0o600))
	want := []string{
		"modified " + home + "/.bashrc +1 -1 protected", "created " + home + "/.claude/hooks/x +1 -0 protected", "created " + home + "/.zshrc +1 -0 protected",
	}
	if d := cmp.Diff(want, said(p.changes())); d != "" {
		t.Error(d)
	}
}

// inLinkedWorktree watches a linked worktree of a repository, in both of which
// something happens.
func inLinkedWorktree(t *testing.T, shared bool) (main, linked *project) {
	t.Helper()
	p := newProject(t, map[string]string{"a": "1\n"})
	p.run("git", "init", "-q", "-b", "main")
	p.run("git", "add", "-A")
	p.run("git", "commit", "-qm", "one")
	tree := filepath.Join(tempDir(t), "tree")
	p.run("git", "worktree", "add", "-q", tree)
	q := &project{t: t, root: tree, opts: p.opts, log: p.log}
	q.opts.Root, q.opts.Shared = tree, shared
	q.watched()
	p.write(".git/hooks/post-checkout", "x\n")
	q.write("a", "2\n")
	q.run("git", "commit", "-qam", "two")
	return p, q
}

func TestALinkedWorktreeSharesHooks(t *testing.T) {
	p, q := inLinkedWorktree(t, false)
	want := []string{
		"created " + p.root + "/.git/hooks/post-checkout +1 -0 protected", "modified " + p.root + "/.git/refs/heads/tree +1 -1 protected", "modified a +1 -1",
	}
	if d := cmp.Diff(want, said(q.changes())); d != "" {
		t.Error(d)
	}
}

// Where another watch sees the repository, that of a worktree says nothing of it twice.
func TestAWorktreeThatIsOneOfSeveral(t *testing.T) {
	p, q := inLinkedWorktree(t, true)
	if d := cmp.Diff([]string{"modified a +1 -1"}, said(q.changes())); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{p.root + "/.git/worktrees/tree", p.root + "/.git"}, GitFolders(q.root)); d != "" {
		t.Error(d)
	}
}

// A consumer that does not receive loses nothing, and what waits is bounded.
func TestASlowConsumer(t *testing.T) {
	p := newProject(t, map[string]string{"a": "1\n"})
	w, err := Open(t.Context(), p.opts)
	p.must(err)
	defer func() { p.must(w.Close()) }()
	<-w.Ready()
	const n = outboxMax + 3000
	for i := range n {
		p.write(fmt.Sprintf("d%d/f%d", i%100, i), "")
		if i%1000 == 0 { // many batches
			p.must(w.Capture(t.Context()))
		}
	}
	p.must(w.Capture(t.Context(), "a")) // does not wait for the consumer
	seen := map[Path]bool{}
	deadline := time.After(time.Minute)
	for len(seen) < n+100 {
		select {
		case b := <-w.Changes():
			for _, c := range b.Changes {
				seen[c.Path] = true
			}
			if len(b.Changes) > batchChanges {
				t.Errorf("a batch of %d changes", len(b.Changes))
			}
			b.Done()
		case <-deadline:
			t.Fatalf("%d of %d seen", len(seen), n+100)
		}
	}
}

func TestCaptureComesFirst(t *testing.T) {
	p := newProject(t, nil)
	for i := range 3000 {
		p.write(fmt.Sprintf("d%d/f%d", i%100, i), strings.Repeat(fmt.Sprint(i), 1000))
	}
	p.write("z/wanted/deep/file", "1\n")
	p.open()
	p.must(p.w.Capture(t.Context(), "z/wanted"))
	p.write("z/wanted/deep/file", "2\n")
	got := p.changes()
	if len(got) != 1 || got[0].Before.At == 0 || got[0].Minus != 1 {
		t.Errorf("%+v", got)
	}
	p.ready()
	if s := p.w.Status(); s.Waiting != 0 || s.Files != 3001 {
		t.Errorf("%+v", s)
	}
}

func TestContextEndsTheWatch(t *testing.T) {
	p := newProject(t, map[string]string{"a": "1\n"})
	ctx, cancel := context.WithCancel(t.Context())
	w, err := Open(ctx, p.opts)
	p.must(err)
	p.write("a", "2\n") // nobody receives
	cancel()
	<-w.ended
	for range w.Changes() {
		t.Error("a batch after the end")
	}
	if err := w.Capture(t.Context()); !errors.Is(err, errEnded) {
		t.Errorf("Capture: %v", err)
	}
	if err := w.Flush(t.Context()); !errors.Is(err, os.ErrClosed) {
		t.Errorf("Flush: %v", err)
	}
	p.must(w.Close())
	p.must(w.Close())
}

func TestOpenRefuses(t *testing.T) {
	p := newProject(t, map[string]string{"file": ""})
	for what, change := range map[string]func(*Options){
		"a file":                func(o *Options) { o.Root = p.path("file") },
		"nothing":               func(o *Options) { o.Root = p.path("nothing") },
		"a relative root":       func(o *Options) { o.Root = "." },
		"its baseline inside":   func(o *Options) { o.Folder = p.path("b") },
		"a folder in no folder": func(o *Options) { o.Folder = p.path("file") + "/x" },
	} {
		o := p.opts
		change(&o)
		if w, err := Open(t.Context(), o); err == nil {
			t.Errorf("%s: no error", what)
			p.must(w.Close())
		}
	}
}

// Nothing of the repository runs: not by fsmonitor, filters, hooks, includes or
// aliases; and its .git is not written.
func TestNoCodeOfTheRepositoryRuns(t *testing.T) {
	p := newProject(t, map[string]string{".gitattributes": "* filter=evil\n", ".gitignore": "*.log\n", "a.txt": "1\n"})
	mark := filepath.Join(tempDir(t), "ran")
	p.run("git", "init", "-q")
	evil := "touch " + mark
	for _, key := range []string{"core.fsmonitor", "filter.evil.clean", "filter.evil.smudge", "filter.evil.process", "core.pager", "pager.check-ignore", "core.sshCommand", "core.askPass", "alias.check-ignore"} {
		p.run("git", "config", key, evil)
	}
	p.run("git", "config", "core.worktree", "/etc")
	p.write(".git/hooks/post-index-change", "#!/bin/sh\n"+evil+"\n")
	p.must(os.Chmod(p.path(".git/hooks/post-index-change"), 0o755))
	before := tree2text(t, p.path(".git"))
	p.watched()
	p.write("b.txt", "1\n")
	p.write("b.log", "1\n")
	if d := cmp.Diff([]string{"created b.txt +1 -0"}, said(p.changes())); d != "" {
		t.Error(d)
	}
	if _, err := os.Lstat(mark); err == nil {
		t.Error("a program of the repository ran")
	}
	if d := cmp.Diff(before, tree2text(t, p.path(".git"))); d != "" {
		t.Errorf(".git was written: %s", d)
	}
}

// tree2text is what a folder holds, with times.
func tree2text(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err != nil {
			return err
		}
		all[path] = fmt.Sprint(info.Mode(), info.Size(), info.ModTime())
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// A configuration that makes git wait for ever costs what is ignored, not the watch.
func TestAGitThatHangs(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for git's time to be over")
	}
	p := newProject(t, map[string]string{"a": "1\n"})
	p.run("git", "init", "-q")
	pipe := filepath.Join(tempDir(t), "pipe")
	p.must(unix.Mkfifo(pipe, 0o600))
	p.write(".git/config", "[core]\n\trepositoryformatversion = 0\n\texcludesFile = "+pipe+"\n")
	p.watched()
	p.write("b", "1\n")
	p.waitFor("created b +1 -0")
}

// A folder swapped for a link while it is looked at leads nowhere.
func TestALinkInTheWayIsNotFollowed(t *testing.T) {
	outside := tempDir(t)
	p := newProject(t, map[string]string{"src/a": "1\n"})
	p.must(os.WriteFile(filepath.Join(outside, "secret"), []byte("do not read\n"), 0o600))
	p.watched()
	for range 50 {
		p.must(os.Rename(p.path("src"), p.path("real")))
		p.must(os.Symlink(outside, p.path("src")))
		p.must(os.Remove(p.path("src")))
		p.must(os.Rename(p.path("real"), p.path("src")))
	}
	p.must(os.Rename(p.path("src"), p.path("real")))
	p.must(os.Symlink(outside, p.path("src")))
	p.must(os.WriteFile(filepath.Join(outside, "other"), nil, 0o600))
	for _, c := range p.changes() {
		if strings.HasSuffix(string(c.Path), "secret") || strings.HasSuffix(string(c.Path), "other") {
			t.Errorf("%v", c)
		}
	}
	p.close()
	text, err := os.ReadFile(filepath.Join(p.opts.Folder, "contents"))
	p.must(err)
	if bytes.Contains(text, []byte("do not read")) {
		t.Error("what is outside was kept")
	}
}

func TestAFileThatIsWrittenWithoutAPause(t *testing.T) {
	p := newProject(t, nil).watched()
	f, err := os.Create(p.path("log"))
	p.must(err)
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-stop:
				return
			default:
				if _, err := io.WriteString(f, "line\n"); err != nil {
					t.Error(err)
				}
			}
		}
	}()
	deadline := time.Now().Add(30 * time.Second)
	for tick := time.NewTicker(5 * time.Millisecond); ; <-tick.C {
		p.mu.Lock()
		n := len(p.seen)
		p.mu.Unlock()
		if n > 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("never reported")
		}
	}
	close(stop)
	<-done
	p.must(f.Close())
	got := p.changes()
	if c := got[len(got)-1]; c.Path != "log" {
		t.Errorf("%v", said(got))
	}
	info, err := os.Stat(p.path("log"))
	p.must(err)
	tick := time.NewTicker(20 * time.Millisecond)
	for ; ; <-tick.C { // the last report has all of it
		got = append(got, p.changes()...)
		if got[len(got)-1].After.Size == info.Size() {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d bytes, reported %d", info.Size(), got[len(got)-1].After.Size)
		}
	}
}
