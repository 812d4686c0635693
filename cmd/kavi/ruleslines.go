package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"kavi/gateway"
	"kavi/session"
)

// maxLine bounds a line of calls, in bytes; one that is longer is answered with
// an error.
const maxLine = 16 << 20

// answer is the stable shape of `kavi rules check --json`.
type answer struct {
	ID      string       `json:"id"`
	Action  string       `json:"action"` // allow, prompt, deny
	Effects []string     `json:"effects"`
	Parts   []answerPart `json:"parts"`
	Rule    string       `json:"rule"`  // "" where none decided
	Layer   string       `json:"layer"` // of the rule; else default, level, built-in, …
	Why     string       `json:"why"`
	Risk    string       `json:"risk"`
	Offer   []string     `json:"offer"`
	Display string       `json:"display"`
}

type answerPart struct {
	Text    string         `json:"text"`
	Argv    []string       `json:"argv"`
	Effects []answerEffect `json:"effects"`
	Decided bool           `json:"decided"`
}

type answerEffect struct {
	Kind      string `json:"kind"`
	Path      string `json:"path,omitempty"`
	Host      string `json:"host,omitempty"`
	Recursive bool   `json:"recursive,omitempty"`
	Outside   bool   `json:"outside,omitempty"`
	Protected bool   `json:"protected,omitempty"`
	Never     bool   `json:"never,omitempty"`
	Why       string `json:"why"`
}

// answerError is the answer to a line that is no call.
type answerError struct {
	ID    string `json:"id"`
	Error string `json:"error"`
}

func (c *checked) answer() answer {
	j := &c.judged
	out := answer{
		ID: c.id, Action: j.Action.String(), Effects: []string{}, Parts: answerParts(j), Rule: j.Rule, Layer: j.Layer,
		Why: j.Why, Risk: string(j.Risk), Offer: append([]string{}, c.offer...), Display: strings.Join(c.shown(), "\n"),
	}
	for _, k := range j.Kinds() {
		out.Effects = append(out.Effects, string(k))
	}
	return out
}

func answerParts(j *gateway.Judgement) []answerPart {
	out := []answerPart{}
	for i, p := range j.Parts {
		part := answerPart{Text: p.Text, Argv: []string{}, Effects: []answerEffect{}, Decided: i == j.Part}
		for _, w := range p.Argv {
			part.Argv = append(part.Argv, w.Text)
		}
		for _, e := range p.Effects {
			part.Effects = append(part.Effects, answerEffect{
				Kind: string(e.Kind), Path: e.Path, Host: e.Host, Recursive: e.Recursive,
				Outside: e.Outside, Protected: e.Protected, Never: e.Never, Why: e.Why,
			})
		}
		out = append(out, part)
	}
	return out
}

// checkLines answers calls, one a line, until there are no more or the operator
// has seen enough.
func (a *app) checkLines(ctx context.Context) error {
	done := make(chan error, 1)
	go func() { done <- a.answerLines(a.in) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err() // a read of a terminal cannot be broken off: it ends with the process
	}
}

func (a *app) answerLines(from io.Reader) error {
	home, err := session.Home()
	if err != nil {
		home = "/" // a line may bring its own
	}
	lines := &lineChecker{home: home, git: map[string]func() string{}}
	in := bufio.NewReaderSize(from, 64<<10)
	for n := 1; ; n++ {
		line, whole, err := readLine(in, maxLine)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("standard input: %w", err)
		}
		if err := printJSONLine(a.out, lines.answer(n, line, whole)); err != nil {
			return err
		}
	}
}

// lineChecker judges lines, and keeps what several of them need.
type lineChecker struct {
	home string
	git  map[string]func() string // by project: which programs its git runs
}

// answer is the answer to the n-th line, or the error that it is answered with.
func (l *lineChecker) answer(n int, line []byte, whole bool) any {
	if !whole {
		return answerError{ID: idOf(line), Error: fmt.Sprintf("line %d: it is longer than %d MB", n, maxLine>>20)}
	}
	c, err := l.check(line)
	if err != nil {
		return answerError{ID: idOf(line), Error: fmt.Sprintf("line %d: %v", n, err)}
	}
	return c.answer()
}

func (l *lineChecker) check(line []byte) (c checked, err error) {
	k, err := gateway.ParseCase(line)
	if err != nil {
		return c, err
	}
	base := gateway.Default()
	if k.Profile == "" {
		h, err := inForce(k.Root, string(k.Level))
		if err != nil {
			return c, err
		}
		base, k.Level = h.policy, h.level
	}
	if k.Home == "" {
		k.Home = l.home
	}
	var git func() string
	if fi, err := os.Stat(k.Root); err == nil && fi.IsDir() && k.Tool == "exec" { // else there is no repository
		if l.git[k.Root] == nil {
			l.git[k.Root] = session.GitProgram(k.Root)
		}
		git = l.git[k.Root]
	}
	return check(k, base, checkWorld(k.Root, k.Home, git))
}

// readLine reads a line without its end. Of one that is longer than most, whole
// is false and only the beginning is given. io.EOF: there is none.
func readLine(in *bufio.Reader, most int) (line []byte, whole bool, err error) {
	whole = true
	for {
		piece, err := in.ReadSlice('\n')
		ended := err == nil
		if ended {
			piece = piece[:len(piece)-1]
		}
		if room := most - len(line); len(piece) > room {
			piece, whole = piece[:room], false
		}
		line = append(line, piece...)
		switch {
		case ended:
			return line, whole, nil
		case errors.Is(err, bufio.ErrBufferFull):
		case !errors.Is(err, io.EOF), len(line) == 0 && whole:
			return nil, false, err
		default:
			return line, whole, nil // the last one, without an end
		}
	}
}

// idOf finds the id of a line that cannot be read to its end, "" where it has none.
func idOf(line []byte) string {
	d := json.NewDecoder(bytes.NewReader(line))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return ""
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return ""
		}
		var value json.RawMessage
		if d.Decode(&value) != nil {
			return ""
		}
		var id string
		if key == "id" && json.Unmarshal(value, &id) == nil {
			return id
		}
	}
	return ""
}
