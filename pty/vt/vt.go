package vt

// Terminal is the screen of one pane: bytes in, cells and replies out.
type Terminal struct{}
