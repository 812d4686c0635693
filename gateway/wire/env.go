package wire

// EnvMatters reports whether an environment variable of that name can change
// which code a command runs: what a shell reads before it starts, what the loader
// takes in, functions that pass for programs, where programs are found, and what
// git, pagers, editors and interpreters start. The shim sends those, the gateway
// judges their values.
func EnvMatters(name string) bool {
	switch name {
	case "PATH", "BASH_ENV", "ENV", "ZDOTDIR", "SHELLOPTS", "BASHOPTS", "PS4", "FPATH", "FIGNORE", "KSH_ENV",
		"PROMPT_COMMAND", "BASH_LOADABLES_PATH", "CDPATH", "GLOBIGNORE", "EXECIGNORE", "POSIXLY_CORRECT",
		"XDG_CONFIG_HOME", "XDG_DATA_DIRS", "HOME", // where shells and git look for their start files
		"PAGER", "MANPAGER", "EDITOR", "VISUAL", "FCEDIT", "BROWSER", "LESSOPEN", "LESSCLOSE", "LESSKEYIN", "SSH_ASKPASS",
		"NODE_OPTIONS", "NODE_PATH", "CLASSPATH", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS",
		"RUBYOPT", "RUBYLIB", "GCONV_PATH", "TAR_OPTIONS", "RIPGREP_CONFIG_PATH", "GOFLAGS", "MAKEFLAGS", "RSYNC_RSH",
		"CARGO_BUILD_RUSTC_WRAPPER", "RUSTC_WRAPPER", "RUSTC", "RUSTUP_TOOLCHAIN", "COMPILER_PATH", "GCC_EXEC_PREFIX",
		"PERLLIB", "PHPRC", "PHP_INI_SCAN_DIR", "ACK_PAGER", "ACKRC", "ACK_OPTIONS", "COWPATH", "LUA_INIT":
		return true
	}
	for _, prefix := range [...]string{"LD_", "DYLD_", "BASH_FUNC_", "GIT_", "PYTHON", "PERL5", "npm_config_", "OPENSSL_", "LUA_INIT_"} {
		if len(name) > len(prefix) && name[:len(prefix)] == prefix {
			return true
		}
	}
	return false
}
