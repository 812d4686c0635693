package shim

import (
	"errors"
	"strconv"
	"syscall"

	"kavi/gateway/wire"
)

// script is a file that a shell will read its commands from, as it was when read.
type script struct {
	path string
	id   string
	text []byte
	size int64
	fd   bool // path is standard input
}

// same tells whether both reads saw the same script. Its bytes count where all of
// them were read, so that a touch changes nothing; else device, inode, size and times.
func (s *script) same(t *script) bool {
	if s.path != t.path || s.size != t.size || (s.id == "") != (t.id == "") {
		return false
	}
	if s.size > wire.MaxScript || s.size != int64(len(s.text)) {
		return s.id == t.id
	}
	return string(s.text) == string(t.text)
}

// readScript reads the script file that a shell would open for name: in the
// current folder, else, for bash and ksh, along the path. What is no regular file
// is not read, for that could take from the shell what it should get; it has an
// id but no text. What is not there has neither.
func readScript(shell, name, path string) script {
	s := openScript(name)
	if s.id == "" && index(name, '/') < 0 && (shell == "bash" || shell == "sh" || shell == "ksh") {
		for dir := range folders(path) {
			if f := openScript(join(dir, name)); f.id != "" {
				return f
			}
		}
	}
	return s
}

func openScript(path string) script {
	s := script{path: path}
	var st syscall.Stat_t
	if syscall.Stat(path, &st) != nil {
		return s
	}
	s.id = identity(&st)
	if st.Mode&syscall.S_IFMT != syscall.S_IFREG {
		return s
	}
	fd, err := retry(func() (int, error) {
		return syscall.Open(path, syscall.O_RDONLY|syscall.O_CLOEXEC|syscall.O_NONBLOCK|syscall.O_NOCTTY, 0)
	})
	if err != nil {
		return s
	}
	defer syscall.Close(fd) //nolint:errcheck // read only
	if syscall.Fstat(fd, &st) != nil || st.Mode&syscall.S_IFMT != syscall.S_IFREG {
		return s
	}
	s.id, s.size = identity(&st), st.Size
	s.text = readFrom(fd, 0)
	s.size = max(s.size, int64(len(s.text)))
	return s
}

// readStdin reads, without taking it away, what a shell would read from standard
// input; nothing where that is a pipe, a socket or a terminal.
func readStdin() script {
	s := script{path: "/dev/stdin", fd: true}
	var st syscall.Stat_t
	if syscall.Fstat(0, &st) != nil || st.Mode&syscall.S_IFMT != syscall.S_IFREG {
		return s
	}
	at, err := syscall.Seek(0, 0, 1)
	if err != nil {
		return s
	}
	s.id = identity(&st) + ":" + strconv.FormatInt(at, 10)
	s.text = readFrom(0, at)
	s.size = max(st.Size-at, int64(len(s.text)))
	return s
}

// readFrom reads a file from offset at, up to one byte more than travels, so that
// a file that grew is seen to be too large.
func readFrom(fd int, at int64) []byte {
	var text []byte
	buf := make([]byte, 64<<10)
	for len(text) <= wire.MaxScript {
		n, err := retry(func() (int, error) { return syscall.Pread(fd, buf, at) })
		if err != nil || n <= 0 {
			break
		}
		text = append(text, buf[:n]...)
		at += int64(n)
	}
	return text
}

// put writes the script into the call.
func (s *script) put(c *wire.Call) {
	c.Script, c.ScriptID, c.ScriptSize = s.path, s.id, s.size
	c.ScriptText = s.text[:min(len(s.text), wire.MaxScript)]
}

func retry(f func() (int, error)) (int, error) {
	for {
		n, err := f()
		if !errors.Is(err, syscall.EINTR) {
			return n, err
		}
	}
}
