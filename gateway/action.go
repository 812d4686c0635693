package gateway

// String is the action's word, as the ledger and `kavi rules check` write it.
func (a Action) String() string {
	switch a {
	case Allow:
		return "allow"
	case Prompt:
		return "prompt"
	case Deny:
	}
	return "deny"
}
