package main

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kavi/gateway"
	"kavi/keymap"
	"kavi/session"
	"kavi/session/control"
)

func TestExitCodes(t *testing.T) {
	for _, c := range []struct {
		err  error
		want int
	}{
		{nil, 0},
		{errors.New("x"), 1},
		{hint(usagef("x"), "y"), 2},
		{hint(control.Refuse("an agent"), "y"), 126},
		{errors.Join(errors.New("a"), control.ErrRefused), 126},
		{status(75), 75},
	} {
		if got := exitCode(c.err); got != c.want {
			t.Errorf("%v: %d, want %d", c.err, got, c.want)
		}
	}
}

func TestApprovalIDs(t *testing.T) {
	for in, want := range map[string]string{
		"1": "apr_01", "01": "apr_01", "apr_01": "apr_01", "apr_1": "apr_01", "17": "apr_17", "apr_123": "apr_123",
		"": "", "0": "", "-1": "", "+1": "", "apr_": "", "apr": "", "all": "", "1x": "", "١": "", " 1": "", "99999999999999999999": "",
	} {
		got, err := approvalID(in)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v; want %q", in, got, err, want)
		}
	}
}

func TestSizes(t *testing.T) {
	for in, ok := range map[string]bool{
		"80x24": true, "200x50": true, "80": false, "80x": false, "x24": false, "80x24 ": false, "80x24x2": false,
		"-80x24": false, "0x0": false, "99999x99999": false, "80X24": false,
	} {
		if _, _, err := parseSize(in); (err == nil) != ok {
			t.Errorf("%q: %v", in, err)
		}
	}
}

func TestSinceReadsTimesAsPeopleWriteThem(t *testing.T) {
	now := time.Date(2026, 3, 4, 9, 30, 0, 0, time.Local)
	a := &app{now: func() time.Time { return now }}
	for in, want := range map[string]time.Time{
		"":                     {},
		"2h":                   now.Add(-2 * time.Hour),
		"08:15":                time.Date(2026, 3, 4, 8, 15, 0, 0, time.Local),
		"23:00":                time.Date(2026, 3, 3, 23, 0, 0, 0, time.Local), // last night
		"2026-03-01":           time.Date(2026, 3, 1, 0, 0, 0, 0, time.Local),
		"2026-03-01 10:00":     time.Date(2026, 3, 1, 10, 0, 0, 0, time.Local),
		"2026-03-01T10:00:00Z": time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC),
	} {
		got, err := a.since(in)
		if err != nil || !got.Equal(want) {
			t.Errorf("%q: %v, %v; want %v", in, got, err, want)
		}
	}
	for _, in := range []string{"-2h", "yesterday", "25:00"} {
		if _, err := a.since(in); exitCode(err) != exitUsage {
			t.Errorf("%q: %v", in, err)
		}
	}
}

func TestOptionsThatARunningSessionLacksAreNamed(t *testing.T) {
	snap := &session.Snapshot{Agents: []*session.Agent{
		{Name: "claude", Argv: []string{"claude"}, Cols: 80, Rows: 24},
		{Name: "sh", Argv: []string{"sh", "-c", "true"}, Cols: 80, Rows: 24, Ungated: true},
	}}
	for _, c := range []struct {
		name  string
		o     startOptions
		level gateway.Level
		want  []string
	}{
		{"none given", startOptions{}, gateway.LevelAlways, nil},
		{"the same", startOptions{agents: []string{"claude"}, command: []string{"sh", "-c", "true"}}, "", nil},
		{"another agent", startOptions{agents: []string{"codex"}}, "", []string{"--agent codex"}},
		{"other arguments", startOptions{command: []string{"sh", "-c", "false"}}, "", []string{"-- sh -c false"}},
		{"a level", startOptions{approval: "always"}, gateway.LevelAlways, []string{`the level "always" for claude`}},
		{"an agent twice", startOptions{agents: []string{"claude", "claude"}}, "", []string{"another --agent claude"}},
		{"an agent and the same as a command", startOptions{agents: []string{"claude"}, command: []string{"claude"}}, "", []string{"another -- claude"}},
		{"an agent twice that does not run", startOptions{agents: []string{"codex", "codex"}}, "", []string{"--agent codex", "--agent codex"}},
		{"ungated", startOptions{ungated: true}, "", []string{"--ungated"}},
		{"the same size", startOptions{detach: true, size: "80x24", cols: 80, rows: 24}, "", nil},
		{"another size", startOptions{detach: true, size: "100x20", cols: 100, rows: 20}, "", []string{"--size 100x20"}},
		{"another size, to attach", startOptions{size: "100x20", cols: 100, rows: 20}, "", nil},
		{"full access", startOptions{approveAll: true}, "", []string{"--approve-all"}},
	} {
		if d := cmp.Diff(c.want, c.o.differs(snap, c.level)); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
	}
}

func TestBytesAreReadAsTheKeysThatPrefixesAre(t *testing.T) {
	for in, want := range map[string]string{"\x00": "C-Space", "\x1d": "C-]", "\x01": "C-a", "\x1b ": "M-Space", "x": "x"} {
		key, err := keymap.Parse(want)
		if err != nil {
			t.Fatal(err)
		}
		if got := keysOfBytes([]byte(in)); len(got) != 1 || got[0] != key {
			t.Errorf("%q: %v, want %v", in, got, key)
		}
	}
}
