package ledger

import (
	"errors"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kavi/gateway/display"
)

func TestLine(t *testing.T) {
	code := 3
	at := time.Date(2026, 1, 2, 15, 4, 5, 0, time.Local)
	for _, c := range []struct {
		e    Entry
		want string
	}{
		{
			Entry{Kind: CallRequested, Agent: "claude", Call: "call_12", Approval: "apr_03", What: "Run: npm i", Risk: "medium", Why: "it installs a package"},
			"claude   asks call_12 (apr_03): Run: npm i · medium · it installs a package",
		},
		{
			Entry{Kind: CallDecided, Agent: "claude", Call: "call_12", Approval: "apr_03", Verdict: Denied, Reason: "use pnpm", By: &By{
				Kind: ByOperator, Client: "attach 2", Terminal: "/dev/pts/3", Shown: 2123 * time.Millisecond,
			}},
			"claude   denied call_12 (apr_03) · reason: use pnpm · by the operator (attach 2 on /dev/pts/3, shown 2.1s)",
		},
		{
			Entry{Kind: CallDecided, Agent: "claude-22222", Call: "call_1", Verdict: Allowed, Inside: "apr_01", By: &By{Kind: ByRule, Rule: "r3", Layer: "user"}},
			"claude-22222  allowed call_1 · inside apr_01 · by rule r3 (user)",
		},
		{Entry{Kind: CallDecided, Call: "call_1"}, "kavi     decided call_1"},
		{Entry{Kind: CallExecuted, Agent: "a", Call: "call_1", Command: "make"}, "a        runs call_1: make"},
		{Entry{Kind: CallExited, Agent: "a", Call: "call_1", ExitCode: &code, For: 200 * time.Second}, "a        exited call_1 · exit code 3 · 3m20s"},
		{Entry{Kind: CallExited, Agent: "a", Call: "call_1"}, "a        exited call_1 · exit code not known"},
		{
			Entry{Kind: CallRequested, Agent: "opencode", Call: "call_9", Why: "its own", Risk: "high", Data: map[string]string{OwnShell: "yes"}, Argv: []string{
				"git", "--no-optional-locks", "-c", "core.autocrlf=false", "--git-dir", "/home/a/.local/share/opencode/snapshot/0/0", "add", "--all", "--pathspec-from-file=-",
			}},
			"opencode  passes call_9: git … add --all --pathspec-from-file=- · its own",
		},
		{
			Entry{Kind: CallRequested, Agent: "a", Call: "call_9", Command: "A=1\n" + strings.Repeat("touch \x1b[1m; ", 20), Why: "its own", Data: map[string]string{OwnShell: "yes"}},
			`a        passes call_9: A=1\ntouch \x1b[1m; touch \x1b[1m; touch \x1b[1m; touch \x1… · its own`,
		},
		{Entry{Kind: AgentStarted, Agent: "a", Argv: []string{"claude", "--x"}}, "a        agent started: claude --x"},
		{Entry{Kind: MachineSlept, For: 9*time.Hour + 12*time.Minute + 3*time.Second}, "kavi     machine slept · 9h12m"},
		{Entry{Kind: FileUnsanctioned, Path: "src/a.go"}, "?        UNEXPLAINED: changed: src/a.go"},
		{
			Entry{Kind: FileUnsanctioned, Path: ".git/hooks/x", Data: map[string]string{"item": "chg_01", "change": `{"kind":"created","add":2,"protected":true,"gap":true}`}},
			"?        UNEXPLAINED chg_01, PROTECTED: created (+2), while nobody watched: .git/hooks/x",
		},
		{
			Entry{Kind: FileChanged, Agent: "a", Call: "call_1", What: "b.go", Why: "inferred", Data: map[string]string{"calls": "call_1", "change": `{"kind":"renamed","from":"a.go\n"}`}},
			`a        renamed by call_1, inferred: b.go from a.go\n`,
		},
		{
			Entry{Kind: FileUndone, Call: "undo_01", What: "b.go", Reason: "not\nthat", By: &By{Kind: ByOperator}, Data: map[string]string{"of": "call_1", "change": `{"kind":"modified","add":1,"del":2}`}},
			`kavi     taken back as undo_01, of call_1: modified (+1, -2), because not\nthat: b.go`,
		},
		{Entry{Kind: ChangeTakenBack, Why: "as far as that could be: undo_01", By: &By{Kind: ByOperator}, Data: map[string]string{"item": "chg_01"}}, "kavi     change taken back chg_01 · as far as that could be: undo_01 · by the operator"},
		{Entry{Kind: Problem, Why: "the disk is full"}, "kavi     problem · the disk is full"},
		{Entry{Kind: Checkpoint, Seq: 7}, "kavi     checkpoint · 7 " + strings.Repeat("0", 64)},
		{Entry{Kind: "of a later version", Agent: "a", Path: "x", To: "y"}, "a        of a later version: x -> y"},
		{
			Entry{Kind: CallRequested, Agent: "a\x1b[31m", What: "Run: rm\n\u202eevil", Why: "[red]"},
			`a\x1b[31m  asks: Run: rm\n\u{202e}evil · [red]`,
		},
	} {
		c.e.Time = at
		if diff := cmp.Diff("2026-01-02 15:04:05  "+c.want, c.e.Line()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	if got := (Entry{Seq: 5, Kind: Damaged, Why: "entry 5 is missing"}).Line(); got != "-  kavi     damaged · entry 5 is missing" {
		t.Errorf("%q", got)
	}
}

// Whoever decides has words of its own.
func TestBy(t *testing.T) {
	seen := map[string]Decider{}
	for _, k := range []Decider{ByRule, ByRemembered, ByOperator, ByTimeout, ByFullAccess, ByLevel, ByDefault, ByBuiltin, ByCovered, ByRestart} {
		s := By{Kind: k, Rule: "r1"}.String()
		if other, ok := seen[s]; ok || s == "" {
			t.Errorf("%s and %s are both %q", k, other, s)
		}
		seen[s] = k
	}
}

func each2(entries []Entry, err error) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for _, e := range entries {
			if !yield(e, nil) {
				return
			}
		}
		if err != nil {
			yield(Entry{}, err)
		}
	}
}

// read gives a summary as it is printed.
func read(s Summary) (texts []string) {
	for _, r := range s.Rows() {
		texts = append(texts, r.String())
	}
	return texts
}

// However long the texts of an entry are, a brief line of it has a bound, and says
// of each that there is more.
func TestABriefLineHasABound(t *testing.T) {
	long := strings.Repeat("long \x1b ", 2000)
	at := time.Date(2026, 1, 2, 15, 4, 5, 0, time.Local)
	for _, e := range []Entry{
		{Kind: CallRequested, Agent: "a", Call: "call_12", Approval: "apr_03", What: "Run: " + long, Risk: "high", Why: "because of " + long},
		{Kind: CallDecided, Agent: "a", Call: "call_12", Verdict: Denied, Reason: long, By: &By{Kind: ByRule, Rule: long}},
		{Kind: CallRequested, Agent: "a", Call: "call_9", Command: long, Why: long, Data: map[string]string{OwnShell: "yes"}},
		{Kind: AgentStarted, Agent: "a", Argv: []string{"claude", long}},
		{Kind: FileChanged, Agent: "a", Call: "call_1", What: long, Why: long, Data: map[string]string{"calls": long, "change": `{"kind":"renamed","from":"` + strings.Repeat("deep/", 500) + `"}`}},
		{Kind: FileUndone, Call: "undo_01", What: long, Reason: long, Data: map[string]string{"of": long}},
	} {
		e.Time = at
		got := e.Brief(100)
		if n := display.Width(got); n > 550 || !strings.Contains(got, "…") || strings.Contains(got, "\x1b") {
			t.Errorf("%d cells: %s", n, got)
		}
	}
	short := Entry{Time: at, Kind: CallRequested, Agent: "a", Call: "call_12", What: "Run: npm i", Why: "it installs a package"}
	if got := short.Brief(100); got != short.Line() {
		t.Errorf("%s is not %s", got, short.Line())
	}
	two := Entry{Time: at, Kind: CallRequested, Agent: "a", Call: "call_12", What: long, Why: "asks"}
	if got := two.Brief(20); got != `2026-01-02 15:04:05  a        asks call_12: long \x1b long \x1b… · asks` {
		t.Error(got)
	}
}

func TestSummary(t *testing.T) {
	start := time.Date(2026, 1, 2, 22, 0, 0, 0, time.Local)
	code := 1
	var list []Entry
	at := func(after time.Duration, e Entry) {
		e.Time = start.Add(after)
		list = append(list, e)
	}
	decided := func(after time.Duration, verdict string, by Decider) {
		at(after, Entry{Kind: CallRequested})
		at(after, Entry{Kind: CallDecided, Verdict: verdict, By: &By{Kind: by}})
	}
	at(-2*time.Hour, Entry{Kind: GateLost, Agent: "codex", Why: "its shell is not the shim's"})
	decided(-time.Hour, Denied, ByRule) // before: not counted
	at(-time.Minute, Entry{Kind: GateUngated, Agent: "b\x1b"})
	for range 3 {
		decided(time.Minute, Allowed, ByDefault)
	}
	decided(2*time.Minute, Allowed, ByRule)
	decided(3*time.Minute, Denied, ByTimeout)
	at(4*time.Minute, Entry{Kind: CallDecided})
	at(5*time.Minute, Entry{Kind: CallLapsed})
	at(6*time.Minute, Entry{Kind: FileUnsanctioned, Path: "x"})
	at(7*time.Minute, Entry{Kind: GateProven, Agent: "codex"})
	at(8*time.Minute, Entry{Kind: AgentExited, Agent: "claude", ExitCode: &code})
	at(9*time.Minute, Entry{Kind: OperatorRefused})
	at(9*time.Minute, Entry{Kind: CallAbandoned})
	at(4*time.Hour, Entry{Kind: MachineSlept, For: 3 * time.Hour})
	at(4*time.Hour+10*time.Second, Entry{Kind: SessionRecovered})
	at(5*time.Hour, Entry{Kind: ProblemOver, For: 10 * time.Minute, Why: "no room"})
	at(5*time.Hour, Entry{Kind: EntriesLost, Why: "entries 3 to 4 are missing"})
	at(6*time.Hour, Entry{Kind: AgentLost, Agent: "codex"})
	s, err := Summarise(start, time.Time{}, each2(list, nil))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"From 2026-01-02 22:00 to 04:00 (6h)",
		"Allowed      4: default 3, rule 1",
		"Denied       2: not said 1, timeout 1",
		"Lapsed       1",
		"Unexplained  1",
		"Abandoned    1",
		"Refused      1",
		"Exits        claude exited 1 at 2026-01-02 22:08",
		"             codex was lost at 04:00",
		"Gaps         codex: gate not proven 2026-01-02 20:00 to 2026-01-02 22:07 (2h7m): its shell is not the shim's",
		`             b\x1b: gate not proven since 2026-01-02 21:59`,
		"             machine asleep 2026-01-02 23:00 to 02:00 (3h)",
		"             server restarted at 02:00",
		"             nothing could be recorded 02:50 to 03:00 (10m): no room",
		"             entries lost at 03:00: entries 3 to 4 are missing",
	}
	if diff := cmp.Diff(want, read(s)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}

	empty, err := Summarise(start, time.Time{}, each2(nil, nil))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{
		"Nothing was recorded since 2026-01-02 22:00", "Allowed      0", "Denied       0", "Lapsed       0", "Unexplained  0",
		"Exits        none", "Gaps         none",
	}, read(empty)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	// Who asks what happened up to now gets that, also where the end was quiet.
	for now, want := range map[time.Duration]string{
		7 * time.Hour:  "From 2026-01-02 22:00 to 05:00 (7h)",
		30 * time.Hour: "From 2026-01-02 22:00 to 04:00 (30h)",
	} {
		s, err := Summarise(start, start.Add(now), each2(list, nil))
		if err != nil {
			t.Fatal(err)
		}
		if got := read(s)[0]; got != want {
			t.Errorf("after %v: %q, want %q", now, got, want)
		}
	}
	quiet, err := Summarise(start, start.Add(11*time.Minute), each2(list[:3], nil))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := read(quiet)[0], "Nothing was recorded since 22:00"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	bad := errors.New("bad")
	if _, err := Summarise(start, time.Time{}, each2(list, bad)); !errors.Is(err, bad) {
		t.Error(err)
	}
}

func TestSummaryOfLedger(t *testing.T) {
	l := open(t, t.TempDir())
	for range 5 {
		add(t, l, Entry{Kind: CallRequested}, Entry{Kind: CallDecided, Verdict: Allowed, By: &By{Kind: ByLevel}})
	}
	s, err := Summarise(time.Time{}, time.Time{}, l.All(1))
	if err != nil || s.Asked != 5 || s.Allowed[ByLevel] != 5 || len(s.Gaps) != 0 {
		t.Errorf("%+v, %v", s, err)
	}
}
