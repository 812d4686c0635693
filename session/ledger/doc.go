// Package ledger keeps what was asked, decided and seen in one session: append
// only, hash-chained, on disk before anybody is told.
//
// # What can be relied on
//
// Append stores the entries of one call together or not at all, and says so only
// after a synced commit. Nothing that was acknowledged is lost by kill -9 at any
// moment, nor by a power cut on a disk that keeps its promises. When nothing can
// be stored (a full disk, a failed write, a removed folder), every Append fails
// until it can be again: whoever waits for it must deny.
//
// Each entry's hash covers its predecessor's:
//
//	hash = SHA-256("kavi-ledger-v1\0" ‖ previous hash ‖ sequence, 8 bytes big-endian ‖ stored JSON)
//
// so Verify shows an entry that was edited, taken out or put in. The file HEAD
// beside the database holds the newest sequence and hash; it shows a tail that
// was cut, by a damaged disk for instance. Neither shows a rewrite of everything
// by somebody who has the same user's rights. For that keep a head elsewhere:
// Verify reports it, and checkpoints go to the system's journal where there is
// one.
//
// A chain cannot be edited, so secrets are taken out before they are stored; see
// Redact.
//
// # What is on disk
//
// dir/ledger is a badger database: key "e" and the sequence (8 bytes
// big-endian), value the hash (32 bytes) and the JSON. dir/HEAD is described in
// head.go. When a ledger is found shorter than its HEAD, or otherwise than it
// should be, dir/HEAD.lost-TIME and dir/ledger.lost-TIME keep what was found.
//
// # The JSON of an entry
//
// One line of `kavi log --json` is the stored JSON with three fields put first:
//
//	{"seq":12,"hash":"<64 hex>","prev":"<64 hex>","time":"2026-01-02T15:04:05.123456Z","boot_ns":1234567,"kind":"call requested",…}
//
// What follows "prev":"…", is the stored JSON without its opening brace, byte
// for byte, so the chain can be checked from an export alone. The names are
// those of Entry's fields and stable: fields and kinds may be added, none is
// renamed or changes its meaning. Durations are integers of nanoseconds and
// their names end in _ns. Fields that are empty are left out, but for time,
// boot_ns and kind.
package ledger
