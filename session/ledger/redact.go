package ledger

func Redact(s string) string         { return s }
func redactArgv(w []string) []string { return append([]string(nil), w...) }
func secretName(string) bool         { return false }
func harmless(string) bool           { return true }
func mark(s string) string           { return s }
