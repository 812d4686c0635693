// Package model is a language model that only says what a script tells it to: a
// server on loopback that speaks the interfaces of the agents' own models
// (Messages, Responses, Chat Completions, Gemini), streaming.
//
// kavi asks an agent to prove its gate without a model of anybody's: the agent is
// started against this server, which asks for one tool, and the hook must hold it
// (gateway/hook, Prove). The end-to-end tests drive whole conversations by it.
//
// It is its own room because it is a stranger to the gateway: it knows no call, no
// verdict and no agent, only what a model's answer looks like on the wire.
//
// The server keeps no state of a conversation. Every scripted turn's text ends in
// a marker with its number, the agent sends the conversation back, and the next
// turn is the one after the highest marker in it. So retries, resumed
// conversations and a server that starts anew all continue where they were. A task
// that says "(script:NAME)" is answered by the script of that name; so an agent's
// own subagents get scripts of their own.
package model

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Turn is what the model says once: some text, then its calls of tools, in
// parallel where there are several. A turn without calls ends the agent's work.
// Before, where it is not nil, is called before each time that the turn is said: a
// test changes there what the turn is to meet.
type Turn struct {
	Text   string
	Calls  []Call
	Before func()
}

// Call asks for one tool by the name that the agent gave it. Input is marshalled
// to JSON; a plain string is a tool's free-form text, which only Responses has, as
// it alone has names within a Namespace.
type Call struct {
	Namespace string
	Name      string
	Input     any
}

// Request is what an agent sent. Turn is the number of the scripted turn that
// answered it, counted from 1; 0 where it was no part of the script (a title, a
// count of tokens, a question after the script's end).
type Request struct {
	At   time.Time
	Path string
	Body []byte
	Turn int
}

// Server is the model: an http.Handler. It may be used by many agents at once.
type Server struct {
	scripts map[string][]Turn

	mu  sync.Mutex
	log []Request
}

// New makes a model that says a script's turns in their order. The script named
// "" is for tasks that name none; where there are several, the task itself must
// name one, because it is the first name in a conversation that counts.
func New(scripts map[string][]Turn) *Server { return &Server{scripts: scripts} }

// Requests are all that was asked so far, in the order of their arrival.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request(nil), s.log...)
}

// limit bounds a request: a whole conversation with all tools' descriptions.
const limit = 32 << 20

// ServeHTTP answers in the interface that the path names.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	speak, streaming := dialect(r.URL.Path, body)
	n, turn := 0, Turn{Text: "Done."}
	if speak != nil {
		n, turn = s.next(body)
	}
	if turn.Before != nil {
		turn.Before()
	}
	s.mu.Lock()
	s.log = append(s.log, Request{At: time.Now(), Path: r.URL.Path, Body: body, Turn: n})
	s.mu.Unlock()
	if speak == nil {
		answerAside(w, r.URL.Path)
		return
	}
	answer{turn: turn, n: n, model: named(body)}.write(w, speak, streaming)
}

// dialect is the interface of a path, nil where no answer of a model is asked for.
func dialect(path string, body []byte) (speak func(answer) []event, streaming bool) {
	var asked struct {
		Stream bool `json:"stream"`
	}
	_ = json.Unmarshal(body, &asked) // a body that is no JSON gets one whole answer
	switch {
	case strings.HasSuffix(path, "/messages"):
		return messages, asked.Stream
	case strings.HasSuffix(path, "/responses"):
		return responses, asked.Stream
	case strings.HasSuffix(path, "/chat/completions"):
		return completions, asked.Stream
	case strings.HasSuffix(path, ":streamGenerateContent"):
		return gemini, true
	case strings.HasSuffix(path, ":generateContent"):
		return gemini, false
	}
	return nil, false
}

// answerAside serves what agents ask besides: counts and lists.
func answerAside(w http.ResponseWriter, path string) {
	w.Header().Set("Content-Type", "application/json")
	switch {
	case strings.HasSuffix(path, "/count_tokens"):
		fmt.Fprint(w, `{"input_tokens":100}`)
	case strings.HasSuffix(path, ":countTokens"):
		fmt.Fprint(w, `{"totalTokens":100}`)
	case strings.HasSuffix(path, "/models"):
		fmt.Fprint(w, `{"object":"list","data":[],"models":[]}`)
	default:
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, `{"error":{"type":"not_found_error","message":"a scripted model has no such page"}}`)
	}
}

func named(body []byte) string {
	var m struct {
		Model string `json:"model"`
	}
	_ = json.Unmarshal(body, &m) // Gemini names it in the path
	return m.Model
}

// answer is one turn on its way out.
type answer struct {
	turn  Turn
	n     int
	model string
}

func (a answer) id(i int) string { return fmt.Sprintf("call_%d_%d", a.n, i+1) }

// input is a call's arguments as JSON.
func (c Call) input() json.RawMessage {
	b, err := json.Marshal(c.Input)
	if err != nil || bytes.Equal(b, []byte("null")) {
		return json.RawMessage("{}")
	}
	return b
}

// event is one piece of a stream; the last one of a dialect is the whole answer,
// for who did not ask for a stream, and is not sent in a stream.
type event struct {
	name string // of the event, where the interface names them
	data any    // marshalled; a string is sent as it is
}

func (a answer) write(w http.ResponseWriter, speak func(answer) []event, streaming bool) {
	events := speak(a)
	last := len(events) - 1
	if !streaming {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(events[last].data) // who hung up needs no answer
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	for _, e := range events[:last] {
		if e.name != "" {
			fmt.Fprintf(w, "event: %s\n", e.name)
		}
		data, raw := e.data.(string)
		if !raw {
			b, err := json.Marshal(e.data)
			if err != nil {
				return
			}
			data = string(b)
		}
		fmt.Fprintf(w, "data: %s\n\n", data)
	}
}
