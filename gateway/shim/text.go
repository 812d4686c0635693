package shim

// Package strings imports unicode, and to wait for that one's init would put this
// package's after half of the program. These few are what is needed of it.

func hasPrefix(s, prefix string) bool {
	return len(s) >= len(prefix) && s[:len(prefix)] == prefix
}

func hasSuffix(s, suffix string) bool {
	return len(s) >= len(suffix) && s[len(s)-len(suffix):] == suffix
}

func trimPrefix(s, prefix string) string {
	if hasPrefix(s, prefix) {
		return s[len(prefix):]
	}
	return s
}

func trimSuffix(s, suffix string) string {
	if hasSuffix(s, suffix) {
		return s[:len(s)-len(suffix)]
	}
	return s
}

// index gives where c first is in s, or -1; last where it last is.
func index(s string, c byte) int {
	for i := range len(s) {
		if s[i] == c {
			return i
		}
	}
	return -1
}

func last(s string, c byte) int {
	for i := len(s) - 1; i >= 0; i-- {
		if s[i] == c {
			return i
		}
	}
	return -1
}

// cut gives what is before and after the first c.
func cut(s string, c byte) (before, after string, found bool) {
	if i := index(s, c); i >= 0 {
		return s[:i], s[i+1:], true
	}
	return s, "", false
}

// folders walks the folders of a PATH; an empty one is the current folder.
func folders(path string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for {
			dir, rest, more := cut(path, ':')
			if !yield(dir) || !more {
				return
			}
			path = rest
		}
	}
}

// plainName gives the name of an option in lower case without "-" and "_", as
// zsh compares them.
func plainName(s string) string {
	b := make([]byte, 0, len(s))
	for i := range len(s) {
		c := s[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != '-' && c != '_' {
			b = append(b, c)
		}
	}
	return string(b)
}
