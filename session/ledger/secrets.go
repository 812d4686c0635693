package ledger

import (
	"slices"
	"strings"
	"unicode"
)

// known is a kind of key that is recognised by how it begins.
type known struct {
	prefix   string
	chars    func(byte) bool
	min, max int  // characters after the prefix
	mixed    bool // there must be a digit among them: the prefix alone is an ordinary beginning
	dots     int  // there must be as many dots
	keep     bool // the prefix stays
}

// fits says whether run, which follows the prefix, is long and odd enough.
func (k *known) fits(run string) bool {
	return len(run) >= k.min && (k.max == 0 || len(run) <= k.max) && (!k.mixed || hasDigit(run)) &&
		(k.dots == 0 || strings.Count(run, ".") >= k.dots)
}

// The tables. Nothing writes to them.
var (
	keys = []known{
		{prefix: "sk-", chars: isWordDash, min: 16, mixed: true}, // OpenAI, Anthropic and others
		{prefix: "sk_live_", chars: isAlnum, min: 16},
		{prefix: "sk_test_", chars: isAlnum, min: 16},
		{prefix: "rk_live_", chars: isAlnum, min: 16},
		{prefix: "rk_test_", chars: isAlnum, min: 16},
		{prefix: "whsec_", chars: isWordDash, min: 16},
		{prefix: "ghp_", chars: isAlnum, min: 20},
		{prefix: "gho_", chars: isAlnum, min: 20},
		{prefix: "ghu_", chars: isAlnum, min: 20},
		{prefix: "ghs_", chars: isAlnum, min: 20},
		{prefix: "ghr_", chars: isAlnum, min: 20},
		{prefix: "github_pat_", chars: isWord, min: 20},
		{prefix: "glpat-", chars: isWordDashDot, min: 16},
		{prefix: "gldt-", chars: isWordDash, min: 16},
		{prefix: "glrt-", chars: isWordDash, min: 16},
		{prefix: "xoxa-", chars: isWordDash, min: 10},
		{prefix: "xoxb-", chars: isWordDash, min: 10},
		{prefix: "xoxc-", chars: isWordDash, min: 10},
		{prefix: "xoxd-", chars: isWordDash, min: 10},
		{prefix: "xoxe-", chars: isWordDash, min: 10},
		{prefix: "xoxe.", chars: isWordDashDot, min: 10},
		{prefix: "xoxo-", chars: isWordDash, min: 10},
		{prefix: "xoxp-", chars: isWordDash, min: 10},
		{prefix: "xoxr-", chars: isWordDash, min: 10},
		{prefix: "xoxs-", chars: isWordDash, min: 10},
		{prefix: "xapp-", chars: isWordDash, min: 10, mixed: true},
		{prefix: "AKIA", chars: isWordDash, min: 16, max: 16},
		{prefix: "ASIA", chars: isWordDash, min: 16, max: 16, mixed: true},
		{prefix: "AIza", chars: isWordDash, min: 30, max: 40},
		{prefix: "ya29.", chars: isWordDashDot, min: 20},
		{prefix: "GOCSPX-", chars: isWordDash, min: 20},
		{prefix: "npm_", chars: isAlnum, min: 30},
		{prefix: "pypi-AgE", chars: isWordDash, min: 30},
		{prefix: "hf_", chars: isAlnum, min: 30},
		{prefix: "dop_v1_", chars: isAlnum, min: 40},
		{prefix: "shpat_", chars: isAlnum, min: 32},
		{prefix: "SG.", chars: isWordDashDot, min: 40, dots: 1, mixed: true},
		{prefix: "eyJ", chars: isWordDashDot, min: 20, dots: 1}, // a JWT
		{prefix: "AGE-SECRET-KEY-1", chars: isAlnum, min: 40},
		{prefix: "https://hooks.slack.com/services/", chars: isWordSlash, min: 20, keep: true},
		{prefix: "https://discord.com/api/webhooks/", chars: isWordSlash, min: 20, keep: true},
	}
	// keysBy are those that begin with a byte.
	keysBy = func() (by [256][]*known) { //nolint:gochecknoglobals // a table, made from another
		for i := range keys {
			c := keys[i].prefix[0]
			by[c] = append(by[c], &keys[i])
		}
		return by
	}()

	headers = []string{
		"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "api-key", "x-auth-token",
		"x-access-token", "private-token", "x-gitlab-token", "x-vault-token", "x-amz-security-token", "x-goog-api-key",
	}
	// schemes are the first words of an Authorization header.
	schemes = []string{"basic", "bearer", "token", "digest", "apikey", "negotiate", "ntlm", "aws4-hmac-sha256"}

	usages = []usage{
		{program: "curl", flags: []string{"-u", "--user", "-U", "--proxy-user"}, colon: true},
		{program: "sshpass", flags: []string{"-p"}},
		{program: "mysql", flags: []string{"-p"}, glued: true},
		{program: "mariadb", flags: []string{"-p"}, glued: true},
	}

	secretEnds = []string{"password", "passwd", "passphrase", "passcode", "secret", "token", "apikey", "secretkey", "privatekey", "accesskey"}

	// keyKinds are what stands before "key" where that is a secret.
	keyKinds = []string{
		"api", "access", "secret", "private", "signing", "encryption", "auth", "account", "master", "service", "deploy",
		"license", "storage", "client", "shared", "session", "admin", "app", "subscription", "authtoken",
	}

	// plainEnds are last words of names that say something about a secret without being one.
	plainEnds = []string{
		"file", "path", "dir", "name", "id", "type", "limit", "count", "length", "len", "size", "url", "uri", "endpoint", "env",
		"ttl", "expiry", "expires", "policy", "field", "prompt", "stdin", "command", "cmd", "helper", "format", "store",
		"manager", "version", "header", "prefix", "index", "ref", "arn", "hint", "required", "enabled", "tokens",
	}
)

// usage is a program's own way to take a password.
type usage struct {
	program string
	flags   []string
	glued   bool // -ppassword
	colon   bool // user:password
}

// secretName says whether something so named is a secret: GITHUB_TOKEN,
// --api-key, dbPassword, but not token_limit, PASSWORD_FILE or PWD.
func secretName(name string) bool {
	words := nameWords(name)
	if len(words) == 0 || slices.Contains(plainEnds, words[len(words)-1]) {
		return false
	}
	for i, w := range words {
		last := i == len(words)-1
		for _, end := range secretEnds {
			if strings.HasSuffix(w, end) {
				return true
			}
		}
		switch w {
		case "credential", "credentials", "creds":
			return true
		case "pass":
			if last {
				return true
			}
		case "pwd", "pat":
			if last && i > 0 && words[i-1] != "old" {
				return true
			}
		case "key":
			if i > 0 && slices.Contains(keyKinds, words[i-1]) {
				return true
			}
		case "auth":
			if strings.HasSuffix(name, "_auth") && len(words) == 1 { // npm's _auth
				return true
			}
		}
	}
	return false
}

// nameWords splits a name at what is no letter or digit, and where a small letter meets a capital.
func nameWords(name string) []string {
	var words []string
	var w []rune
	var before rune
	flush := func() {
		if len(w) > 0 {
			words = append(words, strings.ToLower(string(w)))
			w = w[:0]
		}
	}
	for _, r := range name {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) || unicode.IsUpper(r) && unicode.IsLower(before) {
			flush()
		}
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			w = append(w, r)
		}
		before = r
	}
	flush()
	return words
}

// harmless says that a value is no secret whatever its name: a reference, a switch, a path, a mark.
func harmless(v string) bool {
	switch strings.ToLower(strings.TrimRight(v, ",;)]}")) {
	case "", "true", "false", "yes", "no", "on", "off", "null", "none", "nil", "undefined", "0", "1", "***", "...", "…":
		return true
	}
	if strings.HasPrefix(v, markHead) || v[0] == '`' || strings.HasPrefix(v, "{{") || strings.HasPrefix(v, "<(") {
		return true
	}
	if v[0] == '$' && len(v) > 1 && (v[1] == '{' || v[1] == '(' || v[1] == '_' || hasLetter(v[1:2])) {
		return true
	}
	return isPath(v)
}

// isPath: what begins like a path, unless it has capitals and digits as base64 does.
func isPath(v string) bool {
	for _, p := range []string{"/", "./", "../", "~/"} {
		if strings.HasPrefix(v, p) {
			upper := strings.ContainsFunc(v, unicode.IsUpper)
			return (!upper || !hasDigit(v)) && !strings.ContainsAny(v, "+=") && (p != "/" || strings.Count(v, "/") >= 2)
		}
	}
	return false
}

// isReference: password=args.password in a program, where before ends with the name and its sign.
func isReference(v, before string) bool {
	for i := range len(v) {
		if !isWord(v[i]) && v[i] != '.' || isDigit(v[i]) {
			return false
		}
	}
	name, _ := nameBefore(before, max(0, len(before)-1))
	words := nameWords(name)
	return len(words) > 0 && strings.HasSuffix(strings.ToLower(v), words[len(words)-1])
}

func isName(s string) bool {
	for i := range len(s) {
		if !isWord(s[i]) && s[i] != '-' && s[i] != '.' {
			return false
		}
	}
	return s != ""
}

func isBlank(c byte) bool       { return c == ' ' || c == '\t' }
func isDigit(c byte) bool       { return '0' <= c && c <= '9' }
func isAlnum(c byte) bool       { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'z' }
func isWord(c byte) bool        { return isAlnum(c) || c == '_' }
func isWordDash(c byte) bool    { return isWord(c) || c == '-' }
func isWordDashDot(c byte) bool { return isWordDash(c) || c == '.' }
func isWordSlash(c byte) bool   { return isWordDash(c) || c == '/' }
func isToken(c byte) bool       { return isWordDashDot(c) || c == '+' || c == '/' || c == '=' || c == '~' }

func hasDigit(s string) bool { return strings.ContainsAny(s, "0123456789") }

func hasLetter(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r < 0x80 && isAlnum(byte(r)) && !isDigit(byte(r)) })
}
