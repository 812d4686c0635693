package model

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// What is looked for in a conversation: the name of its script, and the turns that
// it has had.
var (
	tasks   = regexp.MustCompile(`\(script:([a-z0-9-]{1,32})\)`)
	markers = regexp.MustCompile(`\(turn:([a-z0-9-]{0,32}):(\d{1,6})\)`)
)

func marker(script string, n int) string { return fmt.Sprintf("(turn:%s:%d)", script, n) }

// next is the scripted turn that follows the conversation in body. Agents also ask
// for titles and summaries: those requests offer no tools, or have a schema for the
// answer, and are answered in words.
func (s *Server) next(body []byte) (n int, t Turn) {
	if wanted := schemaOf(body); wanted != nil || !offersTools(body) {
		return 0, Turn{Text: aside(wanted)}
	}
	name := ""
	if m := tasks.FindSubmatch(body); m != nil {
		name = string(m[1])
	}
	for _, m := range markers.FindAllSubmatch(body, -1) {
		if at, err := strconv.Atoi(string(m[2])); err == nil && string(m[1]) == name {
			n = max(n, at)
		}
	}
	script := s.scripts[name]
	if n >= len(script) {
		return 0, Turn{Text: "Done."}
	}
	t = script[n]
	t.Text = strings.TrimSpace(t.Text + " " + marker(name, n+1))
	return n + 1, t
}

// offersTools tells whether the model may ask for tools: they stand in the request,
// or, in codex's code mode, in an item of the conversation.
func offersTools(body []byte) bool {
	type offer struct {
		Tools []json.RawMessage `json:"tools"`
	}
	var asked struct {
		offer
		Input json.RawMessage `json:"input"`
	}
	if json.Unmarshal(body, &asked) != nil {
		return false
	}
	var items []offer
	_ = json.Unmarshal(asked.Input, &items) // elsewhere input is a text, or not there
	return len(asked.Tools) > 0 || slices.ContainsFunc(items, func(o offer) bool { return len(o.Tools) > 0 })
}

// schema is what an answer has to be, as far as it is filled here.
type schema struct {
	Properties map[string]struct {
		Type string   `json:"type"`
		Enum []string `json:"enum"`
	} `json:"properties"`
}

// schemaOf is what the answer to a request has to be; nil: what the model likes.
func schemaOf(body []byte) *schema {
	var asked struct {
		Gemini struct {
			Schema *schema `json:"responseJsonSchema"`
		} `json:"generationConfig"`
		Responses struct {
			Format struct {
				Schema *schema `json:"schema"`
			} `json:"format"`
		} `json:"text"`
	}
	_ = json.Unmarshal(body, &asked) // elsewhere text is something else
	if wanted := asked.Gemini.Schema; wanted != nil {
		return wanted
	}
	return asked.Responses.Format.Schema
}

// aside answers what is asked besides the work: "Done.", or the least that fits
// the schema.
func aside(wanted *schema) string {
	if wanted == nil || len(wanted.Properties) == 0 {
		return "Done."
	}
	fit := object{}
	for name, p := range wanted.Properties {
		switch {
		case len(p.Enum) > 0:
			fit[name] = p.Enum[0]
		case strings.EqualFold(p.Type, "integer"), strings.EqualFold(p.Type, "number"):
			fit[name] = 1
		case strings.EqualFold(p.Type, "boolean"):
			fit[name] = false
		default:
			fit[name] = "scripted"
		}
	}
	b, err := json.Marshal(fit)
	if err != nil {
		return "Done."
	}
	return string(b)
}
