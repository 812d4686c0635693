package proc

// Mark does nothing: there is no limit on macOS that serves.
func Mark() error { return nil }

// Marked is never known on macOS.
func Marked(int) (bool, error) { return false, ErrNoMark }

// MarkWorks is never so on macOS.
func MarkWorks() (bool, string) {
	return false, "macOS has no limit to mark agents with: only their ancestry tells them"
}
