package shell

import "strings"

// unread is said of a program that the table gives to code which there is not.
const unread = "is not read here"

// special are the programs that take more than a line of the table.
func (c *cmd) special(p program, words []word) {
	if strings.HasPrefix(p.name, "git ") || p.name == "git" {
		c.git(p, words)
		return
	}
	switch name := p.name; name {
	case "cd", "chdir", "pushd", "popd":
		c.cd(name, words)
	case "exit", "return", "break", "continue":
		c.leave(name, words)
	case "shift":
		c.shift(words)
	case "set", "shopt", "setopt", "unsetopt":
		c.set(name, words)
	case "unset":
		c.unset(words)
	case "export", "declare", "typeset", "local", "readonly", "integer", "float":
		c.declare(name, words)
	case "read", "mapfile", "readarray", "getopts", "wait", "let":
		c.read(name, words)
	case "printf", "print":
		c.printf(words)
	case "[", "test":
		c.test(words)
	case "kill", "pkill", "killall", "skill", "xkill", "fuser":
		c.kill(name, words)
	case "alias", "unalias", "hash", "enable", "emulate", "autoload", "functions", "zmodload", "zle", "bindkey", "fc",
		"history", "complete", "compgen", "rehash":
		c.shellTable(name, words)
	case "rm":
		c.rm(p, words)
	case "rmdir", "unlink":
		c.rmdir(words)
	case "cp", "gcp", "install", "ginstall":
		c.copy(p, words)
	case "mv", "gmv":
		c.move(p, words)
	case "ln", "gln":
		c.link(p, words)
	case "shred", "srm", "wipe":
		c.shred(p, words)
	case "dd":
		c.dd(words)
	case "tee":
		c.tee(p, words)
	case "uniq", "xxd":
		c.inOut(p, words)
	case "tree":
		c.tree(p, words)
	case "shuf":
		c.shuf(p, words)
	case "split":
		c.split(p, words)
	case "mkdir":
		c.mkdir(p, words)
	case "mktemp":
		c.mktemp(p, words)
	case "date", "hostname":
		c.setsSystem(p, words)
	case "chmod", "chown", "chgrp", "chattr", "setfacl", "xattr", "setfattr", "chflags", "lchown":
		c.chmod(p, words)
	case "xargs", "gxargs":
		c.xargs(words)
	case "find", "gfind", "bfs":
		c.find(words)
	case "grep", "egrep", "fgrep", "zgrep", "zegrep", "zfgrep", "bzgrep", "xzgrep", "ggrep":
		c.grep(p, words)
	case "rg", "ripgrep":
		c.rg(p, words)
	case "fd", "fdfind":
		c.fd(p, words)
	case "sed", "gsed":
		c.sed(p, words)
	case "awk", "gawk", "mawk", "nawk", "goawk":
		c.awk(p, words)
	case "jq", "gojq", "jaq":
		c.jq(p, words)
	case "yq":
		c.yq(p, words)
	case "tar", "gtar", "bsdtar", "star":
		c.tar(words)
	case "zip":
		c.zip(p, words)
	case "unzip":
		c.unzip(p, words)
	case "curl":
		c.curl(p, words)
	case "wget", "wget2":
		c.wget(p, words)
	case "rsync":
		c.rsync(p, words)
	case "python", "pypy", "micropython", "ipython", "jython":
		c.python(p, words)
	case "go":
		c.goTool(words)
	case "docker", "podman", "nerdctl":
		c.docker(words)
	case "systemctl", "service", "launchctl", "rc-service", "initctl", "sv", "s6-svc":
		c.service(name, words)
	case "ip", "ifconfig", "route", "arp", "iw", "iwconfig", "ethtool", "brctl", "tc", "nmcli", "networksetup", "scutil",
		"resolvectl", "sysctl", "crontab", "journalctl", "openssl", "getent", "hostnamectl", "timedatectl", "loginctl":
		c.admin(name, words)
	case "cmake", "ccmake", "cmake-gui":
		c.cmake(p, words)
	case "make", "gmake", "bmake", "remake":
		c.makefile(p, words)
	case "rimraf", "del-cli":
		c.unwrap(append([]word{exactWord("rm"), exactWord("-rf")}, words...))
	case "kavi":
		c.kavi(words)
	default:
		c.more(p, words)
	}
}

// more are families of programs that are read alike.
func (c *cmd) more(p program, words []word) {
	switch {
	case p.is("wrapper"):
		c.wrap(p, words)
	case p.is("shell"):
		c.shell(p.name, words)
	case p.is("formatter"):
		c.format(p, words)
	case p.is("disk"):
		c.disk(words)
	case p.is("remote"):
		c.remote(p, words)
	case p.is("binutils"):
		c.binutils(p, words)
	case p.is("given"):
		c.given(p, words)
	case p.is("compiler"):
		c.compile(words)
	case p.is("squeezer"):
		c.squeeze(p, words)
	case p.is("interpreter"):
		c.interpreter(p, words)
	default:
		c.opaque(unread)
		c.done()
	}
}
