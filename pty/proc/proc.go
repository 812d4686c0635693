package proc

// ID names one process for ever: a pid can come again, a pid with its start time cannot.
type ID struct {
	PID   int
	Start uint64
}
