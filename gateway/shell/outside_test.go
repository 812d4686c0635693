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
		"patch /etc/x p", "patch ~/.bashrc < p", "gcc -MMD -MF ~/.bashrc a.c", "gcc -MF/etc/x a.c", "gcc -aux-info /etc/x a.c", "gcc -o /etc/x a.c", "gcc -o/etc/x a.c", "gcc -Wl,-Map=/etc/x a.c",
		"ld -Map=/etc/x a.o", "ld -Map /etc/x a.o", "as --MD /etc/x a.s", "gcc -Wp,-MD,/etc/x a.c", "gcc -fdump-tree-all=/etc/x a.c", "cpio -pd /etc", "7z x a -o/etc", "7z x a -o../../x", "unrar x a /etc/",
		"ar r /etc/x.a b", "jar cf /etc/x a", "convert a /etc/x", "ffmpeg -i a /etc/x", "dot -o /etc/x a", "dot -o/etc/x a", `ffmpeg -i a "$out"`, "gcc-13 -o /etc/x a.c",
		"go test -test.mutexprofile=/tmp/v .", "go test -memprofile /tmp/v .", "go vet -test.blockprofile=/tmp/v .",
	} {
		if ks := kinds(Analyse(command, inProject()).Parts); !hasKind(ks, "outside") {
			t.Errorf("%s writes nothing outside: %s", command, ks)
		}
	}
	for _, command := range []string{
		"go test -test.v -test.run=X ./...", "go test -cpuprofile=build/p ./...",
		"gcc -O2 -Wall -I/usr/include -L/usr/lib -lm -o build/a src/a.c", "gcc -std=c11 --sysroot=/usr -Wl,-rpath,/usr/lib a.c", "ffmpeg -i a.txt -vf scale=640:-1 out.mp4", "ar rcs lib.a a.o", "patch -p1 < p", "7z x a.7z -obuild", "dot -Tpng a -o a.png",
	} {
		if ks := kinds(Analyse(command, inProject()).Parts); hasKind(ks, "outside") {
			t.Errorf("%s: %s", command, ks)
		}
	}
}

// TestCmakeAsATool holds that cmake -E is judged by the tool that it then is.
func TestCmakeAsATool(t *testing.T) {
	for command, want := range map[string]Kind{
		"cmake -E rm -rf /":                       "never",
		"cmake -E rm -rf ~":                       "never",
		"cmake -E remove_directory /":             "never",
		"cmake -E remove_directory src ~":         "never",
		"cmake -E remove -f a.txt":                Delete,
		"cmake -E rm -r src":                      Delete,
		"cmake -E touch /etc/x":                   "outside",
		"cmake -E touch_nocreate /etc/hosts":      "outside",
		"cmake -E copy a.txt /etc/x":              "outside",
		"cmake -E copy -t /etc a.txt":             "outside",
		"cmake -E copy_directory src /etc/x":      "outside",
		"cmake -E copy_if_different a.txt /etc/x": "outside",
		"cmake -E rename a.txt /tmp/x":            "outside",
		"cmake -E make_directory /etc/x":          "outside",
		"cmake -E create_symlink x /etc/x":        "outside",
		"cmake -E create_hardlink a.txt /etc/x":   "outside",
		"cmake -E tar xf a.tar":                   Overwrite,
		"cmake -E tar cf /etc/x.tar src":          "outside",
		"cmake -E env A=1 rm -rf /":               "never",
		"cmake -E env --unset=A rm -rf /":         "never",
		"cmake -E chdir src rm -rf ../..":         "never",
		"env -C src rm -rf ../..":                 "never",
		"go -C src build -o ../../x":              "outside",
		"cmake -E time rm -rf /":                  "never",
		"cmake -E cat .env":                       Read,
		"cmake -E $x /":                           Opaque,
		"7z a x / -sdel":                          "never",
		"7z a x src -sdel":                        Delete,
		"rar m x src":                             Delete,
		"rar a -df x src":                         Delete,
		"zip -rm x.zip /":                         "never",
	} {
		if ks := kinds(Analyse(command, inProject()).Parts); !hasKind(ks, want) {
			t.Errorf("%s is not %s: %s", command, want, ks)
		}
	}
	for _, command := range []string{"cmake -S . -B build", "cmake --build build", "cmake -E echo /etc/x", "cmake -E compare_files a.txt b.txt", "cmake -E sha256sum a.txt"} {
		if ks := kinds(Analyse(command, inProject()).Parts); hasKind(ks, "outside") || hasKind(ks, Delete) {
			t.Errorf("%s: %s", command, ks)
		}
	}
}

func TestCompilersRunWhatTheyAreTold(t *testing.T) {
	for _, command := range []string{"gcc -wrapper touch,PWN a.c", "gcc -fplugin=./x.so a.c", "gcc -specs=x a.c", "gcc --specs=x a.c", "gcc @x", "clang -Xclang -load x a.c", "ld -plugin ./x.so a.o", "gcc $x a.c"} {
		isOpaque(t, command)
	}
}

// TestMoreThatAsksOrLoses holds subcommands that look like others of their program.
func TestMoreThatAsksOrLoses(t *testing.T) {
	for command, want := range map[string]Kind{
		"git subtree push --prefix=src https://x.example/y main": Network,
		"git subtree pull --prefix=src https://x.example/y main": Network,
		"git subtree add --prefix=src https://x.example/y main":  Network,
		"git subtree add -P src ext::sh main":                    Opaque,
		"git lfs push origin main":                               Network,
		"git lfs fetch":                                          Network,
		"git-lfs push origin main":                               Network,
		"go list -m -u all":                                      Network,
		"go list -u -m all":                                      Network,
		"go list -m -versions x":                                 Network,
		"go list -m x@latest":                                    Network,
		"go mod graph":                                           Network,
		"go mod why x":                                           Network,
		"go tool pprof http://evil.example/":                     Network,
		"go tool pprof -top https://evil.example/x":              Network,
		"go tool pprof -http=:8080 x":                            Network,
		"git replace -d x":                                       Delete,
		"git replace -f a b":                                     Delete,
		"git merge --abort":                                      Overwrite,
		"git rebase --abort":                                     Overwrite,
		"git am --abort":                                         Overwrite,
		"git cherry-pick --abort":                                Overwrite,
		"git revert --abort":                                     Overwrite,
		"git rebase --skip":                                      Overwrite,
		"git am --skip":                                          Overwrite,
		"git merge --quit":                                       Write,
		"git notes remove HEAD":                                  Delete,
		"git notes prune":                                        Delete,
		"git notes add -f -m x HEAD":                             Delete,
		"python3 -m gzip a.go":                                   Write,
	} {
		if ks := kinds(Analyse(command, inProject()).Parts); !hasKind(ks, want) {
			t.Errorf("%s is not %s: %s", command, want, ks)
		}
	}
	fs := project()
	fs.file("/proj/a.go.gz")
	env := inProject()
	env.FS = fs
	if ks := kinds(Analyse("python3 -m gzip a.go", env).Parts); !hasKind(ks, Overwrite) {
		t.Errorf("python3 -m gzip replaces nothing: %s", ks)
	}
	for _, command := range []string{"git subtree split --prefix=src", "git merge x", "go list ./...", "go list -json .", "go list -m all", "go tool cover -func=c", "git notes show", "go mod edit -json", "go tool pprof -top cpu.out"} {
		if ks := kinds(Analyse(command, inProject()).Parts); hasKind(ks, Network) || hasKind(ks, Delete) || hasKind(ks, Overwrite) {
			t.Errorf("%s: %s", command, ks)
		}
	}
}
