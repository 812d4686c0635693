package hook

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
)

//go:embed launch/opencode.js
var openCodePlugin string

// openCodeGrammar is that of opencode 1.18.33.
func openCodeGrammar() grammar {
	return grammar{
		value: "--log-level --port --hostname --mdns-domain --cors -m --model -s --session --prompt --agent --replay-limit " +
			"--command -f --file --title --attach -p --password -u --username --dir --variant --format",
	}
}

// launchOpenCode gives opencode a plugin, by OPENCODE_CONFIG_CONTENT, which is read
// besides all files. --auto answers its own questions, but for what its settings
// deny.
func launchOpenCode(o LaunchOptions) (Launch, error) {
	a := openCodeGrammar().read(o.Args)
	if err := o.switches(OpenCode, "OPENCODE_PURE"); err != nil {
		return Launch{}, err
	}
	if off, ok := a.has("--pure"); ok {
		return Launch{}, ungated(OpenCode, "%s leaves out plugins, which are its hooks", off.name)
	}
	if away, ok := a.has("--attach"); ok {
		return Launch{}, ungated(OpenCode, "%s has another opencode run the tools", away.name)
	}
	if name := a.command("completion acp mcp attach debug providers auth agent upgrade uninstall serve web models stats export import github pr session plugin plug db"); name != "" {
		return Launch{}, ungated(OpenCode, "%s is no conversation in its pane", name)
	}
	path := filepath.Join(o.Folder, "opencode", "kavi.js")
	name, err := json.Marshal(o.Hook)
	if err != nil {
		return Launch{}, err
	}
	config := map[string]any{}
	if own := o.getenv("OPENCODE_CONFIG_CONTENT"); own != "" {
		if err := json.Unmarshal(bareJSON([]byte(own)), &config); err != nil {
			return Launch{}, fmt.Errorf("%s: OPENCODE_CONFIG_CONTENT: %w", OpenCode, err)
		}
	}
	plugins, ok := config["plugin"].([]any)
	if !ok && config["plugin"] != nil {
		return Launch{}, fmt.Errorf("%s: OPENCODE_CONFIG_CONTENT: plugin is no list", OpenCode)
	}
	config["plugin"] = append(plugins, (&url.URL{Scheme: "file", Path: path}).String())
	content, err := json.Marshal(config)
	if err != nil {
		return Launch{}, err
	}
	l := Launch{
		Argv:  []string{o.Program},
		Env:   []string{"OPENCODE_CONFIG_CONTENT=" + string(content)},
		Files: map[string][]byte{path: []byte(strings.NewReplacer("HOOK", string(name), "LIMIT", o.asks(OpenCode)[1]).Replace(openCodePlugin))},
	}
	args := o.Args
	auto := []string{"--auto"}
	if _, own := a.has("--auto"); own {
		auto = nil
	}
	switch {
	case o.Resume != "":
		args = a.optionsOnly("-s", "--session", "-c", "--continue", "--fork", "--prompt", "--command", "--title", "-f", "--file", "--format", "--variant", "--thinking", "--dir", "--share", "-i", "--interactive")
		l.Argv = append(append(l.Argv, auto...), "-s", o.Resume)
	case a.command("run") != "":
		at := a.words[0]
		l.Argv = append(append(append(l.Argv, "run"), auto...), args[:at]...)
		args = args[at+1:]
	case o.Headless:
		l.Argv = append(append(append(l.Argv, "run"), auto...), o.task())
	case o.Task != "":
		l.Argv = append(append(l.Argv, auto...), "--prompt="+o.Task)
	default:
		l.Argv = append(l.Argv, auto...)
	}
	l.Argv = append(l.Argv, args...)
	return l, nil
}
