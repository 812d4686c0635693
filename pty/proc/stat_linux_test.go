package proc

import "testing"

// A program chooses its name, and a name may look like the rest of the line.
func TestAProgramsNameDoesNotChangeWhoItIs(t *testing.T) {
	rest := " S 7 8 9 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 4242 1 1 1"
	for _, name := range []string{"sh", "", "a b", ") S 1 1 1", "(", ")", ") ) (", "x\n"} {
		s, err := parse([]byte("12 (" + name + ")" + rest))
		if err != nil || s.id != (ID{12, 4242}) || s.ppid != 7 || s.pgid != 8 || s.sid != 9 || s.dead {
			t.Errorf("%q: %+v, %v", name, s, err)
		}
	}
}

func FuzzStat(f *testing.F) {
	f.Add([]byte("12 (sh) S 7 8 9 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 4242 1 1 1"))
	f.Add([]byte("12 (sh) Z 7 8 9"))
	f.Add([]byte(") ("))
	f.Fuzz(func(t *testing.T, b []byte) {
		if s, err := parse(b); err != nil && s != (stat{}) {
			t.Errorf("an error with an answer: %+v", s)
		}
	})
}
