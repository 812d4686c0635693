package shell

import (
	"os"
	"path"
	"strings"
	"testing"
)

// missing leaves a test out that compares with a shell which is not there; in
// the checks before a change is taken that is a failure.
func missing(t *testing.T, shell string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatalf("there is no %s to compare with", shell)
	}
	t.Skipf("there is no %s to compare with", shell)
}

// mapFS is a file system of a test: paths to what is there.
type mapFS map[string]File

func (m mapFS) Lstat(p string) File { return m[p] }

func (m mapFS) Names(dir string) ([]string, bool) {
	var names []string
	for p := range m {
		if p != "/" && path.Dir(p) == dir {
			names = append(names, path.Base(p))
		}
	}
	return names, m[dir].Dir
}

func (m mapFS) dir(p string) {
	for ; ; p = path.Dir(p) {
		m[p] = File{Exists: true, Dir: true}
		if p == "/" {
			return
		}
	}
}

func (m mapFS) file(p string) {
	m.dir(path.Dir(p))
	m[p] = File{Exists: true, Regular: true, Size: 10}
}

func (m mapFS) link(p, to string) {
	m.dir(path.Dir(p))
	m[p] = File{Exists: true, Link: to}
}

// project is a small project with the links that a careless analysis follows
// wrongly.
func project() mapFS {
	m := mapFS{}
	for _, p := range strings.Fields("/etc /tmp /home/dev /usr/bin /proj/build /proj/docs /proj/.git/hooks /proj/node_modules/x /proj/src/util") {
		m.dir(p)
	}
	for _, p := range strings.Fields("/etc/hosts /etc/passwd /home/dev/.bashrc /proj/a.txt /proj/b.txt /proj/README.md /proj/go.mod " +
		"/proj/package.json /proj/src/a.go /proj/src/b.go /proj/src/util/x.go /proj/config/app.toml /proj/scripts/run.sh " +
		"/proj/.env /proj/.git/config /proj/.git/HEAD /proj/notes.txt /proj/log.txt /proj/data.json") {
		m.file(p)
	}
	m.link("/proj/link-out", "/etc")
	m.link("/proj/link-in", "src")
	m.link("/proj/evil.txt", "/home/dev/.bashrc")
	return m
}

// inProject is what the tests read command lines against.
func inProject() Env {
	return Env{Cwd: "/proj", Root: "/proj", Home: "/home/dev", FS: project(), State: []string{"/home/dev/.local/state/kavi"}}
}
