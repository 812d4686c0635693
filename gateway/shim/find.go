package shim

import (
	"errors"
	"syscall"
)

// systemPath is where programs are looked for when PATH is not set or empty.
const systemPath = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin"

var errNotFound = errors.New("not found")

// findReal gives the program that name would run if kavi's folders were not on
// the path: the first executable file, absolute. self is this program's own file,
// to which every shim of the session is a link.
func findReal(name, path, cwd string, self *syscall.Stat_t) (string, error) {
	for _, list := range [...]string{path, systemPath} {
		if list == "" {
			continue
		}
		for dir := range folders(list) {
			file := join(dir, name)
			if !isProgram(file) || isShim(dir, file, self) {
				continue
			}
			if file[0] != '/' {
				file = join(cwd, file)
			}
			return file, nil
		}
	}
	return "", errNotFound
}

// join puts a name into a folder of a PATH, where none is the current one.
func join(dir, name string) string {
	switch {
	case dir == "":
		return name
	case dir[len(dir)-1] == '/':
		return dir + name
	}
	return dir + "/" + name
}

func isProgram(file string) bool {
	const executable = 1
	var st syscall.Stat_t
	return syscall.Stat(file, &st) == nil && st.Mode&syscall.S_IFMT == syscall.S_IFREG &&
		syscall.Access(file, executable) == nil
}

// isShim tells whether a file found on the path is kavi's: a link to this very
// program, or in the shim folder of another session's agent. Taking one of those
// for the real program would ask for ever.
func isShim(dir, file string, self *syscall.Stat_t) bool {
	var st syscall.Stat_t
	if syscall.Stat(file, &st) == nil && st.Dev == self.Dev && st.Ino == self.Ino {
		return true
	}
	for _, mark := range agentMarks {
		// Not cleaned: if dir is a symlink, this is beside what it leads to.
		if syscall.Lstat(join(dir, "../"+mark), &st) == nil {
			return true
		}
	}
	return false
}

// agentMarks are files of which an agent's folder holds at least one.
var agentMarks = [...]string{"keep.log", "gate.sock", "keep.sock"}

// agentOf reads the path of this program's file: the agent's folder and the name
// of the program it stands for, or HookName, if it is one of that folder.
func agentOf(exe string) (dir, name string, ok bool) {
	exe = trimSuffix(exe, " (deleted)")
	i := last(exe, '/')
	if i < 0 || !hasSuffix(exe[:i], "/bin") {
		return "", "", false
	}
	dir, name = exe[:i-len("/bin")], exe[i+1:]
	if !isProgramName(name) && name != HookName {
		return "", "", false
	}
	j := last(dir, '/')
	if j < 0 || j == len(dir)-1 || !hasSuffix(dir[:j], "/agents") {
		return "", "", false
	}
	return dir, name, true
}

// isProgramName tells whether there are shims of that name.
func isProgramName(name string) bool {
	switch name {
	case "sh", "bash", "dash", "zsh", "ksh", "fish", "git":
		return true
	}
	return false
}
