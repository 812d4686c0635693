package shell

import (
	"slices"
	"testing"
)

// TestWhatIsRead holds that a command which can show a file says that it reads it,
// so that a rule denying that holds.
func TestWhatIsRead(t *testing.T) {
	for _, command := range []string{
		// one list of options serves a dozen programs: what is a value for one is a file for another
		"nl -ba .env", "paste -s .env", "fold -s .env", "fmt -s .env", "od -s .env", "unexpand -a .env", "expand -i .env", "pr -a .env", "pr -e .env",
		"pr -n .env", "pr -s .env", "nm -n .env", "readelf -n .env", "size -t .env", "codespell -d .env", "shellcheck -i .env", "shellcheck -c .env",
		"yamllint -s .env", "cat -l .env", "base64 -D .env", "column -t .env", "comm -1 .env a.txt", "sum -a .env", "pr -l .env", "fold -w .env",
		`nl -ba "$f"`, "nl -b .e*",
		// what is moved or gets another name is read under that
		"mv .env y", "ln .env y", "ln -s .env y", "ln -s ../.env src/y", "cp .env y", "git mv .env y", "install .env y", "mv .e* src", "cp -l .env y", "ln -sr .env src/y",
		// folders
		"diff -rN src .", "diff . src", "codespell .", "shellcheck -x .", "mv /proj /tmp/y",
		// git
		"git grep --no-index x", "git grep x", "git grep -e x", "git grep x -- .env", "git grep x HEAD -- .env", "git diff --no-index / .", "git diff --no-index .env a.txt",
		"git show :0:.env", "git show :.env", "git show HEAD:.env", "git show HEAD:./.env", "cd src && git show HEAD:.env", "git archive HEAD .env", "git archive HEAD",
		"git cat-file -p HEAD:.env", "git cat-file -p :0:.env", "git cat-file --batch", "git cat-file -p 'HEAD^{/a:b}:.env'",
		// programs with code of their own
		"openssl enc -in .env", "openssl enc -in=.env", "openssl dgst .env", "openssl x509 -CAfile .env", "make -f .env", "make --file=.env", "node --env-file=.env x", "node --env-file .env x",
		"node --env-file-if-exists=.env x", `yq 'load_str(".env")'`, `yq 'load(".env")' a.txt`, "bun --env-file=.env x",
	} {
		if !readsEnv(Analyse(command, inProject()).Parts) {
			t.Errorf("%s does not read .env: %+v", command, Analyse(command, inProject()).Parts)
		}
	}
	if !readsEnv([]Part{{Effects: MoveEffects(".env", "y", inProject())}}) {
		t.Error("a move does not read what it moves")
	}
	for _, command := range []string{"head -n 5 a.txt", "sort -k 2 a.txt", "git log -n 5", "cut -d : -f 1 a.txt", "git show HEAD", "git show HEAD:a.txt", "diff a.txt b.txt", "git grep x src", `head -n "$n" a.txt`} {
		if readsEnv(Analyse(command, inProject()).Parts) {
			t.Errorf("%s reads .env: %+v", command, Analyse(command, inProject()).Parts)
		}
	}
}

// readsEnv reports whether an effect may be a read of /proj/.env.
func readsEnv(parts []Part) bool {
	return slices.ContainsFunc(parts, func(p Part) bool {
		return slices.ContainsFunc(p.Effects, func(e Effect) bool {
			return e.Kind == Opaque || e.Kind == Read && (e.Path == "/proj/.env" || e.Unsure && (e.Path == "" || within(e.Path, "/proj/.env")) || e.Recursive && within(e.Path, "/proj/.env"))
		})
	})
}

// TestWhatOnlyReads holds commands that look like ones that ask a remote or change
// something, and do neither; and others that look harmless.
func TestWhatOnlyReads(t *testing.T) {
	for command, want := range map[string]string{
		"git remote -v show": "allow", "git remote show": "allow", "git remote show origin": "prompt", "git remote -v show origin": "prompt", "git remote show -n origin": "allow",
		"git ls-remote --get-url": "allow", "git ls-remote --get-url origin": "allow", "git ls-remote": "prompt", "git ls-remote --get-url --upload-pack=x": "prompt",
		"git ls-remote --get-url ext::sh": "prompt", "git add -n .": "allow", "git add --dry-run src": "allow", "git add .": "prompt", "git add -n -i": "prompt", "git stage -n .": "allow",
		"git refs list": "allow", "git refs exists refs/heads/main": "allow", "git refs migrate --ref-format=reftable": "prompt",
		"ls | xargs file": "prompt", "file a.txt": "allow", "file -C -m a.txt": "prompt", "ls | xargs head": "allow",
	} {
		if got := judge("readonly", "exec", Analyse(command, inProject()).Parts); got != want {
			t.Errorf("%s: %s, not %s: %s", command, got, want, kinds(Analyse(command, inProject()).Parts))
		}
	}
}
