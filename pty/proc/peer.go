package proc

// Peer is who is at the other end of a unix socket, as the kernel says it. Close it after use.
type Peer struct {
	ID
	UID   int
	Pidfd int // a descriptor of the process; -1 where there is none
}
