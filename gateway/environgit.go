package gateway

import (
	"strings"

	"kavi/gateway/shell"
)

// harmlessGit tells which of git's variables only switch off what git would do or
// run. Agents set dozens of them when they look at a repository for themselves.
func harmlessGit(name, value string, env []string, w World) bool {
	switch name {
	case "GIT_DIR", "GIT_COMMON_DIR": // the project's own, whose settings were looked at
		return w.Root != "" && value == w.Root+"/.git"
	case "GIT_WORK_TREE":
		return w.Root != "" && value == w.Root
	case "GIT_NO_REPLACE_OBJECTS":
		return true
	case "GIT_SSH_COMMAND":
		return value == "false"
	case "GIT_ALLOW_PROTOCOL":
		return value == "/" // no protocol has that name
	case "GIT_CONFIG_COUNT":
		return digits(value) // each setting is judged by itself
	case "GIT_CONFIG_PARAMETERS":
		return once(env, name) && quotedSettings(value)
	}
	if strings.HasPrefix(name, "GIT_TRACE") {
		return value == "0" || value == "false"
	}
	if n, ok := strings.CutPrefix(name, "GIT_CONFIG_VALUE_"); ok {
		return digits(n) && once(env, name)
	}
	if n, ok := strings.CutPrefix(name, "GIT_CONFIG_KEY_"); ok {
		set, found := lookup(env, "GIT_CONFIG_VALUE_"+n)
		return found && digits(n) && once(env, name) && once(env, "GIT_CONFIG_VALUE_"+n) && shell.HarmlessSetting(value, set)
	}
	return false
}

// quotedSettings reads what git -c leaves for the gits that git starts: 'name=value'
// with blanks between. What needs more quoting than that is not read.
func quotedSettings(s string) bool {
	for _, one := range strings.Split(s, " '") {
		one = strings.TrimPrefix(one, "'")
		setting, ok := strings.CutSuffix(one, "'")
		name, value, set := strings.Cut(setting, "=")
		if !ok || !set || strings.ContainsAny(setting, `'\!`) || !shell.HarmlessSetting(name, value) {
			return false
		}
	}
	return strings.HasPrefix(s, "'")
}

func digits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// once tells that a variable stands there one time: of several, programs take the
// first or the last.
func once(env []string, name string) bool {
	n := 0
	for _, kv := range env {
		if strings.HasPrefix(kv, name+"=") {
			n++
		}
	}
	return n == 1
}
