package shell

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// stmts walks a list in which each statement follows the one before.
func (a *analyser) stmts(list []*syntax.Stmt, st *state) {
	for _, s := range list {
		a.stmt(s, st)
	}
}

// stmt walks a statement and leaves in st what may be so afterwards. It returns
// what is so if the statement succeeded, which is st itself for most.
func (a *analyser) stmt(s *syntax.Stmt, st *state) (success *state) {
	a.seen(s)
	if s.Background || s.Coprocess || s.Disown {
		st = st.clone()
	}
	if call, ok := s.Cmd.(*syntax.CallExpr); ok {
		a.seen(call)
		a.simple(s, call, st)
		return st.succeeded()
	}
	if len(s.Redirs) > 0 {
		a.redirects(s, st)
	}
	return a.command(s.Cmd, st)
}

// succeeded is the state in which the cd that was just walked did its work.
func (st *state) succeeded() *state {
	if st.moved == nil {
		return st
	}
	ok := st.clone()
	ok.cwds, st.moved = st.moved, nil
	return ok
}

// command walks every command but the simple one.
func (a *analyser) command(c syntax.Command, st *state) (success *state) {
	if c == nil {
		return st
	}
	a.seen(c)
	switch c := c.(type) {
	case *syntax.Block:
		a.stmts(c.Stmts, st)
	case *syntax.Subshell:
		a.stmts(c.Stmts, st.clone())
	case *syntax.BinaryCmd:
		return a.binary(c, st)
	case *syntax.IfClause:
		a.ifClause(c, st)
	case *syntax.WhileClause:
		a.loop(st, func(st *state) {
			a.stmts(c.Cond, st)
			a.stmts(c.Do, st)
		})
	case *syntax.ForClause:
		a.forClause(c, st)
	case *syntax.CaseClause:
		a.caseClause(c, st)
	case *syntax.FuncDecl:
		a.funcDecl(c, st)
	case *syntax.DeclClause:
		a.declClause(c, st)
	case *syntax.ArithmCmd:
		if a.here.posix {
			a.flaw(c, "reads as a subshell in some shells and as arithmetic in others")
		}
		a.arithmetic(c.X, st)
	case *syntax.LetClause:
		for _, x := range c.Exprs {
			a.arithmetic(x, st)
		}
	case *syntax.TestClause:
		a.testClause(c, st)
	case *syntax.TimeClause:
		if c.Stmt == nil {
			break
		}
		if call, ok := c.Stmt.Cmd.(*syntax.CallExpr); ok && len(call.Args) > 0 && strings.HasPrefix(call.Args[0].Lit(), "-") {
			a.flaw(c, "is a program with options in some shells and not in others")
		}
		return a.stmt(c.Stmt, st)
	case *syntax.CoprocClause:
		a.flaw(c, "is a coprocess, of which shells read the name differently")
		if c.Name != nil {
			a.fields(c.Name, st)
		}
		a.stmt(c.Stmt, st.clone())
	default:
		a.flaw(c, "is a construct that is not read here")
	}
	return st
}

func (a *analyser) binary(c *syntax.BinaryCmd, st *state) (success *state) {
	switch c.Op {
	case syntax.AndStmt:
		right := a.stmt(c.X, st).clone()
		success = a.stmt(c.Y, right)
		st.join(right)
		return success
	case syntax.OrStmt:
		ok := a.stmt(c.X, st)
		right := st.clone()
		a.stmt(c.Y, right)
		if ok != st {
			*st = *ok.clone()
		}
		st.join(right)
	case syntax.Pipe, syntax.PipeAll:
		a.stmt(c.X, st.clone())
		last := st.clone()
		a.feed(c.X, c.Y, st)
		a.stmt(c.Y, last)
		a.fed = nil
		if !a.here.surely && !a.here.posix {
			st.join(last) // zsh and ksh run the last side in the shell itself
		}
	default:
		a.flaw(c, "joins commands in a way that is not read here")
	}
	return st
}

func (a *analyser) ifClause(c *syntax.IfClause, st *state) {
	a.stmts(c.Cond, st)
	then := st.clone()
	a.stmts(c.Then, then)
	switch {
	case c.Else == nil:
	case len(c.Else.Cond) == 0:
		a.seen(c.Else)
		a.stmts(c.Else.Then, st)
	default:
		a.seen(c.Else)
		a.ifClause(c.Else, st)
	}
	st.join(then)
}

func (a *analyser) caseClause(c *syntax.CaseClause, st *state) {
	a.operand(c.Word, st)
	end := st.clone()
	through := (*state)(nil)
	for _, item := range c.Items {
		for _, p := range item.Patterns {
			a.operand(p, st)
		}
		branch := st.clone()
		if through != nil {
			branch.join(through)
		}
		a.stmts(item.Stmts, branch)
		through = nil
		if item.Op != syntax.Break {
			through = branch.clone()
		}
		end.join(branch)
	}
	*st = *end
}

// loop walks a body that may run any number of times: once without recording,
// to learn what it changes, then once from a state in which that is unknown.
func (a *analyser) loop(st *state, body func(*state)) {
	a.dry++
	trial := st.clone()
	a.round(trial, body)
	a.dry--
	st.widen(trial)
	once := st.clone()
	a.round(once, body)
	st.join(once)
}

// round is one round of a loop; where break or continue leave it, what holds
// there may hold afterwards.
func (a *analyser) round(st *state, body func(*state)) {
	a.tails = append(a.tails, &state{dead: true})
	body(st)
	tail := a.tails[len(a.tails)-1]
	a.tails = a.tails[:len(a.tails)-1]
	st.join(tail)
}

// leave is break, continue or return: st goes on behind the construct.
func (a *analyser) leave(st *state) {
	for _, tail := range a.tails {
		tail.join(st)
	}
	st.dead = len(a.tails) > 0
}

func (a *analyser) forClause(c *syntax.ForClause, st *state) {
	switch l := c.Loop.(type) {
	case *syntax.CStyleLoop:
		for _, x := range []syntax.ArithmExpr{l.Init, l.Cond, l.Post} {
			if x != nil {
				a.arithmetic(x, st)
			}
		}
		a.loop(st, func(st *state) {
			a.stmts(c.Do, st)
		})
	case *syntax.WordIter:
		a.wordLoop(c, l, st)
	default:
		a.flaw(c, "is a loop that is not read here")
	}
}

// maxUnrolled is how many rounds of a for loop are walked one by one, each
// with its word.
const maxUnrolled = 12

func (a *analyser) wordLoop(c *syntax.ForClause, l *syntax.WordIter, st *state) {
	items, known := st.args, st.argsOK
	if l.InPos.IsValid() {
		items, known = nil, true
		for _, w := range l.Items {
			items = append(items, a.fields(w, st)...)
		}
	}
	for _, w := range items {
		known = known && (w.kind == exact || w.kind == glob)
	}
	name := l.Name.Value
	if a.dangerous(name, nil) {
		a.flaw(c, "sets "+name+" in a loop")
	}
	if known && !c.Select && len(items) > 0 && len(items) <= maxUnrolled && !many(items) {
		for _, w := range items {
			st.set(name, w.value())
			a.round(st, func(st *state) { a.stmts(c.Do, st) })
		}
		return
	}
	v := value{kind: unclear}
	if len(items) == 1 && known && items[0].kind == glob {
		v = items[0].value()
	}
	if l.InPos.IsValid() && len(items) > 0 && allNumbers(items) {
		v = value{kind: number}
	}
	a.loop(st, func(st *state) {
		st.set(name, v)
		if c.Select {
			st.set("REPLY", value{kind: unclear})
		}
		a.stmts(c.Do, st)
	})
}

// many reports a glob, which stands for any number of rounds.
func many(items []word) bool {
	for _, w := range items {
		if w.kind == glob {
			return true
		}
	}
	return false
}

func allNumbers(items []word) bool {
	for _, w := range items {
		if w.kind != numeric && (w.kind != exact || !plainNumber(w.text)) {
			return false
		}
	}
	return true
}

// funcDecl defines a function; its body is walked when it is called, and at
// the end where it never is: bash calls some by itself
// (command_not_found_handle), and a body is never just skipped.
func (a *analyser) funcDecl(c *syntax.FuncDecl, st *state) {
	switch c.Body.Cmd.(type) {
	case nil, *syntax.CallExpr, *syntax.DeclClause, *syntax.LetClause, *syntax.FuncDecl, *syntax.TimeClause,
		*syntax.CoprocClause, *syntax.BinaryCmd:
		a.flaw(c, "is a function whose body is no compound command, which shells read differently")
	}
	if c.Name == nil || len(c.Names) > 0 {
		a.flaw(c, "is a function without one name")
		a.stmt(c.Body, st.clone())
		return
	}
	if a.here.posix && posixSpecial(c.Name.Value) {
		a.flaw(c, "is a function with the name of a builtin, which some shells do not call")
	}
	d := &decl{body: c.Body, source: a.here}
	a.late = append(a.late, d)
	st.define(c.Name.Value, []function{{decl: d}})
}

// callFunc walks the body of a function with the arguments of this call.
func (a *analyser) callFunc(d *decl, args []word, st *state) {
	if d.busy || a.depth > maxNesting/2 {
		panic(tooMuch("calls itself"))
	}
	d.called, d.busy = true, true
	a.depth++
	outer, wasArgs, wasOK, wasLocals := a.here, st.args, st.argsOK, st.locals
	a.here = d.source
	a.here.extra, a.here.full = outer.extra, outer.full
	var locals []shadowed
	st.args, st.argsOK, st.locals = args, true, &locals
	a.round(st, func(st *state) { a.stmt(d.body, st) })
	for i := len(locals) - 1; i >= 0; i-- {
		st.set(locals[i].name, locals[i].was)
	}
	st.args, st.argsOK, st.locals = wasArgs, wasOK, wasLocals
	a.here = outer
	a.depth--
	d.busy = false
}

// uncalled walks a function that nothing here called, from anywhere and with
// anything.
func (a *analyser) uncalled(d *decl) {
	st := newState(a)
	st.cwds = nil
	d.called = true
	outer := a.here
	a.here = d.source
	a.round(st, func(st *state) { a.stmt(d.body, st) })
	a.here = outer
}
