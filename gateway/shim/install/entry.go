package install

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"runtime"
	"syscall"
)

// Errors of Entry: the shims of this build of kavi lose which signals the parent
// ignores or blocks and which standard streams it closed.
var (
	ErrSystem = errors.New("only Linux on amd64 and arm64 can keep ignored signals and closed streams")
	ErrBuild  = errors.New("this build of kavi is not linked statically at a fixed address (CGO_ENABLED=0)")
	ErrMarker = errors.New("this build of kavi has no early entry")
)

// magic gives the first two words of the shim's type given, as its assembler file
// has them. They are turned round here, so that they stand in a program once.
func magic() []byte {
	b := make([]byte, 16)
	binary.LittleEndian.PutUint64(b, ^uint64(0x62e094f185ca37bd))
	binary.LittleEndian.PutUint64(b[8:], ^uint64(0xbe1d380f6ca52794))
	return b
}

// Offsets in the type given of package shim.
const (
	offBegin = 16
	offMain  = 24
)

// Entry finds how a copy of the kavi binary can be made to begin in the shim's
// own entry, which notes what Go's runtime changes before any Go code runs: the
// changes to its file. An error says why that is not possible.
func Entry(content []byte) (patches map[int64]uint64, err error) {
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" && runtime.GOARCH != "arm64" {
		return nil, ErrSystem
	}
	f, err := elf.NewFile(bytes.NewReader(content))
	if err != nil {
		return nil, fmt.Errorf("reading the binary: %w", err)
	}
	if f.Class != elf.ELFCLASS64 || f.ByteOrder != binary.LittleEndian || f.Type != elf.ET_EXEC {
		return nil, ErrBuild
	}
	at := bytes.Index(content, magic())
	if at < 0 || bytes.Contains(content[at+1:], magic()) || at+offMain+8 > len(content) {
		return nil, ErrMarker
	}
	begin := binary.LittleEndian.Uint64(content[at+offBegin:])
	inText := func(addr uint64) bool {
		for _, p := range f.Progs {
			if p.Type == elf.PT_LOAD && p.Flags&elf.PF_X != 0 && addr >= p.Vaddr && addr < p.Vaddr+p.Filesz {
				return true
			}
		}
		return false
	}
	if !inText(begin) || !inText(f.Entry) || begin == f.Entry {
		return nil, ErrMarker
	}
	const entry = 24 // e_entry in the ELF header
	return map[int64]uint64{entry: begin, int64(at + offMain): f.Entry}, nil
}

// Copy copies the kavi binary so that the copy begins in the shim's entry, where
// that is possible. Shims can then be links to the copy itself: a session that
// makes its own copy this way needs no second one.
func Copy(from, to string) error {
	tmp := temporary(to)
	err := copyFile(from, tmp, Entry)
	if errors.Is(err, ErrSystem) || errors.Is(err, ErrBuild) || errors.Is(err, ErrMarker) {
		err = copyFile(from, tmp, nil)
	}
	if err != nil {
		return err
	}
	if err := os.Rename(tmp, to); err != nil {
		return errors.Join(err, os.Remove(tmp))
	}
	return nil
}

// prepare gives the file that shims are links to: a copy of binary beside it that
// begins in the shim's entry; binary itself where that cannot be or is so already.
func prepare(binary string) (string, error) {
	src, err := os.Stat(binary)
	if err != nil {
		return "", err
	}
	target := binary + "-shim"
	if st, err := os.Stat(target); err == nil && st.Size() == src.Size() && st.ModTime().Equal(src.ModTime()) {
		return target, nil
	}
	tmp := temporary(target)
	err = copyFile(binary, tmp, Entry)
	switch {
	case errors.Is(err, ErrSystem), errors.Is(err, ErrBuild), errors.Is(err, ErrMarker):
		return binary, nil
	case err != nil:
		return "", err
	}
	if err := os.Chtimes(tmp, src.ModTime(), src.ModTime()); err != nil {
		return "", errors.Join(err, os.Remove(tmp))
	}
	if err := os.Rename(tmp, target); err != nil {
		return "", errors.Join(err, os.Remove(tmp))
	}
	return target, nil
}

// copyFile copies a program, changed in the places that patch names. On an error
// there is no copy.
func copyFile(from, to string, patch func([]byte) (map[int64]uint64, error)) error {
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if patch != nil {
		patches, err := patch(content)
		if err != nil {
			return err
		}
		for at, value := range patches {
			binary.LittleEndian.PutUint64(content[at:], value)
		}
	}
	if err := writeProgram(to, content); err != nil {
		return errors.Join(err, os.Remove(to))
	}
	// Stored before it is renamed into its place. Opened again, for reading: see
	// writeProgram.
	f, err := os.Open(to)
	if err != nil {
		return errors.Join(err, os.Remove(to))
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(to))
	}
	return nil
}

// writeProgram writes a file that will be executed. No child may be forked while
// it is open: the child would hold it open for writing until its own exec, and
// until then the program could not be started (ETXTBSY).
func writeProgram(file string, content []byte) error {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o700)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Close())
}
