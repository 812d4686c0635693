package gateway

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"kavi/gateway/display"
	"kavi/gateway/shell"
)

// riskOf labels a call: the highest of its parts. Network together with a secret or with code that is not seen is
// high even where they are different parts: they may be two ends of a pipe.
func riskOf(parts []Part) Risk {
	risk, network, blind, secret := Low, false, false, false
	for _, p := range parts {
		for _, e := range p.Effects {
			risk = worse(risk, riskOfEffect(e))
			network = network || e.Kind == shell.Network
			blind = blind || e.Kind == shell.Unknown || e.Kind == shell.Opaque
			secret = secret || isSecret(e.Path)
		}
	}
	if network && (secret || blind) {
		risk = worse(risk, High)
	}
	return risk
}

func riskOfEffect(e Effect) Risk {
	switch {
	case e.Never, e.Kind == shell.Delete, e.Kind == shell.Overwrite:
		return Destructive
	case e.Outside, e.Protected, e.Kind == shell.Opaque, e.Kind == shell.Privilege:
		return High
	case e.Kind == shell.Network, e.Kind == shell.Unknown, e.Kind == shell.Commit:
		return Medium
	}
	return Low
}

func (r Risk) rank() int {
	return slices.Index([]Risk{Low, Medium, High, Destructive}, r)
}

func worse(a, b Risk) Risk {
	if b.rank() > a.rank() {
		return b
	}
	return a
}

// isSecret reports whether a path looks like a credential.
func isSecret(p string) bool {
	if p == "" {
		return false
	}
	name := strings.ToLower(path.Base(p))
	switch {
	case name == ".env", strings.HasPrefix(name, ".env."), strings.HasPrefix(name, "id_rsa"), strings.HasPrefix(name, "id_ed25519"),
		strings.HasPrefix(name, "credentials"), strings.Contains(name, "secret"), strings.Contains(name, "password"),
		name == ".netrc", name == ".npmrc", name == ".pypirc", name == ".git-credentials", name == "shadow", name == "kubeconfig",
		strings.HasSuffix(name, ".pem"), strings.HasSuffix(name, ".key"), strings.HasSuffix(name, ".p12"), strings.HasSuffix(name, ".kdbx"):
		return true
	}
	for _, dir := range []string{"/.ssh/", "/.aws/", "/.gnupg/", "/.kube/", "/.docker/", "/.config/gcloud/", "/.config/gh/", "/.password-store/"} {
		if strings.Contains(p+"/", dir) {
			return true
		}
	}
	return false
}

// worst is the effect of a part that says most about why it is asked about.
func worst(p Part) Effect {
	var best Effect
	for i, e := range p.Effects {
		if i == 0 || graver(e, best) {
			best = e
		}
	}
	return best
}

func graver(a, b Effect) bool {
	if ra, rb := riskOfEffect(a).rank(), riskOfEffect(b).rank(); ra != rb {
		return ra > rb
	}
	return gravity(a) > gravity(b)
}

// gravity orders effects of the same risk.
func gravity(e Effect) int {
	order := []shell.Kind{shell.Read, shell.Write, shell.Commit, shell.Unknown, shell.Network, shell.Overwrite, shell.Delete, shell.Opaque, shell.Privilege}
	n := 4 * slices.Index(order, e.Kind)
	if e.Protected {
		n += 2
	}
	if e.Outside {
		n++
	}
	if e.Never {
		n += 100
	}
	return n
}

// says names what an effect is, as a clause that follows "asks because".
func says(e Effect) string {
	switch {
	case e.Never:
		return "it must never happen"
	case e.Protected:
		return "it changes protected settings"
	case e.Kind == shell.Delete && e.Outside:
		return "it deletes outside the project"
	case e.Kind == shell.Overwrite && e.Outside:
		return "it overwrites outside the project"
	case e.Outside:
		return "it writes outside the project"
	}
	switch e.Kind {
	case shell.Read:
		return "it reads"
	case shell.Write:
		return "it writes"
	case shell.Overwrite:
		return "it overwrites"
	case shell.Delete:
		return "it deletes"
	case shell.Network:
		return "it uses the network"
	case shell.Commit:
		return "it commits"
	case shell.Unknown:
		return "it runs code that is not seen"
	case shell.Opaque:
		return "it cannot be said what it does"
	case shell.Privilege:
		return "it uses another user's rights"
	}
	return "nothing is known of it"
}

// quoteCells bounds how much of a part's text stands in an explanation; the whole
// stands above it wherever an explanation is shown.
const quoteCells = 60

// quote gives part i of a call as an explanation names it.
func quote(parts []Part, i int) string {
	text := strings.TrimSpace(parts[i].Text)
	s := "`" + display.Cut(display.Safe(text), quoteCells) + "`"
	if len(parts) > 1 {
		s += fmt.Sprintf(" (part %d of %d)", i+1, len(parts))
	}
	return s
}
