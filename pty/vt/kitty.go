package vt

// kitty is the keyboard protocol of kitty: flags that a program sets, and a stack
// of them. Each screen has its own.
type kitty struct {
	flags uint8
	stack []uint8
}

// The flags.
const (
	kittyDisambiguate = 1 << iota
	kittyEvents
	kittyAlternates
	kittyAllKeys
	kittyText

	kittyFlags = 1<<iota - 1
	maxKitty   = 16 // deeper, the oldest is forgotten
)

func (k *kitty) push(flags uint8) {
	if len(k.stack) >= maxKitty {
		k.stack = k.stack[:copy(k.stack, k.stack[1:])]
	}
	k.stack = append(k.stack, k.flags)
	k.flags = flags & kittyFlags
}

// pop takes n off the stack; when it is empty no flag is set.
func (k *kitty) pop(n int) {
	for ; n > 0; n-- {
		if len(k.stack) == 0 {
			k.flags = 0
			return
		}
		k.flags = k.stack[len(k.stack)-1]
		k.stack = k.stack[:len(k.stack)-1]
	}
}

// set replaces the flags (mode 1), adds to them (2) or takes from them (3).
func (k *kitty) set(flags uint8, mode int) {
	flags &= kittyFlags
	switch mode {
	case 1:
		k.flags = flags
	case 2:
		k.flags |= flags
	case 3:
		k.flags &^= flags
	}
}
