package hook

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
)

// geminiOff looks for settings that switch hooks off. The operator's own file is
// put in as a copy that does not; the project's is not read at all (launchGemini).
func geminiOff(o *LaunchOptions, l *Launch, a arguments, own, at string) error {
	path := filepath.Join(own, "settings.json")
	mine, off, err := hooksOff(o, path)
	if err != nil {
		return fmt.Errorf("%s: %s: %w", Gemini, path, err)
	}
	if off {
		config, err := object(mine, "hooksConfig")
		if err != nil {
			return fmt.Errorf("%s: %s: %w", Gemini, path, err)
		}
		config["enabled"] = true
		b, err := json.Marshal(mine)
		if err != nil {
			return err
		}
		file := filepath.Join(at, "settings.json")
		delete(l.Links, file)
		l.Files[file] = b
		l.Notes = append(l.Notes, "your Gemini settings switch hooks off; in this session they are on, and what you change in its settings is not kept.")
	}
	path = filepath.Join(o.Cwd, ".gemini", "settings.json")
	theirs, off, err := hooksOff(o, path)
	switch {
	case errors.Is(err, errNoJSON):
	case err != nil:
		return fmt.Errorf("%s: %s: %w", Gemini, path, err)
	case !off && !leavesOut(theirs):
		return nil
	}
	trusted, err := geminiTrusts(o, a, mine, filepath.Join(own, "trustedFolders.json"))
	if err != nil {
		return err
	}
	geminiDespite(l, a, trusted)
	return nil
}

// geminiDespite keeps Gemini from reading the project's settings.
func geminiDespite(l *Launch, a arguments, trusted bool) {
	l.Despite = trusted
	l.Env = append(l.Env, geminiTrust+"=false")
	as := " runs as in a folder that is not trusted, and"
	if trusted {
		as = ""
		if _, said := a.has(geminiSkip); !said {
			l.Argv = append(l.Argv, geminiSkip)
		}
	}
	l.Notes = append(l.Notes, "the project's .gemini/settings.json switches hooks off: Gemini"+as+" reads no settings of the project.")
}

// leavesOut tells whether settings name the extensions that may be loaded: kavi's is
// none of them, and Gemini does not start then.
func leavesOut(settings map[string]any) bool {
	security, _ := settings["security"].(map[string]any)
	allowed, _ := security["allowedExtensions"].([]any)
	return len(allowed) > 0
}

// What Gemini trusts a folder by, before it looks anything up.
const (
	geminiTrust = "GEMINI_CLI_TRUST_WORKSPACE"
	geminiSkip  = "--skip-trust"
)

// geminiTrusts tells whether Gemini trusts the folder that it starts in, as its
// checkPathTrust decides it. What nobody was asked about yet is not trusted. mine are
// the operator's settings, file is where Gemini keeps which folders are trusted.
func geminiTrusts(o *LaunchOptions, a arguments, mine map[string]any, file string) (bool, error) {
	security, _ := mine["security"].(map[string]any)
	trust, _ := security["folderTrust"].(map[string]any)
	_, skips := a.has(geminiSkip)
	switch {
	case o.getenv("GEMINI_RESTRICTED_MODE") == "true":
		return false, nil
	case skips || o.getenv(geminiTrust) == "true":
		return true, nil
	case o.getenv(geminiTrust) == "false":
		return false, nil
	case trust["enabled"] == false:
		return true, nil
	}
	if own := o.getenv("GEMINI_CLI_TRUSTED_FOLDERS_PATH"); own != "" {
		file = own
	}
	b, err := o.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	var folders map[string]any
	if err == nil {
		err = json.Unmarshal(bareJSON(b), &folders)
	}
	if err != nil {
		return false, fmt.Errorf("%s: %s: %w", Gemini, file, err)
	}
	here := resolved(o.Cwd)
	longest, trusted := -1, false // of the paths as they are written, as Gemini compares them
	for path, level := range folders {
		in := path
		if level == "TRUST_PARENT" {
			in = filepath.Dir(path)
		}
		if len(path) < longest || !within(here, resolved(in)) {
			continue
		}
		yes := level == "TRUST_FOLDER" || level == "TRUST_PARENT"
		longest, trusted = len(path), yes && (trusted || len(path) > longest)
	}
	return trusted, nil
}

// resolved is a path with its symlinks followed, as far as it is there.
func resolved(path string) string {
	if to, err := filepath.EvalSymlinks(path); err == nil {
		return to
	}
	return filepath.Clean(path)
}

func within(path, dir string) bool {
	rel, err := filepath.Rel(dir, path)
	return err == nil && filepath.IsLocal(rel)
}

// errNoJSON is a settings file that cannot be read as one.
var errNoJSON = errors.New("not JSON")

// hooksOff reads a settings file of Gemini or Qwen, if there is one, and tells
// whether it switches hooks off.
func hooksOff(o *LaunchOptions, path string) (settings map[string]any, off bool, err error) {
	b, err := o.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return map[string]any{}, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	if err := json.Unmarshal(bareJSON(b), &settings); err != nil {
		return nil, false, fmt.Errorf("%w: %w", errNoJSON, err)
	}
	config, _ := settings["hooksConfig"].(map[string]any)
	enabled, set := config["enabled"]
	return settings, set && enabled != true, nil
}

// bareJSON takes // and /* */ comments, and commas before a closing bracket, out of
// JSON, as the agents do that read it.
func bareJSON(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		switch {
		case b[i] == '"':
			from := i
			for i++; i < len(b) && b[i] != '"'; i++ {
				if b[i] == '\\' {
					i++
				}
			}
			out = append(out, b[from:min(i+1, len(b))]...)
		case b[i] == '/' && i+1 < len(b) && b[i+1] == '/':
			for i < len(b) && b[i] != '\n' {
				i++
			}
		case b[i] == '/' && i+1 < len(b) && b[i+1] == '*':
			for i += 2; i+1 < len(b) && (b[i] != '*' || b[i+1] != '/'); {
				i++
			}
			i++
		default:
			out = append(out, b[i])
		}
	}
	return commas(out)
}

func commas(b []byte) []byte {
	out := make([]byte, 0, len(b))
	in := false
	for i := 0; i < len(b); i++ {
		c := b[i]
		switch {
		case in && c == '\\' && i+1 < len(b):
			out = append(out, c, b[i+1])
			i++
			continue
		case c == '"':
			in = !in
		case !in && c == ',':
			next := i + 1
			for next < len(b) && (b[next] == ' ' || b[next] == '\t' || b[next] == '\n' || b[next] == '\r') {
				next++
			}
			if next < len(b) && (b[next] == '}' || b[next] == ']') {
				continue
			}
		}
		out = append(out, c)
	}
	return out
}
