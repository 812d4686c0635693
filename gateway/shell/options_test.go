package shell

import (
	"strings"
	"testing"
)

// TestNoValueHidesAnOption holds that an option which writes, runs or sends is seen
// behind every option that the table says takes the word after it: git opens the
// file of --output before it finds out that it does not know the option before.
func TestNoValueHidesAnOption(t *testing.T) {
	n := 0
	for name, p := range index() {
		if p.is("wrapper") || p.is("shell") || p.is("formatter") || p.is("calm") {
			continue // the first two end at what they run, the others have options of their own
		}
		var valued, worst []string
		for token := range strings.FieldsSeq(p.opts) {
			names, tail := token[:suffix(token)], token[suffix(token):]
			for one := range strings.SplitSeq(names, ",") {
				dashes := "-"
				if len(one) > 1 && !p.is("single") {
					dashes = "--"
				}
				if strings.HasPrefix(tail, "=") && !strings.HasPrefix(tail, "=?") {
					valued = append(valued, dashes+one)
				}
				if act := tail[max(0, len(tail)-1):]; act != "" && worse(act[0]) && len(one) > 1 {
					worst = append(worst, dashes+one)
				}
			}
		}
		for i, v := range valued {
			for k, w := range worst {
				if (i+k)%4 != 0 && len(worst) > 8 {
					continue // a quarter of them tells as much
				}
				n++
				command := name + " " + v + " " + w + "=/home/dev/x a.txt"
				if onlyReads(kinds(Analyse(command, inProject()).Parts)) {
					t.Errorf("%s only reads", command)
				}
			}
		}
	}
	if n < 5000 {
		t.Errorf("only %d commands", n)
	}
	t.Logf("%d commands", n)
}

func onlyReads(ks []Kind) bool {
	for _, k := range ks {
		if k != Read {
			return false
		}
	}
	return true
}
