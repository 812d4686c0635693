package shell

import "strings"

// steering are environment variables that make programs run something, load
// something, or act elsewhere. A name that ends in * stands for all that begin
// so. Setting one makes what follows opaque.
var steering = [...]string{
	"LD_*", "DYLD_*", "GIT_*", "PYTHON*", "PERL*", "RUBY*", "NODE_OPTIONS", "NODE_PATH", "NODE_EXTRA_CA_CERTS",
	"PATH", "IFS", "CDPATH", "BASH_ENV", "ENV", "SHELLOPTS", "BASHOPTS", "BASH_FUNC_*", "BASH_LOADABLES_PATH", "PS4", "PS0",
	"PROMPT_COMMAND", "ZDOTDIR", "FPATH", "GLOBIGNORE", "EXECIGNORE", "FUNCNEST", "POSIXLY_CORRECT", "BASH_COMPAT",
	"BASH_ALIASES", "BASH_CMDS", "BASH_XTRACEFD", "COMPAT_*", "MODULE_PATH", "NULLCMD", "READNULLCMD", "KSH_ENV",
	"HOME", "SHELL", "XDG_CONFIG_HOME", "XDG_CONFIG_DIRS", "XDG_DATA_HOME", "XDG_DATA_DIRS", "PWD", "OLDPWD",
	"PAGER", "MANPAGER", "SYSTEMD_*", "LESS", "LESSOPEN", "LESSCLOSE", "LESSKEY*", "MORE", "MOST_*", "BAT_*", "DELTA_*", "GH_*", "AWS_*",
	"EDITOR", "VISUAL", "FCEDIT", "SUDO_*", "BROWSER", "TERMINFO*", "INPUTRC", "VIMINIT", "EXINIT", "VIM", "VIMRUNTIME", "EMACS*",
	"JAVA_*", "_JAVA_*", "JDK_*", "CLASSPATH", "MAVEN_*", "GRADLE_*", "ANT_*", "SBT_*", "SCALA_*", "KOTLIN_*", "JVM_*", "MVN_*",
	"GOFLAGS", "GOENV", "GOROOT", "GOTOOLCHAIN", "GOTOOLDIR", "GOPROXY", "GOPRIVATE", "GONOSUMDB", "GONOSUMCHECK", "GOINSECURE",
	"GOSUMDB", "GOMODCACHE", "GOPATH", "GOBIN", "GOWORK", "GOAUTH", "GOVCS", "CGO_*",
	"CC", "CXX", "CPP", "LD", "AR", "AS", "LDFLAGS", "CFLAGS", "CXXFLAGS", "GCC_*", "COMPILER_PATH", "CCACHE_*", "CMAKE_*",
	"RUSTC*", "RUSTFLAGS", "RUSTDOC*", "CARGO*", "RUSTUP_*",
	"MAKEFLAGS", "MAKEFILES", "MFLAGS", "GNUMAKEFLAGS", "MAKE", "MAKESHELL", "NINJA_*",
	"npm_config_*", "NPM_CONFIG_*", "NPM_TOKEN", "YARN_*", "PNPM_*", "BUN_*", "DENO_*", "COREPACK_*", "ELECTRON_*", "TS_NODE_*",
	"PIP_*", "UV_*", "POETRY_*", "PIPENV_*", "VIRTUAL_ENV", "CONDA_*", "PYENV_*", "ASDF_*", "MISE_*", "RTX_*", "VOLTA_*", "NVM_*", "FNM_*", "GOENV_*", "JENV_*", "NODENV_*", "BUNDLE_*", "GEM_*", "RBENV_*",
	"PHPRC", "PHP_INI_SCAN_DIR", "COMPOSER*", "LUA_*", "R_*", "JULIA_*", "GUILE_*", "TCL*", "GHC*", "STACK_*", "CABAL_*", "OCAML*", "ERL_*", "ELIXIR_*", "MIX_*",
	"DEBUGINFOD_*", "GAWK_*", "BC_ENV_ARGS", "DC_ENV_ARGS", "MAGIC", "HISTFILE", "TOPRC", "HTOPRC",
	"TAR_OPTIONS", "TAR_*", "GZIP", "ZIPOPT", "UNZIP*", "XZ_*", "ZSTD_*", "GREP_OPTIONS", "RIPGREP_*", "AG_*", "ACK*", "UGREP_*", "COW*", "TEXTDOMAIN*", "GNUPGHOME", "GZIP_OPT", "FZF_*", "FD_*", "AWKPATH", "AWKLIBPATH",
	"RSYNC_*", "CVS_RSH", "SVN_*", "HG*", "BORG_*", "RESTIC_*", "RCLONE_*", "SSH_*", "CURL_*", "WGETRC", "NETRC",
	"DOCKER_*", "BUILDKIT_*", "COMPOSE_*", "KUBECONFIG", "KUBE*", "HELM_*", "TF_*", "ANSIBLE_*", "VAULT_*", "PULUMI_*", "TERRAGRUNT_*",
	"OPENSSL_*", "SSLKEYLOGFILE", "GCONV_PATH", "LOCPATH", "NLSPATH", "MALLOC_*", "GLIBC_*", "HOSTALIASES", "RESOLV_*", "LOCALDOMAIN", "TMPPREFIX",
	"QT_*", "GTK_*", "GIO_*", "DBUS_*", "DISPLAY", "XAUTHORITY", "WAYLAND_*", "VALGRIND_*", "GDB*", "LLDB*", "ASAN_*", "TSAN_*", "MSAN_*", "UBSAN_*", "LSAN_*",
	"PG*", "MYSQL_*", "REDIS*", "SQLITE_*", "ORACLE_*", "MAN*", "TEXINPUTS", "GS_*", "MAGICK_*", "KAVI*", "CLAUDE*", "CODEX_*", "GEMINI_*", "ANTHROPIC_*", "OPENAI_*",
	"http_proxy", "https_proxy", "ftp_proxy", "all_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "ALL_PROXY", "NO_PROXY",
}

// harmlessSettings are names of the above that steer nothing.
var harmlessSettings = [...]string{
	"GIT_AUTHOR_*", "GIT_COMMITTER_*", "GIT_TERMINAL_PROMPT", "GIT_OPTIONAL_LOCKS", "GIT_MERGE_AUTOEDIT", "GIT_LITERAL_PATHSPECS",
	"GIT_ADVICE", "GIT_PROGRESS_DELAY", "GIT_REFLOG_ACTION",
	"PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "PYTHONIOENCODING", "PYTHONUTF8", "PYTHONHASHSEED", "PYTHONFAULTHANDLER",
	"PYTHONASYNCIODEBUG", "PYTHONDEVMODE", "PYTHONTRACEMALLOC", "PYTHONNOUSERSITE", "PYTHONSAFEPATH",
	"CARGO_TERM_*", "CARGO_INCREMENTAL", "CGO_ENABLED", "AWS_REGION", "AWS_DEFAULT_REGION", "DOCKER_BUILDKIT", "COMPOSE_PROJECT_NAME",
	"PERL_UNICODE", "R_DEFAULT_PACKAGES", "MIX_ENV", "NPM_CONFIG_LOGLEVEL", "npm_config_loglevel", "MANWIDTH", "KUBE_EDITOR_OFF",
	"JAVA_HOME_OFF", "CLAUDE_CODE_ENTRYPOINT",
}

// dangerous reports whether setting a variable steers other programs. A known
// value that is plainly harmless (PAGER=cat) does not.
func (a *analyser) dangerous(name string, w *word) bool {
	if a.env.Shell == "zsh" {
		switch name {
		case "path", "fpath", "cdpath", "mailpath", "module_path", "manpath", "psvar", "aliases", "galiases", "saliases",
			"functions", "commands", "options", "fignore", "precmd", "preexec", "chpwd", "periodic", "nullcmd":
			return true
		}
	}
	if !named(steering[:], name) || named(harmlessSettings[:], name) {
		return false
	}
	if w == nil || !w.known() {
		return true
	}
	switch name {
	case "PAGER", "GIT_PAGER", "MANPAGER", "GH_PAGER", "SYSTEMD_PAGER", "AWS_PAGER", "BAT_PAGER":
		return w.text != "cat" && w.text != ""
	case "GIT_EDITOR", "EDITOR", "VISUAL", "GIT_SEQUENCE_EDITOR":
		return w.text != "true" && w.text != ":"
	case "LESS":
		return strings.Trim(w.text, "-FRXSin") != ""
	case "GOFLAGS":
		return w.text != "-mod=mod" && w.text != "-mod=vendor" && w.text != "-mod=readonly" && w.text != ""
	case "IFS":
		return false // its effect on words is followed
	case "DISPLAY", "SSH_ASKPASS_REQUIRE", "GIT_ASKPASS", "SSH_ASKPASS":
		return w.text != ""
	}
	return true
}

func named(list []string, name string) bool {
	for _, n := range list {
		if prefix, ok := strings.CutSuffix(n, "*"); ok {
			if strings.HasPrefix(name, prefix) {
				return true
			}
		} else if n == name {
			return true
		}
	}
	return false
}
