package ledger

// Ledger is the append-only, hash-chained record of one session.
type Ledger struct{}
