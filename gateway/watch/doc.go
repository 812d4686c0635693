// Package watch is the witness that nobody can talk to: it sees every change of a
// file in the project, keeps what was there before, says whether an allowed call
// explains the change, shows the difference and takes changes back.
//
// # How it sees
//
// What the system tells (inotify, through fsnotify) is only a hint that a name may
// have changed. The truth is a comparison: what is known of each folder with what
// is there now. So an event that is lost, doubled, late or a lie costs time and
// nothing else; a temporary file that is renamed into place is one change; a burst
// is settled once; and where the system drops events, has no watches left or is
// not asked at all, folders are looked at again, by the same comparison, and Status
// says that it is so. Every half minute all of them are: stores through mmap and
// writes through a hard link from elsewhere give no event.
//
//	fsnotify -> pending (names) -> settle: look, hash, keep, compare -> Batch
//
// One goroutine settles and owns all that is known. It waits for the consumer of
// the batches, never the other way round: meanwhile names gather, and past a bound
// they become "look everywhere".
//
// # What it sees
//
// All of the project but: node_modules; what git ignores (never a file that it
// tracks), unless it was known before or is protected; of .git only HEAD, refs,
// config, info and hooks, its own and those of its worktrees and submodules. Another
// index is no change, but what git tracks since then is seen from then on. A symbolic
// link is never followed, also not by a swap of a folder for a link while we look: a
// folder is opened from the root with no link on the way. Named pipes and devices are
// never opened. Files above a size are known by size, time and inode alone, and their
// content is not kept.
//
// What it cannot see: who wrote (Explain says how far that can be told), and what
// was written and undone between two looks.
//
// # What it keeps
//
// Package baseline: contents, outside the project. Open returns when the folders are
// watched and what they hold is known by size and time; the contents follow in the
// background. Ready and Capture say when a change could be taken back.
package watch
