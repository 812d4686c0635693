package hook

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"unicode/utf8"
)

func TestLastWords(t *testing.T) {
	for _, c := range []struct {
		name   string
		family Family
		lines  []string
		want   string
	}{
		{"claude", Claude, []string{
			`{"type":"user","message":{"role":"user","content":"go"}}`,
			`{"type":"assistant","message":{"role":"assistant","content":[{"type":"text","text":"I look at the file first."}]}}`,
			`{"type":"assistant","message":{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"Read","input":{"text":"no"}}]}}`,
			`{"type":"user","message":{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"not said"}]}}`,
			`{"type":"assistant","message":{"role":"assistant","content":[{"type":"thinking","thinking":"hm"},{"type":"text","text":" Now an edit. "},{"type":"tool_use","id":"t"}]}}`,
			`{"type":"attachment","attachment":{"type":"model","text":"not said"}}`,
			`{"type":"tools-used","tools":["Write"]}`,
		}, "Now an edit."},
		{"claude, a sub-agent's words", Claude, []string{
			`{"type":"assistant","message":{"content":[{"type":"text","text":"Mine."}]}}`,
			`{"type":"assistant","isSidechain":true,"message":{"content":[{"type":"text","text":"Not mine."}]}}`,
		}, "Mine."},
		{"nothing since the prompt", Claude, []string{
			`{"type":"assistant","message":{"content":[{"type":"text","text":"Old."}]}}`,
			`{"type":"user","message":{"content":"go on"}}`,
			`{"type":"assistant","message":{"content":[{"type":"tool_use","id":"t"}]}}`,
		}, ""},
		{"codex", Codex, []string{
			`{"type":"response_item","payload":{"type":"message","role":"user","content":[{"type":"input_text","text":"go"}]}}`,
			`{"type":"response_item","payload":{"type":"message","role":"assistant","content":[{"type":"output_text","text":"Code."}]}}`,
			`{"type":"event_msg","payload":{"type":"item_completed","role":"assistant","content":"no"}}`,
		}, "Code."},
		{"gemini", Gemini, []string{
			`{"id":"1","type":"user","content":[{"text":"go"}]}`,
			`{"id":"2","type":"gemini","content":"Read.","thoughts":[]}`,
			`{"$set":{"lastUpdated":"x"}}`,
			`{"id":"3","type":"user","content":[{"functionResponse":{"id":"r","response":{"output":"one"}}}]}`,
		}, "Read."},
		{"qwen", Qwen, []string{
			`{"type":"user","message":{"role":"user","parts":[{"text":"go"}]}}`,
			`{"type":"assistant","message":{"role":"model","parts":[{"text":"hm","thought":true},{"text":"Edit."},{"functionCall":{"id":"c"}}]}}`,
			`{"type":"tool_result","message":{"role":"user","parts":[{"functionResponse":{"id":"c"}}]}}`,
		}, "Edit."},
		{"half a line first", Claude, []string{
			`content":[{"type":"text","text":"Cut."}]}}`,
			`{"type":"assistant","message":{"content":"Whole."}}`,
			`[1]`, `{"type":1}`, ``, `not JSON`,
		}, "Whole."},
		{"nothing", Claude, nil, ""},
		{"opencode keeps none", OpenCode, []string{`{"type":"assistant","message":{"content":"x"}}`}, ""},
	} {
		if got := lastWords(c.family, []byte(strings.Join(c.lines, "\n"))); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestLastWordsOfAFile(t *testing.T) {
	dir := t.TempDir()
	line := `{"type":"assistant","message":{"content":"` + strings.Repeat("ü", maxWords) + `"}}` + "\n"
	file := filepath.Join(dir, "t.jsonl")
	if err := os.WriteFile(file, []byte(strings.Repeat(" \n", maxTail)+line), 0o600); err != nil {
		t.Fatal(err)
	}
	got := LastWords(Claude, file)
	if !strings.HasPrefix(got, "üü") || !strings.HasSuffix(got, "ü…") || len(got) > maxWords+3 || !utf8.ValidString(got) {
		t.Errorf("%d bytes, %q…", len(got), got[:min(len(got), 20)])
	}
	// What cannot be read, or would wait, is no reason.
	link, pipe := filepath.Join(dir, "link"), filepath.Join(dir, "pipe")
	if err := os.Symlink(file, link); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{link, pipe, dir, filepath.Join(dir, "none"), "", "/dev/zero"} {
		if got := LastWords(Claude, name); got != "" {
			t.Errorf("%s: %q", name, got)
		}
	}
}
