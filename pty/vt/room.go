package vt

// Styles, clusters and links are numbered as they appear and the numbers that no
// cell has any more are taken back once there are many: so the tables are bounded
// by what the screens can show, whatever the input. The scrollback keeps all
// three by value and needs none of the numbers.

// roomLimit says at how many entries to look for unused ones.
type roomLimit struct{ styles, clusters, links, linkBytes int }

const (
	minStyles    = 4096
	minClusters  = 4096
	minLinks     = 1024
	minLinkBytes = 1 << 19
	maxLinkBytes = 1 << 20 // more on the screens at once are no links
)

// needRoom is called where something new comes in, and nowhere else: SGR, OSC 8, a
// cluster that grows. It may number everything anew, so nobody may keep a number
// over a call of it.
func (t *Terminal) needRoom() {
	if len(t.styles.list) >= max(t.limit.styles, minStyles) ||
		len(t.clusters.list) >= max(t.limit.clusters, minClusters) ||
		len(t.links.list) >= max(t.limit.links, minLinks) ||
		t.links.bytes >= max(t.limit.linkBytes, minLinkBytes) {
		t.collect()
	}
}

// collect numbers anew what is in use.
func (t *Terminal) collect() {
	c := collector{old: t, styles: newStyles()}
	c.styleOf = make([]uint32, len(t.styles.list))
	c.clusterOf = make([]uint32, len(t.clusters.list))
	c.linkOf = make([]LinkID, len(t.links.list))
	c.cursor(&t.cur)
	for _, s := range []*screen{&t.normal, &t.alt} {
		c.cursor(&s.saved)
		c.cursor(&s.left)
		if s != t.s && s == &t.alt {
			s.rows, s.track = nil, nil // nobody sees it, and it is empty when it is shown again
		}
		for _, r := range s.rows {
			c.cell(&r.fill)
			for x := range r.cells[:r.used] {
				c.cell(&r.cells[x])
			}
		}
	}
	t.styles, t.clusters, t.links = c.styles, c.clusters, c.links
	t.links.live = t.links.bytes
	t.penOK = false
	t.view = view{} // its cells have the old numbers
	t.limit = roomLimit{
		styles:   2 * len(t.styles.list),
		clusters: 2 * len(t.clusters.list),
		links:    2 * len(t.links.list),

		linkBytes: 2 * t.links.bytes,
	}
}

type collector struct {
	old       *Terminal
	styles    styles
	clusters  clusters
	links     links
	styleOf   []uint32 // new numbers by old ones; 0: none yet
	clusterOf []uint32 // and one more than the number, as 0 is a cluster
	linkOf    []LinkID
}

func (c *collector) cell(p *cell) {
	if p.st != 0 {
		n := c.styleOf[p.st]
		if n == 0 {
			st := c.old.styles.at(p.st)
			c.style(&st)
			n = c.styles.number(st)
			c.styleOf[p.st] = n
		}
		p.st = n
	}
	if p.ch&cellCluster != 0 {
		old := p.ch & cellText
		if c.clusterOf[old] == 0 {
			c.clusterOf[old] = c.clusters.intern([]byte(c.old.clusters.at(old))) + 1
		}
		p.ch = p.ch&^cellText | (c.clusterOf[old] - 1)
	}
}

func (c *collector) style(st *Style) {
	if st.Link == 0 || int(st.Link) >= len(c.linkOf) {
		st.Link = 0
		return
	}
	if c.linkOf[st.Link] == 0 {
		l := c.old.links.at(st.Link)
		c.linkOf[st.Link] = c.links.number(l.uri, l.id)
	}
	st.Link = c.linkOf[st.Link]
}

func (c *collector) cursor(p *cursor) { c.style(&p.style) }
