package shim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"kavi/gateway/wire"
)

// hooked is the agent's hook with that JSON on its standard input, started as
// agents do it: by its path.
func (g *gateServer) hooked(input string, args ...string) *exec.Cmd {
	cmd := exec.Command(g.shim(HookName), args...)
	cmd.Env = g.env()
	cmd.Stdin = strings.NewReader(input)
	return cmd
}

func TestHookAllows(t *testing.T) {
	t.Parallel()
	g := newGate(t, func(_ *wire.Call, conn net.Conn) {
		verdict(conn, wire.Verdict{Allow: true, Answer: []byte(`{"yes":1}`)})
	})
	input := "{\"a\":\"\xff\x00\"}" + strings.Repeat(" ", 1<<20)
	cmd := g.hooked(input, "claude", "7200")
	cmd.Dir = "/"
	if d := cmp.Diff(result{`{"yes":1}`, "", 0}, run(t, cmd)); d != "" {
		t.Error(d)
	}
	g.waitFor("the end", func(_ []*wire.Call, taken, ended int) bool { return taken == 1 && ended == 1 })
	calls, _, _ := g.seen()
	want := &wire.Call{Door: wire.DoorHook, Name: "claude", Raw: []byte(input), Cwd: "/", Env: []string{"PATH=" + g.dir + "/bin:" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME")}}
	if d := cmp.Diff(want, calls[0], cmpopts.IgnoreFields(wire.Call{}, "Nonce")); d != "" {
		t.Error(d)
	}
}

// claude's, codex' and qwen's no, gemini's and copilot's.
const (
	claudeNo  = `{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"deny","permissionDecisionReason":%s}}`
	geminiNo  = `{"decision":"deny","reason":%s}`
	copilotNo = `{"permissionDecision":"deny","permissionDecisionReason":%s}`
)

// TestHookDenies wants every denial, and every failure, in the form that closes in
// each family, whatever the server answers.
func TestHookDenies(t *testing.T) {
	t.Parallel()
	reason := "not \"this\"\none: \\ \x01 ü \xff"
	quoted := `"not \"this\"\none: \\ \u0001 ü ?"`
	for _, c := range []struct {
		family string
		want   result
	}{
		{"claude", result{fmt.Sprintf(claudeNo, quoted), "", 0}},
		{"codex", result{fmt.Sprintf(claudeNo, quoted), "", 0}},
		{"qwen", result{fmt.Sprintf(claudeNo, quoted), "", 0}},
		{"gemini", result{fmt.Sprintf(geminiNo, quoted), "", 2}},
		{"copilot", result{fmt.Sprintf(copilotNo, quoted), "", 0}},
		{"opencode", result{"", "not \"this\" one: \\   ü \xff\n", 2}},
		{"unheard-of", result{"", "not \"this\" one: \\   ü \xff\n", 2}},
	} {
		g := newGate(t, func(_ *wire.Call, conn net.Conn) {
			verdict(conn, wire.Verdict{Reason: reason, Answer: []byte(`{"decision":"allow"}`)})
		})
		got := run(t, g.hooked("{}", c.family, "600"))
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s: %s", c.family, d)
		}
		if got.Out != "" && !json.Valid([]byte(got.Out)) {
			t.Errorf("%s: not JSON: %s", c.family, got.Out)
		}
		g.waitFor("the end", func(_ []*wire.Call, _, ended int) bool { return ended == 1 })
		if _, taken, _ := g.seen(); taken != 0 {
			t.Errorf("%s: a denial was taken", c.family)
		}
	}
}

// A dialog's no has a form of its own.
func TestHookDeniesInThePlaceOfADialog(t *testing.T) {
	t.Parallel()
	for family, want := range map[string]string{
		"claude": `{"hookSpecificOutput":{"hookEventName":"PermissionRequest","decision":{"behavior":"deny","message":"no"}}}`,
		"qwen":   `{"hookSpecificOutput":{"hookEventName":"PermissionRequest","decision":{"behavior":"deny","message":"no"}}}`,
		"codex":  fmt.Sprintf(claudeNo, `"no"`),
	} {
		g := newGate(t, func(_ *wire.Call, conn net.Conn) { verdict(conn, wire.Verdict{Reason: "no"}) })
		if d := cmp.Diff(result{want, "", 0}, run(t, g.hooked("{}", family, "600", "permission"))); d != "" {
			t.Errorf("%s: %s", family, d)
		}
	}
	g := newGate(t, func(_ *wire.Call, conn net.Conn) { verdict(conn, wire.Verdict{Allow: true}) })
	if got := run(t, g.hooked("{}", "claude", "600", "permissions")); got.Code != 2 {
		t.Errorf("an argument that is not known: %+v", got)
	}
}

func TestHookFails(t *testing.T) {
	t.Parallel()
	closed := func(why string) map[string]result {
		m := map[string]result{}
		for _, f := range []string{"claude", "codex", "gemini", "qwen", "opencode"} {
			m[f] = result{"", "kavi: denied: " + why + "\n", 2}
		}
		m["copilot"] = result{fmt.Sprintf(copilotNo, `"kavi: denied: `+why+`"`), "", 0}
		return m
	}
	asked := "the gateway cannot be asked: "
	for _, c := range []struct {
		name   string
		answer func(c *wire.Call, conn net.Conn)
		limit  string
		why    string
	}{
		{"garbage", func(_ *wire.Call, conn net.Conn) { _, _ = conn.Write([]byte(`{"allow":true}`)) }, "600", asked + "wire: frame too large"},
		{"a call instead", func(c *wire.Call, conn net.Conn) { _, _ = conn.Write(wire.AppendCall(nil, c)) }, "600", asked + "wire: unknown type of frame"},
		{"taken instead", func(_ *wire.Call, conn net.Conn) { _, _ = conn.Write(wire.AppendTaken(nil)) }, "600", asked + "wire: unknown type of frame"},
		{"another version", func(_ *wire.Call, conn net.Conn) {
			b := wire.AppendVerdict(nil, &wire.Verdict{Allow: true})
			b[4]++
			_, _ = conn.Write(b)
		}, "600", asked + "wire: another version of kavi is at the other end"},
		{"no limit", nil, "0", "0 is no time limit in seconds"},
		{"a strange limit", nil, "7200s", "7200s is no time limit in seconds"},
		{"a limit that node turns into none", nil, "2147484", "2147484 is no time limit in seconds"},
	} {
		g := newGate(t, c.answer)
		for family, want := range closed(c.why) {
			if d := cmp.Diff(want, run(t, g.hooked("{}", family, c.limit))); d != "" {
				t.Errorf("%s, %s: %s", c.name, family, d)
			}
		}
	}
	g := newGate(t, nil)
	for _, args := range [][]string{{}, {"claude"}, {"claude", "60", "more"}} {
		if got := run(t, g.hooked("{}", args...)); got.Code != 2 || got.Out != "" || !strings.Contains(got.Err, "is started as") {
			t.Errorf("%q: %+v", args, got)
		}
	}
	if calls, _, _ := g.seen(); len(calls) > 0 {
		t.Error("it asked")
	}
}

// An answer that the agent does not take is no allow.
func TestHookWhoseAnswerIsNotTaken(t *testing.T) {
	t.Parallel()
	for _, family := range []string{"claude", "copilot"} {
		for _, allow := range []bool{true, false} {
			g := newGate(t, func(_ *wire.Call, conn net.Conn) {
				verdict(conn, wire.Verdict{Allow: allow, Reason: "no", Answer: []byte("{}")})
			})
			r, w, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := r.Close(); err != nil {
				t.Fatal(err)
			}
			cmd := g.hooked("{}", family, "600")
			cmd.Stdout = w
			if got := run(t, cmd); got.Code != 2 {
				t.Errorf("%s, allow %v: %+v", family, allow, got)
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			g.waitFor("the end", func(_ []*wire.Call, _, ended int) bool { return ended == 1 })
			if _, taken, _ := g.seen(); taken != 0 {
				t.Error("it was taken")
			}
		}
	}
}

func TestHookTooLarge(t *testing.T) {
	t.Parallel()
	g := newGate(t, nil)
	for _, c := range []struct {
		size int
		code int
	}{{maxRaw, 0}, {maxRaw + 1, 2}, {40 << 20, 2}} {
		cmd := g.hooked("", "claude", "600")
		cmd.Stdin = io.LimitReader(zeros{}, int64(c.size))
		got := run(t, cmd)
		if got.Code != c.code || c.code == 2 && !strings.Contains(got.Err, "too large") {
			t.Errorf("%d bytes: %+v", c.size, got)
		}
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// TestHookAnswersBeforeTheLimit: with nobody to decide it denies while the agent
// still listens, and has hung up before.
func TestHookAnswersBeforeTheLimit(t *testing.T) {
	t.Parallel()
	gone := make(chan time.Time, 1)
	g := newGate(t, func(_ *wire.Call, conn net.Conn) {
		_, _ = conn.Read(make([]byte, 1)) // until it hangs up
		gone <- time.Now()
	})
	start := time.Now()
	got := run(t, g.hooked("{}", "claude", "3"))
	took := time.Since(start)
	if d := cmp.Diff(result{fmt.Sprintf(claudeNo, `"`+lateReason+`"`), "", 0}, got); d != "" {
		t.Error(d)
	}
	if took < 1400*time.Millisecond || took > 2900*time.Millisecond {
		t.Errorf("it took %v of 3 s", took)
	}
	select {
	case <-gone:
	case <-time.After(10 * time.Second):
		t.Error("it did not hang up")
	}
}

// While the server is replaced the same call is asked again, under the same nonce.
func TestHookStaysHeldWhileTheServerIsReplaced(t *testing.T) {
	t.Parallel()
	first := true
	g := newGate(t, func(_ *wire.Call, conn net.Conn) {
		if first {
			first = false
			_ = conn.Close()
			return
		}
		verdict(conn, wire.Verdict{Allow: true, Answer: []byte("yes")})
	})
	if d := cmp.Diff(result{"yes", "", 0}, run(t, g.hooked("{}", "claude", "600"))); d != "" {
		t.Error(d)
	}
	calls, _, _ := g.seen()
	if len(calls) != 2 || calls[0].Nonce != calls[1].Nonce {
		t.Errorf("%d calls", len(calls))
	}
}

// With nobody there at all it does not wait for the agent's limit.
func TestHookWithoutAServer(t *testing.T) {
	t.Parallel()
	g := newGate(t, nil)
	g.close()
	if err := os.RemoveAll(filepath.Join(g.dir, "gate.sock")); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	if got := run(t, g.hooked("{}", "claude", "4")); got.Code != 0 || !strings.Contains(got.Out, `"deny"`) {
		t.Errorf("%+v", got)
	}
	if took := time.Since(start); took > 4*time.Second {
		t.Errorf("it answered after %v", took)
	}
	// A notice costs the agent nothing but a moment.
	if d := cmp.Diff(result{}, run(t, g.hooked("{}", "claude", "notice"))); d != "" {
		t.Error(d)
	}
}

func TestHookNotice(t *testing.T) {
	t.Parallel()
	g := newGate(t, nil)
	if d := cmp.Diff(result{}, run(t, g.hooked("{}", "claude", "notice"))); d != "" {
		t.Error(d)
	}
	// What is a call after all is not let through by calling it a notice.
	g = newGate(t, func(_ *wire.Call, conn net.Conn) { verdict(conn, wire.Verdict{Reason: "no"}) })
	if d := cmp.Diff(result{fmt.Sprintf(claudeNo, `"no"`), "", 0}, run(t, g.hooked("{}", "claude", "notice"))); d != "" {
		t.Error(d)
	}
}

// A hook that is killed leaves no allow behind.
func TestHookKilled(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	defer close(release)
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGKILL, syscall.SIGQUIT} {
		g := newGate(t, func(_ *wire.Call, conn net.Conn) { _, _ = conn.Read(make([]byte, 1)) })
		cmd := g.hooked("{}", "claude", "600")
		var out bytes.Buffer
		cmd.Stdout = &out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		g.waitFor("the call", func(calls []*wire.Call, _, _ int) bool { return len(calls) == 1 })
		if err := cmd.Process.Signal(sig); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); err == nil || out.Len() > 0 {
			t.Errorf("%v: %v, printed %q", sig, err, &out)
		}
		g.waitFor("the end", func(_ []*wire.Call, _, ended int) bool { return ended == 1 })
	}
}

// BenchmarkHook is what a hook costs before the verdict, in a program that imports
// what kavi imports; the floor is starting a program that does nothing.
func BenchmarkHook(b *testing.B) {
	input := `{"hook_event_name":"PreToolUse","tool_name":"Bash","tool_input":{"command":"` + strings.Repeat("x", 2000) + `"}}`
	b.Run("true", func(b *testing.B) {
		for b.Loop() {
			cmd := exec.Command("/bin/true")
			cmd.Stdin = strings.NewReader(input)
			if err := cmd.Run(); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("kavi-hook", func(b *testing.B) {
		g := newGateOf(b, heavy, nil)
		for b.Loop() {
			if err := g.hooked(input, "claude", "7200").Run(); err != nil {
				b.Fatal(err)
			}
		}
	})
}
