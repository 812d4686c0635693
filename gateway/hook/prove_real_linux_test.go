package hook

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// sealed runs a test again in a network of its own, which has nothing but
// loopback, and reports that it did; there it reports false.
func sealed(t *testing.T) (done bool) {
	t.Helper()
	const mark = "KAVI_TEST_SEALED"
	if os.Getenv(mark) != "" {
		fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = unix.Close(fd) }()
		lo, err := unix.NewIfreq("lo")
		if err != nil {
			t.Fatal(err)
		}
		lo.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
		if err := unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, lo); err != nil {
			t.Fatalf("loopback: %v", err)
		}
		return false
	}
	c := exec.CommandContext(t.Context(), "/proc/self/exe", "-test.run=^"+t.Name()+"$", "-test.v", "-test.timeout=10m", "-test.parallel=6")
	c.Args[0] = os.Args[0]
	c.Env = append(os.Environ(), mark+"=1")
	c.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	if os.Getuid() != 0 {
		c.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		c.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		c.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	}
	out, err := c.CombinedOutput()
	if err != nil {
		t.Errorf("in a network of its own: %v\n%s", err, out)
	} else {
		t.Logf("%s", out)
	}
	return true
}

// agentFolder is where .ci/agents put them: KAVI_E2E_AGENTS, else where .ci/run does.
func agentFolder(t *testing.T) string {
	t.Helper()
	if os.Getenv("KAVI_E2E") != "1" {
		t.Skip("no real agent proved its hooks: KAVI_E2E=1 KAVI_E2E_AGENTS=FOLDER, which .ci/agents FOLDER filled")
	}
	dir := os.Getenv("KAVI_E2E_AGENTS")
	if dir == "" {
		cache := os.Getenv("KAVI_CI_CACHE")
		if cache == "" {
			own, err := os.UserCacheDir()
			if err != nil {
				own = os.TempDir()
			}
			cache = filepath.Join(own, "kavi-ci")
		}
		dir = filepath.Join(cache, "agents")
	}
	return filepath.Join(dir, "node_modules", ".bin")
}

func TestRealAgentsProveTheirHooks(t *testing.T) {
	bin := agentFolder(t)
	if sealed(t) {
		return
	}
	prove := func(name string, f Family, despite bool) {
		t.Run(name, func(t *testing.T) {
			o := proveIn(t, filepath.Join(bin, string(f)))
			o.Shell, o.Env, o.Despite = "bash", []string{"PATH=" + bin + ":" + os.Getenv("PATH")}, despite // the Node.js that they run on is there
			if err := os.Mkdir(o.Home, 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(o.Home, ".bashrc"), nil, 0o600); err != nil {
				t.Fatal(err)
			}
			p, err := Prove(t.Context(), o)
			t.Logf("%s %s in %v, at the shim: %v, reorders: %v, %d forms", f, p.Version, p.Took.Round(time.Millisecond), p.Shim, p.Reorders, len(p.Forms))
			if err != nil {
				t.Error(err)
			}
		})
	}
	for _, f := range Families() {
		prove(string(f), f, false)
	}
	prove("gemini despite its project", Gemini, true)
}

// An agent that was updated to a version without hooks, or stands behind a program
// that switches them off.
func TestARealAgentWithoutItsHooksIsFoundOut(t *testing.T) {
	bin := agentFolder(t)
	if sealed(t) {
		return
	}
	for f, script := range map[Family]string{
		Claude:   "#!/bin/sh\nshift 2; exec '" + bin + "/claude' --settings '{\"disableAllHooks\":true}' --allowedTools=Bash,Write \"$@\"\n",
		Codex:    "#!/bin/sh\nexec '" + bin + "/codex' --disable hooks \"$@\"\n",
		OpenCode: "#!/bin/sh\nexec '" + bin + "/opencode' --pure \"$@\"\n",
		Gemini:   "#!/bin/sh\nGEMINI_CLI_TRUST_WORKSPACE=true exec '" + bin + "/gemini' \"$@\"\n", // it reads its project's settings then
	} {
		t.Run(string(f), func(t *testing.T) {
			file := filepath.Join(t.TempDir(), string(f))
			if err := os.WriteFile(file, []byte(script), 0o755); err != nil {
				t.Fatal(err)
			}
			o := proveIn(t, file)
			o.Env, o.Despite = []string{"PATH=" + bin + ":" + os.Getenv("PATH")}, true
			p, err := Prove(t.Context(), o)
			if !errors.Is(err, ErrUnproven) || !strings.Contains(p.Err, "without asking its hook") {
				t.Errorf("%v, %+v", err, p)
			}
		})
	}
}

// The operator's trust, as codex keeps it: first there is none, then what its own
// dialog would write is there.
func TestRealCodexSaysWhatItTrusts(t *testing.T) {
	bin := agentFolder(t)
	if sealed(t) {
		return
	}
	home, cwd := t.TempDir(), t.TempDir()
	env := []string{"PATH=" + bin + ":" + os.Getenv("PATH"), "HOME=" + home}
	program := filepath.Join(bin, "codex")
	if trusted, err := CodexTrusts(t.Context(), program, env, cwd); err != nil || trusted {
		t.Fatalf("before anybody was asked: %v, %v", trusted, err)
	}
	settings, _ := codexSettings(&LaunchOptions{Limit: MaxLimit})
	c := exec.CommandContext(t.Context(), program, append([]string{"app-server"}, settings...)...)
	c.Dir, c.Env = cwd, env
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	hooks, err := listHooks(in, out, cwd)
	_ = in.Close()
	_ = c.Wait()
	if err != nil || len(hooks) == 0 {
		t.Fatalf("%+v, %v", hooks, err)
	}
	var text strings.Builder
	for _, h := range hooks {
		text.WriteString("[hooks.state." + basic(h.Key) + "]\ntrusted_hash = " + basic(h.Hash) + "\n")
	}
	if err := os.WriteFile(filepath.Join(home, ".codex", "config.toml"), []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	if trusted, err := CodexTrusts(t.Context(), program, env, cwd); err != nil || !trusted {
		t.Errorf("trusted: %v, %v", trusted, err)
	}
}
