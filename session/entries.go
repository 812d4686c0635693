package session

import (
	"encoding/hex"
	"strings"

	"kavi/gateway"
	"kavi/gateway/display"
	"kavi/gateway/wire"
	"kavi/session/ledger"
)

// requested is the entry of a call that came.
func (s *Session) requested(k *call) ledger.Entry {
	j := &k.judged
	e := ledger.Entry{
		Kind:     ledger.CallRequested,
		Agent:    k.agentName,
		Call:     k.id,
		Approval: k.approvalID(),
		Witness:  witness(k.req.Door),
		Action:   j.Action.String(),
		Tool:     k.req.Name,
		What:     k.what(),
		Level:    string(j.level),
		Command:  k.req.Command,
		Argv:     k.req.Argv,
		Cwd:      k.req.Cwd,
		Program:  k.req.Program,
		Path:     k.req.Path,
		To:       k.req.To,
		URL:      k.req.URL,
		Risk:     string(j.Risk),
		Why:      j.Why,
		Nonce:    hex.EncodeToString(k.req.Nonce[:]),
		Process:  k.peer.String(),
	}
	e.Data = make(map[string]string)
	if k.again != "" {
		e.Data["again"] = k.again
	}
	if k.req.Tool != wire.ToolExec {
		e.Data["tool"] = string(k.req.Tool) // what Tool means
	}
	if k.req.Use != "" {
		e.Data["use"] = k.req.Use // as the agent's own log names it
	}
	if k.hooked != nil {
		e.Data["runner"] = k.hooked.runner.String() // which process of the agent's
	}
	if k.instead != "" {
		e.Data["announced"] = k.instead
	}
	if j.Rule != "" {
		e.Data["rule"] = j.Layer + "/" + j.Rule
	}
	if k.own() {
		e.Data[ledger.OwnShell] = "yes"
	}
	if k.req.HasCommand {
		e.Argv = nil // the command is in it once already
		if words, _ := gateway.Passed(k.req); len(words) > 0 {
			e.Argv = append([]string{k.req.Name, "-c", k.req.Command}, words...)
		}
	}
	if r := j.nest.run; r != nil {
		e.Inside = r.name()
	}
	if r := j.nest.left; r != nil {
		e.Left = r.name()
	}
	for i, p := range j.Parts {
		part := ledger.Part{Text: p.Text}
		if i < len(j.text.Counts) {
			part.Lines = j.text.Counts[i]
		}
		for _, f := range p.Effects {
			part.Effects = append(part.Effects, effectWord(f))
		}
		e.Parts = append(e.Parts, part)
	}
	return e
}

// ofOwnShell marks what follows on a shell that the agent started for itself, where
// it is one.
func ofOwnShell(e ledger.Entry, own bool) ledger.Entry {
	if own {
		e.Data = map[string]string{ledger.OwnShell: "yes"}
	}
	return e
}

// witnessEntry says that the shell of an announced call came to the shim.
func (s *Session) witnessEntry(k *call) ledger.Entry {
	return ledger.Entry{
		Kind: ledger.CallExecuted, Agent: k.agentName, Call: k.id, Witness: ledger.WitnessShim,
		Process: k.peer.String(), Nonce: hex.EncodeToString(k.req.Nonce[:]), Program: k.req.Program,
	}
}

// Kinds of entries that only this package writes.
const (
	callHeldAgain ledger.Kind = "call held again" // its caller came back after it had lapsed
	callGranted   ledger.Kind = "call granted"    // a lapsed approval was approved: the next such call may run
)

// what is the call on one line, as the inbox shows it.
func (k *call) what() string {
	if t := k.judged.text; t.Verb != "" {
		return t.Verb + ": " + t.Object
	}
	return ""
}

// gist is what the call is in a few words, safe to display.
func (k *call) gist() string {
	e := ledger.Entry{What: k.what(), Command: k.req.Command, Argv: k.req.Argv, Path: k.req.Path, To: k.req.To, URL: k.req.URL}
	return display.Cut(display.Safe(e.Subject()), suspectCells)
}

func witness(d wire.Door) ledger.Witness {
	switch d {
	case wire.DoorHook:
		return ledger.WitnessHook
	case wire.DoorKernel:
		return ledger.WitnessKernel
	case wire.DoorShim, wire.DoorUnknown:
	}
	return ledger.WitnessShim
}

func effectWord(f gateway.Effect) string {
	w := string(f.Kind)
	if f.Path != "" {
		w += " " + f.Path
	} else if f.Host != "" {
		w += " " + f.Host
	}
	return w
}

// decision is the entry of a verdict.
func (s *Session) decision(k *call, v gateway.Verdict, by ledger.By) ledger.Entry {
	e := ledger.Entry{
		Kind:     ledger.CallDecided,
		Agent:    k.agentName,
		Call:     k.id,
		Approval: k.approvalID(),
		By:       &by,
		Action:   k.judged.Action.String(),
		Verdict:  ledger.Denied,
		Reason:   v.Reason,
		Nonce:    hex.EncodeToString(k.req.Nonce[:]),
		Process:  k.peer.String(),
	}
	e.Data = map[string]string{}
	if k.others != "" {
		e.Data["used"] = k.others
	}
	if v.Allow {
		e.Verdict = ledger.Allowed
		if s := k.judged.seal; s != (gateway.Seal{}) {
			e.Seal = hex.EncodeToString(s[:])
		}
		if k.grant != "" {
			e.Data["grant"] = k.grant
		}
		if k.req.Stdin == wire.StdinData { // else it covers nothing
			words := make([]string, 0, len(k.judged.Caps))
			for _, c := range k.judged.Caps {
				words = append(words, string(c))
			}
			e.Data["covers"] = strings.Join(words, " ")
		}
	}
	return e
}
