package pty

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"kavi/pty/proc"
)

// patience is how long a keeper may take to start its agent.
const patience = 15 * time.Second

// maxLog is the size from which a new keeper begins its log anew.
const maxLog = 1 << 20

// Start starts a keeper in a session of its own and hands it the Spec. It returns once the agent
// runs and keep.sock answers, with the keeper's identity; or with the reason that the keeper gave. That the agent's
// program cannot be executed is no such reason: it stands on the agent's terminal, and the agent ends with 126 or 127.
//
// The calling program has to be kavi itself, with its `keep`, `launch` and `serve`: on Linux the keeper is started from
// this process's own image, not from the path of the Spec.
//
// A goroutine waits for the keeper, as it is a child of this process, until it ends.
func Start(spec Spec) (proc.ID, error) {
	if err := spec.check(); err != nil {
		return proc.ID{}, err
	}
	if err := os.MkdirAll(spec.Dir, 0o700); err != nil {
		return proc.ID{}, fmt.Errorf("make the agent's folder: %w", err)
	}
	log, err := openLog(filepath.Join(spec.Dir, logName))
	if err != nil {
		return proc.ID{}, fmt.Errorf("start a keeper: %w", err)
	}
	defer func() { _ = log.Close() }()
	from, _ := log.Seek(0, 2)
	in, send, err := os.Pipe()
	if err != nil {
		return proc.ID{}, fmt.Errorf("start a keeper: %w", err)
	}
	defer func() { _ = send.Close() }()
	r, w, err := os.Pipe()
	if err != nil {
		_ = in.Close()
		return proc.ID{}, fmt.Errorf("start a keeper: %w", err)
	}
	defer func() { _ = r.Close() }()
	p, err := os.StartProcess(image(spec.Binary), []string{"kavi", "keep", spec.Dir}, &os.ProcAttr{
		Dir: "/", Files: []*os.File{in, w, log}, Sys: &syscall.SysProcAttr{Setsid: true},
	})
	_ = in.Close()
	_ = w.Close()
	if err != nil {
		return proc.ID{}, fmt.Errorf("start a keeper: %w", err)
	}
	id, err := proc.Of(p.Pid) // not waited for yet, so it is this one
	go func() { _, _ = p.Wait() }()
	if err != nil {
		return proc.ID{}, fmt.Errorf("start a keeper: %w", err)
	}
	late := time.Now().Add(patience)
	_ = send.SetWriteDeadline(late)
	_ = json.NewEncoder(send).Encode(spec) // where that fails the keeper has ended, or says why
	_ = send.Close()
	_ = r.SetReadDeadline(late)
	line, err := bufio.NewReader(r).ReadBytes('\n')
	if err != nil {
		_ = p.Kill()
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return proc.ID{}, fmt.Errorf("start a keeper: no answer in %v", patience)
		}
		return proc.ID{}, fmt.Errorf("start a keeper: it ended without a word: %s", lastWords(log.Name(), from))
	}
	var said report
	if err := json.Unmarshal(line, &said); err != nil {
		_ = p.Kill()
		return proc.ID{}, fmt.Errorf("start a keeper: its answer %q: %w", line, err)
	}
	if said.Error != "" {
		return proc.ID{}, errors.New(said.Error)
	}
	return id, nil
}

func openLog(path string) (*os.File, error) {
	if st, err := os.Stat(path); err == nil && st.Size() > maxLog {
		_ = os.Remove(path)
	}
	return os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
}

// lastWords is the end of a log from an offset on, on one line.
func lastWords(path string, from int64) string {
	b, err := os.ReadFile(path)
	if err != nil || int64(len(b)) <= from {
		return "and its log is empty"
	}
	b = b[from:]
	b = bytes.ReplaceAll(bytes.TrimSpace(b[max(0, len(b)-400):]), []byte("\n"), []byte("; "))
	return string(b)
}
