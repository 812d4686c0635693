package watch

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// owner is who a file that is put at a name belongs to: whom the one there belongs
// to, else whom the folder does. Only root gives files away.
type owner struct {
	uid, gid int
	set      bool
}

func (p place) owner(name string) owner {
	if os.Geteuid() != 0 {
		return owner{}
	}
	var st unix.Stat_t
	err := unix.Fstatat(int(p), name, &st, unix.AT_SYMLINK_NOFOLLOW)
	if err != nil {
		err = unix.Fstat(int(p), &st)
	}
	return owner{int(st.Uid), int(st.Gid), err == nil}
}

func (p place) own(name string, o owner) error {
	if !o.set {
		return nil
	}
	return unix.Fchownat(int(p), name, o.uid, o.gid, unix.AT_SYMLINK_NOFOLLOW)
}

// create writes a new file and syncs it. Where that fails the caller removes it.
func (p place) create(name string, content []byte, perm uint32, o owner) (err error) {
	fd, err := retry(func() (int, error) {
		return unix.Openat(int(p), name, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0o600)
	})
	if err != nil {
		return err
	}
	f := os.NewFile(uintptr(fd), name)
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := f.Write(content); err != nil {
		return err
	}
	if o.set {
		if err := unix.Fchown(fd, o.uid, o.gid); err != nil {
			return err
		}
	}
	if err := unix.Fchmod(fd, perm); err != nil { // after chown, which drops setuid
		return err
	}
	return f.Sync()
}

// unlink removes a name that is not a folder; that it is not there is no error.
func (p place) unlink(name string) error {
	if err := unix.Unlinkat(int(p), name, 0); err != nil && !errors.Is(err, unix.ENOENT) {
		return err
	}
	return nil
}

// sync makes renames in the folder durable. Some file systems cannot.
func (p place) sync() error {
	if err := unix.Fsync(int(p)); err != nil && !errors.Is(err, unix.EINVAL) && !errors.Is(err, unix.ENOTSUP) {
		return err
	}
	return nil
}

// chmod sets the mode of a file or folder, never through a link.
func (p place) chmod(name string, t Type, perm uint32) error {
	how := unix.O_RDONLY | unix.O_NOFOLLOW | unix.O_NONBLOCK | unix.O_CLOEXEC
	if t == Folder {
		how |= unix.O_DIRECTORY
	}
	if t == Special {
		return errors.New("the mode of a pipe, socket or device is left alone")
	}
	fd, err := retry(func() (int, error) { return unix.Openat(int(p), name, how, 0) })
	if errors.Is(err, unix.EACCES) { // not readable: the mode is why
		return p.chmodUnread(name, perm)
	}
	if err != nil {
		return err
	}
	return errors.Join(unix.Fchmod(fd, perm), unix.Close(fd))
}

// expect says with an error that a name is not what it should be.
func (p place) expect(name string, want State) error {
	now, _, err := p.present(name, max(minLimit, want.Size))
	if err != nil {
		return err
	}
	if !now.Same(want) {
		return errMeanwhile
	}
	return nil
}

// renameNew renames to a name that must not be there.
func (p place) renameNew(name string, to place, newName string) error {
	err := renameNoReplace(p, name, to, newName)
	if !errors.Is(err, unix.ENOSYS) && !errors.Is(err, unix.EINVAL) && !errors.Is(err, unix.ENOTSUP) {
		return err
	}
	// A file system that cannot do it at once: between the two there is a moment.
	if _, exists, err := to.stat(newName); err != nil || exists {
		return errors.Join(err, unix.EEXIST)
	}
	return unix.Renameat(int(p), name, int(to), newName)
}

// swap puts tmp where name is. What was there has to be as expected, which is
// looked at when nobody can reach it by its name any more. Swapped says that it is
// at tmp now.
func (p place) swap(tmp, name string, expected func(at string) error) (swapped bool, err error) {
	err = renameExchange(p, tmp, name)
	if errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOTSUP) {
		if err := expected(name); err != nil {
			return false, err
		}
		return false, unix.Renameat(int(p), tmp, int(p), name)
	}
	if err != nil {
		return false, err
	}
	if err := expected(tmp); err != nil {
		return false, errors.Join(err, renameExchange(p, tmp, name))
	}
	return true, nil
}
