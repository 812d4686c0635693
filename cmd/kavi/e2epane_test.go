package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"kavi/gateway/hook"
	"kavi/gateway/hook/model"
	"kavi/gateway/wire"
	"kavi/session"
)

// paneScenarios are tried in a pane only: what an agent asks its operator, says of
// itself, and goes on with.
func paneScenarios(f family) []scenario {
	list := []scenario{
		{"first start", firstStart},
		{"resumed", resumed},
	}
	if f.name == hook.Gemini {
		list = append(list, scenario{"switched off in a strange folder", func(t *testing.T, f family, m mode) {
			off := f.off
			f.off = func(t *testing.T, x *trial) {
				off(t, x)
				x.put(t, ".gemini/trustedFolders.json", `{}`)
			}
			switchedOff(t, f, m)
		}})
	}
	if f.name == hook.Codex {
		list = append(list, scenario{"code mode", codeMode})
	}
	return list
}

// question is one that an agent asks its operator on its own screen, known by a
// piece of it, and the keys of who says yes.
type question struct {
	says []string // all of it: a question that is half drawn is none
	keys string
}

func (q question) in(text string) bool {
	return !slices.ContainsFunc(q.says, func(s string) bool { return !strings.Contains(text, s) })
}

// questions are what an agent asks when it is started for the first time, in a
// folder that it does not know.
func questions(name hook.Family) []question {
	return map[hook.Family][]question{
		hook.Claude: {
			{[]string{"Do you want to use this API key?", "❯ No (recommended)"}, "\x1b[A"},
			{[]string{"Do you want to use this API key?", "❯ Yes"}, "\r"},
			{[]string{"❯ No, exit"}, "\x1b[B"},
			{[]string{"❯ Yes, I trust this folder"}, "\r"},
		},
		hook.Codex: {
			{[]string{"Trust and continue"}, "\r"},
			{[]string{"› 1. Review hooks"}, "2"},
			{[]string{"› 2. Trust all and continue"}, "\r"},
			{[]string{"2. Use existing model"}, "2"},
		},
		hook.Gemini: {
			{[]string{"Gemini CLI is restarting"}, ""},
			{[]string{"Do you trust the files in this folder?"}, "\r"},
		},
		hook.Copilot: {{[]string{"Do you trust the files in this folder?"}, "\r"}},
	}[name]
}

// fresh takes out of an agent's home what says that it was started before, as far
// as it starts without a network then.
func (x *trial) fresh(t *testing.T) {
	t.Helper()
	switch x.f.name {
	case hook.Claude:
		x.put(t, ".claude.json", `{"hasCompletedOnboarding":true,"theme":"dark"}`)
	case hook.Codex:
		text := x.read(t, "../.codex/config.toml")
		kept := slices.DeleteFunc(strings.SplitAfter(text, "\n["), func(table string) bool {
			return strings.HasPrefix(table, "projects.") || strings.HasPrefix(table, "hooks.") || strings.HasPrefix(table, "notice.")
		})
		x.put(t, ".codex/config.toml", "%s", strings.TrimSuffix(strings.Join(kept, ""), "["))
	case hook.Copilot:
		x.put(t, ".copilot/config.json", `{}`)
	}
	x.untrusted()
}

// untrusted has Gemini ask whether it may trust the folder.
func (x *trial) untrusted() {
	x.env = slices.DeleteFunc(x.env, func(kv string) bool { return strings.HasPrefix(kv, "GEMINI_CLI_TRUST_WORKSPACE=") })
}

// firstStart: nothing of kavi's stands in the way of an agent's first start. What
// it asks is the operator's to answer, at the window; then its calls are held as
// ever.
func firstStart(t *testing.T, f family, m mode) {
	x := newTrial(t, f, m, func(*trial) []model.Turn {
		return []model.Turn{{Text: "A command.", Calls: []model.Call{f.tools.shell("echo once >> ran.txt")}}}
	})
	x.fresh(t)
	x.start(t)
	w := x.open(t, 160, 45, "attach", "garden")
	x.answer(t, w, questions(f.name), func() bool { return len(x.pending(t)) > 0 })
	a := x.held(t, 1)[0]
	if a.Call.Tool != wire.ToolExec || x.exists("ran.txt") {
		t.Errorf("held: %q; it has run: %v", a.Call.Command, x.exists("ran.txt"))
	}
	x.approve(t, a.ID)
	x.finished(t, 1)
	if got := x.read(t, "ran.txt"); got != "once\n" {
		t.Errorf("it ran so often: %q", got)
	}
}

// answer answers what the agent asks at the window until done; each question that
// stays is answered again, for at first agents take no keys: late, or a slow agent
// takes it for the answer to its next question.
func (x *trial) answer(t *testing.T, w *window, list []question, done func() bool) {
	t.Helper()
	last := -1
	var at time.Time
	x.await(t, "the end of the questions", func() bool {
		text := w.text()
		i := slices.IndexFunc(list, func(q question) bool { return q.in(text) })
		if i >= 0 && (i != last || time.Since(at) > 20*time.Second) {
			last, at = i, time.Now()
			w.enter(t, list[i].keys)
		}
		if slices.ContainsFunc(x.snapshot(t).Agents, func(a *session.Agent) bool { return a.State == session.Exited }) {
			t.Fatalf("it ended; %s", x.explain(t))
		}
		return done()
	})
}

// pending are the approvals that wait.
func (x *trial) pending(t *testing.T) []*session.Approval {
	t.Helper()
	return slices.DeleteFunc(x.snapshot(t).Approvals, func(a *session.Approval) bool { return a.State != session.Pending })
}
