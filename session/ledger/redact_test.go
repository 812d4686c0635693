package ledger

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// github is put together so that no scanner takes this file for a leak.
const (
	github = "ghp_" + "0123456789abcdefABCDEF0123456789abcd"
	openai = "sk-" + "proj-Abc123def456Ghi789jkl012"
	slack  = "xoxb-" + "123456789012-abcdefABCDEF"
	amazon = "AKIA" + "IOSFODNN7EXAMPLE"
	google = "AIza" + "SyA1234567890abcdefghijklmnopqrstuvw"
	gitlab = "glpat-" + "abcDEF123456ghiJKL78"
	npm    = "npm_" + "abcdefABCDEF0123456789abcdefABCDEF01"
	jwt    = "eyJ" + "hbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc-DEF_123"
	pem    = "-----BEGIN RSA " + "PRIVATE KEY-----\nMIIEow\nIBAAKC\n-----END RSA PRIVATE KEY-----"
)

func TestRedact(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		// tokens by their prefix
		{"curl -H 'X: " + github + "'", "curl -H 'X: [redacted 40 chars]'"},
		{"echo " + openai, "echo [redacted 32 chars]"},
		{"echo " + slack + " done", "echo [redacted 30 chars] done"},
		{amazon, "[redacted 20 chars]"},
		{"key " + google, "key [redacted 40 chars]"},
		{gitlab, "[redacted 26 chars]"},
		{"echo //r/:_x " + npm, "echo //r/:_x [redacted 40 chars]"},
		{"a " + jwt + " b", "a [redacted 52 chars] b"},
		{"github_pat_" + "11ABCDEFG0123456789_abcdefghij", "[redacted 41 chars]"},
		{"echo '" + pem + "' > k", "echo '-----BEGIN RSA PRIVATE KEY-----[redacted 15 chars]-----END RSA PRIVATE KEY-----' > k"},
		{"x -----BEGIN PRIVATE " + "KEY-----\nabc", "x -----BEGIN PRIVATE KEY-----[redacted 4 chars]"},
		{"curl https://hooks.slack.com/services/" + "T00000000/B00000000/XXXXXXXX", "curl https://hooks.slack.com/services/[redacted 28 chars]"},

		// names of the environment
		{"GITHUB_TOKEN=abc123 npm publish", "GITHUB_TOKEN=[redacted 6 chars] npm publish"},
		{"export API_KEY=a1b2 && make", "export API_KEY=[redacted 4 chars] && make"},
		{`DB_PASSWORD="two words" psql`, `DB_PASSWORD="[redacted 9 chars]" psql`},
		{`DB_PASSWORD='it'"'"'s' psql`, `DB_PASSWORD=[redacted 10 chars] psql`},
		{`sh -c 'export TOKEN=abc' && echo 'hi'`, `sh -c 'export TOKEN=[redacted 3 chars]' && echo 'hi'`},
		{`bash -c "TOKEN=abc npm i" # 'x'`, `bash -c "TOKEN=[redacted 3 chars] npm i" # 'x'`},
		{"docker run -e AWS_SECRET_ACCESS_KEY=wJalr/XUtn img", "docker run -e AWS_SECRET_ACCESS_KEY=[redacted 10 chars] img"},
		{"PGPASSWORD=x1 psql", "PGPASSWORD=[redacted 2 chars] psql"},
		{"MYSQL_PWD=hunter2 mysql", "MYSQL_PWD=[redacted 7 chars] mysql"},
		{"curl -d 'user=me&password=hunter2&x=1' h", "curl -d 'user=me&password=[redacted 7 chars]&x=1' h"},
		{"TOKEN='$ecret' x", "TOKEN='[redacted 6 chars]' x"},
		{"npm config set //registry.npmjs.org/:_authToken=abcdef", "npm config set //registry.npmjs.org/:_authToken=[redacted 6 chars]"},

		// flags
		{"mysql --password=hunter2 db", "mysql --password=[redacted 7 chars] db"},
		{"gh auth --token abcdef -x", "gh auth --token [redacted 6 chars] -x"},
		{"x --api-key 'a b' y", "x --api-key '[redacted 3 chars]' y"},
		{"curl -u me:hunter2 https://h", "curl -u me:[redacted 7 chars] https://h"},
		{"sshpass -p hunter2 ssh h", "sshpass -p [redacted 7 chars] ssh h"},
		{"mysql -phunter2 db", "mysql -p[redacted 7 chars] db"},

		// headers, JSON, YAML
		{`curl -H "Authorization: Bearer abcdef" h`, `curl -H "Authorization: Bearer [redacted 6 chars]" h`},
		{"curl -H 'authorization: Basic dTpw' h", "curl -H 'authorization: Basic [redacted 4 chars]' h"},
		{"Authorization: abc\nAccept: */*", "Authorization: [redacted 3 chars]\nAccept: */*"},
		{`curl -H "X-Api-Key: abc" h`, `curl -H "X-Api-Key: [redacted 3 chars]" h`},
		{`{"Authorization":"Bearer abc","a":1}`, `{"Authorization":"Bearer [redacted 3 chars]","a":1}`},
		{`{"password": "hunter2", "user": "me"}`, `{"password": "[redacted 7 chars]", "user": "me"}`},
		{`{"text":"{\"api_key\":\"abc\",\"n\":1}"}`, `{"text":"{\"api_key\":\"[redacted 3 chars]\",\"n\":1}"}`},
		{`{"pin_token": 123456, "b": 2}`, `{"pin_token": [redacted 6 chars], "b": 2}`},
		{"password: hunter2hunter2\nuser: me", "password: [redacted 14 chars]\nuser: me"},
		{`password = "hunter2"`, `password = "[redacted 7 chars]"`},
		{"send Bearer abcdef0123456789xyz now", "send Bearer [redacted 19 chars] now"},

		// URLs
		{"git clone https://me:hunter2@github.com/a/b", "git clone https://me:[redacted 7 chars]@github.com/a/b"},
		{"postgres://u:p@ss@db:5432/x", "postgres://u:[redacted 4 chars]@db:5432/x"},
		{"git clone https://0123456789abcdef0123@h/a", "git clone https://[redacted 20 chars]@h/a"},
	} {
		got := Redact(c.in)
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("Redact(%q) (-want +got):\n%s", c.in, diff)
		}
		if again := Redact(got); again != got {
			t.Errorf("redacting again changes %q to %q", got, again)
		}
	}
}

// What has to stay readable.
func TestRedactLeavesAlone(t *testing.T) {
	for _, s := range []string{
		"",
		"git checkout 793888a1c0ffee0123456789abcdef0123456789",
		"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		"rm -rf build && npm install jsonwebtoken",
		"kubectl get pod 123e4567-e89b-12d3-a456-426614174000",
		"GITHUB_TOKEN=$GITHUB_TOKEN npm publish",
		"GITHUB_TOKEN=${GH} x; TOKEN=$(pass show x) y; TOKEN=`cat f`",
		`curl -H "Authorization: Bearer $TOKEN" https://h`,
		`curl -H "Authorization: Bearer ${TOKEN}" https://h`,
		"--password-file=/run/secrets/db --token-limit 4096 --max-tokens=100",
		"docker login -u me --password-stdin",
		"PWD=/home/me OLDPWD=/tmp make",
		"GOOGLE_APPLICATION_CREDENTIALS=/home/me/gcp.json terraform plan",
		"git log --author=me --format=%H",
		"git clone https://github.com/a/b && ssh git@github.com",
		"curl https://me@example.org/a:b@c",
		"if [ $token == abc ]; then :; fi",
		"fix(auth): token: refresh it before it expires",
		`git commit -m "add the --token flag"`,
		"task-1234567890abcdefghij risk-0123456789abcdef01",
		".sk-folding-cube-animation-wrapper { color: red }",
		"def f(token=None, password=args.password): return get(token)",
		"npm_config_registry=https://registry.npmjs.org npm i",
		"token = os.environ['X']",
		"secret := load()",
		"sort --key=2,2 --field-separator=: passwd",
		"docker run -u 1000:1000 -p 8080:80 img",
		"mysql -p db; cp -p a b",
		"python -m tokenizer --tokenizer=bert-base",
		"-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----",
		"https://example.org/?session=1#x=2",
		"echo eyJub3QiOiJhIGp3dCJ9",
	} {
		if got := Redact(s); got != s {
			t.Errorf("Redact(%q) = %q", s, got)
		}
	}
}

func TestRedactArgv(t *testing.T) {
	for _, c := range []struct{ in, want []string }{
		{nil, []string{}},
		{[]string{"mysql", "--password=a b", "db"}, []string{"mysql", "--password=[redacted 3 chars]", "db"}},
		{[]string{"gh", "--token", "a b", "x"}, []string{"gh", "--token", "[redacted 3 chars]", "x"}},
		{[]string{"gh", "--token", "$TOKEN"}, []string{"gh", "--token", "$TOKEN"}},
		{[]string{"gh", "--token", "-x"}, []string{"gh", "--token", "-x"}},
		{[]string{"bash", "-lc", "TOKEN=abc npm publish"}, []string{"bash", "-lc", "TOKEN=[redacted 3 chars] npm publish"}},
		{[]string{"docker", "run", "-e", "PASSWORD=a b", "img"}, []string{"docker", "run", "-e", "PASSWORD=[redacted 3 chars]", "img"}},
		{[]string{"env", "TOKEN=a b", "make"}, []string{"env", "TOKEN=[redacted 3 chars]", "make"}},
		{[]string{"ssh", "h", "TOKEN=abc make all"}, []string{"ssh", "h", "TOKEN=[redacted 3 chars] make all"}},
		{[]string{"/usr/bin/curl", "-u", "me:pw", "h"}, []string{"/usr/bin/curl", "-u", "me:[redacted 2 chars]", "h"}},
		{[]string{"sshpass", "-p", "pw", "ssh"}, []string{"sshpass", "-p", "[redacted 2 chars]", "ssh"}},
		{[]string{"curl", "-H", "Authorization: token a'b"}, []string{"curl", "-H", "Authorization: token [redacted 3 chars]"}},
		{[]string{"git", "commit", "-m", "a message", github}, []string{"git", "commit", "-m", "a message", "[redacted 40 chars]"}},
	} {
		before := append([]string(nil), c.in...)
		if diff := cmp.Diff(c.want, redactArgv(c.in)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", c.in, diff)
		}
		if diff := cmp.Diff(before, append([]string(nil), c.in...)); diff != "" {
			t.Errorf("the argument was changed:\n%s", diff)
		}
	}
}

func FuzzRedact(f *testing.F) {
	for _, s := range []string{"TOKEN=abc", `{"password":"x"}`, "https://a:b@c", "--token x", pem, jwt, "curl -u a:b", "Cookie: a=b; c=d"} {
		f.Add(s, "echo ", " done")
	}
	f.Fuzz(func(t *testing.T, s, before, after string) {
		got := Redact(s)
		if again := Redact(got); again != got {
			t.Errorf("%q\nonce  %q\ntwice %q", s, got, again)
		}
		if utf8.ValidString(s) && !utf8.ValidString(got) {
			t.Errorf("%q becomes invalid: %q", s, got)
		}
		// Whatever stands around it, a key known by its prefix never stays.
		for _, key := range []string{github, gitlab} {
			if text := before + " " + key + " " + after; strings.Contains(Redact(text), key) {
				t.Errorf("a key stays in %q", text)
			}
		}
		redactArgv([]string{s, before, after})
	})
}

// A hostile text must not make the committer slow.
func TestRedactIsLinear(t *testing.T) {
	for _, unit := range []string{
		"sk-", "token=a ", "eyJ.", "://a:", "--token ", "'token=\"", "-----BEGIN PRIVATE KEY-----", "a:", "curl -u ",
		"Bearer ", `\"token":`, `token="`, "password: '", "-p", `"token":"`, "[redacted ", "curl -u:",
	} {
		start := time.Now()
		Redact(strings.Repeat(unit, maxText/len(unit)))
		if took := time.Since(start); took > 4*time.Second {
			t.Errorf("%q: %s for %d KB", unit, took, maxText>>10)
		} else {
			t.Logf("%q: %s for %d KB", unit, took, maxText>>10)
		}
	}
}

func BenchmarkRedact(b *testing.B) {
	s := `cd web && GITHUB_TOKEN=$GITHUB_TOKEN npm run build -- --mode production --out "dist/app" && git push origin main`
	b.SetBytes(int64(len(s)))
	for b.Loop() {
		Redact(s)
	}
}
