package watch

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// home is a folder outside the project with settings in it.
type home struct {
	*project
	dir string
}

func newHome(t *testing.T, settings ...Outside) *home {
	t.Helper()
	h := &home{newProject(t, map[string]string{"a": "1\n"}), tempDir(t)}
	for _, s := range settings {
		s.Path = filepath.Join(h.dir, s.Path)
		h.opts.Also = append(h.opts.Also, s)
	}
	return h
}

// puts writes a file in the home as most programs do, beside it first.
func (h *home) puts(name, text string) {
	h.t.Helper()
	path := filepath.Join(h.dir, name)
	h.must(os.MkdirAll(filepath.Dir(path), 0o700))
	h.must(os.WriteFile(path+".tmp", []byte(text), 0o600))
	h.must(os.Rename(path+".tmp", path))
}

// reports compares what was reported, with ~ for the home.
func (h *home) reports(want ...string) {
	h.t.Helper()
	got := said(h.changes())
	for i := range got {
		got[i] = strings.TrimSuffix(strings.ReplaceAll(got[i], h.dir, "~"), " protected")
	}
	if d := cmp.Diff(want, got); d != "" && len(want)+len(got) > 0 {
		h.t.Error(d)
	}
}

// An agent whose folder of settings was not there when the session began.
func TestSettingsAreSeenInFoldersThatComeLater(t *testing.T) {
	h := newHome(t, Outside{Path: ".agent/deep/settings"}, Outside{Path: ".agent/hooks"}, Outside{Path: ".other/x"})
	h.watched()
	h.puts(".agent/history", "1\n")
	h.puts(".agent/deep/cache", "1\n")
	h.reports()
	h.puts(".agent/deep/settings", "1\n")
	h.puts(".agent/hooks/a", "1\n")
	h.puts(".agent/hooks/node_modules/a", "1\n")
	h.reports("created ~/.agent/deep/settings +1 -0", "created ~/.agent/hooks", "created ~/.agent/hooks/a +1 -0")
	h.must(os.Rename(filepath.Join(h.dir, ".agent"), filepath.Join(h.dir, "away")))
	h.reports("deleted ~/.agent/deep/settings +0 -1", "deleted ~/.agent/hooks", "deleted ~/.agent/hooks/a +0 -1")
	h.puts(".agent/deep/settings", "2\n")
	h.reports("created ~/.agent/deep/settings +1 -0")
	h.puts(".agent/deep/settings", "3\n")
	h.reports("modified ~/.agent/deep/settings +1 -1")
}

// Many have their settings in a repository, and links to it in the home.
func TestLinksToSettingsAreFollowedAndWatched(t *testing.T) {
	h := newHome(t, Outside{Path: ".rc"}, Outside{Path: ".agent/settings"})
	h.puts("dots/rc", "1\n")
	h.puts("dots/agent/settings", "1\n")
	h.must(os.Symlink("dots/rc", filepath.Join(h.dir, ".rc")))
	h.must(os.Symlink("dots/agent", filepath.Join(h.dir, ".agent")))
	h.watched()
	h.puts("dots/agent/other", "2\n")
	h.puts("dots/rc", "2\n")
	h.puts(".agent/settings", "2\n")
	h.reports("modified ~/dots/agent/settings +1 -1", "modified ~/dots/rc +1 -1")
	h.puts("evil/settings", "2\n")
	h.must(os.Remove(filepath.Join(h.dir, ".agent")))
	h.must(os.Symlink("evil", filepath.Join(h.dir, ".agent")))
	h.reports("modified ~/.agent")
}

// What an agent notes for itself in a file of settings is no news; what decides is,
// and goes back to what was there just before.
func TestOnlyWhatDecidesIsReported(t *testing.T) {
	loud := func(content []byte) []byte {
		lines := slices.DeleteFunc(bytes.SplitAfter(content, []byte("\n")), func(l []byte) bool { return !bytes.HasPrefix(l, []byte("hook ")) })
		return bytes.Join(lines, nil)
	}
	h := newHome(t, Outside{Path: "settings", Decides: loud})
	h.watched()
	h.puts("settings", "starts 1\n")
	h.puts("settings", "starts 2\n")
	h.reports()
	h.puts("settings", "starts 3\nhook evil\n")
	list := h.changes()
	if len(list) != 1 || list[0].Kind != Modified || !list[0].Protected || list[0].Plus != 2 || list[0].Minus != 1 {
		t.Errorf("%+v", list)
	}
	plan, err := h.w.Kept().Plan(list)
	h.must(err)
	if _, _, err := h.w.Kept().Apply(t.Context(), plan, nil); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(filepath.Join(h.dir, "settings")); err != nil || string(b) != "starts 2\n" {
		t.Errorf("%q %v", b, err)
	}
	h.reports("modified ~/settings +1 -2")
	h.must(os.Chmod(filepath.Join(h.dir, "settings"), 0o666))
	h.reports("mode ~/settings")
	h.close()
	h.puts("settings", "starts 4\n")
	h.must(os.Chmod(filepath.Join(h.dir, "settings"), 0o666))
	h.watched()
	h.reports()
	h.must(os.Remove(filepath.Join(h.dir, "settings")))
	h.reports()
	h.puts("settings", "hook evil\n")
	h.reports("created ~/settings +1 -0")
	h.must(os.Remove(filepath.Join(h.dir, "settings")))
	h.must(os.Symlink("/evil", filepath.Join(h.dir, "settings")))
	h.reports("modified ~/settings +0 -1")
}
