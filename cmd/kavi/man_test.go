package main

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// TestTheManualHasEveryCommandAndFlag holds kavi.1 against the commands: what there
// is stands in it below its command, and nothing else does.
func TestTheManualHasEveryCommandAndFlag(t *testing.T) {
	b, err := os.ReadFile("kavi.1")
	if err != nil {
		t.Fatal(err)
	}
	sections := make(map[string]string) // by the command
	for _, part := range strings.Split(string(b), "\n.SS ")[1:] {
		head, text, _ := strings.Cut(part, "\n")
		text, _, _ = strings.Cut(text, "\n.SH ")
		var words []string
		for _, w := range strings.Fields(head) {
			if strings.ToLower(w) != w || strings.HasPrefix(w, "[") || strings.HasPrefix(w, "\\") {
				break
			}
			words = append(words, w)
		}
		sections[strings.Join(words, " ")] = strings.ReplaceAll(text, `\-`, "-")
	}
	named := regexp.MustCompile(`\\fB(--?[a-z-]+)\\fR`)
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		if c.Hidden || c.Name() == "help" {
			return
		}
		path := c.CommandPath()
		text, ok := sections[path]
		if !ok {
			t.Errorf("%s is not in it", path)
		}
		delete(sections, path)
		flags := make(map[string]bool)
		c.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if f.Hidden || f.Name == "help" || f.Name == "version" {
				return
			}
			flags["--"+f.Name] = true
			if f.Shorthand != "" {
				flags["-"+f.Shorthand] = true
			}
		})
		for _, m := range named.FindAllStringSubmatch(text, -1) {
			if !flags[m[1]] && m[1] != "--" {
				t.Errorf("%s has no %s", path, m[1])
			}
		}
		for name := range flags {
			if !strings.Contains(text, `\fB`+name+`\fR`) {
				t.Errorf("%s of %s is not in it", name, path)
			}
		}
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	a := &app{out: os.Stdout, err: os.Stderr}
	walk(a.root())
	for path := range sections {
		t.Errorf("there is no %s", path)
	}
}
