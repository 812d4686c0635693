package ledger

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// The stable shape: changing this test breaks whoever reads `kavi log --json`.
func TestJSON(t *testing.T) {
	l := open(t, t.TempDir())
	e := add(t, l, Entry{
		Time: time.Date(2026, 1, 2, 16, 4, 5, 123456789, time.FixedZone("x", 3600)), Boot: 7 * time.Second, Kind: CallDecided,
		Witness: WitnessShim, Agent: "claude", Call: "call_1", Approval: "apr_01",
		By: &By{Kind: ByOperator, Client: "attach 2", Terminal: "/dev/pts/3", Shown: 1500 * time.Millisecond}, Verdict: Allowed,
		Command: "a && b > c", Argv: []string{"sh", "-c", "a && b > c"}, ExitCode: new(int), For: time.Second,
		Parts: []Part{{Text: "a", Effects: []string{"unknown"}}}, Data: map[string]string{"b": "2", "a": "1"},
	})
	got, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"seq":1,"hash":"` + e.Hash.String() + `","prev":"` + strings.Repeat("0", 64) + `",` +
		`"time":"2026-01-02T15:04:05.123456Z","boot_ns":7000000000,"kind":"call decided","witness":"shim","agent":"claude",` +
		`"call":"call_1","approval":"apr_01","by":{"kind":"operator","client":"attach 2","terminal":"/dev/pts/3","shown_ns":1500000000},` +
		`"verdict":"allowed","command":"a \u0026\u0026 b \u003e c","argv":["sh","-c","a \u0026\u0026 b \u003e c"],` +
		`"parts":[{"text":"a","effects":["unknown"]}],"exit_code":0,"for_ns":1000000000,"data":{"a":"1","b":"2"}}`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	// the documented way to check the chain from an export
	_, rest, _ := strings.Cut(string(got), `","time":`)
	stored := `{"time":` + rest
	sum := sha256.Sum256([]byte("kavi-ledger-v1\x00" + strings.Repeat("\x00", 32) + "\x00\x00\x00\x00\x00\x00\x00\x01" + stored))
	if sum != e.Hash {
		t.Error("the hash cannot be computed from the line")
	}
	var back Entry
	if err := json.Unmarshal(got, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(all(t, l, 1)[0], back, cmp.AllowUnexported(Entry{})); diff != "" {
		t.Errorf("there and back (-want +got):\n%s", diff)
	}
	again, err := json.Marshal(struct{ E Entry }{back})
	if err != nil || string(again) != `{"E":`+string(got)+`}` {
		t.Errorf("within another value: %s, %v", again, err)
	}
}

// Every text of an entry goes through Redact: a new field that is forgotten fails here.
func TestEveryTextIsRedacted(t *testing.T) {
	text := "x " + github
	var e Entry
	n := 0
	plant(reflect.ValueOf(&e).Elem(), text, &n)
	e.Data[text] = text
	e.Time = time.Now()
	b, err := encode(e)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(b), github) {
		t.Errorf("a secret stays in %s", b)
	}
	if got := strings.Count(string(b), "[redacted 40 chars]"); got != n+2 { // and a key with its value
		t.Errorf("%d of %d texts are redacted in %s", got, n+2, b)
	}
	b, err = encode(Entry{Kind: Problem, Argv: []string{"mysql", "--password", "hunter2"}, Data: map[string]string{"DB_PASSWORD": "hunter2", "n": "2"}})
	if err != nil || strings.Contains(string(b), "hunter2") {
		t.Errorf("%s, %v", b, err)
	}
}

// plant puts text into every exported string of v.
func plant(v reflect.Value, text string, n *int) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
		*n++
	case reflect.Pointer:
		if v.Type().Elem().Kind() == reflect.Struct {
			v.Set(reflect.New(v.Type().Elem()))
			plant(v.Elem(), text, n)
		}
	case reflect.Slice:
		if k := v.Type().Elem().Kind(); k == reflect.String || k == reflect.Struct {
			v.Set(reflect.MakeSlice(v.Type(), 1, 1))
			plant(v.Index(0), text, n)
		}
	case reflect.Map:
		v.Set(reflect.ValueOf(map[string]string{"k": text}))
		*n++
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() && v.Type() != reflect.TypeFor[time.Time]() {
				plant(v.Field(i), text, n)
			}
		}
	}
}

// Entries share slices with calls that others still read.
func TestEncodeChangesNothing(t *testing.T) {
	e := Entry{
		Kind: CallRequested, Argv: []string{"x", github, "\xff"}, Parts: []Part{{Text: github, Effects: []string{github}}},
		Data: map[string]string{"k": github}, By: &By{Rule: github}, Command: strings.Repeat("x", maxEntry),
	}
	before := fmt.Sprintf("%+v %+v", e, *e.By)
	if _, err := encode(e); err != nil {
		t.Fatal(err)
	}
	if after := fmt.Sprintf("%+v %+v", e, *e.By); after != before {
		t.Errorf("%s\nbecame %s", before, after)
	}
}

func TestLongTextsAreCut(t *testing.T) {
	long := strings.Repeat("0123456789abcdef", 8<<10) // 128 KB
	sum := fmt.Sprintf("%x", sha256.Sum256([]byte(long)))
	huge := strings.Repeat("x", 2*maxText)
	many := make([]string, 50_000)
	for i := range many {
		many[i] = "word" + strconv.Itoa(i)
	}
	parts := make([]Part, 5000)
	data := map[string]string{}
	for i := range parts {
		parts[i] = Part{Text: many[i], Effects: many[:20]}
		data[many[i]] = long[:100]
	}
	for name, c := range map[string]struct {
		e    Entry
		want []string
	}{
		"a text":         {Entry{Command: long}, []string{"[cut after 40960 of 131072 bytes, sha256 " + sum + "]"}},
		"two":            {Entry{Command: long, What: long}, []string{"[cut after 16384 of 131072 bytes, sha256 " + sum + "]"}},
		"a huge one":     {Entry{Command: huge}, []string{fmt.Sprintf("of %d bytes, sha256 %x]", len(huge), sha256.Sum256([]byte(huge)))}},
		"escapes":        {Entry{Command: strings.Repeat("<", 60<<10)}, []string{"of 61440 bytes"}},
		"not UTF-8":      {Entry{Command: strings.Repeat("\xff", 60<<10)}, []string{`\\xff\\xff`, "of 245760 bytes"}},
		"wide":           {Entry{Command: strings.Repeat("界", 40<<10)}, []string{"界 [cut after"}},
		"words":          {Entry{Argv: many}, []string{"words, sha256"}},
		"parts":          {Entry{Parts: parts}, []string{"of 5000 parts]"}},
		"values":         {Entry{Data: data}, []string{"of 5000 values]"}},
		"everything":     {Entry{Command: long, What: long, Argv: []string{long, long}, Path: long, Reason: long, Parts: parts, Data: data}, nil},
		"key of a value": {Entry{Data: map[string]string{long: long}}, []string{"of 131072 bytes"}},
	} {
		t.Run(name, func(t *testing.T) {
			c.e.Kind, c.e.Time = CallRequested, time.Now()
			b, err := encode(c.e)
			if err != nil {
				t.Fatal(err)
			}
			if len(b) > maxEntry {
				t.Errorf("%d bytes", len(b))
			}
			for _, want := range c.want {
				if !strings.Contains(string(b), want) {
					t.Errorf("no %q in %.200s…%.200s", want, b, b[max(0, len(b)-200):])
				}
			}
			if _, err := decode(1, Hash{}, b); err != nil {
				t.Error(err)
			}
		})
	}
	// A secret is taken out before the text is cut, so that no half of one is left.
	b, err := encode(Entry{Kind: CallRequested, Command: strings.Repeat("x", 40<<10-10) + " " + github + strings.Repeat(" y", 40<<10)})
	if err != nil || strings.Contains(string(b), github[:10]) {
		t.Errorf("half a secret is left, %v", err)
	}
	if b, err := encode(Entry{Kind: CallRequested, Command: long[:30<<10]}); err != nil || strings.Contains(string(b), "cut after") {
		t.Errorf("what fits is cut, %v", err)
	}
}

func FuzzEntry(f *testing.F) {
	f.Add([]byte(`{"seq":1,"hash":"` + strings.Repeat("00", 32) + `","prev":"` + strings.Repeat("0a", 32) + `","time":"2026-01-02T15:04:05Z","boot_ns":1,"kind":"x"}`))
	f.Add([]byte(`{"time":"2026-01-02T15:04:05Z","boot_ns":1,"kind":"x","data":{"a":"b"}}`))
	f.Add([]byte(`{}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if e, err := decode(1, Hash{}, b); err == nil {
			e.raw = nil
			e.Line()
			if line, err := encode(e); err == nil && len(line) > maxEntry {
				t.Errorf("%d bytes", len(line))
			}
		}
		var e Entry
		if err := json.Unmarshal(b, &e); err != nil {
			return
		}
		line, err := json.Marshal(e)
		if err != nil {
			t.Fatalf("%q cannot be written again: %v", b, err)
		}
		var back Entry
		if err := json.Unmarshal(line, &back); err != nil {
			t.Fatalf("%q becomes %q: %v", b, line, err)
		}
		if diff := cmp.Diff(e, back, cmpopts.IgnoreUnexported(Entry{}), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%q: %s", b, diff)
		}
	})
}

func BenchmarkEncode(b *testing.B) {
	e := Entry{
		Time: time.Now(), Boot: time.Hour, Kind: CallRequested, Witness: WitnessShim, Agent: "claude", Call: "call_12", Approval: "apr_03",
		Action: "prompt", Tool: "exec", What: "Run: npm install jsonwebtoken", Command: "npm install jsonwebtoken",
		Argv: []string{"bash", "-c", "npm install jsonwebtoken"}, Cwd: "/home/me/project", Program: "/usr/bin/bash",
		Parts: []Part{{Text: "npm install jsonwebtoken", Effects: []string{"network", "write", "unknown"}}}, Risk: "medium",
		Why: "it installs a package", Nonce: strings.Repeat("0a", 16), Process: "12345@678901",
	}
	for b.Loop() {
		out, err := encode(e)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(len(out)), "bytes")
	}
}
