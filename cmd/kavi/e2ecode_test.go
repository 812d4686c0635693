package main

import (
	"slices"
	"strings"
	"testing"

	"kavi/gateway/hook/model"
	"kavi/session"
	"kavi/session/ledger"
)

// codeMode: newer models of Codex' run JavaScript. The calls within it come to the
// hook each, in parallel. After some 30 s Codex tells its model that the program
// still runs, and goes on: the calls are held all the same, which the operator sees,
// and run once they are approved.
func codeMode(t *testing.T, f family, m mode) {
	const program = `const r = await Promise.all([
  tools.exec_command({cmd: "echo once >> one.txt"}),
  tools.exec_command({cmd: "echo once >> two.txt"}),
]); text(JSON.stringify(r))`
	x := newTrial(t, f, m, func(*trial) []model.Turn {
		return []model.Turn{
			{Text: "A program.", Calls: []model.Call{{Name: "exec", Input: program}}},
			{Text: "I look whether it is done.", Calls: []model.Call{{Name: "wait", Input: input{"cell_id": "1", "yield_time_ms": 60_000}}}},
		}
	})
	x.put(t, ".codex/config.toml", "%s", strings.Replace(x.read(t, "../.codex/config.toml"), `model = "gpt-5.5"`, `model = "gpt-6-sol"`, 1))
	x.start(t)
	all := x.held(t, 2)
	x.await(t, "the model to be told that its program still runs", func() bool { return x.told(1) != "" })
	x.await(t, "the operator to be told that the agent went on", func() bool {
		return !slices.ContainsFunc(x.pending(t), func(a *session.Approval) bool { return a.Why != session.WentOn })
	})
	if x.exists("one.txt") || x.exists("two.txt") {
		t.Error("what is held has run")
	}
	if now := x.held(t, 2); now[0].ID != all[0].ID || now[1].ID != all[1].ID {
		t.Errorf("%s and %s were held, now %s and %s", all[0].ID, all[1].ID, now[0].ID, now[1].ID)
	}
	x.approve(t, all[0].ID, all[1].ID)
	x.await(t, "the end of both calls", func() bool {
		ended := map[string]bool{}
		for _, e := range x.book(t) {
			if e.Kind == ledger.CallExited && e.Data[ledger.OwnShell] == "" {
				ended[e.Call] = true
			}
		}
		return ended[all[0].CallID] && ended[all[1].CallID]
	})
	for _, name := range []string{"one.txt", "two.txt"} {
		if got := x.read(t, name); got != "once\n" {
			t.Errorf("%s: it ran so often: %q", name, got)
		}
	}
}
