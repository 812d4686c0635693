package hook

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Furnish makes what the agent has to find when it starts: Dirs, and Files and
// Links anew. folder is LaunchOptions.Folder, out of which no file or link leads.
func (l *Launch) Furnish(folder string) error {
	for _, dir := range l.Dirs {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return err
		}
	}
	for path, text := range l.Files {
		if err := room(folder, path); err != nil {
			return err
		}
		if err := replace(path, text); err != nil {
			return err
		}
	}
	for path, to := range l.Links {
		if err := room(folder, path); err != nil {
			return err
		}
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if err := os.Symlink(to, path); err != nil {
			return err
		}
	}
	return nil
}

// room makes the folder of a path in the agent's folder.
func room(folder, path string) error {
	if !strings.HasPrefix(path, folder+string(filepath.Separator)) {
		return fmt.Errorf("%s is not in the agent's folder", path)
	}
	return os.MkdirAll(filepath.Dir(path), 0o700)
}

// replace puts a file in the place of what was there, at once.
func replace(path string, text []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(tmp.Name()) }() // fails once it was renamed
	_, err = tmp.Write(text)
	if err = errors.Join(err, tmp.Close()); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}
