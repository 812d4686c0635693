package vt

// styles numbers the styles in use, so that a cell needs four bytes for its own.
// Number 0 is the default style. A small hash table of its own, because the
// interning of a style happens once for every change of colour.
type styles struct {
	list []Style
	slot []uint32 // number+1 of the style there; a power of two long
}

func newStyles() styles {
	s := styles{list: make([]Style, 1, 16), slot: make([]uint32, 64)}
	s.put(0)
	return s
}

func (s *styles) at(n uint32) Style {
	if int(n) < len(s.list) {
		return s.list[n]
	}
	return Style{}
}

func (st Style) hash() uint32 {
	h := uint64(st.Fg)*0x9E3779B97F4A7C15 ^ uint64(st.Bg)*0xC2B2AE3D27D4EB4F
	h ^= uint64(st.Underline)*0x165667B19E3779F9 ^ (uint64(st.Attr)<<32|uint64(st.Link))*0xD6E8FEB86659FD93
	h ^= h >> 29
	h *= 0xBF58476D1CE4E5B9
	return uint32(h >> 32)
}

// number is the number of st, a new one if it has none.
func (s *styles) number(st Style) uint32 {
	if st == (Style{}) {
		return 0
	}
	mask := uint32(len(s.slot) - 1)
	for i := st.hash() & mask; ; i = (i + 1) & mask {
		n := s.slot[i]
		if n == 0 {
			break
		}
		if s.list[n-1] == st {
			return n - 1
		}
	}
	s.list = append(s.list, st)
	if len(s.list)*2 > len(s.slot) {
		s.slot = make([]uint32, len(s.slot)*2)
		for n := range s.list {
			s.put(uint32(n))
		}
	} else {
		s.put(uint32(len(s.list) - 1))
	}
	return uint32(len(s.list) - 1)
}

func (s *styles) put(n uint32) {
	mask := uint32(len(s.slot) - 1)
	i := s.list[n].hash() & mask
	for s.slot[i] != 0 {
		i = (i + 1) & mask
	}
	s.slot[i] = n + 1
}
