package ledger

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode/utf8"
)

// Redact takes secrets out of a command line or any other text and puts marks
// like "[redacted 40 chars]" where they were: tokens known by their prefix, the
// values of names that sound secret (TOKEN=…, --password=…, --api-key …,
// "secret": "…"), Authorization and cookie headers, passwords in URLs, private
// keys. References like $TOKEN, hashes, uuids and paths stay, so that a command
// can still be read. It finds what looks like a secret, not every secret.
//
// Time is linear in the text's length, and a redacted text comes out as it went in.
func Redact(s string) string {
	var f finder
	f.text(s)
	return f.apply(s)
}

// redactArgv is Redact for an argument vector, where a value is a whole word,
// blanks included, and may be the word after its name.
func redactArgv(words []string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		var f finder
		switch {
		case i > 0 && isDashC(words[i-1]):
			f.text(w) // a command line of its own
		case i > 0 && f.afterFlag(words, i):
		default:
			f.word(w, i > 0 && (strings.HasPrefix(words[i-1], "-") || path.Base(words[i-1]) == "env"))
		}
		out[i] = f.apply(w)
	}
	return out
}

// isDashC: -c, and shells' -lc, -xec.
func isDashC(w string) bool {
	return len(w) >= 2 && len(w) < 8 && w[0] == '-' && w[1] != '-' && strings.HasSuffix(w, "c")
}

const markHead, markTail = "[redacted ", " chars]"

func mark(s string) string {
	return fmt.Sprintf("%s%d%s", markHead, utf8.RuneCountInString(s), markTail)
}

// finder collects the secrets of one text.
type finder struct{ found []span }

type span struct{ from, to int }

func (f *finder) add(from, to int) {
	if from < to {
		f.found = append(f.found, span{from, to})
	}
}

func (f *finder) apply(s string) string {
	if len(f.found) == 0 {
		return s
	}
	slices.SortFunc(f.found, func(a, b span) int { return a.from - b.from })
	var union []span
	for _, at := range f.found {
		if n := len(union); n > 0 && at.from <= union[n-1].to {
			union[n-1].to = max(union[n-1].to, at.to)
		} else {
			union = append(union, at)
		}
	}
	var b strings.Builder
	done := 0
	for _, at := range without(union, marks(s)) {
		b.WriteString(s[done:at.from])
		b.WriteString(mark(s[at.from:at.to]))
		done = at.to
	}
	b.WriteString(s[done:])
	return b.String()
}

// marks are the places of marks that are there already.
func marks(s string) (list []span) {
	for i := 0; ; {
		at := strings.Index(s[i:], markHead)
		if at < 0 {
			return list
		}
		at += i
		i = at + len(markHead)
		for i < len(s) && isDigit(s[i]) {
			i++
		}
		if strings.HasPrefix(s[i:], markTail) {
			i += len(markTail)
			list = append(list, span{at, i})
		}
	}
}

// without takes the places of b out of those of a; both are in order.
func without(a, b []span) (list []span) {
	for _, at := range a {
		for len(b) > 0 && b[0].to <= at.from {
			b = b[1:]
		}
		for _, hole := range b {
			if hole.from >= at.to {
				break
			}
			if at.from < hole.from {
				list = append(list, span{at.from, hole.from})
			}
			at.from = hole.to
		}
		if at.from < at.to {
			list = append(list, at)
		}
	}
	return list
}

func (f *finder) text(s string) {
	f.always(s)
	f.named(s)
	f.flags(s)
}

// always looks for what is a secret wherever it stands.
func (f *finder) always(s string) {
	f.tokens(s)
	f.bearer(s)
	f.urls(s)
	f.privateKeys(s)
}

// word looks at one argument; whole says that `NAME=a b` is one value with a blank in it.
func (f *finder) word(w string, whole bool) {
	name, value, ok := strings.Cut(w, "=")
	flag := strings.HasPrefix(name, "-")
	if ok && isName(strings.TrimLeft(name, "-")) && secretName(name) &&
		(flag || whole || !strings.ContainsAny(value, " \t\n")) {
		f.always(w)
		if !harmless(value) {
			f.add(len(name)+1, len(w))
		}
		return
	}
	f.text(w)
}

// afterFlag handles a word that is the value of the flag before it.
func (f *finder) afterFlag(words []string, i int) bool {
	flag, w := words[i-1], words[i]
	if strings.HasPrefix(flag, "--") && !strings.Contains(flag, "=") && secretName(flag) && !strings.HasPrefix(w, "-") {
		if !harmless(w) {
			f.add(0, len(w))
		}
		return true
	}
	for _, u := range usages {
		if u.glued || path.Base(words[0]) != u.program || !slices.Contains(u.flags, flag) {
			continue
		}
		from := 0
		if u.colon {
			if from = strings.IndexByte(w, ':') + 1; from == 0 {
				continue
			}
		}
		if !harmless(w[from:]) {
			f.add(from, len(w))
		}
		return true
	}
	return false
}

// tokens looks for what services' keys begin with, where a word begins.
func (f *finder) tokens(s string) {
	for i := 0; i < len(s); i++ {
		list := keysBy[s[i]]
		if list == nil || i > 0 && isWord(s[i-1]) {
			continue
		}
		for _, k := range list {
			if !strings.HasPrefix(s[i:], k.prefix) {
				continue
			}
			from := i + len(k.prefix)
			end := from
			for end < len(s) && k.chars(s[end]) {
				end++
			}
			if run := s[from:end]; k.fits(run) {
				if run = strings.TrimRight(run, "."); !k.keep {
					from = i
				}
				f.add(from, i+len(k.prefix)+len(run))
			}
			i = end - 1 // no key begins within what could have been one
			break
		}
	}
}

// bearer looks for `Bearer abc…` that no header's name announces.
func (f *finder) bearer(s string) {
	for i := 0; ; {
		at := strings.Index(s[i:], "earer ")
		if at < 0 {
			return
		}
		from := i + at + len("earer ")
		end := from
		for end < len(s) && isToken(s[end]) {
			end++
		}
		if i = end; end-from >= 16 && hasDigit(s[from:end]) {
			f.add(from, end)
		}
	}
}

// urls looks for the password in scheme://user:password@host, and for a user that is a token.
func (f *finder) urls(s string) {
	for i := 0; ; {
		at := strings.Index(s[i:], "://")
		if at < 0 {
			return
		}
		from := i + at + len("://")
		end := from
		for end < len(s) && !strings.ContainsRune("/?# \t\r\n\"'`<>|\\", rune(s[end])) {
			end++
		}
		i = from
		user := strings.LastIndexByte(s[from:end], '@')
		if user <= 0 {
			continue
		}
		userinfo := s[from : from+user]
		if name, password, ok := strings.Cut(userinfo, ":"); ok {
			if !harmless(password) {
				f.add(from+len(name)+1, from+user)
			}
		} else if len(userinfo) >= 20 && hasDigit(userinfo) && !harmless(userinfo) {
			f.add(from, from+user)
		}
	}
}

func (f *finder) privateKeys(s string) {
	const begin, end, dashes = "-----BEGIN ", "-----END ", "-----"
	for i := 0; ; {
		at := strings.Index(s[i:], begin)
		if at < 0 {
			return
		}
		at += i
		title := at + len(begin)
		i = title
		size := strings.Index(s[title:min(len(s), title+64)], dashes)
		if size < 0 || !strings.Contains(s[title:title+size], "PRIVATE KEY") {
			continue
		}
		from := title + size + len(dashes)
		to := len(s) // without an end everything may belong to it
		if n := strings.Index(s[from:], end); n >= 0 {
			to = from + n
		}
		f.add(from, to)
		i = to
	}
}
