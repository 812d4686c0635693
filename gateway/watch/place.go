package watch

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// place is a folder opened without following a symbolic link. What is done in it is
// done there, whatever happens to the path that led to it.
type place int

// openRoot opens the folder that all paths are relative to. This once links are
// followed: the operator named it.
func openRoot(path string) (place, error) {
	fd, err := retry(func() (int, error) {
		return unix.Open(path, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	})
	if err != nil {
		return -1, &os.PathError{Op: "open", Path: path, Err: err}
	}
	return place(fd), nil
}

func retry(f func() (int, error)) (int, error) {
	for {
		n, err := f()
		if !errors.Is(err, unix.EINTR) {
			return n, err
		}
	}
}

// open opens a folder below p, of whose path no component may be a link. An absolute
// path starts at the root of the file system. Where the system does not know how to
// do that in one call, or the path is too long for one, each component is opened.
func (p place) open(dir string) (place, error) {
	fd, err := openWithoutLinks(int(p), dir)
	switch {
	case errors.Is(err, unix.ENOSYS), errors.Is(err, unix.EPERM), errors.Is(err, unix.ENAMETOOLONG):
		return p.openEach(dir)
	case err != nil:
		return -1, &os.PathError{Op: "open", Path: dir, Err: err}
	}
	return place(fd), nil
}

// openEach does what open does component by component, each of which must be a
// folder and not a link.
func (p place) openEach(dir string) (place, error) {
	at, rest := int(p), dir
	opened := false
	if after, absolute := strings.CutPrefix(dir, "/"); absolute {
		fd, err := openRoot("/")
		if err != nil {
			return -1, err
		}
		at, rest, opened = int(fd), after, true
	}
	for {
		name, after, more := strings.Cut(rest, "/")
		how := unix.O_RDONLY
		if more {
			how = passThrough
		}
		if name == "" {
			name = "."
		}
		fd, err := retry(func() (int, error) {
			return unix.Openat(at, name, how|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
		})
		if opened {
			err = errors.Join(err, place(at).Close())
		}
		if err != nil {
			return -1, &os.PathError{Op: "open", Path: dir, Err: err}
		}
		at, opened = fd, true
		if !more {
			return place(at), nil
		}
		rest = after
	}
}

// Close closes the folder.
func (p place) Close() error { return unix.Close(int(p)) }

// names lists the folder, sorted.
func (p place) names() ([]string, error) {
	if _, err := unix.Seek(int(p), 0, io.SeekStart); err != nil {
		return nil, err
	}
	names := make([]string, 0, 16)
	buf := make([]byte, 8192)
	for {
		n, err := retry(func() (int, error) { return unix.ReadDirent(int(p), buf) })
		if err != nil {
			return nil, os.NewSyscallError("readdir", err)
		}
		if n <= 0 {
			slices.Sort(names)
			return names, nil
		}
		_, _, names = unix.ParseDirent(buf[:n], -1, names)
	}
}

// stat looks at a name in the folder; ok is false when there is none. The entry
// waits for its content.
func (p place) stat(name string) (e entry, ok bool, err error) {
	var st unix.Stat_t
	_, err = retry(func() (int, error) { return 0, unix.Fstatat(int(p), name, &st, unix.AT_SYMLINK_NOFOLLOW) })
	if errors.Is(err, unix.ENOENT) || errors.Is(err, unix.ENOTDIR) {
		return e, false, nil
	}
	if err != nil {
		return e, false, &os.PathError{Op: "stat", Path: name, Err: err}
	}
	return statEntry(name, &st), true, nil
}

func statEntry(name string, st *unix.Stat_t) entry {
	e := entry{
		name: name, mode: uint32(st.Mode), size: st.Size, ino: st.Ino,
		ctime: st.Ctim.Nano(), mtime: st.Mtim.Nano(), left: isWaiting,
	}
	e.links = st.Nlink > 1 && e.isRegular()
	if !e.isRegular() && !e.isLink() {
		e.size, e.left = 0, isKept // there is no content to wait for
	}
	return e
}

// self is the folder itself.
func (p place) self() (entry, error) {
	var st unix.Stat_t
	_, err := retry(func() (int, error) { return 0, unix.Fstat(int(p), &st) })
	return statEntry("", &st), err
}

var (
	errLarge = errors.New("over the size limit")
	errMoved = errors.New("changed while it was read")
)

// read gives the content of a file or the target of a link, and what stat says of
// exactly that content. It does not block on a named pipe, opens no device and reads
// at most limit bytes: errLarge says that there are more, errMoved that it was
// written meanwhile. buf is used if it is large enough.
func (p place) read(name string, limit int64, buf []byte) (content []byte, e entry, err error) {
	e, ok, err := p.stat(name)
	switch {
	case err != nil:
		return nil, e, err
	case !ok:
		return nil, e, os.ErrNotExist
	case e.isLink():
		content, err = p.target(name)
		if again, ok, err := p.stat(name); err != nil || !ok || !e.sameStat(again) {
			return nil, e, errMoved
		}
		return content, e, err
	case !e.isRegular():
		return nil, e, fmt.Errorf("%s: neither a file nor a link", name)
	case e.size > limit:
		return nil, e, errLarge
	}
	fd, err := retry(func() (int, error) {
		return unix.Openat(int(p), name, unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	})
	if err != nil {
		return nil, e, &os.PathError{Op: "open", Path: name, Err: err}
	}
	defer func() { err = errors.Join(err, unix.Close(fd)) }()
	var st unix.Stat_t
	if _, err := retry(func() (int, error) { return 0, unix.Fstat(fd, &st) }); err != nil {
		return nil, e, err
	}
	if opened := statEntry(name, &st); !e.sameStat(opened) {
		return nil, e, errMoved
	}
	if int64(cap(buf)) <= e.size {
		buf = make([]byte, e.size+1)
	}
	content = buf[:0]
	for { // one byte more than its size, so that growth shows
		n, err := retry(func() (int, error) { return unix.Read(fd, buf[len(content):e.size+1]) })
		if err != nil {
			return nil, e, &os.PathError{Op: "read", Path: name, Err: err}
		}
		content = buf[:len(content)+n]
		if int64(len(content)) > e.size {
			return nil, e, errMoved
		}
		if n == 0 {
			break
		}
	}
	if _, err := retry(func() (int, error) { return 0, unix.Fstat(fd, &st) }); err != nil {
		return nil, e, err
	}
	if after := statEntry(name, &st); int64(len(content)) != e.size || !e.sameStat(after) {
		return nil, e, errMoved
	}
	return content, e, nil
}

// target is where a link points to.
func (p place) target(name string) ([]byte, error) {
	buf := make([]byte, unix.PathMax)
	n, err := retry(func() (int, error) { return unix.Readlinkat(int(p), name, buf) })
	if err != nil {
		return nil, &os.PathError{Op: "readlink", Path: name, Err: err}
	}
	return buf[:n], nil
}
