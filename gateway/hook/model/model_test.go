package model

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// ask sends one request and gives the data of the events that came, or the whole
// body where no stream was asked for.
func ask(t *testing.T, s http.Handler, path, body string) []string {
	t.Helper()
	srv := httptest.NewServer(s)
	defer srv.Close()
	res, err := srv.Client().Post(srv.URL+path, "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if res.Header.Get("Content-Type") != "text/event-stream" {
		return []string{string(b)}
	}
	var data []string
	for line := range strings.Lines(string(b)) {
		if d, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "data: "); ok {
			data = append(data, d)
		}
	}
	return data
}

func script() map[string][]Turn {
	return map[string][]Turn{
		"": {
			{Text: "I look.", Calls: []Call{{Name: "Read", Input: object{"path": "a"}}, {Namespace: "mcp__x", Name: "get", Input: nil}}},
			{Text: "I patch.", Calls: []Call{{Name: "apply_patch", Input: "*** Begin"}}},
		},
		"sub": {{Text: "I am another."}},
	}
}

// Each interface says the same turn: the text with its marker, then both calls.
func TestATurnIsSaidInEachInterface(t *testing.T) {
	for _, c := range []struct {
		path, body string
		want       []string // pieces of the answer
		last       string   // the data of the last event, or a piece of it
	}{
		{"/v1/messages?beta=true", `{"model":"m","stream":true,"tools":[{}],"messages":[]}`, []string{`"text":"I look. (turn::1)"`, `"name":"Read"`, `"partial_json":"{\"path\":\"a\"}"`, `"name":"get"`, `"stop_reason":"tool_use"`}, `"message_stop"`},
		{"/v1/messages", `{"model":"m","tools":[{}],"messages":[]}`, []string{`"text":"I look. (turn::1)"`, `"input":{"path":"a"}`, `"stop_reason":"tool_use"`}, ""},
		{"/v1/responses", `{"model":"m","stream":true,"tools":[{}],"input":[]}`, []string{`"text":"I look. (turn::1)"`, `"arguments":"{\"path\":\"a\"}"`, `"namespace":"mcp__x"`, `"call_id":"call_1_2"`}, `"response.completed"`},
		{"/v1/responses", `{"model":"m","stream":true,"input":[{"type":"additional_tools","tools":[{}]}]}`, []string{`"text":"I look. (turn::1)"`}, `"response.completed"`},
		{"/v1/chat/completions", `{"model":"m","stream":true,"tools":[{}],"messages":[]}`, []string{`"content":"I look. (turn::1)"`, `"arguments":"{\"path\":\"a\"}"`, `"finish_reason":"tool_calls"`}, "[DONE]"},
		{"/v1/chat/completions", `{"model":"m","tools":[{}],"messages":[]}`, []string{`"content":"I look. (turn::1)"`, `"tool_calls"`, `"finish_reason":"tool_calls"`}, ""},
		{"/v1beta/models/x:streamGenerateContent?alt=sse", `{"tools":[{}],"contents":[]}`, []string{`"text":"I look. (turn::1)"`, `"args":{"path":"a"}`, `"args":{}`}, `"finishReason":"STOP"`},
		{"/v1beta/models/x:generateContent", `{"tools":[{}],"contents":[]}`, []string{`"text":"I look. (turn::1)"`, `"args":{"path":"a"}`}, ""},
	} {
		got := ask(t, New(script()), c.path, c.body)
		all := strings.Join(got, "\n")
		for _, want := range c.want {
			if !strings.Contains(all, want) {
				t.Errorf("%s: no %s in\n%s", c.path, want, all)
			}
		}
		if !strings.Contains(got[len(got)-1], c.last) {
			t.Errorf("%s: ends in %s", c.path, got[len(got)-1])
		}
		for _, d := range got {
			if d != "[DONE]" && !json.Valid([]byte(d)) {
				t.Errorf("%s: not JSON: %s", c.path, d)
			}
		}
	}
}

func TestAConversationGoesOnAfterItsHighestMarker(t *testing.T) {
	s := New(script())
	for _, c := range []struct {
		said string
		want string
		turn int
	}{
		{"do it", "I look. (turn::1)", 1},
		{"I look. (turn::1) and the answer", "I patch. (turn::2)", 2},
		{"(turn::1) (turn::2)", "Done.", 0},
		{"(turn:sub:1)", "I look. (turn::1)", 1}, // another script's: what a subagent said
		{"(script:sub) go", "I am another. (turn:sub:1)", 1},
		{"(script:sub) then (script:other)", "I am another. (turn:sub:1)", 1},
		{"(script:none) go", "Done.", 0},
	} {
		body := fmt.Sprintf(`{"stream":true,"tools":[{}],"messages":[{"role":"user","content":%q}]}`, c.said)
		if got := strings.Join(ask(t, s, "/v1/chat/completions", body), "\n"); !strings.Contains(got, c.want) {
			t.Errorf("after %q: %s, want %s", c.said, got, c.want)
		}
	}
	var turns []int
	for _, r := range s.Requests() {
		turns = append(turns, r.Turn)
	}
	if diff := cmp.Diff([]int{1, 2, 0, 1, 1, 1, 0}, turns); diff != "" {
		t.Error(diff)
	}
}

func TestFreeFormTextIsNoJSON(t *testing.T) {
	got := ask(t, New(script()), "/v1/responses", `{"stream":true,"tools":[{}],"input":"(turn::1)"}`)
	all := strings.Join(got, "\n")
	if !strings.Contains(all, `"type":"custom_tool_call"`) || !strings.Contains(all, `"input":"*** Begin"`) {
		t.Errorf("a tool's free text came as\n%s", all)
	}
}

func TestWhatIsAskedBesidesIsAnsweredInWords(t *testing.T) {
	s := New(script())
	for path, c := range map[string][2]string{
		"/v1/messages":                    {`{"messages":[]}`, `"Done."`}, // a title: no tools are offered
		"/v1/messages/count_tokens":       {`{"tools":[{}]}`, `"input_tokens"`},
		"/v1beta/models/x:countTokens":    {`{}`, `"totalTokens"`},
		"/v1/responses":                   {`{"input":[],"tools":[{}],"text":{"format":{"type":"json_schema","schema":{"properties":{"title":{"type":"string"}}}}}}`, `{\"title\":\"scripted\"}`},
		"/v1/models":                      {`{}`, `"data"`},
		"/nowhere":                        {`{}`, `"error"`},
		"/v1beta/models/:generateContent": {`{"generationConfig":{"responseJsonSchema":{"properties":{"why":{"type":"STRING"},"score":{"type":"INTEGER"},"who":{"enum":["user"]},"ok":{"type":"boolean"}}}}}`, `{\"ok\":false,\"score\":1,\"who\":\"user\",\"why\":\"scripted\"}`},
	} {
		if got := ask(t, s, path, c[0])[0]; !strings.Contains(got, c[1]) {
			t.Errorf("%s: %s, want %s", path, got, c[1])
		}
	}
	for _, r := range s.Requests() {
		if r.Turn != 0 {
			t.Errorf("%s counts as turn %d of the script", r.Path, r.Turn)
		}
	}
}
