package gateway

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"kavi/gateway/shell"
)

func TestPartsAreReadWorstFirst(t *testing.T) {
	part := func(kinds ...shell.Kind) (p Part) {
		for _, k := range kinds {
			p.Effects = append(p.Effects, Effect{Kind: k})
		}
		return p
	}
	for _, c := range []struct {
		name  string
		parts []Part
		part  int
		want  []int
	}{
		{"as they stand", []Part{part(shell.Read), part(shell.Read), part(shell.Read)}, 0, []int{0, 1, 2}},
		{"a delete before a read", []Part{part(shell.Read), part(shell.Read, shell.Delete)}, 1, []int{1, 0}},
		{"the one that decided among equals", []Part{part(shell.Network), part(shell.Network), part(shell.Network)}, 2, []int{2, 0, 1}},
		{"a graver one before the one that decided", []Part{part(shell.Commit), part(shell.Delete)}, 0, []int{1, 0}},
		{"nothing known of it comes last", []Part{part(), part(shell.Read)}, 0, []int{1, 0}},
		{"none", nil, 0, []int{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, Judgement{Parts: c.parts, Part: c.part}.WorstFirst()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	if r := PartRisk(part(shell.Read, shell.Delete)); r != Destructive {
		t.Errorf("a delete is %s", r)
	}
	if got := GravestFirst([]Effect{{Kind: shell.Read}, {Kind: shell.Delete}})[0].Kind; got != shell.Delete {
		t.Errorf("%s comes first", got)
	}
}
