package control

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kavi/session"
	"kavi/session/ledger"
)

var update = flag.Bool("update", false, "write what is said over the control socket to testdata")

// TestTheVersionGrowsWithTheMessages holds what is said over the control socket
// against what was said when Version got its value: another shape under the same
// number would be half understood by a client of yesterday.
func TestTheVersionGrowsWithTheMessages(t *testing.T) {
	var b strings.Builder
	fmt.Fprintf(&b, "version %d\n", Version)
	for _, v := range []any{request{}, answer{}, Hello{}, outcome{}, Added{}, Exit{}, undoing{}, patched{}, session.FileChange{}, session.UndoPlan{}, session.UndoOutcome{}, session.RememberOffer{}, session.Trial{}, session.Snapshot{}, session.Approval{}, ledger.Entry{}, ledger.Report{}} {
		seen := map[reflect.Type]bool{}
		fmt.Fprintf(&b, "\n%T", v)
		shape(&b, reflect.TypeOf(v), "  ", seen)
		b.WriteString("\n")
	}
	golden := filepath.Join("testdata", "messages.txt")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), b.String()); d != "" {
		t.Errorf("the messages are not those of version %d: raise Version once for a release, and run go test ./session/control -update\n%s", Version, d)
	}
}

func shape(b *strings.Builder, t reflect.Type, indent string, seen map[reflect.Type]bool) {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array:
		if t.Kind() != reflect.Pointer {
			fmt.Fprintf(b, " list")
		}
		shape(b, t.Elem(), indent, seen)
	case reflect.Map:
		fmt.Fprintf(b, " map %s of", t.Key())
		shape(b, t.Elem(), indent, seen)
	case reflect.Struct:
		if t.PkgPath() == "time" || seen[t] {
			fmt.Fprintf(b, " %s", t)
			return
		}
		seen[t] = true
		for i := range t.NumField() {
			f := t.Field(i)
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if !f.IsExported() || name == "-" {
				continue
			}
			if name == "" {
				name = f.Name
			}
			fmt.Fprintf(b, "\n%s%s", indent, name)
			shape(b, f.Type, indent+"  ", seen)
		}
	default:
		fmt.Fprintf(b, " %s", t.Kind())
	}
}
