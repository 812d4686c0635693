package shim

import (
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"github.com/google/go-cmp/cmp"
)

// strangeParent becomes the program of SHIM_TEST_EXEC after doing to this process
// what SHIM_TEST_PARENT says, a list of "ignore N", "block N", "close N", "umask N".
func strangeParent() {
	runtime.LockOSThread()
	var mask uint64
	steps := strings.Split(os.Getenv("SHIM_TEST_PARENT"), ",")
	program := os.Getenv("SHIM_TEST_EXEC")
	for _, step := range steps {
		what, number, _ := strings.Cut(step, " ")
		n, err := strconv.Atoi(number)
		if err != nil {
			panic(err)
		}
		switch what {
		case "ignore":
			act := struct {
				handler, flags, restorer uintptr
				mask                     uint64
			}{handler: 1}
			if _, _, e := syscall.RawSyscall6(syscall.SYS_RT_SIGACTION, uintptr(n), uintptr(unsafe.Pointer(&act)), 0, 8, 0, 0); e != 0 {
				panic(e)
			}
		case "block":
			mask |= 1 << (n - 1)
		case "umask":
			syscall.Umask(n)
		case "close":
			defer func() { panic("close comes last") }()
			if err := syscall.Close(n); err != nil {
				panic(err)
			}
		}
	}
	setMask(mask)
	env := []string{}
	for _, kv := range os.Environ() {
		if !strings.HasPrefix(kv, "SHIM_TEST_") {
			env = append(env, kv)
		}
	}
	args := append([]string{"bash"}, os.Args[1:]...)
	panic(syscall.Exec(program, args, env))
}

// What the real program finds is what it would find without the shim.
func TestNothingIsChangedOnTheWay(t *testing.T) {
	t.Parallel()
	const (
		signals = `while read -r l; do case $l in Sig[BIC]*) echo "$l";; esac; done < /proc/self/status`
		fds     = `for f in 0 1 2 3 4 5 6 7 8 9; do [ -e /proc/self/fd/$f ] && echo $f; done`
	)
	for _, c := range []struct{ name, steps, probe string }{
		{"signals: none ignored", "umask 18", signals},
		{"signals: those of a background job", "ignore 2,ignore 3", signals},
		{"signals: ignored pipe, term, child, user, real time", "ignore 13,ignore 15,ignore 17,ignore 10,ignore 12,ignore 34,ignore 64,ignore 1,ignore 20,ignore 21,ignore 22,ignore 23,ignore 28", signals},
		{"signals: blocked", "block 15,block 17,block 10,block 2,block 13,block 64", signals},
		{"umask", "umask 63", "umask"},
		{"no standard input", "close 0", fds + "; cat"},
		{"no standard error", "close 2", fds},
		{"no standard streams at all", "close 0,close 2", fds},
		{"limits", "umask 18", "ulimit -Sn; ulimit -Hn; ulimit -a"},
		{"no descriptor more", "umask 18", `ls -l /proc/self/fd | grep -c . ; ` + fds},
		{"environment", "umask 18", "tr '\\0' '\\n' < /proc/$$/environ"},
		{"arguments", "umask 18", "tr '\\0' '|' < /proc/$$/cmdline"},
		{"threads and dumpable", "umask 18", `while read -r l; do case $l in Threads*|NoNewPrivs*|Seccomp:*|Umask*|CapEff*) echo "$l";; esac; done < /proc/self/status`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			g := newGate(t, nil)
			try := func(program string) result {
				cmd := g.command("bash", "-c", c.probe, "zero", "", "a b")
				cmd.Path = os.Args[0]
				cmd.Env = g.env("SHIM_TEST_PARENT="+c.steps, "SHIM_TEST_EXEC="+program, "X=1", "X=2", "noequals", "EMPTY=", "=odd")
				cmd.Stdin = strings.NewReader("")
				return run(t, cmd)
			}
			want := try("/bin/bash")
			got := try(g.shim("bash"))
			if d := cmp.Diff(want, got); d != "" {
				t.Error("with the shim (+) and without (-):", d)
			}
			if want.Out == "" {
				t.Fatalf("the probe found nothing: %+v", want)
			}
			if calls, _, _ := g.seen(); len(calls) == 0 {
				t.Error("the shim was not asked")
			}
		})
	}
}

// Without standard output nothing can be printed; the exit code tells.
func TestNoStandardOutput(t *testing.T) {
	t.Parallel()
	g := newGate(t, nil)
	for _, program := range []string{"/bin/bash", g.shim("bash")} {
		cmd := g.command("bash", "-c", "[ -e /proc/self/fd/1 ] && exit 1; echo x; exit $((2 + $?))")
		cmd.Path = os.Args[0]
		cmd.Env = g.env("SHIM_TEST_PARENT=close 1", "SHIM_TEST_EXEC="+program)
		if got := run(t, cmd); got.Code != 3 {
			t.Errorf("%s: %+v", program, got)
		}
	}
}
