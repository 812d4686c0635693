package hook

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"kavi/gateway/hook/model"
)

// ErrUnproven is wrapped by the errors of Prove: it is not shown that the agent's
// calls would be asked about.
var ErrUnproven = errors.New("its hooks are not proven")

// Proof is what was seen of one agent's program, and with which options: that it
// asks kavi's hook before it uses a tool, and obeys. It is kept, see Key.
type Proof struct {
	Family  Family    `json:"family"`
	Program string    `json:"program"` // as it was found, absolute
	Binary  string    `json:"binary"`  // SHA-256 of its file, and of what else tells its version
	Version string    `json:"version"` // as it says itself: a stranger's text
	Flags   string    `json:"flags"`   // SHA-256 of how kavi starts it: recipe, options, shell
	At      time.Time `json:"at"`
	// Took is how long the agent ran for it.
	Took time.Duration `json:"took"`
	// Shim tells whether the shell of the command that was allowed came to the shim
	// as that command: whether the shim is a second witness of what its hook says.
	Shim bool `json:"shim,omitempty"`
	// Reorders tells whether start-up files of shells decide the PATH of its commands:
	// then the shim may not be first there.
	Reorders bool `json:"reorders,omitempty"`
	// Forms are of the shells that it started for itself, see Form.
	Forms []string `json:"forms,omitempty"`
	Err   string   `json:"err,omitempty"` // why it failed, "" if it holds; holds a stranger's text
}

// Holds tells whether the proof succeeded.
func (p *Proof) Holds() bool { return p.Err == "" && !p.At.IsZero() }

// ProveOptions are which agent is to prove its hooks, and where.
type ProveOptions struct {
	Program string   // as LaunchOptions.Program
	Args    []string // as LaunchOptions.Args; those that do not matter here are left out
	Env     []string // that the agent would have: the way to its program is taken from it, and little else
	Despite bool     // as Launch.Despite: settings of the project that it is proven in switch the hooks off
	Home    string   // the operator's: which start-up files of shells there are is looked at, nothing more

	// Folder is an agent's folder (its path ends in agents/NAME) that was made for
	// this alone: bin holds the shims and kavi-hook, and everything else that comes
	// of it is put there too, the agent's HOME among it.
	Folder string
	Shell  string // the shim's name that is the agent's SHELL
	// Gate is the socket that the shims of Folder ask at. Prove serves it while it runs.
	Gate net.Listener
	// Run runs a program in a folder until it ends or ctx does, ends all that it has
	// started, and gives the last of what it wrote.
	Run func(ctx context.Context, dir string, argv, env []string) (said string, err error)
	// Known gives the proof that there is already of what was identified; nil: there is none.
	Known func(Proof) (Proof, bool)
}

// How long the agent may take, and how long to end by itself after everything was seen.
const (
	proveLimit = 3 * time.Minute
	proveGrace = time.Second
)

// Prove runs an agent by itself to see that it asks: without a terminal, in a HOME
// of its own, with a model of kavi's on loopback which asks for one command and one
// file. Both are denied. It holds if the hook was asked about both, neither was
// done, and the model was told why. Then it asks for its PATH, which is allowed: the
// shells that come to the shim besides are the agent's own (Form). The agent reaches no other host: it is started
// with an environment of kavi's and a proxy that refuses. It takes some seconds.
//
// What is not shown: that a later start with options that are left out here
// behaves the same, and, of codex, that the operator trusts the hook.
//
// The error wraps ErrUnproven, and is the proof's Err.
func Prove(ctx context.Context, o ProveOptions) (Proof, error) {
	p, err := Identify(ctx, o)
	if err == nil && o.Known != nil {
		if known, ok := o.Known(p); ok {
			return known, nil
		}
	}
	start := time.Now()
	if err == nil {
		err = o.prove(ctx, &p)
	}
	p.At, p.Took = time.Now(), time.Since(start)
	if err != nil {
		p.Err = err.Error()
		return p, fmt.Errorf("%w: %w", ErrUnproven, err)
	}
	return p, nil
}

func (o *ProveOptions) prove(ctx context.Context, p *Proof) error {
	f := p.Family
	nonce := strings.ToLower(rand.Text())
	s, err := newStage(o.Folder, nonce)
	if err != nil {
		return err
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("there is no loopback to prove them on: %w", err)
	}
	s.url = "http://" + l.Addr().String()
	play := plays()[f](s)
	g := &doorkeeper{family: f, stage: s, maybe: play.maybe, heard: make([]bool, len(play.turns))}
	server := &audience{model: model.New(map[string][]model.Turn{"": play.turns}), own: l.Addr().String(), over: g.over, seen: make(chan struct{})}
	web := &http.Server{Handler: server, ReadHeaderTimeout: proveLimit}
	defer func() { _ = web.Close() }()
	go func() { _ = web.Serve(l) }() // Close ends it

	if err := play.furnish(s, o.Despite); err != nil {
		return err
	}
	env := o.environ(play.env, s)
	launch, err := f.Launch(LaunchOptions{
		Program: o.Program, Args: slices.Concat(play.args, matter(f, o.Args)), Task: "kavi proves its gate (" + nonce + ").", Headless: true,
		Cwd: s.project, Folder: o.Folder, Home: s.home, Env: env, Hook: filepath.Join(o.Folder, "bin", "kavi-hook"), Limit: MaxLimit, Nonce: nonce,
		ReadFile: os.ReadFile, ReadDir: os.ReadDir,
	})
	if err != nil {
		return err
	}
	if err := o.startFiles(s.home); err != nil {
		return err
	}
	if err := launch.Furnish(o.Folder); err != nil {
		return err
	}
	g.lines = launch.Lines
	stop := g.serve(o.Gate)
	defer stop()

	ctx, cancel := context.WithTimeout(ctx, proveLimit)
	defer cancel()
	go func() {
		select {
		case <-server.seen: // it is over, but for the agent's own end
			select {
			case <-time.After(proveGrace):
				cancel()
			case <-ctx.Done():
			}
		case <-ctx.Done():
		}
	}()
	said, runErr := o.Run(ctx, s.project, slices.Concat(launch.Argv[:1], play.before, launch.Argv[1:]), withEnv(env, launch.Env))
	stop()
	return g.judge(p, server, said, runErr)
}

// environ is the agent's whole environment. What leads to its program is the
// operator's own; version managers look there.
func (o *ProveOptions) environ(more []string, s *stage) []string {
	own := LaunchOptions{Env: o.Env}
	path := own.getenv("PATH")
	if path == "" {
		path = "/usr/local/bin:/usr/bin:/bin"
	}
	bin := filepath.Join(o.Folder, "bin")
	env := []string{
		"HOME=" + s.home, "TMPDIR=" + s.tmp, "PATH=" + bin + ":" + path, "SHELL=" + filepath.Join(bin, o.Shell), "USER=kavi", "LOGNAME=kavi",
		"LANG=C.UTF-8", "TERM=xterm-256color", "DO_NOT_TRACK=1", "DISABLE_AUTOUPDATER=1", "GIT_CONFIG_NOSYSTEM=1",
	}
	for _, name := range []string{"VOLTA_HOME", "NVM_DIR", "FNM_DIR", "ASDF_DIR", "ASDF_DATA_DIR", "MISE_DATA_DIR", "MISE_CONFIG_DIR", "LD_LIBRARY_PATH"} {
		if v := own.getenv(name); v != "" {
			env = append(env, name+"="+v)
		}
	}
	for _, name := range []string{"http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"} {
		env = append(env, name+"="+s.url)
	}
	for _, name := range []string{"no_proxy", "NO_PROXY"} {
		env = append(env, name+"=127.0.0.1,localhost")
	}
	return append(env, more...)
}

// startFiles makes start-up files where the operator has some: agents put other
// words into the scripts for their shells then, see Form. They change PATH, which
// shows whether the agent's commands have it from there.
func (o *ProveOptions) startFiles(home string) error {
	for _, name := range o.startNames() {
		if err := os.WriteFile(filepath.Join(home, name), []byte("PATH=/start-up:$PATH\n"), 0o600); err != nil {
			return err
		}
	}
	return nil
}

func (o *ProveOptions) startNames() (names []string) {
	for _, name := range []string{".profile", ".bash_profile", ".bash_login", ".bashrc", ".zshenv", ".zprofile", ".zshrc", ".zlogin"} {
		if _, err := os.Stat(filepath.Join(o.Home, name)); err == nil {
			names = append(names, name)
		}
	}
	return names
}

// stage is where the agent plays: its folders, and what it is asked to do there.
type stage struct {
	home, project, tmp string
	nonce              string
	url                string // of the model
}

func newStage(folder, nonce string) (*stage, error) {
	s := &stage{home: filepath.Join(folder, "home"), project: filepath.Join(folder, "project"), tmp: filepath.Join(folder, "tmp"), nonce: nonce}
	for _, dir := range []string{s.home, s.project, s.tmp} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// witness is the file that turn n would make, were it not denied. Its name is
// nothing that an agent could come to by itself.
func (s *stage) witness(n int) string {
	return filepath.Join(s.project, fmt.Sprintf("done-%d-%s", n, s.nonce))
}

// touch is the command of the first turn.
func (s *stage) touch() string { return "touch " + filepath.Base(s.witness(0)) }

// reason is why turn n is denied.
func (s *stage) reason(n int) string { return fmt.Sprintf("kavi proves its gate %d %s", n, s.nonce) }

// audience is the model, and the proxy that refuses every other host.
type audience struct {
	model *model.Server
	own   string
	over  func(body []byte) bool // tells whether the model now knows all that it can be told

	once sync.Once
	seen chan struct{}
}

func (a *audience) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodConnect || r.URL.Host != "" && r.URL.Host != a.own {
		http.Error(w, "kavi lets a proof reach no other host", http.StatusForbidden)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 32<<20))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	a.model.ServeHTTP(w, r)
	if a.over(body) {
		a.once.Do(func() { close(a.seen) })
	}
}

// withEnv is env with some variables in the place of what it has.
func withEnv(env, more []string) []string {
	out := slices.DeleteFunc(slices.Clone(env), func(kv string) bool {
		name, _, _ := strings.Cut(kv, "=")
		return slices.ContainsFunc(more, func(o string) bool { return strings.HasPrefix(o, name+"=") })
	})
	return append(out, more...)
}
