package session

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kavi/gateway/display"
)

// What an agent writes costs the operator one notice, and the server one program,
// however often it writes it; what is asked at once is told at once.
func TestAStormOfNoticesIsOne(t *testing.T) {
	bin := t.TempDir()
	sent := filepath.Join(bin, "sent")
	if err := os.WriteFile(filepath.Join(bin, "notify-send"), []byte("#!/bin/sh\nfor a; do :; done\necho \"$a\" >> "+sent+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	touch := func(name string) { // not in the project, where that would be told as well
		if err := os.WriteFile(filepath.Join(bin, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	w := begin(t, func(o *Options) { o.Config.Notify = true })
	notices, drop := w.Notices()
	defer drop()
	w.script("one", `while ! test -e `+bin+`/go; do :; done
i=0; while [ $i -lt 500 ]; do printf '\033]7501;state=blocked\007\033]7501;state=clear\007'; i=$((i+1)); done
"$SHELL" -c ": `+strings.Repeat("x", 5000)+`" & wait
while ! test -e `+bin+`/end; do :; done; exit 3`)
	touch("go")
	w.answer(true, "", w.pending(1)[0])
	dialogs, asks, all := 0, 0, []string(nil)
	for last := false; !last; {
		select {
		case n := <-notices:
			all = append(all, n.Title+": "+n.Text)
			dialogs += strings.Count(n.Text, "its own dialog")
			asks += strings.Count(n.Title, "asks")
			touch("end")
			last = strings.Contains(n.Text, "exited 3")
			if width := display.Width(n.Text); width > noticeCells+20 {
				t.Errorf("a notice of %d cells", width)
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("the end is not told; %d dialogs, %d approvals were; told: %q", dialogs, asks, all)
		}
	}
	if dialogs > 1 || asks > 1 || dialogs+asks == 0 {
		t.Errorf("%d notices of a dialog, %d of an approval", dialogs, asks)
	}
	w.until("the desktop to be told the end", func(*Snapshot) bool {
		b, _ := os.ReadFile(sent)
		return strings.Contains(string(b), "exited 3") && strings.Count(string(b), "\n") <= dialogs+asks+1
	})
}
