package shell

import "testing"

// TestFindThroughLinks holds that find, told to follow links, is seen to work where
// they lead.
func TestFindThroughLinks(t *testing.T) {
	fs := project()
	fs.link("/proj/r", "/")
	fs.link("/proj/out", "/tmp")
	env := inProject()
	env.FS = fs
	for command, want := range map[string]Kind{
		"find -L out -delete":                        "outside",
		"find -H out -delete":                        "outside",
		"find -P -L out -delete":                     "outside",
		"find out -follow -delete":                   "outside",
		"find -L . -name x -delete":                  "outside",
		"find -L src -delete":                        "outside",
		"find -L out -type f -exec rm {} +":          "outside",
		"find -L src -type f -exec rm {} +":          "outside",
		"find -L . -type f -exec sed -i s/a/b/ {} +": "outside",
		"find -L r -delete":                          "never",
		"find -H r -delete":                          "never",
		"find -L r -exec rm -rf {} +":                "never",
		"find out/ -delete":                          "outside",
		"find -L out -fprint x -delete":              "outside",
	} {
		if ks := kinds(Analyse(command, env).Parts); !hasKind(ks, want) {
			t.Errorf("%s is not %s: %s", command, want, ks)
		}
	}
	for _, command := range []string{"find out -delete", "find src -type f -delete", "find -H src -name x -delete", "find -L src -name x"} {
		if ks := kinds(Analyse(command, env).Parts); hasKind(ks, "outside") {
			t.Errorf("%s: %s", command, ks)
		}
	}
}

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
