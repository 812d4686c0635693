package shell

import (
	"path"
	"strings"
)

// protectedNames are the folders and files, alone or in a folder and at any depth, whose content decides
// what later runs: a repository's hooks and settings, agents' and editors'
// settings. Writing them is never silent.
var protectedNames = [...]string{
	".git", ".kavi",
	".claude", ".claude.json", ".codex", ".gemini", ".opencode", "opencode.json", ".cursor", ".cursorrules",
	".windsurf", ".continue", ".zed", ".aider.conf.yml", ".mcp.json",
	".qwen", ".copilot", ".github/hooks", ".github/copilot", "opencode.jsonc", // each agent that gateway/hook knows
	".vscode", ".idea", ".envrc", ".husky", ".gitmodules",
	".npmrc", ".pnpmfile.cjs", ".yarnrc", ".yarnrc.yml", ".cargo/config", ".cargo/config.toml", // what package managers run
	"mise.toml", "mise.local.toml", ".mise.toml", ".mise.local.toml", ".devcontainer", ".devcontainer.json",
	".pre-commit-config.yaml",
}

// systemDirs are never to be deleted as a whole.
var systemDirs = [...]string{
	"/", "/bin", "/boot", "/dev", "/etc", "/home", "/lib", "/lib32", "/lib64", "/libx32", "/media", "/mnt", "/nix",
	"/opt", "/proc", "/root", "/run", "/sbin", "/snap", "/srv", "/sys", "/usr", "/var",
	"/usr/bin", "/usr/include", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/libexec", "/usr/local", "/usr/local/bin",
	"/usr/local/lib", "/usr/local/share", "/usr/sbin", "/usr/share", "/usr/src",
	"/var/cache", "/var/lib", "/var/log", "/var/mail", "/var/run", "/var/spool", "/var/www",
	"/Applications", "/Library", "/Network", "/System", "/Users", "/Volumes", "/cores", "/private", "/private/etc",
	"/private/var",
}

// diskPrefixes begin the names of raw disks and of memory in /dev.
var diskPrefixes = [...]string{
	"sd", "hd", "vd", "xvd", "nvme", "mmcblk", "dm-", "md", "loop", "disk", "rdisk", "mapper/", "block/", "nbd", "zd",
	"ram", "sr", "mem", "kmem", "port", "mtd", "bcache", "drbd", "ada", "da",
}

// Protected reports whether a path lies in something that decides what later runs:
// repositories' own folders, settings of agents and editors.
func Protected(p string) bool { return protected(p) }

// protected reports whether a path lies in something that decides what later
// runs. Names are compared without case: some file systems do.
func protected(p string) bool {
	for p != "" {
		var name string
		name, p, _ = strings.Cut(strings.TrimLeft(p, "/"), "/")
		if len(name) == 0 || strings.IndexByte(".oOmM", name[0]) < 0 {
			continue
		}
		for _, n := range protectedNames {
			n, in, both := strings.Cut(n, "/")
			if strings.EqualFold(name, n) && (!both || strings.EqualFold(first(p), in)) {
				return true
			}
		}
	}
	return false
}

// first is the first name of a path.
func first(p string) string {
	name, _, _ := strings.Cut(strings.TrimLeft(p, "/"), "/")
	return name
}

// holdsProtected reports whether what is protected only together with its folder lies
// right in p.
func (v *view) holdsProtected(p string) bool {
	for _, n := range protectedNames {
		dir, in, both := strings.Cut(n, "/")
		if both && strings.EqualFold(path.Base(p), dir) && v.lstat(join(p, in)).Exists {
			return true
		}
	}
	return false
}

// disk reports whether a path is a raw disk or the machine's memory.
func disk(p string) bool {
	name, ok := strings.CutPrefix(p, "/dev/")
	if !ok {
		return false
	}
	for _, prefix := range diskPrefixes {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// tree says why the whole tree at p must never be deleted, or "".
func (v *view) tree(p string) string {
	switch {
	case p == "/":
		return "the whole file system"
	case v.home != "" && within(p, v.home), p == v.env.Home:
		return "the home folder"
	case v.root != "" && p != v.root && within(p, v.root):
		return "a folder that holds the project"
	}
	for _, dir := range systemDirs {
		if p == dir {
			return "a folder of the system"
		}
	}
	for _, s := range v.states() {
		if within(p, s) {
			return "kavi's own state"
		}
	}
	return ""
}

// own reports whether a path is kavi's own: in one of its folders, and not in the
// project where that lies in there itself, as a worktree of kavi's making does.
func (v *view) own(p string) bool {
	for _, s := range v.states() {
		if within(s, p) && (!within(s, v.root) || !within(v.root, p)) {
			return true
		}
	}
	return false
}

// states are kavi's own paths, resolved once and only where they matter.
func (v *view) states() []string {
	if v.state == nil {
		v.state = make([]string, 0, 2*len(v.env.State))
		for _, s := range v.env.State {
			v.state = append(v.state, s)
			if r, ok := v.resolve(s, true); ok && r != s {
				v.state = append(v.state, r)
			}
		}
	}
	return v.state
}
