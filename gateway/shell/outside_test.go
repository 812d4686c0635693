package shell

import "testing"

// TestWritesOutside holds that a file outside of the project which a program is
// told to write is seen.
func TestWritesOutside(t *testing.T) {
	for _, command := range []string{
		// what go test passes on to the tests goes by two names
		"go test -cpuprofile=/tmp/v .", "go test -test.cpuprofile=/tmp/v .", "go test --test.cpuprofile=/tmp/v .", "go test -test.cpuprofile /tmp/v .",
		"go test -test.coverprofile=/tmp/v .", "go test --test.trace=/tmp/v .", "go test -test.o=/tmp/v .", "go test -test.outputdir=/tmp .",
		"go test ./... -args -test.cpuprofile=/tmp/v", "go test -test.testlogfile=/tmp/v .", "go test -test.gocoverdir=/tmp .", "go test -test.fuzzcachedir=/tmp .",
		"go test -test.mutexprofile=/tmp/v .", "go test -memprofile /tmp/v .", "go vet -test.blockprofile=/tmp/v .",
	} {
		if ks := kinds(Analyse(command, inProject()).Parts); !hasKind(ks, "outside") {
			t.Errorf("%s writes nothing outside: %s", command, ks)
		}
	}
	for _, command := range []string{"go test -test.v -test.run=X ./...", "go test -cpuprofile=build/p ./..."} {
		if ks := kinds(Analyse(command, inProject()).Parts); hasKind(ks, "outside") {
			t.Errorf("%s: %s", command, ks)
		}
	}
}
