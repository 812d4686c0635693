package shell

import (
	"maps"
	"slices"

	"mvdan.cc/sh/v3/syntax"
)

// maxCwds is how many possible folders are followed before the folder counts
// as unknown.
const maxCwds = 8

// valueKind is what is known of a variable.
type valueKind uint8

const (
	unset   valueKind = iota // never touched here: what the environment says
	unclear                  // anything
	text                     // exactly text
	number                   // some integer
	files                    // one of the names that the glob text makes
)

type value struct {
	kind valueKind
	text string
	attr byte // declared: 'i' an integer, 'c' of changed case or readonly, so that what is set is not what it holds
}

// decl is a shell function and where it was written.
type decl struct {
	body   *syntax.Stmt
	source scope
	called bool
	busy   bool
}

// function is what a name may mean. With maybe it was defined in a branch, so
// that the program of that name may be meant as well.
type function struct {
	*decl
	maybe bool
}

// state is what the shell knows at one point. Copies share their maps until
// one of them writes.
type state struct {
	cwds   []string   // where the shell may be; nil is anywhere
	moved  []string   // where it is if the last command, a cd, succeeded
	old    []string   // $OLDPWD; nil is not known
	stack  [][]string // pushd
	vars   map[string]value
	funcs  map[string][]function
	args   []word // $1 … where known
	argsOK bool
	ifs    bool // IFS is not the usual one
	dead   bool // exit, break or return was met: nothing comes after
	locals *[]shadowed
	past   *past // of the shell that this is a state of; nil where its traps do not matter

	sharedVars, sharedFuncs bool
}

// shadowed is a variable to be put back when a function returns.
type shadowed struct {
	name string
	was  value
}

func newState(a *analyser) *state {
	st := &state{past: &past{}}
	if a.env.Cwd != "" {
		st.cwds = []string{a.env.Cwd}
	}
	odd := func(s string) bool { return prescan(s) != "" }
	if args := a.env.Args; args != nil && len(args) <= maxWords && !slices.ContainsFunc(args, odd) {
		st.argsOK = true
		for _, s := range args {
			st.args = append(st.args, exactWord(s))
		}
	}
	return st
}

func (st *state) clone() *state {
	st.sharedVars, st.sharedFuncs = true, true
	c := *st
	c.moved = nil
	return &c
}

func (st *state) set(name string, v value) {
	st.past.set(name)
	if st.sharedVars || st.vars == nil {
		st.vars = maps.Clone(st.vars)
		if st.vars == nil {
			st.vars = make(map[string]value, 4)
		}
		st.sharedVars = false
	}
	if was := st.vars[name].attr; was != 0 && v.attr == 0 {
		v.attr = was
		if was == 'c' || !v.numeric() {
			v.kind, v.text = unclear, ""
		}
	}
	st.vars[name] = v
	switch name {
	case "IFS":
		st.ifs = true
	case "PWD", "OLDPWD":
		st.old = nil
	}
}

func (st *state) define(name string, fs []function) {
	st.past.defined()
	if st.sharedFuncs || st.funcs == nil {
		st.funcs = maps.Clone(st.funcs)
		if st.funcs == nil {
			st.funcs = make(map[string][]function, 2)
		}
		st.sharedFuncs = false
	}
	st.funcs[name] = fs
}

// differs reports whether a shell in one state may do something else than in the
// other.
func (st *state) differs(other *state) bool {
	return (st.cwds == nil) != (other.cwds == nil) || !slices.Equal(st.cwds, other.cwds) || st.ifs != other.ifs ||
		st.argsOK != other.argsOK || !slices.Equal(st.args, other.args) || !maps.Equal(st.vars, other.vars) ||
		!maps.EqualFunc(st.funcs, other.funcs, slices.Equal[[]function])
}

// join makes st what it is where either st or other happened.
func (st *state) join(other *state) {
	switch {
	case other.dead:
		return
	case st.dead:
		locals := st.locals
		*st = *other.clone()
		st.locals = locals
		return
	}
	st.cwds = either(st.cwds, other.cwds)
	st.moved = nil
	if !slices.Equal(st.old, other.old) {
		st.old = nil
	}
	if len(st.stack) != len(other.stack) {
		st.stack = nil
	}
	st.ifs = st.ifs || other.ifs
	if !st.argsOK || !other.argsOK || !slices.Equal(st.args, other.args) {
		st.args, st.argsOK = nil, false
	}
	for name, v := range other.vars {
		if was := st.vars[name]; was != v {
			st.set(name, mix(was, v))
		}
	}
	for name, v := range st.vars {
		if _, both := other.vars[name]; !both && v.kind != unclear {
			st.set(name, mix(v, value{}))
		}
	}
	for name, fs := range other.funcs {
		if was := st.funcs[name]; !slices.Equal(was, fs) {
			st.define(name, possible(was, fs))
		}
	}
	for name, fs := range st.funcs {
		if _, both := other.funcs[name]; !both {
			st.define(name, possible(fs, nil))
		}
	}
}

// possible are the functions that a name may mean where two states meet.
func possible(a, b []function) []function {
	out := make([]function, 0, len(a)+len(b))
	for _, f := range append(slices.Clone(a), b...) {
		if slices.ContainsFunc(out, func(g function) bool { return g.decl == f.decl }) {
			continue
		}
		f.maybe = f.maybe || len(a) == 0 || len(b) == 0
		out = append(out, f)
	}
	return out
}

func mix(a, b value) value {
	if attr := max(a.attr, b.attr); attr != 0 {
		return value{kind: unclear, attr: attr}
	}
	if a.numeric() && b.numeric() {
		return value{kind: number}
	}
	return value{kind: unclear}
}

// numeric reports whether arithmetic on the value can run nothing.
func (v value) numeric() bool {
	switch v.kind {
	case number, unset:
		return true
	case text:
		return plainNumber(v.text)
	}
	return false
}

func plainNumber(s string) bool {
	for i := 0; i < len(s); i++ {
		if (s[i] < '0' || s[i] > '9') && (i > 0 || s[i] != '-') {
			return false
		}
	}
	return len(s) < 20
}

func either(a, b []string) []string {
	if a == nil || b == nil {
		return nil
	}
	out := a
	for _, p := range b {
		if !slices.Contains(out, p) {
			out = append(slices.Clip(out), p)
		}
	}
	if len(out) > maxCwds {
		return nil
	}
	return out
}

// widen makes unknown what one round of a loop changed.
func (st *state) widen(after *state) {
	if after.dead {
		return
	}
	if !slices.Equal(st.cwds, after.cwds) {
		st.cwds = nil
	}
	if !slices.Equal(st.old, after.old) {
		st.old = nil
	}
	st.stack = nil
	st.join(after)
}
