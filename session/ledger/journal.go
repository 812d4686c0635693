package ledger

import (
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// journal tells heads to the system's journal, where a rewrite of the ledger
// cannot reach them. Best effort: without a journal, or with a full one, it
// does nothing, and it never waits.
type journal struct{ sockets []string }

const journald = "/run/systemd/journal/socket"

func journalSockets() []string {
	return []string{journald, "/dev/log", "/var/run/syslog"}
}

func (j journal) send(session string, at Head) {
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM, 0)
	if err != nil {
		return
	}
	defer unix.Close(fd) //nolint:errcheck // best effort
	unix.CloseOnExec(fd)
	if unix.SetNonblock(fd, true) != nil {
		return
	}
	session = strings.Map(func(r rune) rune {
		if r < ' ' {
			return -1 // a newline would begin another field
		}
		return r
	}, session)
	text := fmt.Sprintf("session %s: ledger head %s", session, at)
	for _, socket := range j.sockets {
		// <110>: facility 13, log audit; severity 6, informational
		m := fmt.Sprintf("<110>kavi[%d]: %s", os.Getpid(), text)
		if strings.HasSuffix(socket, "journal/socket") {
			m = fmt.Sprintf("MESSAGE=%s\nPRIORITY=6\nSYSLOG_IDENTIFIER=kavi\nKAVI_SESSION=%s\nKAVI_SEQ=%d\nKAVI_HASH=%s\n",
				text, session, at.Seq, at.Hash)
		}
		if unix.Sendto(fd, []byte(m), unix.MSG_DONTWAIT, &unix.SockaddrUnix{Name: socket}) == nil {
			return
		}
	}
}
