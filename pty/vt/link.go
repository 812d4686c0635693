package vt

// links numbers the targets of hyperlinks. Number 0 is no link.
type links struct {
	list   []link
	byText map[link]LinkID
	bytes  int // of the texts, and of those that were refused since the last collection
	live   int // bytes at the last collection
}

// link is one target. The id joins parts that lie apart; it is not shown.
type link struct{ uri, id string }

// Longer targets and ids are not links at all (the limits are VTE's).
const (
	maxURI    = 2083
	maxLinkID = 250
)

func (l *links) at(id LinkID) link {
	if int(id) < len(l.list) {
		return l.list[id]
	}
	return link{}
}

func (l *links) number(uri, id string) LinkID {
	k := link{uri, id}
	if n, ok := l.byText[k]; ok {
		return n
	}
	l.bytes += len(uri) + len(id)
	if l.live >= maxLinkBytes {
		return 0
	}
	if l.byText == nil {
		l.byText = make(map[link]LinkID)
		l.list = append(l.list, link{})
	}
	n := LinkID(len(l.list))
	l.list = append(l.list, k)
	l.byText[k] = n
	return n
}
