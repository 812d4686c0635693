package hook

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kavi/gateway/hook/model"
	"kavi/gateway/wire"
)

// A gate that hangs is a no in the end: kavi-hook, which nobody answers, says so
// before the agent's own limit, after which most agents use the tool. Each agent is
// started with the lowest limit that Launch takes.
func TestRealAgentsAreToldNoWhereNobodyAnswers(t *testing.T) {
	bin := agentFolder(t)
	if sealed(t) {
		return
	}
	for _, f := range Families() {
		t.Run(string(f), func(t *testing.T) {
			t.Parallel() // most of it is waiting
			ran, told := hang(t, filepath.Join(bin, string(f)))
			if ran || !strings.Contains(told, "no answer yet") {
				t.Errorf("it ran: %v; its model was told %s", ran, told)
			}
		})
	}
}

// hang has an agent's model ask for a command while nobody answers its hook, and
// gives whether the command ran and what the model was told of it, "" if nothing.
func hang(t *testing.T, program string) (ran bool, told string) {
	const limit = time.Minute
	o := proveIn(t, program)
	o.Env = []string{"PATH=" + filepath.Dir(program) + ":" + os.Getenv("PATH")}
	hook := filepath.Join(o.Folder, "bin", "kavi-hook")
	silent(t, o.Gate)
	s, err := newStage(o.Folder, "hang")
	if err != nil {
		t.Fatal(err)
	}
	f, _ := FamilyOf(program)
	var m *model.Server
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { m.ServeHTTP(w, r) }))
	defer server.Close()
	s.url = server.URL
	play := plays()[f](s)
	m = model.New(map[string][]model.Turn{"": play.turns[:1]})
	env := o.environ(play.env, s)
	launch, err := f.Launch(LaunchOptions{
		Program: program, Args: play.args, Task: "do it", Headless: true, Cwd: s.project, Folder: o.Folder, Home: s.home, Env: env,
		Hook: hook, Limit: limit, Nonce: "hang", ReadFile: os.ReadFile, ReadDir: os.ReadDir,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := play.furnish(s, false); err != nil {
		t.Fatal(err)
	}
	if err := launch.Furnish(o.Folder); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*limit)
	defer cancel()
	said, runErr := o.Run(ctx, s.project, slices.Concat(launch.Argv[:1], play.before, launch.Argv[1:]), withEnv(env, launch.Env))
	asked := false
	for _, r := range m.Requests() {
		asked = asked || r.Turn == 1
		if strings.Contains(string(r.Body), "(turn::1)") {
			told = string(r.Body)
		}
	}
	if !asked {
		t.Fatalf("its model was asked for nothing: %s", ending(said, runErr))
	}
	_, err = os.Lstat(s.witness(0))
	return err == nil, told
}

// silent lets shells pass and never answers a hook.
func silent(t *testing.T, l net.Listener) {
	var wg sync.WaitGroup
	conns := &callers{open: map[net.Conn]bool{}}
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil || !conns.add(c) {
				return
			}
			wg.Go(func() {
				m, err := wire.Read(c)
				if err != nil || m.Call == nil || m.Call.Door != wire.DoorShim {
					return
				}
				_, _ = c.Write(wire.AppendVerdict(nil, &wire.Verdict{Allow: true}))
				_, _ = wire.Read(c) // that it was taken
				conns.drop(c)
			})
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		conns.end()
		wg.Wait()
	})
}
