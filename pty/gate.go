package pty

import "path/filepath"

// GateSocket is where the gate of an agent's folder is listened on. It makes the folder that holds it, and the link by
// which a shim finds that folder where it is another: for whoever stands in for the keeper before there is one.
func GateSocket(dir string) (string, error) {
	to, err := MakeSocketDir(dir)
	if err != nil {
		return "", err
	}
	return filepath.Join(to, gateName), point(dir, to)
}
