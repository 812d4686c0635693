package watch

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// maxTracked is how many names of a repository are told apart from those that it
// does not track; of one that says that it tracks more, nothing is ignored.
const maxTracked = 1 << 22

// tracked is what a repository tracks: files, and the folders that they are in. They
// are known by hashes, as there may be 200,000 of them; where two share one, a file
// is watched that is ignored.
type tracked struct {
	index entry // of when git was asked; git replaces it to change it
	seed  maphash.Seed
	names []uint32 // sorted
	all   bool     // git does not say
}

// has says that a path, relative to the repository, is tracked.
func (t *tracked) has(path string) bool {
	if t.all {
		return true
	}
	_, found := slices.BinarySearch(t.names, uint32(maphash.String(t.seed, path)))
	return found
}

// add takes up a path with the folders above it, where before, the path that was
// added last, has not brought them.
func (t *tracked) add(path, before []byte) {
	same := 0
	for same < min(len(path), len(before)) && path[same] == before[same] {
		same++
	}
	for i := same; i < len(path); i++ {
		if path[i] == '/' {
			t.names = append(t.names, uint32(maphash.Bytes(t.seed, path[:i])))
		}
	}
	t.names = append(t.names, uint32(maphash.Bytes(t.seed, path)))
}

// tracked is what the repository in a folder of the project tracks.
func (g *ignorer) tracked(ctx context.Context, top string) *tracked {
	t := g.repositories[top]
	if t == nil {
		t = g.load(ctx, top, func(string) {})
		if g.repositories == nil {
			g.repositories = map[string]*tracked{}
		}
		g.repositories[top] = t
	}
	return t
}

// load asks git what a repository tracks, and gives each path to read, too.
func (g *ignorer) load(ctx context.Context, top string, read func(path string)) *tracked {
	// The index is looked at first: another one that comes meanwhile is seen later.
	t := &tracked{index: indexOf(filepath.Join(g.root, top)), seed: maphash.MakeSeed()}
	if err := g.list(ctx, top, t, read); err != nil {
		g.failed(err)
		t.names, t.all = nil, true
	}
	slices.Sort(t.names)
	t.names = slices.Clone(slices.Compact(t.names))
	return t
}

var errManyTracked = errors.New("it tracks too many files")

func (g *ignorer) list(ctx context.Context, top string, t *tracked, read func(path string)) (err error) {
	ctx, cancel := context.WithTimeout(ctx, ignoreTimeout)
	defer cancel()
	var said bytes.Buffer
	c := g.command(ctx, top, &said, "ls-files", "-z")
	out, err := c.StdoutPipe()
	if err != nil {
		return err
	}
	if err := c.Start(); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			cancel()
		}
		if ended := c.Wait(); ended != nil {
			err = errors.Join(err, fmt.Errorf("git ls-files: %w: %.200q", ended, said.String()))
		}
	}()
	names := bufio.NewReaderSize(out, 1<<16)
	var before []byte
	for {
		path, err := names.ReadSlice(0)
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case len(t.names) > maxTracked:
			return errManyTracked
		}
		path = bytes.TrimSuffix(path[:len(path)-1], []byte("/")) // of a folder of which the files are left out
		t.add(path, before)
		before = append(before[:0], path...)
		read(string(path))
	}
}

// retrack asks anew where an index is another one. It gives the paths that are tracked
// since then; all says that they are too many, or that git does not say.
func (g *ignorer) retrack(ctx context.Context) (paths []string, all bool) {
	for top, old := range g.repositories {
		dir := filepath.Join(g.root, top)
		if !isRepository(dir) {
			delete(g.repositories, top)
			continue
		}
		if now := indexOf(dir); now.sameStat(old.index) {
			continue
		}
		t := g.load(ctx, top, func(path string) {
			if !old.has(path) && len(paths) <= maxPending {
				paths = append(paths, join(top, path))
			}
		})
		g.repositories[top] = t
		all = all || t.all && !old.all
	}
	if len(paths) > 0 {
		g.forget()
	}
	return paths, all || len(paths) > maxPending
}

// repositoryOf is the folder of the repository that a path is in: not the one that it
// is. Known are those of folders.
func (g *ignorer) repositoryOf(path string, known map[string]string) string {
	dir, _ := split(path)
	if top, ok := known[dir]; ok {
		return top
	}
	top := dir
	if dir != "" && !isRepository(filepath.Join(g.root, dir)) {
		top = g.repositoryOf(dir, known)
	}
	known[dir] = top
	return top
}

// isRepository says that git takes a folder for a work tree.
func isRepository(dir string) bool {
	info, err := os.Stat(filepath.Join(dir, ".git"))
	if err != nil || !info.IsDir() {
		return err == nil && info.Mode().IsRegular()
	}
	_, err = os.Lstat(filepath.Join(dir, ".git/HEAD"))
	return err == nil
}

// indexOf is what stat says of the index of the repository in a folder; nothing where
// there is none.
func indexOf(dir string) entry {
	own := filepath.Join(dir, ".git")
	if folders := GitFolders(dir); len(folders) > 0 {
		own = folders[0]
	}
	var st unix.Stat_t
	if _, err := retry(func() (int, error) { return 0, unix.Stat(filepath.Join(own, "index"), &st) }); err != nil {
		return entry{}
	}
	return statEntry("", &st)
}

// listsTracked says that a path is that of an index.
func listsTracked(path string) bool {
	dir, name := split(path)
	return name == "index" && (strings.HasPrefix(dir, "/") || strings.Contains("/"+dir+"/", "/.git/"))
}
