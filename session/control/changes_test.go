package control

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kavi/session"
)

// changed is a session that saw a file change that no call explains.
func changed(t *testing.T, change func(*Options)) (file string, item *session.Unexplained, c *Client) {
	t.Helper()
	s, c := opened(t, change)
	n := 0
	eventually(t, "a change is seen", func() bool { // what was there before the watch is none
		n++
		put(t, filepath.Join(c.Hello().Project, fmt.Sprintf("notes%d.txt", n)), "one\n")
		return len(s.Snapshot().Unexplained) > 0
	})
	snap, err := c.Snapshot(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	item = snap.Unexplained[0]
	return filepath.Join(c.Hello().Project, item.Files[0].Path), item, c
}

// put writes a file at once: nobody sees half of it.
func put(t *testing.T, file, text string) {
	t.Helper()
	tmp := filepath.Join(filepath.Dir(filepath.Dir(file)), "tmp") // outside the project
	if err := os.WriteFile(tmp, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(tmp, file); err != nil {
		t.Fatal(err)
	}
}

func TestChangesAreListedShownAndTakenBack(t *testing.T) {
	file, item, c := changed(t, nil)
	ctx := context.Background()
	files := len(item.Files)
	list, err := c.Changes(ctx, session.ChangesOf{Item: item.ID})
	if err != nil || len(list) != files || list[0].Path != filepath.Base(file) || list[0].Item != item.ID || list[0].How != "unsanctioned" {
		t.Fatalf("%+v %v", list, err)
	}
	if list, err := c.Changes(ctx, session.ChangesOf{Allowed: true}); err != nil || len(list) != 0 {
		t.Errorf("of allowed calls: %+v %v", list, err)
	}
	var patch bytes.Buffer
	left, err := c.Patch(ctx, &patch, session.ChangesOf{Item: item.ID})
	if err != nil || len(left) != 0 || !strings.Contains(patch.String(), "+++ b/"+list[0].Path) || !strings.HasSuffix(patch.String(), "+one\n") {
		t.Errorf("%v %v\n%s", left, err, patch.String())
	}
	rows, err := c.Difference(ctx, item.ID)
	if err != nil || !strings.Contains(strings.Join(rows, "\n"), "+one") {
		t.Errorf("%v\n%s", err, strings.Join(rows, "\n"))
	}
	if _, err := c.Undo(ctx, "plan_99", nil, ""); err == nil || !strings.Contains(err.Error(), "look again") {
		t.Errorf("a plan that was never shown: %v", err)
	}
	plan, err := c.PlanUndo(ctx, session.ChangesOf{Item: item.ID})
	if err != nil || len(plan.Steps) != files {
		t.Fatalf("%+v %v", plan, err)
	}
	out, err := c.Undo(ctx, plan.ID, nil, "not this")
	if err != nil || len(out) != files || !out[0].Done {
		t.Errorf("%+v %v", out, err)
	}
	if _, err := os.Lstat(file); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("it is still there: %v", err)
	}
	if _, err := c.Difference(ctx, item.ID); !errors.Is(err, session.ErrNoItem) {
		t.Errorf("after the answer: %v, want ErrNoItem across the socket", err)
	}
}

func TestAChangeIsKept(t *testing.T) {
	_, item, c := changed(t, nil)
	ctx := context.Background()
	if err := c.Keep(ctx, item.ID, session.MinePaths); err != nil {
		t.Fatal(err)
	}
	if err := c.Keep(ctx, item.ID, session.MineThis); !errors.Is(err, session.ErrNoItem) {
		t.Errorf("a second time: %v, want ErrNoItem across the socket", err)
	}
}

// A patch larger than one piece arrives whole.
func TestALongPatchArrivesWhole(t *testing.T) {
	file, _, c := changed(t, nil)
	ctx := context.Background()
	text := strings.Repeat("a line of some length, so that there are many pieces\n", 20000)
	put(t, file, text)
	var patch bytes.Buffer
	eventually(t, "the patch", func() bool {
		patch.Reset()
		if _, err := c.Patch(ctx, &patch, session.ChangesOf{}); err != nil {
			t.Fatal(err)
		}
		return strings.Count(patch.String(), "\n+a line of some length, so that there are many pieces") == 20000
	})
}

func TestWhereAProcessCanHideTheCommandLineTakesNothingBack(t *testing.T) {
	_, item, c := changed(t, func(o *Options) { o.AttendedOnly = true })
	ctx := context.Background()
	if err := c.Keep(ctx, item.ID, session.MineThis); !errors.Is(err, ErrRefused) {
		t.Errorf("keep: %v", err)
	}
	plan, err := c.PlanUndo(ctx, session.ChangesOf{Item: item.ID})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Undo(ctx, plan.ID, nil, ""); !errors.Is(err, ErrRefused) {
		t.Errorf("undo: %v", err)
	}
}
