package pty_test

import (
	"testing"
)

func TestAnAgentsOutputComesNumberedAndItsStatusLast(t *testing.T) {
	s := spec(t, "sh", "-c", "printf 'one\\ntwo\\n'; exit 7")
	keep(t, s)
	h := newServer()
	l := dial(t, s, 0, h)
	h.until(t, "exited", func() bool { return len(h.exits) > 0 })
	if got := h.text(); got != "one\r\ntwo\r\n" || h.first != 0 {
		t.Errorf("output from %d: %q", h.first, got)
	}
	if st := h.exits[0]; st.Code != 7 || st.Signal != 0 || st.At.IsZero() {
		t.Errorf("status = %+v", st)
	}
	if l.Agent().Alive() || !l.Keeper().Alive() {
		t.Errorf("agent alive: %v, keeper alive: %v", l.Agent().Alive(), l.Keeper().Alive())
	}
}
