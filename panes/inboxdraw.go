package panes

import (
	"fmt"
	"strings"
	"time"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"

	"kavi/gateway"
	"kavi/gateway/display"
	"kavi/keymap"
	"kavi/session"
)

// sheetCache keeps the last layout of an approval: a long one must not be laid
// out again for each frame.
type sheetCache struct {
	of    *session.Approval
	level gateway.Level
	age   string
	width int
	sheet *sheet
}

func (c *sheetCache) get(m model, a *session.Approval, width int, lay func() *sheet) *sheet {
	level, old := levelOf(m.snap, a.Agent), age(m.now.Sub(a.Since))
	if c.sheet == nil || c.of != a || c.width != width || c.level != level || c.age != old && !c.sheet.tick(m.now) {
		c.sheet = lay()
	}
	c.of, c.width, c.level, c.age = a, width, level, old
	return c.sheet
}

// Draw is part of view.
func (i *inbox) Draw(screen tcell.Screen) {
	i.drawn, i.ended = "", end{}
	x, y, width, height := i.GetRect()
	ix, iy, iw, ih := box(screen, i.look, x, y, width, height, i.title(), !i.m.narrow)
	if iw <= 0 || ih <= 0 {
		return
	}
	for _, b := range i.banners(iw) {
		if ih < 4 {
			break
		}
		put(screen, i.look, ix, iy, iw, b)
		iy, ih = iy+1, ih-1
	}
	if i.editing != nil || i.filter != "" {
		i.drawFilter(screen, ix, iy, iw)
		iy, ih = iy+1, ih-1
	}
	if o := i.m.snap.Offered; o != nil && ih > 4 {
		ih--
		i.drawOffered(screen, ix, iy+ih, iw, o)
	}
	if len(i.list) == 0 {
		i.rows.fit(0, 0)
		i.room = 0
		put(screen, i.look, ix, iy, iw, words(i.nothing(), faint))
		i.drawn = i.subject()
		return
	}
	rows := i.listHeight(ih)
	i.drawList(screen, ix, iy, iw, rows)
	if ih-rows-1 < 1 {
		return
	}
	rule(screen, i.look, x, iy+rows, width)
	hidden := i.hidden()
	put(screen, i.look, ix+max(iw-hidden.width(), 0), iy+rows, iw, hidden)
	i.drawDetail(screen, ix, iy+rows+1, iw, ih-rows-1)
}

// listHeight is how many rows the list takes of height. It grows in steps and
// does not shrink while anything waits, so that what is read below it seldom
// jumps.
func (i *inbox) listHeight(height int) int {
	if height < 8 {
		return max(height-3, 1)
	}
	for _, step := range []int{4, 8, 12, 18} {
		if i.room < step && (step == 4 || len(i.list) > i.room) {
			i.room = step
		}
	}
	return min(i.room, height*2/5)
}

// title is the first line: full access is said there all the time, and that a
// protected file was changed, also while its item is scrolled away.
func (i *inbox) title() row {
	n := count(i.m.snap)
	look := plain
	if i.active {
		look = strong
	}
	text := words("Approvals ("+n.String()+")", look)
	if alarm := n.alarm(); alarm != "" {
		text = line(words(alarm, alert), blanks(1), text)
	}
	if i.m.snap.FullAccess {
		text = line(words(fullAccess(i.m), alert), blanks(1), text)
	}
	return text
}

// fullAccess is what the first line of inbox and status bar say all the time.
func fullAccess(m model) string {
	if m.snap.FullSince.IsZero() {
		return " FULL ACCESS "
	}
	return " FULL ACCESS for " + age(m.now.Sub(m.snap.FullSince)) + " "
}

// banners are the lines about what is wrong now, and about who is paused.
func (i *inbox) banners(width int) []row {
	var rows []row
	if i.m.snap.Degraded {
		rows = append(rows, words(" the ledger cannot be written: every call is denied ", alert))
	}
	for _, b := range i.m.snap.Banner {
		rows = append(rows, words(clip(b), warning).wrap(width, 0)...)
	}
	if w := i.m.snap.Watching; w != "" {
		rows = append(rows, words("watch degraded: "+clip(w), warning).wrap(width, 0)...)
	}
	for _, a := range i.m.snap.Agents {
		if a.State == session.Paused {
			rows = append(rows, words(a.Name+" is paused: "+orElse(a.Why, "no answer in time")+"; every call of it is held", warning))
		}
	}
	const most = 4
	if len(rows) > most {
		more := len(rows) - most + 1
		rows = append(rows[:most-1], words(fmt.Sprintf("… and %d lines more", more), warning))
	}
	return rows
}

func (i *inbox) nothing() string {
	n, changes := len(i.m.snap.Approvals), len(i.m.snap.Unexplained)
	switch {
	case i.filter != "" && changes > 0:
		return fmt.Sprintf("none of %d items holds this", n+changes)
	case i.filter != "" && n > 0:
		return fmt.Sprintf("none of %d approvals holds this", n)
	}
	return "No pending approvals"
}

// drawOffered is the line about what kavi proposes. It stands below everything
// else, so that nothing moves when it comes or goes.
func (i *inbox) drawOffered(screen tcell.Screen, x, y, width int, o *session.Offered) {
	hint := words(", "+i.keys.Show(keymap.Inbox, keymap.ShowOffer)+" shows it", accent)
	n := put(screen, i.look, x, y, max(width-hint.width(), 0), words(clip(o.Line), strong))
	put(screen, i.look, x+n, y, width-n, hint)
}

func (i *inbox) drawFilter(screen tcell.Screen, x, y, width int) {
	n := put(screen, i.look, x, y, width, words("/", accent))
	if i.editing != nil {
		i.editing.draw(screen, i.look, x+n, y, width-n, i.active)
		return
	}
	put(screen, i.look, x+n, y, width-n, words(i.filter, strong))
}

func (i *inbox) drawList(screen tcell.Screen, x, y, width, height int) {
	at := i.index()
	i.listY = y
	i.rows.rows, i.rows.height = len(i.list), height // not fit, which would fill: see Update
	i.rows.top = min(i.rows.top, len(i.list)-1)
	if at < i.rows.top {
		i.rows.top = at
	}
	if at >= i.rows.top+height {
		i.rows.top = at - height + 1
	}
	for n := i.rows.top; n < len(i.list) && n < i.rows.top+height; n++ {
		put(screen, i.look, x, y+n-i.rows.top, width, i.item(i.list[n], width))
	}
}

// hidden says how many items are above and below those that the list shows.
func (i *inbox) hidden() (note row) {
	if above := i.rows.top; above > 0 {
		look := faint
		if i.list[0].protected() {
			look = alert
		}
		note = words(fmt.Sprintf(" %d more ↑ ", above), look)
	}
	if below := len(i.list) - i.rows.top - i.rows.height; below > 0 {
		note = line(note, words(fmt.Sprintf(" %d more ↓ ", below), faint))
	}
	return note
}

// item is one row of the list. The agent and the age stand at its end whatever
// the agent asks for; what does not fit of the object is in the details below.
func (i *inbox) item(it item, width int) row {
	if it.change != nil {
		return i.changeItem(it.change, width)
	}
	a := it.asks
	look, mark, sign := plain, " ", " "
	if a.ID == i.cursor {
		look, mark = chosen, "▸"
	}
	if i.marks[a.ID] != "" {
		sign = "✓"
	}
	object := look
	if r := riskRole(a); r == danger || r == warning {
		object = r
	}
	var badge row
	switch {
	case a.State == session.Deciding:
		badge = words("deciding… ", faint)
	case a.State == session.Lapsed:
		badge = words("lapsed ", warning)
	case a.Announced != "":
		badge = words("not as announced ", warning)
	case a.Left != "":
		badge = words("left running by "+a.Left+" ", warning)
	case a.Inside != "":
		badge = words("inside "+a.Inside+" ", faint)
	}
	who := display.Cut(display.Safe(a.Agent), 12)
	if paused(i.m.snap, a.Agent) {
		who += " (paused)"
	}
	right := line(words(" "+who, accent), words(" "+age(i.m.now.Sub(a.Since))+" ago", faint))
	left := line(words(mark+sign, accent), words(a.ID+" ", look), badge,
		words(orElse(a.Text.Verb, "Run")+" "+clip(a.Text.Object), object))
	room := max(width-right.width(), 0)
	left = left.cut(room)
	return line(left, blanks(room-left.width()), right)
}

func paused(snap *session.Snapshot, agent string) bool {
	for _, a := range snap.Agents {
		if a.Name == agent {
			return a.State == session.Paused
		}
	}
	return false
}

// drawDetail draws what is under the cursor, and notes whether its last row is
// among what is drawn.
func (i *inbox) drawDetail(screen tcell.Screen, x, y, width, height int) {
	it := i.here()
	if it.none() {
		return
	}
	var s *sheet
	var whole bool
	if c := it.change; c != nil {
		s = i.change.get(i.m, c, i.difference(c), width, false)
		whole = i.change.shown()
	} else {
		s = i.sheet.get(i.m, it.asks, width, func() *sheet { return layShort(i.m.snap, it.asks, i.m.now, width) })
		whole = it.asks.Text.Cut == 0
	}
	if len(s.rows) <= height {
		i.detail.fit(len(s.rows), height)
	} else {
		i.detail.fit(len(s.rows), height-1)
		put(screen, i.look, x, y+height-1, width, words(i.whereabouts(s), warning))
	}
	i.detail.draw(screen, i.look, x, y, width, s.rows)
	i.drawn = i.subject()
	if i.detail.atEnd() && whole {
		i.ended = i.ending(it)
	}
}

// whereabouts says which rows of the details are shown and how to see the rest.
func (i *inbox) whereabouts(s *sheet) string {
	return whereabouts(&i.detail, s) + fmt.Sprintf(" · %s on, %s all",
		i.keys.Show(keymap.Detail, keymap.PageDown), i.keys.Show(keymap.Inbox, keymap.Details))
}

func whereabouts(sc *scroller, s *sheet) string {
	text := sc.where()
	if s.worst >= sc.top+sc.height || s.worst >= 0 && s.worst < sc.top {
		text += fmt.Sprintf(", worst part on row %d", s.worst+1)
	}
	return text
}

// keyLine is the row above the status bar: what the inbox's keys do. It is dim
// until they would be taken.
type keyLine struct {
	*tview.Box
	m     model
	inbox *inbox
}

func newKeyLine(i *inbox) *keyLine { return &keyLine{Box: tview.NewBox(), inbox: i} }

// Update gives the line the truth to draw from.
func (l *keyLine) Update(m model) { l.m = m }

// Draw draws the line, right-aligned.
func (l *keyLine) Draw(screen tcell.Screen) {
	x, y, width, height := l.GetRect()
	look := l.inbox.look
	fill(screen, look.style(plain, false), x, y, width, height)
	r := l.text(l.m.now, true)
	if r.width() > width-1 {
		r = l.text(l.m.now, false).cut(width - 1)
	}
	put(screen, look, x+max(width-r.width()-1, 0), y, width, r)
}

// text is the line; with all it names the key that remembers, too.
func (l *keyLine) text(now time.Time, all bool) row {
	i := l.inbox
	a := i.under()
	if i.here().none() {
		return nil
	}
	lit := i.active && i.guard.Ready(now)
	if what := i.guard.Holding(); i.active && what != "" {
		return words(what+" …", strong)
	}
	many := ""
	if len(i.marks) > 0 {
		many = fmt.Sprintf(" %d marked", len(i.marks))
	}
	if c := i.here().change; c != nil && many == "" {
		return line(i.changeKeys(keymap.Inbox, c, lit),
			keyHint(i.keys, keymap.Inbox, keymap.Details, "details", i.active),
			keyHint(i.keys, keymap.Inbox, keymap.ApproveAll, "Approve all", lit))
	}
	approve := keyHint(i.keys, keymap.Inbox, keymap.Approve, "approve"+many, lit)
	var remember row
	if many == "" {
		why := i.shut(a)
		if why != "" {
			approve = line(keyHint(i.keys, keymap.Inbox, keymap.Approve, "approve", false), words(" ("+why+")", warning))
		}
		if all {
			remember = keyHint(i.keys, keymap.Inbox, keymap.AllowOn, "from now on", lit && why == "")
		}
	}
	return line(approve,
		keyHint(i.keys, keymap.Inbox, keymap.Reject, "reject"+many, lit), remember,
		keyHint(i.keys, keymap.Inbox, keymap.Details, "details", i.active),
		keyHint(i.keys, keymap.Inbox, keymap.ApproveAll, "Approve all", lit),
	)
}

// keyHint writes a key before what it does, inside its first letter where it is
// that: "[a]pprove", "[Enter] details". It is dim where the key does nothing now.
func keyHint(keys *keymap.Keys, t keymap.Table, a keymap.Action, what string, lit bool) row {
	key := keys.Show(t, a)
	if key == "" {
		return nil
	}
	k, w := accent, plain
	if !lit {
		k, w = faint, faint
	}
	gap := words("  ", plain)
	if rest, ok := strings.CutPrefix(what, key); ok {
		return line(gap, words("["+key+"]", k), words(rest, w))
	}
	return line(gap, words("["+key+"]", k), words(" "+what, w))
}
