package gateway

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kavi/gateway/shell"
	"kavi/gateway/wire"
)

func TestOffer(t *testing.T) {
	fetch := &Call{Door: wire.DoorHook, Tool: wire.ToolFetch, URL: "https://user@Example.com:8443/x", Cwd: "/proj"}
	mcp := &Call{Door: wire.DoorHook, Tool: wire.ToolMCP, Name: "tracker__create", Cwd: "/proj"}
	for _, c := range []struct {
		name string
		call *Call
		want string // rules as lines, or why there are none
	}{
		{"a subcommand of two words", command("go test ./..."), `allow exec "go test *" agent "a" effects "read", "unknown"`},
		{"of three", command("npm run test -- --watch"), `allow exec "npm run test *" agent "a" effects "read", "unknown"`},
		{"one that reads", command("git status"), `allow exec "git status *" agent "a" effects "read"`},
		{"a program of one word", command("grep -n x src/a.go"), `allow exec "grep *" agent "a" effects "read"`},
		{"a subcommand missing", command("make"), `allow exec "make" agent "a" effects "read", "unknown"`},
		{"two parts", command("npm test && git status"), `allow exec "npm test *" agent "a" effects "read", "unknown"; allow exec "git status *" agent "a" effects "read"`},
		{"cd needs nothing", command("cd src && npm test"), `allow exec "npm test *" agent "a" effects "read", "unknown"`},
		{"a network", command("git push origin main"), `allow exec "git push origin main" agent "a" effects "read", "network", "commit"`},
		{"a commit", command("git commit -m 'a b*'"), `allow exec "git commit -m 'a b*'" agent "a" effects "read", "write", "commit"`},
		{"an overwrite", command("cp a.txt b.txt"), `allow exec "cp a.txt b.txt" path "b.txt" agent "a" effects "read", "overwrite"`},
		{"outside", command("touch /tmp/x"), `allow exec "touch /tmp/x" path "/tmp/x" agent "a" effects "read", "write", "outside"`},
		{"an overwrite by a redirection", command("npm test > a.txt"), `allow exec "npm test" path "a.txt" agent "a" effects "read", "overwrite", "unknown"`},
		{"known and unknown places", command("npm config set a b > /tmp/x"), "asked every time: it changes some files that are known and others that are not"},
		{"an unknown program", command("./x.sh a"), `allow exec "./x.sh a" agent "a" effects "read", "unknown"`},
		{"a wrapper", command("timeout 5 npm test"), `allow exec "timeout 5 npm test" agent "a" effects "read", "unknown"`},
		{"git in another folder", command("git -C src status"), `allow exec "git -C src status" agent "a" effects "read"`},
		{"an overwrite of a file", file(wire.ToolWrite, "src/a.go"), `allow overwrite "src/a.go" agent "a"`},
		{"a file outside", file(wire.ToolWrite, "/tmp/[x]"), `allow write "/tmp/\\[x\\]" agent "a" effects "write", "outside"`},
		{"a host", fetch, `allow network "example.com" agent "a"`},
		{"a tool", mcp, `allow mcp tool "tracker__create" agent "a"`},
		{"a delete", command("rm a.txt"), "asked every time: it deletes"},
		{"a delete among others", command("npm test && rm a.txt"), "asked every time: it deletes"},
		{"a file tool's delete", file(wire.ToolDelete, "a.txt"), "asked every time: it deletes"},
		{"code", command("python3 -c 'print(1)'"), "asked every time: it cannot be said what it does"},
		{"another user", command("sudo ls"), "asked every time: it uses another user's rights"},
		{"protected", file(wire.ToolWrite, ".claude/settings.json"), "asked every time: it changes protected settings"},
		{"a word known only when it runs", command("npm run $X"), "asked every time: it cannot be said what it does"},
		{"what is allowed anyway", file(wire.ToolRead, "a.txt"), "nothing in it asks"},
		{"an interactive shell", &Call{Door: wire.DoorShim, Tool: wire.ToolExec, Name: "bash", Argv: []string{"bash"}, Stdin: wire.StdinInteractive, Cwd: "/proj"}, "asked every time: a shell that is fed or typed into"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := Default().Offer(c.call, Asker{Agent: "a"}, world(t), Allow)
			lines := make([]string, len(o.Rules))
			for i := range o.Rules {
				lines[i] = o.Rules[i].String()
			}
			got := strings.Join(lines, "; ")
			if len(o.Rules) == 0 {
				got = o.None
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
			if len(o.Rules) == 0 {
				return
			}
			// What is remembered decides this very call, for this agent alone.
			p := with(t, o.Rules...)
			if j := p.Action(c.call, Asker{Agent: "a"}, world(t)); j.Action != Allow || j.Layer != string(LayerRemembered) {
				t.Errorf("remembered, and still: %s %s %s", j.Action, j.Layer, j.Why)
			}
			if j := p.Action(c.call, Asker{Agent: "b"}, world(t)); j.Action != Prompt {
				t.Errorf("for another agent: %s", j.Action)
			}
		})
	}
}

// What is remembered for the project is written into a file, and read again.
func TestWhatIsOfferedCanBeWritten(t *testing.T) {
	mcp := &Call{Door: wire.DoorHook, Tool: wire.ToolMCP, Name: "a[b]{c}?*\\", Cwd: "/proj"}
	for _, call := range []*Call{
		mcp, command("./x.sh '[a]' .[0] b?"), command("curl 'https://[::1]/?a={b}'"),
		file(wire.ToolWrite, "~/a.txt"), file(wire.ToolWrite, "/proj/~/a.txt"), file(wire.ToolWrite, "/proj/~root"),
	} {
		for _, verdict := range []Action{Allow, Deny} {
			w := world(t)
			w.FS.(memory)["/proj/~root"] = shell.File{Exists: true, Regular: true, Size: 1}
			w.FS.(memory)["/proj/~/a.txt"] = shell.File{Exists: true, Regular: true, Size: 1}
			for _, r := range Default().Offer(call, Asker{Agent: "a"}, w, verdict).Rules {
				p := with(t, parse(t, r.TOML())...)
				if j := p.Action(call, Asker{Agent: "a"}, w); j.Action != verdict {
					t.Errorf("%s: %s: %s", r.TOML(), j.Action, j.Why)
				}
			}
		}
	}
}

func TestOfferOfADenial(t *testing.T) {
	for _, c := range []struct{ command, other string }{
		{"npm run deploy", "npm run deploy --prod"},
		{"rm -rf build", "rm -rf build"},
		{"sudo ls", "sudo ls"},
	} {
		o := Default().Offer(command(c.command), Asker{Agent: "a"}, world(t), Deny)
		if len(o.Rules) == 0 {
			t.Errorf("%s: %s", c.command, o.None)
			continue
		}
		if j := with(t, o.Rules...).Action(command(c.other), Asker{Agent: "a"}, world(t)); j.Action != Deny {
			t.Errorf("%s after %s: %s", c.other, c.command, j.Action)
		}
	}
}

func TestOfferNeverBesideAlways(t *testing.T) {
	p := with(t, parse(t, documented)...)
	if o := p.Offer(command("npm publish"), Asker{Agent: "a"}, world(t), Allow); len(o.Rules) != 0 || !strings.Contains(o.None, "release") {
		t.Errorf("%+v", o)
	}
	if o := p.Offer(command("go vet ./..."), Asker{Agent: "a", Level: LevelAlways}, world(t), Allow); len(o.Rules) != 0 {
		t.Errorf("%+v", o)
	}
}

// What a deny rule may be about asks before anything remembered is looked at: to
// offer it would promise what does not come.
func TestOfferNeverBesideADenialThatMayBe(t *testing.T) {
	p := with(t, parse(t, "[[rule]]\nid = \"evil\"\ndeny = \"network\"\nhost = \"evil.example\"\n")...)
	push := command("git push origin main")
	if j := p.Action(push, Asker{Agent: "a"}, world(t)); j.Action != Prompt {
		t.Fatalf("%s: %s", j.Action, j.Why)
	}
	if o := p.Offer(push, Asker{Agent: "a"}, world(t), Allow); len(o.Rules) != 0 || !strings.Contains(o.None, "evil") {
		t.Errorf("%+v", o)
	}
	if o := p.Offer(push, Asker{Agent: "a"}, world(t), Deny); len(o.Rules) != 1 {
		t.Errorf("a denial: %+v", o)
	}
	if o := p.Offer(command("curl https://good.example/"), Asker{Agent: "a"}, world(t), Allow); len(o.Rules) != 1 {
		t.Errorf("another host: %+v", o)
	}
}

func TestEditedPattern(t *testing.T) {
	for _, c := range []struct{ call, pattern, want string }{
		{"npm run test -- --watch", "npm run test *", ""},
		{"npm run test -- --watch", "npm run *", "leaves open what npm run runs"},
		{"npm run test -- --watch", "npm * *", "leaves open what npm runs"},
		{"npm run test -- --watch", "npm run ** *", "leaves open what npm run runs"},
		{"npm run test:unit", "npm run test:*", ""},
		{"go test ./...", "go * ./...", "leaves open what go runs"},
		{"go test ./...", "go test *", ""},
		{"go test ./...", "go test ./...", ""},
		{"make -j4 test", "make -j4 *", "leaves open what make -j4 runs"},
		{"make -j4 test", "make -j4 test *", ""},
		{"python3 x.py 1", "python3 x.py *", ""},
		{"python3 x.py 1", "python3 * *", "leaves open what python3 runs"},
		{"python3 x.py 1", "python3 * 1", "leaves open what python3 runs"},
		{"python3 -m pytest tests", "python3 -m *", "leaves open what python3 -m runs"},
		{"timeout 5 npm test", "timeout 5 *", "leaves open which program runs"},
		{"timeout 5 npm test", "timeout 5 np* test", "leaves open which program runs"},
		{"timeout 5 npm test", "timeout 5 npm *", "leaves open what timeout 5 npm runs"},
		{"timeout 5 npm test", "timeout * npm test", "leaves open what timeout runs"},
		{"timeout 5 npm test", "timeout 5 npm test *", ""},
		{"timeout 5 npm test", "npm test *", ""},
		{"git -C src status", "git -C * status", "leaves open what git -C runs"},
		{"git -C src status", "git -C src status *", ""},
		{"git -C src status", "git status *", ""},
		{"npm run test -- --watch", "npm run test -- --watch", ""},
		{"npm run test -- --watch", "npm *", "leaves open which subcommand of npm"},
		{"npm run test -- --watch", "*", "leaves open which program"},
		{"npm run test -- --watch", "np* run test *", "leaves open which program"},
		{"npm run test -- --watch", "yarn *", "leaves open which subcommand"},
		{"npm run test -- --watch", "yarn test *", "does not match this call"},
		{"npm run test -- --watch", "npm 'run", "quote that is not closed"},
		{"npm run test -- --watch", " ", "is empty"},
		{"git push origin main", "git *", "allows whatever git runs"},
		{"git push origin main", "git push *", "uses the network"},
		{"git push origin main", "git push origin ma*", "uses the network"},
		{"git push origin main", "git 'push' origin main", ""},
		{"curl -s https://x.example/", "curl *", "uses the network"},
		{"timeout 5 curl https://x.example/", "curl https://x.example/", "only exactly"},
		{"cp a.txt b.txt", "cp *", "replaces files"},
		{"cp a.txt b.txt", "cp a.txt *", "replaces files"},
		{"touch /tmp/x", "touch *", "changes files outside"},
		{"git commit -m x", "git commit *", "commits"},
		{"git commit -m 'a *'", "git commit -m 'a *'", ""},
		{"./x.sh a", "./x.sh *", ""},
		{"ls -l", "ls *", ""},
	} {
		call := command(c.call)
		o := Default().Offer(call, Asker{Agent: "a"}, world(t), Allow)
		if len(o.Rules) != 1 {
			t.Fatalf("%s: %+v", c.call, o)
		}
		r, err := Default().Edited(o.Rules[0], c.pattern, call, Asker{Agent: "a"}, world(t))
		switch {
		case c.want == "" && (err != nil || r.Command[0] != c.pattern):
			t.Errorf("%s as %q: %v, %v", c.call, c.pattern, r.Command, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s as %q: %v, want %s", c.call, c.pattern, err, c.want)
		}
	}
	fetch := &Call{Door: wire.DoorHook, Tool: wire.ToolFetch, URL: "https://docs.example.com/x", Cwd: "/proj"}
	for _, c := range []struct {
		call          *Call
		pattern, want string
	}{
		{fetch, "*.example.com", "uses the network"},
		{fetch, "Docs.example.com", ""},
		{file(wire.ToolWrite, "src/a.go"), "src/**", "replaces files"},
		{file(wire.ToolWrite, "src/a.go"), "./src/a.go", ""},
		{file(wire.ToolWrite, "/tmp/[x]"), "/tmp/**", "changes files outside"},
		{file(wire.ToolWrite, "/tmp/[x]"), "/tmp/[x]", "changes files outside"},
		{file(wire.ToolWrite, "/tmp/[x]"), `/tmp/\[x\]`, ""},
	} {
		o := Default().Offer(c.call, Asker{Agent: "a"}, world(t), Allow)
		if len(o.Rules) != 1 {
			t.Fatalf("%s%s: %+v", c.call.Path, c.call.URL, o)
		}
		_, err := Default().Edited(o.Rules[0], c.pattern, c.call, Asker{Agent: "a"}, world(t))
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s%s as %q: %v, want %s", c.call.Path, c.call.URL, c.pattern, err, c.want)
		}
	}
	tool := &Call{Door: wire.DoorHook, Tool: wire.ToolMCP, Name: "tracker__create", Cwd: "/proj"}
	for pattern, want := range map[string]bool{"*": false, "**": false, "tracker__*": true} {
		o := Default().Offer(tool, Asker{Agent: "a"}, world(t), Allow)
		if _, err := Default().Edited(o.Rules[0], pattern, tool, Asker{Agent: "a"}, world(t)); (err == nil) != want {
			t.Errorf("the tool %q: %v", pattern, err)
		}
	}
	push := command("git push origin main")
	denied := Default().Offer(push, Asker{Agent: "a"}, world(t), Deny).Rules[0]
	if _, err := Default().Edited(denied, "git push *", push, Asker{Agent: "a"}, world(t)); err != nil {
		t.Errorf("a denial may say more: %v", err)
	}
	for _, name := range []string{"python3", "sh", "env", "sudo", "node"} {
		r := Rule{Verdict: Allow, Kind: Exec}
		if _, err := Default().Edited(Rule{Verdict: Allow, Kind: Exec, Command: []string{"x"}}, name+" *", command(name+" x"), Asker{}, world(t)); err == nil {
			t.Errorf("%s alone was taken: %v", name, r)
		}
	}
}

// A search of the project meets a rule about secrets only where there is one.
func TestSearchesAndDeniedReads(t *testing.T) {
	secrets, err := Preset("secrets")
	if err != nil {
		t.Fatal(err)
	}
	readonly, err := Preset("read-only-shell")
	if err != nil {
		t.Fatal(err)
	}
	p := with(t, append(secrets, readonly...)...)
	fs := corpusFS(t)
	clean := memory{}
	for k, v := range fs {
		if k != "/proj/.env" {
			clean[k] = v
		}
	}
	for _, c := range []struct {
		call  *Call
		fs    memory
		want  Action
		label string
	}{
		{file(wire.ToolSearch, ""), fs, Prompt, "a search where there is a secret"},
		{file(wire.ToolSearch, ""), clean, Allow, "a search where there is none"},
		{file(wire.ToolSearch, "src"), fs, Allow, "a search of another folder"},
		{command("grep -rn x ."), clean, Allow, "grep where there is none"},
		{command("grep -rn x ."), fs, Prompt, "grep where there is one"},
		{command("cat README.md"), fs, Allow, "another file"},
	} {
		w := world(t)
		w.FS = c.fs
		if j := p.Action(c.call, Asker{}, w); j.Action != c.want {
			t.Errorf("%s: %s (%s)", c.label, j.Action, j.Why)
		}
	}
	large := memory{}
	for k, v := range clean {
		large[k] = v
	}
	for i := range maxLooked + 1 {
		large[fmt.Sprintf("/proj/docs/%d", i)] = large["/proj/a.txt"]
	}
	w := world(t)
	w.FS = large
	if j := p.Action(file(wire.ToolSearch, ""), Asker{}, w); j.Action != Prompt {
		t.Errorf("a project too large to look through: %s", j.Action)
	}
}
