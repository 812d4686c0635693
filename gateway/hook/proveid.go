package hook

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// Key names what a proof is about: the same program, started by the same recipe
// with the same options. It changes with every update of the agent, and of the
// parts of kavi that start it.
func (p *Proof) Key() string {
	return digest(string(p.Family), p.Program, p.Binary, p.Version, p.Flags)
}

func digest(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		h.Write([]byte(p))
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil))
}

// proofEdition is counted up when a proof shows more than it did.
const proofEdition = "1"

// Identify finds out which program a proof would be about, without one: its Proof
// has no At. It reads the program's file, some 0.3 s for one of 250 MB, and where
// that does not tell the version, because another program stands before it, runs
// it for that. Without Folder and Run it does not, and leaves Version empty.
func Identify(ctx context.Context, o ProveOptions) (Proof, error) {
	f, ok := FamilyOf(o.Program)
	if !ok {
		return Proof{}, fmt.Errorf("%s: not an agent whose hooks kavi knows", o.Program)
	}
	p := Proof{Family: f}
	var err error
	if p.Program, err = o.find(); err != nil {
		return p, err
	}
	if p.Binary, err = fileHash(p.Program); err != nil {
		return p, err
	}
	if manifest, version, ok := packageOf(p.Program); ok {
		p.Version = version
		p.Binary = digest(p.Binary, manifest)
	} else if o.Run != nil {
		p.Version = o.version(ctx, p.Program)
	}
	p.Flags, err = o.recipe(f)
	return p, err
}

// find is the program's file, as the agent's PATH gives it.
func (o *ProveOptions) find() (string, error) {
	if strings.Contains(o.Program, "/") {
		return filepath.Abs(o.Program)
	}
	own := LaunchOptions{Env: o.Env}
	for _, dir := range filepath.SplitList(own.getenv("PATH")) {
		file := filepath.Join(dir, o.Program)
		if st, err := os.Stat(file); err == nil && st.Mode().IsRegular() && st.Mode()&0o111 != 0 {
			return filepath.Abs(file)
		}
	}
	return "", fmt.Errorf("%s: %w in PATH", o.Program, fs.ErrNotExist)
}

func fileHash(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// packageOf reads the package of node's that a program is the command of: of a
// script that starts another file, its version tells more than the script does.
func packageOf(program string) (manifest, version string, ok bool) {
	file, err := filepath.EvalSymlinks(program)
	if err != nil {
		return "", "", false
	}
	for dir := filepath.Dir(file); dir != filepath.Dir(dir) && filepath.Base(dir) != "node_modules"; dir = filepath.Dir(dir) {
		b, err := os.ReadFile(filepath.Join(dir, "package.json"))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		var is struct {
			Version string          `json:"version"`
			Bin     json.RawMessage `json:"bin"`
		}
		if err != nil || json.Unmarshal(b, &is) != nil {
			return "", "", false
		}
		var one string
		bins := map[string]string{}
		if json.Unmarshal(is.Bin, &one) == nil {
			bins["."] = one
		} else if json.Unmarshal(is.Bin, &bins) != nil {
			return "", "", false
		}
		for _, bin := range bins {
			if filepath.Join(dir, bin) == file {
				return digest(string(b)), is.Version, true
			}
		}
		return "", "", false
	}
	return "", "", false
}

// version is what a program says that it is; "" if it says nothing.
func (o *ProveOptions) version(ctx context.Context, program string) string {
	s, err := newStage(o.Folder, "version")
	if err != nil {
		return ""
	}
	s.url = "http://127.0.0.1:9" // nobody listens there
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	said, err := o.Run(ctx, s.project, []string{program, "--version"}, o.environ(nil, s))
	if err != nil {
		return ""
	}
	said = strings.TrimSpace(said)
	return said[:min(len(said), 200)]
}

// recipe is a hash over how kavi starts the agent, with what differs from start to
// start left out.
func (o *ProveOptions) recipe(f Family) (string, error) {
	none := fmt.Errorf("nothing is looked at: %w", fs.ErrNotExist)
	l, err := f.Launch(LaunchOptions{
		Program: o.Program, Args: matter(f, o.Args), Task: "task", Headless: true, Cwd: "/cwd", Folder: "/folder", Home: "/home", Hook: "/hook", Limit: MaxLimit, Nonce: "nonce",
		ReadFile: func(string) ([]byte, error) { return nil, none }, ReadDir: func(string) ([]fs.DirEntry, error) { return nil, none },
	})
	if err != nil {
		return "", err
	}
	b, err := json.Marshal(struct {
		Argv, Env []string
		Files     map[string][]byte
		Links     map[string]string
		Dirs      []string
	}{l.Argv[1:], l.Env, l.Files, l.Links, l.Dirs})
	if err != nil {
		return "", err
	}
	parts := []string{proofEdition, runtime.GOOS, string(b), o.Shell, strings.Join(o.startNames(), " ")}
	if o.Despite {
		parts = append(parts, "despite its project")
	}
	return digest(parts...), nil
}
