package wire

import (
	"bytes"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

// full is a call with every field set.
func full() *Call {
	return &Call{
		Nonce: [16]byte{1, 2, 15: 9}, Door: DoorShim, Name: "bash", Tool: ToolExec,
		Argv: []string{"bash", "-c", "", "x\xff"}, Cwd: "/proj", Task: "add\nlogin",
		Command: "", HasCommand: true, Program: "/usr/bin/bash",
		Script: "a.sh", ScriptText: []byte("a\x00b"), ScriptSize: 1 << 40, ScriptID: "1:2:3",
		Stdin: StdinInteractive, Env: []string{"BASH_ENV=x", "PATH="}, Umask: 0o77,
		Path: "/proj/a", To: "/proj/b", Content: []byte{0, 1}, Diff: "@@", URL: "https://x", Pattern: "x.*", Recursive: true, Args: "{}",
		Raw: []byte("{\x00}"), Use: "toolu_1", Loose: true, Edits: []Edit{{Old: "a\x00", New: "b", All: true}, {Cell: "c1", Insert: true, Line: 3}},
		Files: []File{{Tool: ToolMove, Path: "a", To: "b", Loose: true, Edits: []Edit{{Lines: true, Old: "x\n", After: "func f", End: true}}}, {Tool: ToolWrite, Content: []byte("x")}, {}},
	}
}

func TestRoundTrip(t *testing.T) {
	var stream []byte
	stream = AppendCall(stream, full())
	stream = AppendCall(stream, &Call{})
	stream = AppendVerdict(stream, &Verdict{Allow: true, Reason: "x", Call: "call_1", Answer: []byte("{}")})
	stream = AppendVerdict(stream, &Verdict{})
	stream = AppendTaken(stream)
	want := []Message{
		{Call: full()},
		{Call: &Call{}},
		{Verdict: &Verdict{Allow: true, Reason: "x", Call: "call_1", Answer: []byte("{}")}},
		{Verdict: &Verdict{}},
		{Taken: true},
	}
	r := iotest.OneByteReader(bytes.NewReader(stream))
	for i, w := range want {
		got, err := Read(r)
		if err != nil {
			t.Fatalf("message %d: %v", i, err)
		}
		if d := cmp.Diff(w, got); d != "" {
			t.Errorf("message %d: %s", i, d)
		}
	}
	if _, err := Read(r); err != io.EOF { //nolint:errorlint // not wrapped: io.EOF itself
		t.Errorf("at the end: %v, want io.EOF itself", err)
	}
}

// change gives the call's frame with one thing done to its bytes.
func change(c *Call, f func(b []byte) []byte) []byte {
	b := f(AppendCall(nil, c))
	putLen(b, len(b)-headerSize)
	return b
}

func TestRefused(t *testing.T) {
	small := &Call{Nonce: [16]byte{1}}
	add := func(field ...byte) []byte {
		return change(small, func(b []byte) []byte { return append(b, field...) })
	}
	words := &Call{Nonce: [16]byte{1}, Argv: make([]string, MaxWords+1)}
	for _, c := range []struct {
		name string
		b    []byte
		want string
	}{
		{"nothing follows the length", []byte{0, 0, 0, 2}, "closed within"},
		{"half a length", []byte{0, 0}, "closed within"},
		{"an empty frame", []byte{0, 0, 0, 0}, "closed within"},
		{"a huge frame", []byte{0xff, 0xff, 0xff, 0xff, Version, typeCall}, "too large"},
		{"one byte over", []byte{0, 0x80, 0, 1, Version, typeCall}, "too large"},
		{"half a call", AppendCall(nil, full())[:40], "closed within"},
		{"another version", change(small, func(b []byte) []byte { b[4]++; return b }), "another version"},
		{"another type", change(small, func(b []byte) []byte { b[5] = 77; return b }), "unknown type"},
		{"no type", []byte{0, 0, 0, 1, Version}, "closed within"},
		{"taken with a field", []byte{0, 0, 0, 7, Version, typeTaken, 1, 0, 0, 0, 0}, "unknown type"},
		{"a field of no known tag", add(200, 0, 0, 0, 0), "field 200: unknown"},
		{"a field twice", add(byte(tagCwd), 0, 0, 0, 1, 'x', byte(tagCwd), 0, 0, 0, 1, 'y'), "field 6: given twice"},
		{"a field that runs over", add(byte(tagCwd), 0, 0, 0, 9, 'x'), "field 6: longer"},
		{"half a field", add(byte(tagCwd), 0), "closed within"},
		{"NUL in a path", add(byte(tagPath), 0, 0, 0, 3, 'a', 0, 'b'), "field 17: holds NUL"},
		{"NUL in a word", add(byte(tagArgv), 0, 0, 0, 1, 0), "field 5: holds NUL"},
		{"a short nonce", []byte{0, 0, 0, 8, Version, typeCall, byte(tagNonce), 0, 0, 0, 1, 7}, "field 1: not a nonce"},
		{"no nonce", []byte{0, 0, 0, 2, Version, typeCall}, "field 1: missing"},
		{"a door that does not exist", add(byte(tagDoor), 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 99), "field 2: out of range"},
		{"a zero that should be left out", add(byte(tagDoor), 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0), "field 2: out of range"},
		{"a negative size", add(byte(tagScriptSize), 0, 0, 0, 8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff), "field 12: out of range"},
		{"a boolean of two", add(byte(tagRecursive), 0, 0, 0, 1, 2), "field 23: not a boolean"},
		{"too many words", AppendCall(nil, words), "field 5: too many"},
		{"too many edits", AppendCall(nil, &Call{Edits: make([]Edit, MaxWords+1)}), "field 27: too many"},
		{"too many files", AppendCall(nil, &Call{Files: make([]File, MaxWords+1)}), "field 29: too many"},
		{"a file's path twice", add(byte(tagFile), 0, 0, 0, 12, byte(tagPath), 0, 0, 0, 1, 'x', byte(tagPath), 0, 0, 0, 1, 'y'), "field 17: given twice"},
		{"a file with a call's field", add(byte(tagFile), 0, 0, 0, 6, byte(tagURL), 0, 0, 0, 1, 'x'), "field 21: unknown"},
		{"an edit of no known field", add(byte(tagEdit), 0, 0, 0, 6, 99, 0, 0, 0, 1, 'x'), "field 99: unknown"},
		{"half an edit", add(byte(tagEdit), 0, 0, 0, 3, 1, 0, 0), "closed within"},
		{"a verdict's field twice", []byte{0, 0, 0, 14, Version, typeVerdict, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1}, "field 1: given twice"},
		{"a verdict with a call's field", []byte{0, 0, 0, 8, Version, typeVerdict, 9, 0, 0, 0, 1, 1}, "field 9: unknown"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, err := Read(bytes.NewReader(c.b))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("%+v, %v; want an error with %q", m, err, c.want)
			}
			if d := cmp.Diff(Message{}, m); d != "" {
				t.Error("something came with the error:", d)
			}
		})
	}
}

func TestFits(t *testing.T) {
	for _, c := range []struct {
		name string
		call Call
		want bool
	}{
		{"ordinary", *full(), true},
		{"as large as it may be", Call{Content: make([]byte, MaxFrame-2-21-5)}, true},
		{"one byte more", Call{Content: make([]byte, MaxFrame-2-21-5+1)}, false},
		{"as many words", Call{Argv: make([]string, MaxWords)}, true},
		{"one word more", Call{Argv: make([]string, MaxWords+1)}, false},
		{"one variable more", Call{Env: make([]string, MaxWords+1)}, false},
		{"one edit more", Call{Edits: make([]Edit, MaxWords+1)}, false},
		{"one file more", Call{Files: make([]File, MaxWords+1)}, false},
		{"one edit more in a file", Call{Files: []File{{Edits: make([]Edit, MaxWords+1)}}}, false},
	} {
		b := AppendCall(nil, &c.call)
		why, ok := Fits(&c.call, b)
		_, err := Read(bytes.NewReader(b))
		if ok != c.want || (err == nil) != c.want || (why == "") != c.want {
			t.Errorf("%s: fits %v (%s), read: %v", c.name, ok, why, err)
		}
	}
}

type stuck struct{}

func (stuck) Read([]byte) (int, error) { return 0, nil }

type liar struct{}

func (liar) Read(p []byte) (int, error) { return len(p) + 1, nil }

func TestBadReaders(t *testing.T) {
	for _, r := range []io.Reader{stuck{}, liar{}} {
		if _, err := Read(r); !errors.Is(err, errStuck) {
			t.Errorf("%T: %v", r, err)
		}
	}
	broken := errors.New("broken")
	if _, err := Read(iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

// A caller that announces a large frame and sends little costs little.
func TestAllocationFollowsBytes(t *testing.T) {
	b := []byte{0, 0x80, 0, 0, Version, typeCall}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := Read(bytes.NewReader(b)); !errors.Is(err, ErrShort) {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > 1<<20 {
		t.Errorf("%d bytes were allocated for a frame of two", got)
	}
}

func TestEnvMatters(t *testing.T) {
	for _, name := range []string{"PATH", "BASH_ENV", "ENV", "LD_PRELOAD", "BASH_FUNC_ls%%", "GIT_SSH_COMMAND", "PAGER", "NODE_OPTIONS", "PYTHONSTARTUP", "PERL5OPT", "DYLD_INSERT_LIBRARIES"} {
		if !EnvMatters(name) {
			t.Error(name, "matters")
		}
	}
	for _, name := range []string{"", "LANG", "TERM", "GIT_", "LD_", "path", "MY_PATH", "HOSTNAME"} {
		if EnvMatters(name) {
			t.Error(name, "does not matter")
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, b := range [][]byte{AppendCall(nil, full()), AppendVerdict(nil, &Verdict{Allow: true, Reason: "x", Call: "y"}), AppendTaken(nil), {0, 0, 0, 2, 9, 9}} {
		f.Add(b[headerSize:])
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := Parse(b)
		var again []byte
		switch {
		case err != nil:
			return
		case m.Call != nil:
			again = AppendCall(nil, m.Call)
		case m.Verdict != nil:
			again = AppendVerdict(nil, m.Verdict)
		case m.Taken:
			again = AppendTaken(nil)
		default:
			t.Fatal("nothing was read and nothing refused")
		}
		same, err := Parse(again[headerSize:])
		if err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
		if d := cmp.Diff(m, same); d != "" {
			t.Error(d)
		}
	})
}

func BenchmarkCall(b *testing.B) {
	c := &Call{Nonce: [16]byte{1}, Door: DoorShim, Name: "bash", Tool: ToolExec, Argv: []string{"bash", "-c", "git status"}, Cwd: "/home/dev/proj", Command: "git status", HasCommand: true, Program: "/usr/bin/bash", Env: []string{"PATH=/usr/local/bin:/usr/bin:/bin"}, Umask: 0o22}
	frame := AppendCall(nil, c)
	b.SetBytes(int64(len(frame)))
	for b.Loop() {
		frame = AppendCall(frame[:0], c)
		if _, err := Parse(frame[headerSize:]); err != nil {
			b.Fatal(err)
		}
	}
}
