package panes

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// A guard's life is written as words with the milliseconds at which they happen.
type moment struct {
	at   int
	what string // "point X", "shown X", "type", "press", "enter", "tick"
}

func live(g *guard, ms []moment) (fired []string) {
	last := 0
	tick := func(to int) {
		for last+16 <= to {
			last += 16
			if d, due := g.Tick(noon.Add(time.Duration(last) * time.Millisecond)); due {
				fired = append(fired, fmt.Sprintf("%s on %s", d.what, g.subject))
			}
		}
	}
	for _, m := range ms {
		if m.what == "stall" { // nobody looked until now
			last = m.at - 16
		}
		tick(m.at)
		at := noon.Add(time.Duration(m.at) * time.Millisecond)
		var verb, object string
		_, _ = fmt.Sscan(m.what, &verb, &object)
		switch verb {
		case "point":
			g.Point(object)
		case "shown":
			g.Shown(object, at)
		case "type":
			g.Typed(at)
		case "press":
			g.Press("a", at)
		case "enter":
			g.PressAfterText("enter", at)
		case "stall":
		default:
			panic(m.what)
		}
	}
	tick(ms[len(ms)-1].at + 2000)
	return fired
}

func TestGuard(t *testing.T) {
	read := []moment{{0, "point X"}, {0, "shown X"}}
	for _, c := range []struct {
		name string
		then []moment
		want string
	}{
		{"a deliberate key", []moment{{400, "press"}}, "[a on X]"},
		{"a key before the item has settled", []moment{{399, "press"}}, "[]"},
		{"a key 249 ms after another", []moment{{800, "type"}, {1049, "press"}}, "[]"},
		{"a key 250 ms after another", []moment{{800, "type"}, {1050, "press"}}, "[a on X]"},
		{"a key 240 ms before another", []moment{{800, "press"}, {1040, "type"}}, "[]"},
		{"a key well before another", []moment{{800, "press"}, {1100, "type"}}, "[a on X]"},
		{"the same key twice", []moment{{800, "press"}, {900, "press"}}, "[]"},
		{"the same key twice, slowly", []moment{{800, "press"}, {1400, "press"}}, "[a on X a on X]"},
		{"after a void key the silence begins anew", []moment{{300, "press"}, {500, "press"}}, "[]"},
		{"the item changes while the key is held", []moment{{800, "press"}, {900, "point Y"}, {900, "shown Y"}}, "[]"},
		{"the item changes and comes back", []moment{{800, "press"}, {900, "point Y"}, {910, "point X"}, {910, "shown X"}}, "[]"},
		{"another item's showing settles nothing", []moment{{0, "point Y"}, {0, "shown X"}, {800, "press"}}, "[]"},
		{"an item that never reached the screen", []moment{{0, "point Y"}, {2000, "press"}}, "[]"},
		{"an item that reached the screen late", []moment{{0, "point Y"}, {700, "shown Y"}, {1000, "press"}}, "[]"},
		{"showing again does not begin anew", []moment{{390, "shown X"}, {500, "press"}}, "[a on X]"},
		{"nothing under the cursor", []moment{{0, "point"}, {900, "press"}}, "[]"},
		{"enter right after the text it ends", []moment{{900, "type"}, {950, "enter"}}, "[enter on X]"},
		{"enter in the middle of a text", []moment{{900, "type"}, {950, "enter"}, {1000, "type"}}, "[]"},
		{"enter before the question has settled", []moment{{300, "enter"}}, "[]"},
		{"a silence that nobody watched", []moment{{800, "press"}, {1080, "stall"}, {1080, "type"}}, "[]"},
		{"a key unread at the end of the silence", []moment{{800, "press"}, {1040, "stall"}, {2040, "stall"}, {2041, "type"}}, "[]"},
		{"a stall only delays", []moment{{800, "press"}, {1080, "stall"}}, "[a on X]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var g guard
			if got := fmt.Sprint(live(&g, append(read[:2:2], c.then...))); got != c.want {
				t.Errorf("fired %s, want %s", got, c.want)
			}
		})
	}
}

func TestTheZeroGuardDecidesNothing(t *testing.T) {
	var g guard
	if g.Ready(noon) || g.Press("a", noon) {
		t.Error("it took a key with nothing under the cursor")
	}
	if _, due := g.Tick(noon.Add(time.Hour)); due {
		t.Error("it decided")
	}
}

func TestGuardSaysHowLongTheItemWasShown(t *testing.T) {
	var g guard
	g.Point("X")
	g.Shown("X", noon)
	g.Press("a", noon.Add(3*time.Second))
	g.Tick(noon.Add(3*time.Second + 16*time.Millisecond))
	for at := 3 * time.Second; at < 4*time.Second; at += 16 * time.Millisecond {
		if d, due := g.Tick(noon.Add(at)); due {
			if d.shown != 3*time.Second {
				t.Errorf("shown for %v, want 3s", d.shown)
			}
			return
		}
	}
	t.Error("the key never took effect")
}

// Whatever happens in whatever order: what fires was pressed while that subject
// had been on the screen for 400 ms, with silence around it.
func TestGuardHoldsTheLawForAnySequence(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 1))
	fires := 0
	for range 3000 {
		var (
			g         guard
			at        = noon
			subject   string
			shown     = map[string]time.Time{} // since when without a break
			keys      []time.Time
			pressed   time.Time
			pressedOn string
		)
		for range 60 {
			at = at.Add(time.Duration(rnd.IntN(120)) * time.Millisecond)
			switch rnd.IntN(8) {
			case 0:
				if next := string(rune('X' + rnd.IntN(3))); next != subject {
					subject = next
					delete(shown, subject)
					g.Point(subject)
				}
			case 1:
				if _, there := shown[subject]; !there && subject != "" {
					shown[subject] = at
				}
				g.Shown(subject, at)
			case 2:
				if rnd.IntN(4) == 0 {
					g.Typed(at)
					keys = append(keys, at)
				}
			case 3:
				if rnd.IntN(2) == 0 {
					g.Press("a", at)
					keys = append(keys, at)
					pressed, pressedOn = at, subject
				}
			default:
				if _, due := g.Tick(at); !due {
					continue
				}
				fires++
				if pressedOn != subject {
					t.Fatalf("pressed on %q, decided %q", pressedOn, subject)
				}
				if since, ok := shown[subject]; !ok || pressed.Sub(since) < settle {
					t.Fatalf("decided what was not on the screen for %v", settle)
				}
				for _, k := range keys {
					if d := k.Sub(pressed).Abs(); k != pressed && d < quiet {
						t.Fatalf("decided with another key %v away", d)
					}
				}
				if at.Sub(pressed) < quiet {
					t.Fatalf("decided %v after the key", at.Sub(pressed))
				}
			}
		}
	}
	if fires < 50 {
		t.Errorf("only %d decisions in all: the test proves nothing", fires)
	}
}

// On a machine that is too slow to look often, keys still take effect.
func TestGuardWithSlowLooks(t *testing.T) {
	var g guard
	g.Point("X")
	g.Shown("X", noon)
	at := noon.Add(time.Second)
	if !g.Press("a", at) {
		t.Fatal("the key was not taken")
	}
	for n := range 10 {
		at = at.Add(300 * time.Millisecond)
		if _, due := g.Tick(at); due {
			if n < 3 {
				t.Errorf("it decided at the look number %d", n+1)
			}
			return
		}
	}
	t.Error("the key never took effect")
}
