package hook

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"strings"
	"syscall"
	"unicode/utf8"
)

// Bounds of what is read of a transcript, and of what is quoted of it.
const (
	maxTail  = 512 << 10
	maxWords = 2_000
)

// LastWords gives what the agent's model said last before a call, since the
// operator's last prompt: why it wants to do it, as it says. It is a stranger's
// text, to be quoted as that and never to be taken for what the call is. "" where
// there is none, or where it cannot be read: it is no reason not to ask. It reads
// the end of the file, without waiting.
func LastWords(f Family, transcript string) string {
	tail, err := readTail(transcript)
	if err != nil {
		return ""
	}
	return lastWords(f, tail)
}

func readTail(name string) ([]byte, error) {
	file, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK|syscall.O_NOCTTY|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return nil, err
	}
	defer file.Close() //nolint:errcheck // read only
	st, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if !st.Mode().IsRegular() {
		return nil, os.ErrInvalid
	}
	return io.ReadAll(io.NewSectionReader(file, max(0, st.Size()-maxTail), maxTail))
}

// lastWords walks the lines of a transcript from its end. The first line may be
// half of one; it is then no JSON.
func lastWords(f Family, tail []byte) string {
	for len(tail) > 0 {
		line := tail
		if at := bytes.LastIndexByte(tail[:len(tail)-1], '\n'); at >= 0 {
			line, tail = tail[at+1:], tail[:at+1]
		} else {
			tail = nil
		}
		switch who, text := said(f, line); {
		case who == byOperator:
			return ""
		case who == byModel && strings.TrimSpace(text) != "":
			return shortened(strings.TrimSpace(text))
		}
	}
	return ""
}

// shortened cuts a text to what is shown of it.
func shortened(s string) string {
	if len(s) <= maxWords {
		return s
	}
	s = s[:maxWords]
	for len(s) > 0 && !utf8.ValidString(s[len(s)-min(len(s), utf8.UTFMax):]) {
		s = s[:len(s)-1]
	}
	return s + "…"
}

type speaker byte

const (
	byNobody speaker = iota // not a message: a tool's result, a note of the agent's
	byModel
	byOperator
)

// entry is a line of a transcript, as far as the families have it in common.
type entry struct {
	Type    string          `json:"type"`
	Role    string          `json:"role"`
	Content json.RawMessage `json:"content"` // gemini
	Message struct {
		Content json.RawMessage `json:"content"` // claude
		Parts   json.RawMessage `json:"parts"`   // qwen
	} `json:"message"`
	Payload struct { // codex
		Type    string          `json:"type"`
		Role    string          `json:"role"`
		Content json.RawMessage `json:"content"`
	} `json:"payload"`
	Meta      bool `json:"isMeta"`
	Sidechain bool `json:"isSidechain"`
}

// said reads who says what in a line.
func said(f Family, line []byte) (speaker, string) {
	var e entry
	if json.Unmarshal(line, &e) != nil {
		return byNobody, ""
	}
	role, content := e.Type, e.Message.Content
	switch f {
	case Claude:
		if e.Meta || e.Sidechain {
			return byNobody, ""
		}
	case Codex:
		if e.Type != "response_item" || e.Payload.Type != "message" {
			return byNobody, ""
		}
		role, content = e.Payload.Role, e.Payload.Content
	case Gemini:
		content = e.Content
	case Qwen:
		content = e.Message.Parts
	case OpenCode, Copilot: // they keep none that a hook is told of
		return byNobody, ""
	}
	text, plain := texts(content)
	switch {
	case role == "assistant", role == "gemini":
		return byModel, text
	case role == "user" && plain:
		return byOperator, text
	}
	return byNobody, ""
}

// texts joins what is text in a message. plain is false where there is none of it:
// a message of nothing but a tool's results.
func texts(content json.RawMessage) (text string, plain bool) {
	if json.Unmarshal(content, &text) == nil {
		return text, text != ""
	}
	var blocks []struct {
		Type    string `json:"type"`
		Text    string `json:"text"`
		Thought bool   `json:"thought"`
	}
	if json.Unmarshal(content, &blocks) != nil {
		return "", false
	}
	var b strings.Builder
	for _, k := range blocks {
		switch k.Type {
		case "", "text", "output_text", "input_text":
			if k.Text != "" && !k.Thought {
				b.WriteString(k.Text + "\n")
			}
		}
	}
	return b.String(), b.Len() > 0
}
