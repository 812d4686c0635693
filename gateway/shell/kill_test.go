package shell

import "testing"

// The break-in: full access answers every prompt with yes, and the agent ends the
// server or the keeper that holds it.
func TestKaviIsNeverSignalled(t *testing.T) {
	env := Env{Cwd: "/proj", Root: "/proj", Home: "/home/dev", FS: noFiles{}, Kavi: func(pid int) bool { return pid == 4711 }}
	for command, never := range map[string]bool{
		"kill 4711":              true,
		"kill -9 4711":           true,
		"kill -s KILL 4711":      true,
		"kill -KILL -- -4711":    true,
		"kill -9 1234 4711":      true,
		"kill -9 -1":             true,
		"kill -- -1":             true,
		"sudo kill -9 4711":      true,
		"bash -c 'kill -9 4711'": true,
		"pkill -f kavi":          true,
		"kill -9 4712":           false,
		"kill -1 4712":           false,
		"kill %1":                false,
		"kill -l":                false,
		"echo 4711":              false,
	} {
		got := false
		for _, p := range Analyse(command, env).Parts {
			for _, e := range p.Effects {
				got = got || e.Never
			}
		}
		if got != never {
			t.Errorf("%s: never is %v, want %v", command, got, never)
		}
	}
}

type noFiles struct{}

func (noFiles) Lstat(path string) File { return File{Exists: true, Dir: true} }
