package session

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kavi/pty/proc"
	"kavi/session/ledger"
)

// notUTF8 is an agent that asks for a command whose bytes are no text, and may be
// told to give up and to ask for it once more.
const notUTF8 = `c=$(printf 'echo \233one > out.txt')
"$SHELL" -c "$c" & p=$!
while ! test -e go; do test -s out.txt && exit; done; kill $p; wait $p
while ! test -e again; do :; done
"$SHELL" -c "$c"; echo "second $?"`

// What is held stays what it is through every server that comes back, byte for byte.
func TestAHeldCallThatIsNoTextComesBackAsItWas(t *testing.T) {
	w := begin(t)
	w.script("one", notUTF8)
	a := w.pending(1)[0]
	for range 2 {
		w.Close()
		w.reopen()
		w.until("its caller to be back", func(*Snapshot) bool {
			back, err := ask(t.Context(), w.Session, func(reply func(bool, error)) {
				k := w.approvals[a.ID]
				reply(k == nil || k.door != nil, nil)
			})
			return err == nil && back
		})
		b := w.pending(1)[0]
		if b.ID != a.ID || !b.Since.Equal(a.Since) || b.State != Pending {
			t.Fatalf("%s (%s) waits since %v; %s was held since %v", b.ID, b.State, b.Since, a.ID, a.Since)
		}
	}
	if got := kindsOf(w.entries(), ledger.CallWithdrawn); len(got) > 0 {
		t.Errorf("the ledger says %v, and nothing changed", got)
	}
	w.answer(true, "", a)
	w.exited("one")
	if b, _ := os.ReadFile(filepath.Join(w.project, "out.txt")); string(b) != "\x9bone\n" {
		t.Errorf("out.txt is %q", b)
	}
}

// The same of a yes to a call that lapsed: the next such call is known by it.
func TestAGrantOfACallThatIsNoTextOutlivesTheServer(t *testing.T) {
	w := begin(t)
	w.script("one", notUTF8)
	w.pending(1)
	w.touch("go")
	l := w.until("it to lapse", func(s *Snapshot) bool { return len(s.Approvals) == 1 && s.Approvals[0].State == Lapsed }).Approvals[0]
	w.answer(true, "", l)
	w.Close()
	w.reopen()
	w.touch("again")
	w.until("the granted call to have run", func(s *Snapshot) bool {
		if len(s.Approvals) > 0 {
			t.Fatalf("it was asked again: %+v", s.Approvals[0])
		}
		return strings.Contains(w.screen("one"), "second 0")
	})
	w.exited("one")
}

// Of a call that was held when server and agent were killed nobody saw that its
// agent gave up: it is not said.
func TestACallWhoseAgentWasKilledWithTheServerSaysWhatIsKnown(t *testing.T) {
	w := begin(t)
	w.script("one", `"$SHELL" -c 'echo hi > out.txt'`)
	a := w.pending(1)[0]
	keeper, err := ask(t.Context(), w.Session, func(reply func(proc.ID, error)) { reply(w.agents["one"].keeper, nil) })
	if err != nil {
		t.Fatal(err)
	}
	w.Close()
	if err := proc.Signal(keeper, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	said := func() string {
		l := w.until("it to lapse", func(s *Snapshot) bool { return len(s.Approvals) == 1 && s.Approvals[0].State == Lapsed }).Approvals[0]
		if l.ID != a.ID {
			t.Errorf("%s lapsed, %s was held", l.ID, a.ID)
		}
		return l.Why
	}
	w.reopen()
	if got := said(); got != callerGone {
		t.Errorf("it says %q", got)
	}
	w.until("the ledger to say it", func(*Snapshot) bool {
		for _, e := range w.entries() {
			if e.Kind == ledger.CallLapsed {
				return e.Why == callerGone
			}
		}
		return false
	})
	w.Close()
	w.reopen()
	if got := said(); got != callerGone {
		t.Errorf("after one more restart it says %q", got)
	}
}

// Who may not answer is named, where it is one of the agents.
func TestARefusalNamesTheAgent(t *testing.T) {
	w := begin(t)
	w.script("one", `"$SHELL" -c 'echo hi > out.txt'; exec cat`)
	a := w.pending(1)[0]
	peer, err := ask(t.Context(), w.Session, func(reply func(proc.ID, error)) { reply(w.approvals[a.ID].peer, nil) })
	if err != nil {
		t.Fatal(err)
	}
	self, err := proc.Of(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	w.Refused(peer, "approve", errors.New("not yours"))
	w.Refused(self, "approve", errors.New("not yours"))
	var named []string
	w.until("both in the ledger", func(*Snapshot) bool {
		named = nil
		for _, e := range w.entries() {
			if e.Kind == ledger.OperatorRefused {
				named = append(named, e.Agent)
			}
		}
		return len(named) == 2
	})
	if named[0] != "one" || named[1] != "" {
		t.Errorf("%q", named)
	}
}

// Files of a kavi that wrote every text as JSON has it are read as they are.
func TestWhatAnOlderKaviHeldIsReadAsItIs(t *testing.T) {
	w := begin(t)
	w.script("one", `"$SHELL" -c 'echo hi > out.txt'`)
	a := w.pending(1)[0]
	w.Close()
	b, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(w.dir.pending(), a.ID+".json"), b, 0o600); err != nil {
		t.Fatal(err)
	}
	w.reopen()
	w.answer(true, "", w.pending(1)[0])
	w.exited("one")
	if got := kindsOf(w.entries(), ledger.CallWithdrawn, ledger.CallAbandoned); len(got) > 0 || !w.exists("out.txt") {
		t.Errorf("the ledger says %v", got)
	}
}

// Every text of an approval, also one that it gets some day, and also one that
// looks like a text of kavi's own making.
func TestEveryByteOfWhatIsShownIsKept(t *testing.T) {
	s := &Session{opts: Options{Dir: Dir(t.TempDir())}}
	if err := os.Mkdir(s.opts.Dir.pending(), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"\x9bone", "two", rawMark + "dHdv", rawMark + "?", "\xff" + rawMark} {
		var a Approval
		fillWith(t, reflect.ValueOf(&a).Elem(), text)
		a.ID = "apr_01"
		if err := s.savePending(&a); err != nil {
			t.Fatal(err)
		}
		got, err := s.loadPending(a.ID)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(&a, got); diff != "" {
			t.Errorf("%q:\n%s", text, diff)
		}
	}
}

// fillWith gives every text of a value that text, and every list one element.
func fillWith(t *testing.T, v reflect.Value, text string) {
	t.Helper()
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fillWith(t, v.Elem(), text)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fillWith(t, v.Index(0), text)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fillWith(t, v.Field(i), text)
			}
		}
	case reflect.Map, reflect.Interface:
		t.Fatalf("an approval has got a %s, which is not kept byte for byte yet", v.Type())
	}
}
