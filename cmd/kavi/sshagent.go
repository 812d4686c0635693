package main

import (
	"fmt"
	"os"

	"kavi/session"
)

// linkAgent points the session's link at the socket of the ssh agent that the
// newest login has brought: agents have the link in their environment, and a
// session outlives the login that started it.
func linkAgent(dir session.Dir, sock string) {
	link := dir.AuthSock()
	if sock == "" || sock == link {
		return
	}
	tmp := fmt.Sprintf("%s.%d", link, os.Getpid())
	_ = os.Remove(tmp)
	if os.Symlink(sock, tmp) == nil && os.Rename(tmp, link) != nil {
		_ = os.Remove(tmp)
	}
}
