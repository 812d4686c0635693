package hook

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// kind is what a value of JSON is.
type kind byte

const (
	isNull kind = iota
	isText
	isNumber
	isFlag
	isList
	isObject
)

func (k kind) String() string {
	return [...]string{"null", "text", "a number", "a boolean", "a list", "an object"}[k]
}

// value is a value of JSON with the bytes it was written in.
type value struct {
	kind   kind
	text   string // of text and numbers
	flag   bool
	list   []value
	fields map[string]value
	raw    []byte
}

// maxDepth bounds the nesting of the JSON that is read.
const maxDepth = 100

// Errors of decode.
var (
	errUTF8      = errors.New("it is not UTF-8")
	errSurrogate = errors.New("it holds half of a character")
	errTrailing  = errors.New("something follows it")
	errDepth     = errors.New("it is nested too deeply")
)

// decode reads one value of JSON and refuses what two readers might read
// differently: names that come twice, invalid UTF-8, escapes of half a character,
// anything behind it.
func decode(raw []byte) (value, error) {
	switch {
	case !utf8.Valid(raw):
		return value{}, errUTF8
	case hasHalf(raw):
		return value{}, errSurrogate
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	v, err := read(d, raw, 0)
	if err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return value{}, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return value{}, errTrailing
	}
	return v, nil
}

func read(d *json.Decoder, raw []byte, depth int) (v value, err error) {
	if depth > maxDepth {
		return v, errDepth
	}
	t, err := d.Token()
	if err != nil {
		return v, err
	}
	switch t := t.(type) {
	case nil:
	case string:
		v.kind, v.text = isText, t
	case json.Number:
		v.kind, v.text = isNumber, t.String()
	case bool:
		v.kind, v.flag = isFlag, t
	case json.Delim:
		start := d.InputOffset() - 1
		if t == '[' {
			v.kind = isList
			for d.More() {
				e, err := read(d, raw, depth+1)
				if err != nil {
					return v, err
				}
				v.list = append(v.list, e)
			}
		} else {
			v.kind, v.fields = isObject, map[string]value{}
			for d.More() {
				name, err := d.Token()
				if err != nil {
					return v, err
				}
				key, _ := name.(string)
				if _, twice := v.fields[key]; twice {
					return v, fmt.Errorf("%q is given twice", key)
				}
				if v.fields[key], err = read(d, raw, depth+1); err != nil {
					return v, err
				}
			}
		}
		if _, err = d.Token(); err != nil { // the end of it
			return v, err
		}
		v.raw = raw[start:d.InputOffset()]
	}
	return v, nil
}

// hasHalf finds an escape of half a surrogate pair, which every reader makes
// something else of.
func hasHalf(raw []byte) bool {
	for i := 0; i+1 < len(raw); i++ {
		if raw[i] != '\\' {
			continue
		}
		u, ok := escaped(raw[i:])
		switch {
		case !ok:
			i++ // the escaped character
			continue
		case u >= 0xd800 && u < 0xdc00:
			low, ok := escaped(raw[i+6:])
			if !ok || low < 0xdc00 || low > 0xdfff {
				return true
			}
			i += 11
		case u >= 0xdc00 && u <= 0xdfff:
			return true
		default:
			i += 5
		}
	}
	return false
}

// escaped reads \uXXXX.
func escaped(b []byte) (u rune, ok bool) {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return 0, false
	}
	for _, c := range b[2:6] {
		u <<= 4
		switch {
		case c >= '0' && c <= '9':
			u |= rune(c - '0')
		case c >= 'a' && c <= 'f':
			u |= rune(c-'a') + 10
		case c >= 'A' && c <= 'F':
			u |= rune(c-'A') + 10
		default:
			return 0, false
		}
	}
	return u, true
}
