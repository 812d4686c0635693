package shell

import (
	"testing"
)

func TestResolve(t *testing.T) {
	env := inProject()
	for p, want := range map[string]string{
		"a.txt":                   "/proj/a.txt",
		"./src/../a.txt":          "/proj/a.txt",
		"link-in/a.go":            "/proj/src/a.go",
		"link-out/hosts":          "/etc/hosts",
		"link-out/../x":           "/x", // .. after the link, not before
		"evil.txt":                "/home/dev/.bashrc",
		"~/x":                     "/home/dev/x",
		"~":                       "/home/dev",
		"/proj/../etc":            "/etc",
		"..":                      "/",
		"../../..":                "/",
		"new/dir/../x":            "/proj/new/x",
		"//etc//hosts":            "/etc/hosts",
		"/proc/self/root/etc":     "/etc",
		"/proc/123/root/proj/src": "/proj/src",
	} {
		got, ok := Resolve(p, env)
		if !ok || got != want {
			t.Errorf("%s leads to %s (%v), not %s", p, got, ok, want)
		}
	}
	loop := project()
	loop.link("/proj/l1", "l2")
	loop.link("/proj/l2", "l1")
	env.FS = loop
	for _, p := range []string{"", "l1", "l1/x", "/proc/self/cwd/x", "/proc/1/fd/3", "~other/x", "a\x00b"} {
		if got, ok := Resolve(p, env); ok {
			t.Errorf("%q leads to %s, which cannot be known", p, got)
		}
	}
}

func TestFileTools(t *testing.T) {
	env := inProject()
	for _, c := range []struct {
		name string
		es   []Effect
		want string
	}{
		{"write new", WriteEffects("docs/x.md", env), "write"},
		{"write existing", WriteEffects("a.txt", env), "overwrite"},
		{"write through a link", WriteEffects("link-in/a.go", env), "overwrite"},
		{"write out by a link", WriteEffects("evil.txt", env), "overwrite outside"},
		{"write nowhere", WriteEffects("", env), "overwrite outside"},
		{"write home", WriteEffects("~/.bashrc", env), "overwrite outside"},
		{"write settings", WriteEffects(".claude/x", env), "write protected"},
		{"write kavi's state", WriteEffects("/home/dev/.local/state/kavi/HEAD", env), "write outside never"},
		{"write the null device", WriteEffects("/dev/null", env), ""},
		{"write a disk", WriteEffects("/dev/sda", env), "write outside never"},
		{"edit", EditEffects("a.txt", env), "write"},
		{"edit out by a link", EditEffects("evil.txt", env), "write outside"},
		{"delete", DeleteEffects("a.txt", false, env), "delete"},
		{"delete a link", DeleteEffects("link-out", true, env), "delete"},
		{"delete through a link", DeleteEffects("link-out/", true, env), "delete outside never"},
		{"delete all", DeleteEffects("/", true, env), "delete outside protected never"},
		{"delete home", DeleteEffects("~", true, env), "delete outside never"},
		{"delete above", DeleteEffects("..", true, env), "delete outside protected never"},
		{"delete the project", DeleteEffects(".", true, env), "delete protected"},
		{"delete what holds kavi's state", DeleteEffects("/home/dev/.local", true, env), "delete outside never"},
		{"move", MoveEffects("a.txt", "new.txt", env), "write read"},
		{"move onto", MoveEffects("a.txt", "b.txt", env), "write overwrite read"},
		{"move into", MoveEffects("a.txt", "src", env), "write read"},
		{"move out", MoveEffects("a.txt", "/tmp/", env), "delete write outside read"},
		{"move all", MoveEffects("/", "/tmp/x", env), "delete outside protected never write read"},
		{"move in", MoveEffects("/etc/hosts", "h", env), "write outside read"},
		{"read", ReadEffects("/etc/hosts", env), "read"},
		{"fetch", FetchEffects("https://x.example/y"), "network"},
	} {
		got := ""
		for i, k := range kinds([]Part{{Effects: c.es}}) {
			if i > 0 {
				got += " "
			}
			got += string(k)
		}
		if got != c.want {
			t.Errorf("%s: %s, not %s: %+v", c.name, got, c.want, c.es)
		}
	}
}

func TestHost(t *testing.T) {
	for u, want := range map[string]string{
		"https://example.com/x":              "example.com",
		"https://EXAMPLE.COM./":              "example.com",
		"https://github.com@evil.example/x":  "evil.example",
		"https://user:pw@host.example:8443/": "host.example",
		"https://example.com.evil.test/":     "example.com.evil.test",
		"http://[::1]:80/x":                  "::1",
		"http://127.0.0.1":                   "127.0.0.1",
		"example.com/x":                      "example.com",
		"https://ex%61mple.com":              "",
		"https://good.example\\@evil.test/":  "",
		"https://{a,b}.example":              "",
		"https://ехample.com":                "", // looks Latin and is not
		"https:///x":                         "",
		"":                                   "",
	} {
		if got := Host(u); got != want {
			t.Errorf("%s asks %q, not %q", u, got, want)
		}
	}
}

func TestHostsOfCommands(t *testing.T) {
	for command, want := range map[string]string{
		"curl -s https://a.example/x":              "a.example",
		"curl -x p.example https://a.example":      "a.example ",
		"wget https://a.example/x":                 "a.example ",
		"git clone git@a.example:x/y.git":          "a.example",
		"git fetch https://a.example/x.git":        "a.example",
		"ssh u@a.example ls":                       "a.example",
		"cat < /dev/tcp/a.example/80":              "a.example",
		"curl https://a.example https://b.example": "a.example b.example",
	} {
		got := ""
		for _, p := range Analyse(command, inProject()).Parts {
			for _, e := range p.Effects {
				if e.Kind == Network {
					if got != "" {
						got += " "
					}
					got += e.Host
				}
			}
		}
		if got != want {
			t.Errorf("%s asks %q, not %q", command, got, want)
		}
	}
}
