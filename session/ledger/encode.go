package ledger

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	maxEntry = 64 << 10  // bytes of one entry's JSON
	maxText  = 256 << 10 // bytes of one text that are searched for secrets; what follows cannot be kept anyway
)

// plain is Entry without its methods, for the stored form.
type plain Entry

// cuts are how long texts (bytes) and lists (elements) may be, tried in turn until an entry fits.
func cuts() [6]struct{ text, list int } {
	return [6]struct{ text, list int }{{40 << 10, 4096}, {16 << 10, 1024}, {4 << 10, 256}, {1 << 10, 64}, {256, 16}, {64, 8}}
}

// encode gives the JSON to store: redacted, valid UTF-8, at most maxEntry bytes.
// It leaves alone what the entry shares with others.
func encode(e Entry) ([]byte, error) {
	t := texts{}
	e.Time = e.Time.UTC().Truncate(time.Microsecond)
	t.redact(&e)
	b, err := json.Marshal((*plain)(&e))
	if err != nil {
		return nil, fmt.Errorf("ledger: an entry cannot be encoded: %w", err)
	}
	if len(b) <= maxEntry {
		return b, nil
	}
	for _, to := range cuts() {
		short := e
		t.cut(&short, to.text, to.list)
		if b, err = json.Marshal((*plain)(&short)); err == nil && len(b) <= maxEntry {
			return b, nil
		}
	}
	return nil, fmt.Errorf("%w: an entry of %d bytes that cannot be cut", ErrTooBig, len(b))
}

// texts changes the texts of entries. It remembers of those it had to cut before
// they were redacted how long they were.
type texts struct {
	whole map[string]whole
}

type whole struct {
	size int
	sum  [sha256.Size]byte
}

func (t *texts) redact(e *Entry) {
	literal := func(s string) string { return t.clean(s, Redact) }
	each(e, literal)
	e.Argv = argv(t, e.Argv)
	if len(e.Parts) > 0 {
		parts := make([]Part, len(e.Parts))
		for i, p := range e.Parts {
			parts[i] = Part{Text: literal(p.Text), Effects: list(p.Effects, literal), Lines: literal(p.Lines)}
		}
		e.Parts = parts
	}
	if len(e.Data) > 0 {
		data := make(map[string]string, len(e.Data))
		for k, v := range e.Data {
			if secretName(k) && !harmless(v) {
				v = mark(v)
			}
			data[literal(k)] = literal(v)
		}
		e.Data = data
	}
}

func argv(t *texts, words []string) []string {
	if len(words) == 0 {
		return nil
	}
	out := redactArgv(words)
	for i, w := range out {
		out[i] = t.clean(w, func(s string) string { return s })
	}
	return out
}

// each applies f to every text of e that is not in a list or a map.
func each(e *Entry, f func(string) string) {
	for _, s := range [...]*string{
		(*string)(&e.Kind), (*string)(&e.Witness), &e.Agent, &e.Call, &e.Approval, &e.Inside, &e.Left, &e.Action,
		&e.Verdict, &e.Tool, &e.What, &e.Command, &e.Cwd, &e.Program, &e.Path, &e.To, &e.URL, &e.Risk, &e.Level,
		&e.Why, &e.Reason, &e.Seal, &e.Nonce, &e.Process,
	} {
		if *s != "" {
			*s = f(*s)
		}
	}
	if e.By != nil {
		by := *e.By
		for _, s := range [...]*string{(*string)(&by.Kind), &by.Rule, &by.Layer, &by.File, &by.Client, &by.Terminal} {
			if *s != "" {
				*s = f(*s)
			}
		}
		e.By = &by
	}
}

func list(words []string, f func(string) string) []string {
	if len(words) == 0 {
		return nil
	}
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = f(w)
	}
	return out
}

// clean redacts s and writes bytes that are not UTF-8 as \xNN, since JSON has no way to hold them.
func (t *texts) clean(s string, redact func(string) string) string {
	w := whole{size: len(s)}
	if len(s) > maxText {
		w.sum = sha256.Sum256([]byte(s))
		s = s[:maxText]
	}
	s = redact(valid(s))
	if w.size <= maxText && len(s) <= maxEntry {
		return s
	}
	if w.size <= maxText {
		w = whole{len(s), sha256.Sum256([]byte(s))}
	}
	s = upTo(s, maxEntry)
	if t.whole == nil {
		t.whole = map[string]whole{}
	}
	t.whole[s] = w
	return s
}

func valid(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		if r == utf8.RuneError && n == 1 {
			fmt.Fprintf(&b, `\x%02x`, s[0])
		} else {
			b.WriteString(s[:n])
		}
		s = s[n:]
	}
	return b.String()
}

// cut makes every text at most text bytes and every list at most n elements
// long, besides the mark that says what is missing.
func (t *texts) cut(e *Entry, text, n int) {
	short := func(s string) string { return t.short(s, text) }
	each(e, short)
	e.Argv = list(head(e.Argv, n), short)
	if len(e.Parts) > 0 {
		parts := make([]Part, 0, min(len(e.Parts), n)+1)
		for _, p := range e.Parts[:min(len(e.Parts), n)] {
			parts = append(parts, Part{Text: short(p.Text), Effects: list(head(p.Effects, n), short), Lines: short(p.Lines)})
		}
		if left := len(e.Parts) - n; left > 0 {
			parts = append(parts, Part{Text: fmt.Sprintf("[cut after %d of %d parts]", n, len(e.Parts))})
		}
		e.Parts = parts
	}
	if len(e.Data) > 0 {
		data := make(map[string]string, min(len(e.Data), n)+1)
		for k, v := range e.Data {
			if len(data) == n {
				data["cut"] = fmt.Sprintf("[%d of %d values]", n, len(e.Data))
				break
			}
			data[short(k)] = short(v)
		}
		e.Data = data
	}
}

func (t *texts) short(s string, n int) string {
	w, known := t.whole[s]
	if len(s) <= n && !known {
		return s
	}
	if !known {
		w = whole{len(s), sha256.Sum256([]byte(s))}
	}
	s = upTo(s, n)
	return fmt.Sprintf("%s [cut after %d of %d bytes, sha256 %x]", s, len(s), w.size, w.sum)
}

func head(words []string, n int) []string {
	if len(words) <= n {
		return words
	}
	sum := sha256.Sum256([]byte(strings.Join(words, "\x00")))
	return append(words[:n:n], fmt.Sprintf("[cut after %d of %d words, sha256 %x]", n, len(words), sum))
}

// upTo is at most n bytes of s, ending with a whole character.
func upTo(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

func decode(seq uint64, sum Hash, stored []byte) (e Entry, err error) {
	if err := json.Unmarshal(stored, (*plain)(&e)); err != nil {
		return Entry{}, fmt.Errorf("ledger: entry %d: %w", seq, err)
	}
	e.Seq, e.Hash, e.raw = seq, sum, stored
	return e, nil
}

// MarshalJSON is the line of `kavi log --json`; see the package comment.
func (e Entry) MarshalJSON() ([]byte, error) {
	stored := e.raw
	if stored == nil {
		var err error
		if stored, err = encode(e); err != nil {
			return nil, err
		}
	}
	b := make([]byte, 0, 180+len(stored))
	b = append(b, `{"seq":`...)
	b = strconv.AppendUint(b, e.Seq, 10)
	b = append(b, `,"hash":"`...)
	b = append(b, e.Hash.String()...)
	b = append(b, `","prev":"`...)
	b = append(b, e.Prev.String()...)
	b = append(b, `",`...)
	return append(b, stored[1:]...), nil
}

var errLine = errors.New("ledger: this is no line of kavi log --json")

// UnmarshalJSON reads what MarshalJSON wrote.
func (e *Entry) UnmarshalJSON(line []byte) error {
	var place struct {
		Seq        uint64
		Hash, Prev Hash
	}
	if err := json.Unmarshal(line, &place); err != nil {
		return fmt.Errorf("%w: %w", errLine, err)
	}
	head := fmt.Appendf(nil, `{"seq":%d,"hash":"%s","prev":"%s",`, place.Seq, place.Hash, place.Prev)
	rest, ok := bytes.CutPrefix(line, head)
	if !ok || len(rest) == 0 || rest[0] != '"' {
		return errLine
	}
	got, err := decode(place.Seq, place.Hash, append([]byte{'{'}, rest...))
	if err != nil {
		return err
	}
	got.Prev = place.Prev
	*e = got
	return nil
}
