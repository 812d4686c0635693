package gateway

import (
	"errors"
	"os"
	"syscall"

	"kavi/gateway/shell"
)

// OS is the real file system. What cannot be looked at does not exist.
func OS() shell.FS { return osFS{} }

type osFS struct{}

// Lstat implements shell.FS.
func (osFS) Lstat(path string) shell.File {
	var st syscall.Stat_t // os.Lstat takes twice as long, and a judgement asks a dozen times
	err := syscall.Lstat(path, &st)
	for errors.Is(err, syscall.EINTR) {
		err = syscall.Lstat(path, &st)
	}
	if err != nil {
		return shell.File{}
	}
	kind := st.Mode & syscall.S_IFMT
	f := shell.File{
		Exists:  true,
		Dir:     kind == syscall.S_IFDIR,
		Regular: kind == syscall.S_IFREG,
		Exec:    st.Mode&0o111 != 0,
		Size:    st.Size,
	}
	if kind == syscall.S_IFLNK {
		if f.Link, err = os.Readlink(path); err != nil {
			return shell.File{}
		}
	}
	return f
}

// maxNames is how many names of one folder are looked at.
const maxNames = 10_000

// Names implements shell.Lister.
func (osFS) Names(dir string) ([]string, bool) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, false
	}
	defer f.Close() //nolint:errcheck // read only
	names, err := f.Readdirnames(maxNames + 1)
	if err != nil && len(names) == 0 {
		// An empty folder says io.EOF.
		st, statErr := f.Stat()
		return nil, statErr == nil && st.IsDir()
	}
	return names, len(names) <= maxNames
}
