package session

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"unicode/utf8"
)

// What an approval shows lies in pending/ID.json while it waits, as it is: the
// ledger holds it redacted, and a server that comes back must show the same. It is
// compared with what the call is then, so no byte of it may be lost. The arguments
// and paths of a call are bytes, of which JSON would make U+FFFD where they are no
// UTF-8: such a text is written as rawMark and its base64. What an older kavi wrote
// has none, and reads as it is.

// rawMark begins a text that is kept as base64.
const rawMark = "\x00raw:"

func (s *Session) pendingFile(id string) string {
	return filepath.Join(s.opts.Dir.pending(), filepath.Base(id)+".json")
}

func (s *Session) savePending(a *Approval) error {
	b, err := json.Marshal(texts(reflect.ValueOf(a), keepRaw).Interface())
	if err != nil {
		return err
	}
	return writeFile(s.pendingFile(a.ID), b)
}

func (s *Session) loadPending(id string) (*Approval, error) {
	b, err := os.ReadFile(s.pendingFile(id))
	if err != nil {
		return nil, err
	}
	a := new(Approval)
	if err := json.Unmarshal(b, a); err != nil {
		return nil, err
	}
	a = texts(reflect.ValueOf(a), readRaw).Interface().(*Approval)
	if a.Call == nil || a.ID != id {
		return nil, fmt.Errorf("%s: not what was held", id)
	}
	return a, nil
}

// dropPending removes what an approval showed, once it is closed.
func (s *Session) dropPending(id string) {
	s.wg.Go(func() {
		if err := os.Remove(s.pendingFile(id)); err != nil && !errors.Is(err, os.ErrNotExist) {
			s.log.Warn("removing what an approval showed", "approval", id, "err", err)
		}
	})
}

// texts is v with f done to every text in it; v stays as it is. An approval has no
// maps and no interfaces.
func texts(v reflect.Value, f func(string) string) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	out.Set(v)
	switch v.Kind() { //nolint:exhaustive // the rest holds no text
	case reflect.String:
		out.SetString(f(v.String()))
	case reflect.Pointer:
		if !v.IsNil() {
			out.Set(reflect.New(v.Type().Elem()))
			out.Elem().Set(texts(v.Elem(), f))
		}
	case reflect.Slice:
		if v.IsNil() || v.Type().Elem().Kind() == reflect.Uint8 { // JSON has bytes as base64
			return out
		}
		out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
		for i := range v.Len() {
			out.Index(i).Set(texts(v.Index(i), f))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				out.Field(i).Set(texts(v.Field(i), f))
			}
		}
	}
	return out
}

func keepRaw(text string) string {
	if utf8.ValidString(text) && !strings.HasPrefix(text, rawMark) {
		return text
	}
	return rawMark + base64.StdEncoding.EncodeToString([]byte(text))
}

func readRaw(text string) string {
	if b64, ok := strings.CutPrefix(text, rawMark); ok {
		if b, err := base64.StdEncoding.DecodeString(b64); err == nil {
			return string(b)
		}
	}
	return text
}
