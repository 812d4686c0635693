package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"kavi/pty/proc"
)

// scriptWait is how long a script waits for what must come.
const scriptWait = 2 * time.Minute

// scriptCommands are what scripts need beyond testscript's own.
func scriptCommands() map[string]func(ts *testscript.TestScript, neg bool, args []string) {
	all := map[string]func(ts *testscript.TestScript, neg bool, args []string){
		"exit":       scriptExit,
		"await":      scriptAwait,
		"awaitfile":  scriptAwaitFile,
		"killserver": scriptKillServer,
		"stopserver": scriptStopServer,
		"killkavi":   scriptKillKavi,
		"awaitwatch": scriptAwaitWatch,
		"awaititem":  scriptAwaitItem,
	}
	maps.Copy(all, threatCommands())
	return all
}

// exit CODE COMMAND [ARG]...: runs it and wants that exit code.
func scriptExit(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exit CODE COMMAND [ARG]...")
	}
	err := ts.Exec(args[1], args[2:]...)
	code := 0
	var e *exec.ExitError
	if errors.As(err, &e) {
		code = e.ExitCode()
	} else if err != nil {
		code = -1
	}
	if fmt.Sprint(code) != args[0] {
		ts.Fatalf("exit code %d (%v), want %s", code, err, args[0])
	}
}

// poll waits until ok says so.
func poll(ts *testscript.TestScript, what string, ok func() bool) {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(scriptWait)
	for !ok() {
		select {
		case <-tick.C:
		case <-limit:
			ts.Fatalf("never: %s", what)
		}
	}
}

// await PATTERN COMMAND [ARG]...: runs it until its standard output matches.
func scriptAwait(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: await PATTERN COMMAND [ARG]...")
	}
	re, err := regexp.Compile("(?m)" + args[0])
	ts.Check(err)
	poll(ts, fmt.Sprintf("%s in the output of %s", args[0], strings.Join(args[1:], " ")), func() bool {
		err := ts.Exec(args[1], args[2:]...)
		return err == nil && re.MatchString(ts.ReadFile("stdout")) != neg
	})
}

// awaitfile PATH [PATTERN]: waits until the file is there, and holds the pattern.
func scriptAwaitFile(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: awaitfile PATH [PATTERN]")
	}
	re := regexp.MustCompile("")
	if len(args) == 2 {
		re = regexp.MustCompile("(?m)" + args[1])
	}
	path := ts.MkAbs(args[0])
	poll(ts, "the file "+strings.Join(args, " with "), func() bool {
		b, err := os.ReadFile(path)
		return err == nil && re.Match(b)
	})
}

// unexplained are the changes that wait in the script's session.
func unexplained(ts *testscript.TestScript) (list []listedChange) {
	ts.Check(ts.Exec("kavi", "approval", "list", "--json"))
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &list))
	return slices.DeleteFunc(list, func(c listedChange) bool { return c.State != "unexplained" })
}

// awaitwatch: waits until changes of the project are seen, and keeps the one by
// which that showed.
func scriptAwaitWatch(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: awaitwatch")
	}
	n := 0
	poll(ts, "a change that is seen", func() bool {
		n++
		file := filepath.Join(ts.Getenv("PROJECT"), fmt.Sprintf("beat%d", n))
		ts.Check(os.WriteFile(file, nil, 0o644))
		return len(unexplained(ts)) > 0
	})
	poll(ts, "a session in which no change waits", func() bool {
		list := unexplained(ts)
		for _, c := range list {
			ts.Check(ts.Exec("kavi", "approval", "approve", c.ID, "--mine"))
		}
		return len(list) == 0
	})
}

// awaititem VAR PATH [TEXT]: waits until a change of that file waits that no call
// explains, and puts its id into the variable. With a text it first adds that to the
// file, after a second: what comes right after a call's end could be the call's own.
func scriptAwaitItem(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 || len(args) > 3 {
		ts.Fatalf("usage: awaititem VAR PATH [TEXT]")
	}
	if len(args) == 3 {
		start := time.Now()
		poll(ts, "a second later", func() bool { return time.Since(start) > time.Second })
		file := ts.MkAbs(args[1])
		b, err := os.ReadFile(file)
		ts.Check(err)
		ts.Check(os.WriteFile(file, append(b, args[2]+"\n"...), 0o644))
	}
	poll(ts, "an unexplained change of "+args[1], func() bool {
		for _, c := range unexplained(ts) {
			for _, f := range c.Files {
				if f.Path == args[1] {
					ts.Setenv(args[0], c.ID)
					return true
				}
			}
		}
		return false
	})
}

// killserver: kill -9 of the server of the script's only session.
func scriptKillServer(ts *testscript.TestScript, neg bool, _ []string) {
	if neg {
		ts.Fatalf("usage: killserver")
	}
	if n := kill(ts.Getenv("HOME"), "serve"); n != 1 {
		ts.Fatalf("%d servers run, want 1", n)
	}
}

// stopserver: the server of the script's only session hangs from here on.
func scriptStopServer(ts *testscript.TestScript, neg bool, _ []string) {
	if neg {
		ts.Fatalf("usage: stopserver")
	}
	if n := send(ts.Getenv("HOME"), syscall.SIGSTOP, "serve"); n != 1 {
		ts.Fatalf("%d servers run, want 1", n)
	}
}

// killkavi: kill -9 of server, keepers and all that they have started, as a
// reboot does it.
func scriptKillKavi(ts *testscript.TestScript, neg bool, _ []string) {
	if neg {
		ts.Fatalf("usage: killkavi")
	}
	if kill(ts.Getenv("HOME"), "serve", "keep") < 2 {
		ts.Fatalf("neither server nor keeper ran")
	}
}

// kill ends the processes of sessions below home that do one of these jobs, with
// everything below them, and says how many did.
func kill(home string, jobs ...string) int { return send(home, syscall.SIGKILL, jobs...) }

// send is kill with another signal.
func send(home string, sig syscall.Signal, jobs ...string) (n int) {
	for _, id := range below(home) {
		argv, err := proc.Argv(id.PID)
		if err != nil || len(argv) < 2 {
			continue
		}
		for _, job := range jobs {
			if argv[1] != job {
				continue
			}
			victims := []proc.ID{id}
			if job == "keep" {
				victims = proc.Tree(id)
			}
			for _, v := range victims {
				_ = proc.Signal(v, sig) // it may be gone already
			}
			n++
		}
	}
	return n
}

// below are the processes that run a session's own copy of kavi below home, the
// keepers first: they would bring a server back.
func below(home string) []proc.ID {
	var keepers, others []proc.ID
	root, err := proc.Of(1)
	if err != nil {
		return nil
	}
	for _, id := range proc.Tree(root) {
		exe, err := proc.Exe(id.PID)
		if err != nil || !strings.HasPrefix(exe, home+string(filepath.Separator)) {
			continue
		}
		if argv, err := proc.Argv(id.PID); err == nil && len(argv) > 1 && argv[1] == "keep" {
			keepers = append(keepers, id)
			continue
		}
		others = append(others, id)
	}
	return append(keepers, others...)
}

// endAll leaves nothing of a script's sessions running.
func endAll(home string) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for limit := time.Now().Add(scriptWait); time.Now().Before(limit); <-tick.C {
		if kill(home, "keep", "serve") == 0 {
			return
		}
	}
}
