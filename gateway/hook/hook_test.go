package hook

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kavi/gateway/wire"
)

var update = flag.Bool("update", false, "write what the dialects make of the recordings")

// summary is an event in a form that is compared and read.
func summary(e Event, err error) map[string]any {
	if err != nil {
		return map[string]any{"error": err.Error()}
	}
	m := map[string]any{"kind": e.Kind.String()}
	put := func(name string, v any) {
		if s := fmt.Sprint(v); s != "" && s != "[]" && s != "false" {
			m[name] = v
		}
	}
	put("session", e.Session)
	if e.Transcript != "" {
		put("transcript", filepath.Base(e.Transcript))
	}
	put("text", e.Text)
	put("sub-agent", e.SubAgent)
	put("allowed", string(e.Allowed))
	if c := e.Call; c != nil {
		put("name", c.Name)
		put("use", c.Use)
		put("tool", string(c.Tool))
		put("cwd", c.Cwd)
		put("command", c.Command)
		put("task", c.Task)
		put("path", c.Path)
		put("content", string(c.Content))
		put("url", c.URL)
		put("pattern", c.Pattern)
		put("args", c.Args)
		put("loose", c.Loose)
		if len(c.Edits) > 0 {
			put("edits", fmt.Sprintf("%+v", c.Edits))
		}
		for i, f := range c.Files {
			put(fmt.Sprint("file ", i), fmt.Sprintf("%s %s %s %q %+v", f.Tool, f.Path, f.To, f.Content, f.Edits))
		}
	}
	return m
}

// TestRecorded reads what the real agents gave to their hooks, one event and tool
// each; what is expected of it was read and written down by -update.
func TestRecorded(t *testing.T) {
	files, err := filepath.Glob("testdata/*.jsonl")
	if err != nil || len(files) < 4 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		family := strings.TrimSuffix(filepath.Base(file), ".jsonl")
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		d, ok := Of(Family(family))
		if !ok {
			t.Fatalf("%s: no such family", family)
		}
		var got bytes.Buffer
		for line := range bytes.Lines(raw) {
			b, err := json.Marshal(summary(d.Parse(bytes.TrimSuffix(line, []byte("\n")))))
			if err != nil {
				t.Fatal(err)
			}
			got.Write(append(b, '\n'))
		}
		golden := strings.TrimSuffix(file, ".jsonl") + ".golden"
		if *update {
			if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got.String(), "\n")); d != "" {
			t.Errorf("%s: %s", family, d)
		}
	}
}

// parse reads one use of a tool, given as its arguments.
func parse(t testing.TB, f Family, tool, args string) (*wire.Call, error) {
	t.Helper()
	d, _ := Of(f)
	raw := fmt.Sprintf(`{"hook_event_name":"PreToolUse","cwd":"/p","tool_name":%q,"tool_input":%s}`, tool, args)
	switch f {
	case Gemini:
		raw = strings.Replace(raw, "PreToolUse", "BeforeTool", 1)
	case OpenCode:
		raw = fmt.Sprintf(`{"event":"tool.execute.before","cwd":"/p","tool":%q,"args":%s}`, tool, args)
	case Copilot:
		inner, err := json.Marshal(args)
		if err != nil {
			t.Fatal(err)
		}
		raw = fmt.Sprintf(`{"timestamp":1,"cwd":"/p","toolName":%q,"toolArgs":%s}`, tool, inner)
	case Claude, Codex, Qwen:
	}
	e, err := d.Parse([]byte(raw))
	if err == nil && (e.Kind != Use || e.Call == nil) {
		t.Fatalf("%s: %+v", raw, e)
	}
	return e.Call, err
}

// TestStrict wants what is not exactly known to be denied, or to prompt as a tool
// of which nothing is known. prompts: Tool is empty.
func TestStrict(t *testing.T) {
	const prompts = ""
	for _, c := range []struct {
		family     Family
		tool, args string
		want       wire.Tool // of the call
		err        string    // part of the error
	}{
		{Claude, "Write", `{"file_path":"a","content":"x"}`, wire.ToolWrite, ""},
		{Claude, "Write", `{"file_path":"a"}`, "", "content is missing"},
		{Claude, "Write", `{"file_path":"a","content":null}`, "", "content is null"},
		{Claude, "Write", `{"file_path":["a"],"content":"x"}`, "", "file_path is a list"},
		{Claude, "Write", `{"file_path":"a","content":"x","content":"y"}`, "", `"content" is given twice`},
		{Claude, "Write", `{"file_path":"a","content":"x","file_path2":"b"}`, prompts, ""},
		{Claude, "Write", `{"FILE_PATH":"a","file_path":"b","content":"x"}`, prompts, ""},
		{Claude, "Write", `"a"`, "", "its arguments are text"},
		{Claude, "Write", `[]`, "", "its arguments are a list"},
		{Claude, "Edit", `{"file_path":"a","old_string":"x","new_string":"y","replace_all":"true"}`, "", "replace_all is text"},
		{Claude, "Edit", `{"file_path":"a","old_string":"x","new_string":"y","replace_all":null}`, wire.ToolEdit, ""},
		{Claude, "MultiEdit", `{"file_path":"a","edits":[]}`, "", "edits is empty"},
		{Claude, "MultiEdit", `{"file_path":"a","edits":[1]}`, "", "number 1 is a number"},
		{Claude, "MultiEdit", `{"file_path":"a","edits":[{"old_string":"x"}]}`, "", "number 1: new_string is missing"},
		{Claude, "MultiEdit", `{"file_path":"a","edits":[{"old_string":"x","new_string":"y","file_path":"b"}]}`, prompts, ""},
		{Claude, "Bash", `{"command":"ls","description":"x","timeout":1,"run_in_background":true}`, wire.ToolExec, ""},
		{Claude, "Bash", `{"command":"ls","dangerouslyDisableSandbox":true}`, prompts, ""},
		{Claude, "Bash", `{"command":["ls"]}`, "", "command is a list"},
		{Claude, "Bash", `{"cmd":"ls"}`, "", "command is missing"},
		{Claude, "bash", `{"command":"ls"}`, prompts, ""},
		{Claude, "Bash ", `{"command":"ls"}`, prompts, ""},
		{Claude, "Skill", `{"skill":"x"}`, prompts, ""},
		{Claude, "TodoWrite", `{"todos":[{"x":1}]}`, wire.ToolNone, ""},
		{Claude, "Agent", `{"prompt":"x","isolation":"worktree"}`, prompts, ""},
		{Claude, "Task", `{"prompt":"x","description":"y","subagent_type":"z"}`, wire.ToolNone, ""},
		{Claude, "Glob", `{"pattern":"**/*.go"}`, wire.ToolSearch, ""},
		{Claude, "Glob", `{"pattern":"/etc/*"}`, wire.ToolRead, ""},
		{Claude, "Glob", `{"pattern":"../*"}`, wire.ToolRead, ""},
		{Claude, "Grep", `{"pattern":"..","path":"src"}`, wire.ToolSearch, ""},
		{Claude, "Grep", `{"pattern":"x","path":" src"}`, wire.ToolRead, ""},
		{Claude, "NotebookEdit", `{"notebook_path":"n","new_source":"x","edit_mode":"explode"}`, prompts, ""},
		{Claude, "mcp__tracker__get", `{"id":1}`, wire.ToolMCP, ""},
		{Claude, "mcp__", `{"id":1}`, prompts, ""},
		{Claude, "WebFetch", `{"url":"https://x","prompt":"y"}`, wire.ToolFetch, ""},
		{Claude, "WebSearch", `{"query":"y"}`, wire.ToolFetch, ""},
		{Claude, "WebFetch", `{"url":"https://x\u0000"}`, "", "it holds NUL"},
		{Claude, "Read", `{"file_path":"` + strings.Repeat("x", 70<<10) + `"}`, "", "too long"},

		{Codex, "Bash", `{"command":"ls"}`, wire.ToolExec, ""},
		{Codex, "Bash", `{"command":"ls","workdir":"/"}`, prompts, ""},
		{Codex, "Bash", `{"command":"cd x && apply_patch <<'EOF'\n*** Begin Patch\n*** Delete File: a\n*** End Patch\nEOF"}`, prompts, ""},
		{Codex, "Bash", `{"command":"apply_patch <<'EOF'\n*** Begin Patch\n*** Delete File: a\n*** End Patch\nEOF"}`, wire.ToolDelete, ""},
		{Codex, "Bash", `{"command":"apply_patch <<'EOF'\n*** Begin Patch\n*** Delete File: a\n*** End Patch\nEOF\nrm b"}`, prompts, ""},
		{Codex, "Bash", `{"command":"apply_patch <<EOF\n*** Begin Patch\n*** Delete File: a\n*** End Patch\nEOF"}`, prompts, ""},
		{Codex, "apply_patch", `{"command":"*** Begin Patch\n*** Add File: a\n+x\n*** End Patch"}`, wire.ToolWrite, ""},
		{Codex, "apply_patch", `{"command":"*** Begin Patch\n*** Add File:  a\n+x\n*** End Patch"}`, prompts, ""},
		{Codex, "apply_patch", `{"command":"*** Begin Patch\n*** Environment ID: x\n*** Add File: a\n+x\n*** End Patch"}`, prompts, ""},
		{Codex, "apply_patch", `{"command":"<<EOF\n*** Begin Patch\n*** Add File: a\n+x\n*** End Patch\nEOF"}`, prompts, ""},
		{Codex, "Bash", `{"command":"grep -rn apply_patch src"}`, wire.ToolExec, ""},
		{Codex, "write_stdin", `{"chars":"ls\n"}`, prompts, ""},

		{Gemini, "replace", `{"file_path":"a","instruction":"i","old_string":"x","new_string":"y"}`, wire.ToolEdit, ""},
		{Gemini, "run_shell_command", `{"command":"ls","dir_path":"src"}`, wire.ToolExec, ""},
		{Gemini, "run_shell_command", `{"command":"ls","dir_path":"link/.."}`, wire.ToolExec, ""},
		{Gemini, "run_shell_command", `{"command":"ls","dir_path":"%2e%2e"}`, prompts, ""},
		{Gemini, "run_shell_command", `{"command":"ls","additional_permissions":{}}`, prompts, ""},
		{Gemini, "mcp_tracker_get", `{"id":1}`, prompts, ""},
		{Gemini, "read_many_files", `{"include":["/etc/*"]}`, wire.ToolRead, ""},

		{OpenCode, "bash", `{"command":"ls","workdir":"/x","description":"d"}`, wire.ToolExec, ""},
		{OpenCode, "multiedit", `{"filePath":"a","edits":[{"filePath":"b","oldString":"x","newString":"y"}]}`, "", "number 1 is about another file"},
		{OpenCode, "multiedit", `{"filePath":"a","edits":[{"filePath":"a","oldString":"x","newString":"y"}]}`, wire.ToolEdit, ""},
		{OpenCode, "tracker_get", `{"id":1}`, wire.ToolMCP, ""},
		{OpenCode, "batch", `{"tool_calls":[]}`, prompts, ""},
		{OpenCode, "apply_patch", `{"patchText":"nonsense"}`, prompts, ""},
		{OpenCode, "apply_patch", `{}`, "", "patchText is missing"},

		{Qwen, "edit", `{"file_path":"/p/a","old_string":"x","new_string":"y"}`, wire.ToolEdit, ""},
		{Qwen, "exec", `{"code":"x"}`, prompts, ""},

		{Copilot, "bash", `{"command":"ls","description":"d"}`, wire.ToolExec, ""},
		{Copilot, "write_bash", `{"input":"ls"}`, prompts, ""},
		{Copilot, "str_replace_editor", `{"command":"create","path":"/p/a","file_text":"x"}`, wire.ToolWrite, ""},
		{Copilot, "str_replace_editor", `{"command":"undo_edit","path":"/p/a"}`, prompts, ""},
		{Copilot, "str_replace_editor", `{"command":"insert","path":"/p/a","insert_line":1.5,"new_str":"x"}`, "", "insert_line is no line"},
		{Copilot, "tracker-get", `{"id":1}`, wire.ToolMCP, ""},
	} {
		t.Run(fmt.Sprintf("%s %s %s", c.family, c.tool, c.args), func(t *testing.T) {
			call, err := parse(t, c.family, c.tool, c.args)
			switch {
			case c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)):
				t.Fatalf("%+v, %v; want an error with %q", call, err, c.err)
			case c.err == "" && err != nil:
				t.Fatal(err)
			case c.err == "" && call.Tool != c.want:
				t.Fatalf("%q, want %q: %+v", call.Tool, c.want, call)
			case c.err == "" && call.Tool == "":
				if call.Args != c.args || call.Command != "" || call.Path != "" || call.Cwd != "/p" {
					t.Errorf("an unknown tool is shown by its arguments alone: %+v", call)
				}
			}
		})
	}
}

// TestFrame wants the JSON around the tool to be what an agent writes.
func TestFrame(t *testing.T) {
	good := `{"hook_event_name":"PreToolUse","cwd":"/p","tool_name":"Read","tool_input":{"file_path":"a"}}`
	d, _ := Of(Claude)
	if e, err := d.Parse([]byte(good)); err != nil || e.Call.Path != "a" {
		t.Fatalf("%+v, %v", e, err)
	}
	for _, c := range []struct{ name, raw, err string }{
		{"nothing", "", "unexpected EOF"},
		{"half of it", good[:40], "unexpected EOF"},
		{"a list", "[" + good + "]", "it is no object"},
		{"two", good + good, "something follows it"},
		{"something behind it", good + "x", "something follows it"},
		{"invalid UTF-8", strings.Replace(good, `"a"`, "\"\xff\"", 1), "not UTF-8"},
		{"half a character", strings.Replace(good, `"a"`, `"\ud800x"`, 1), "half of a character"},
		{"the other half", strings.Replace(good, `"a"`, `"\uDC00"`, 1), "half of a character"},
		{"a name twice", strings.Replace(good, `{`, `{"cwd":"/q",`, 1), `"cwd" is given twice`},
		{"a name twice by an escape", strings.Replace(good, `{`, `{"c\u0077d":"/q",`, 1), `"cwd" is given twice`},
		{"another type", strings.Replace(good, `"/p"`, `1`, 1), "cwd is a number"},
		{"no folder", strings.Replace(good, `"/p"`, `null`, 1), "in which folder"},
		{"a folder that is none", strings.Replace(good, `"/p"`, `"p"`, 1), "in which folder"},
		{"NUL", strings.Replace(good, `"/p"`, `"/p\u0000"`, 1), "holds NUL"},
		{"no tool", strings.Replace(good, `"Read"`, `""`, 1), "which tool"},
		{"a tool's name of 70 KB", strings.Replace(good, "Read", strings.Repeat("R", 70<<10), 1), "too long"},
		{"deep", strings.Replace(good, `"a"`, strings.Repeat("[", 200)+strings.Repeat("]", 200), 1), "nested too deeply"},
		{"an MCP server's tool with another name", strings.Replace(good, `{`, `{"mcp_server":{"name":"x"},`, 1), "another tool's name"},
	} {
		if e, err := d.Parse([]byte(c.raw)); err == nil || !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: %+v, %v", c.name, e, err)
		}
	}
	if e, err := d.Parse([]byte(strings.Replace(good, `"a"`, `"\ud83d\ude00 \\ud800"`, 1))); err != nil || e.Call.Path != "" {
		t.Errorf("a whole character: %+v, %v", e.Call, err)
	}
	if _, err := (Dialect{}).Parse([]byte(good)); err == nil {
		t.Error("no dialect")
	}
	if _, ok := Of("claude "); ok {
		t.Error("no such family")
	}
}

// TestRead is the gateway's way in.
func TestRead(t *testing.T) {
	raw := `{"hook_event_name":"PreToolUse","cwd":"/p","tool_name":"Bash","tool_use_id":"toolu_1","tool_input":{"command":"ls","description":"look"}}`
	c := &wire.Call{Nonce: [16]byte{7}, Door: wire.DoorHook, Name: "claude", Raw: []byte(raw), Cwd: "/elsewhere", Env: []string{"PATH=/bin"}}
	e, err := Read(c)
	want := &wire.Call{Nonce: [16]byte{7}, Door: wire.DoorHook, Name: "Bash", Use: "toolu_1", Tool: wire.ToolExec, Cwd: "/p", Command: "ls", HasCommand: true, Task: "look", Env: []string{"PATH=/bin"}}
	if d := cmp.Diff(want, e.Call); err != nil || d != "" {
		t.Error(err, d)
	}
	for _, bad := range []*wire.Call{
		{Door: wire.DoorShim, Name: "claude", Raw: []byte(raw)},
		{Door: wire.DoorHook, Name: "cloude", Raw: []byte(raw)},
		{Door: wire.DoorHook, Name: "claude"},
	} {
		if e, err := Read(bad); err == nil {
			t.Errorf("%+v was read as %+v", bad, e)
		}
	}
}

// TestPaths: a path that an agent changes before it uses it is not taken for what
// is written (CVE-2025-54794 and its like).
func TestPaths(t *testing.T) {
	for _, c := range []struct {
		family     Family
		path, want string
	}{
		{Claude, "src/a.go", "src/a.go"},
		{Claude, "/etc/passwd", "/etc/passwd"},
		{Claude, "~/.bashrc", "~/.bashrc"},
		{Claude, "~root/x", ""},
		{Claude, " /etc/passwd", ""},
		{Claude, "/etc/passwd ", ""},
		{Claude, "a\nb", ""},
		{Claude, "a\u200bb", ""},
		{Claude, "a\u00a0b", ""},
		{Claude, "a b", "a b"},
		{Claude, "e\u0301", ""},
		{Claude, "\u00e9", "\u00e9"},
		{Claude, `a\ b`, ""},
		{Claude, "file:///etc/passwd", ""},
		{Claude, "100%", "100%"},
		{Claude, "link/../../x", "/x"},
		{Claude, "/p/link/../x", "/p/x"},
		{Claude, "a..b", "a..b"},
		{Claude, "", ""},
		{Codex, "link/../../x", "link/../../x"},
		{Codex, "~/x", "/p/~/x"},
		{OpenCode, "~/x", "/p/~/x"},
		{OpenCode, "../x", "/x"},
		{Gemini, "src/%2e%2e/%2e%2e/x", ""},
		{Gemini, "@src/x", ""},
		{Gemini, "FILE:///x", ""},
		{Gemini, "src/x", "src/x"},
		{Gemini, `"src/x"`, ""},
		{Qwen, "src/%2e", ""},
		{Qwen, "~/x", ""},
		{Copilot, "../x", ""},
		{Copilot, "/p/x", "/p/x"},
	} {
		tool, name := map[Family]string{Claude: "Read", Codex: "view_image", OpenCode: "read", Gemini: "read_file", Qwen: "read_file", Copilot: "view"}[c.family], "file_path"
		switch c.family {
		case Codex, Copilot:
			name = "path"
		case OpenCode:
			name = "filePath"
		case Claude, Gemini, Qwen:
		}
		args, err := json.Marshal(map[string]string{name: c.path})
		if err != nil {
			t.Fatal(err)
		}
		call, err := parse(t, c.family, tool, string(args))
		if err != nil {
			t.Errorf("%s %q: %v", c.family, c.path, err)
			continue
		}
		if call.Path != c.want || (c.want == "") != (call.Args != "") || call.Tool != wire.ToolRead {
			t.Errorf("%s %q: %q, shown %q; want %q", c.family, c.path, call.Path, call.Args, c.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, family := range Families() {
		raw, err := os.ReadFile("testdata/" + string(family) + ".jsonl")
		if err != nil {
			continue // none was recorded; the forms are alike
		}
		for line := range bytes.Lines(raw) {
			f.Add(string(family), line)
		}
	}
	f.Add("copilot", []byte(`{"cwd":"/p","toolName":"edit","toolArgs":"{\"path\":\"a\",\"old_str\":\"x\",\"new_str\":\"y\"}"}`))
	f.Fuzz(func(t *testing.T, family string, raw []byte) {
		d, ok := Of(Family(family))
		if !ok {
			return
		}
		e, err := d.Parse(raw)
		if err != nil {
			if e.Call != nil || e.Kind != Unknown || e.Allowed != nil {
				t.Fatalf("something came with the error: %+v", e)
			}
			return
		}
		asked := e.Kind == Use || e.Kind == Permit
		if asked && (e.Call == nil || e.Call.Door != wire.DoorHook || e.Call.Cwd == "" || e.Call.Name == "") {
			t.Fatalf("%+v", e)
		}
		if !asked && e.Allowed != nil {
			t.Fatalf("an answer to what was not asked: %+v", e)
		}
		if asked {
			// It can be sent, kept and sealed.
			frame := wire.AppendCall(nil, e.Call)
			if why, ok := wire.Fits(e.Call, frame); !ok {
				t.Skip(why)
			}
			m, err := wire.Parse(frame[4:])
			if err != nil {
				t.Fatalf("%+v: %v", e.Call, err)
			}
			if !bytes.Equal(wire.AppendCall(nil, m.Call), frame) {
				t.Fatal("it is not what it was")
			}
		}
	})
}

func TestRefusal(t *testing.T) {
	for _, c := range [][3]string{
		{"the operator", "", "denied by the operator. Another spelling of it will not help."},
		{"the operator", "use the staging key", "denied by the operator: use the staging key. Another spelling of it will not help."},
		{"the rule cloud", "ask first!", "denied by the rule cloud: ask first! Another spelling of it will not help."},
	} {
		if got := Refusal(c[0], c[1]); got != c[2] {
			t.Errorf("%q", got)
		}
	}
}

// BenchmarkParse is what reading costs the server, for a command and for a write
// of 1 MB.
func BenchmarkParse(b *testing.B) {
	d, _ := Of(Claude)
	small := []byte(`{"session_id":"x","transcript_path":"/t","cwd":"/p","hook_event_name":"PreToolUse","tool_name":"Bash","tool_input":{"command":"git status","description":"look"},"tool_use_id":"toolu_1"}`)
	large := []byte(`{"cwd":"/p","hook_event_name":"PreToolUse","tool_name":"Write","tool_input":{"file_path":"a","content":"` + strings.Repeat(`line \"of\" text\n`, 64<<10) + `"}}`)
	for _, c := range []struct {
		name string
		raw  []byte
	}{{"small", small}, {"large", large}} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(c.raw)))
			for b.Loop() {
				if _, err := d.Parse(c.raw); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
