package pty

import (
	"net"
	"os"
	"path/filepath"
)

// sockets makes what is missing of the agent's sockets: at the start all of them, later what somebody removed or
// replaced. A new gate goes to the server.
func (k *keeper) sockets() error {
	to, err := MakeSocketDir(k.spec.Dir)
	if err != nil {
		return err
	}
	if err := point(k.spec.Dir, to); err != nil {
		return err
	}
	if k.keep == nil || !k.keep.there() {
		if err := k.listenKeep(filepath.Join(to, keepName)); err != nil {
			return err
		}
	}
	if !k.revival.gaveUp && (k.gate == nil || !k.gate.there()) {
		return k.listenGate(filepath.Join(to, gateName))
	}
	return nil
}

func (k *keeper) listenKeep(path string) error {
	s, err := listen(path)
	if err != nil {
		return err
	}
	fd, err := s.dup()
	if err != nil {
		s.close()
		return err
	}
	f := os.NewFile(uintptr(fd), keepName)
	l, err := net.FileListener(f)
	_ = f.Close()
	if err != nil {
		s.close()
		return err
	}
	if k.keep != nil {
		k.log.Warn("made again", "path", path)
		_ = k.accept.Close()
		k.keep.close()
	}
	k.keep, k.accept = s, l
	go k.accepting(l.(*net.UnixListener))
	return nil
}

// listenGate makes the gate, or makes it again. Connections that wait at an old one are broken if there is no server
// that holds a duplicate of it; a shim then connects again.
func (k *keeper) listenGate(path string) error {
	s, err := listen(path)
	if err != nil {
		return err
	}
	if k.gate != nil {
		k.log.Warn("made again", "path", path)
		k.gate.close()
	}
	k.gate = s
	k.handGate()
	return nil
}

// handGate gives the server a duplicate of the gate's listening socket.
func (k *keeper) handGate() {
	if k.server == nil || k.gate == nil {
		return
	}
	fd, err := k.gate.dup()
	if err != nil {
		k.log.Error("hand the gate over", "err", err)
		return
	}
	k.server.sender.add(appendFrame(nil, frameGate), fd, 0)
}
