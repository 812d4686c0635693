package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kavi/gateway"
)

// readmeBlock is the indented block of README.md that holds a text.
func readmeBlock(t *testing.T, holds string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	var block strings.Builder
	for line := range strings.Lines(string(b) + "end\n") {
		code, in := strings.CutPrefix(line, "    ")
		switch {
		case in:
			block.WriteString(code)
		case strings.TrimSpace(line) == "":
			block.WriteString("\n")
		case strings.Contains(block.String(), holds):
			return block.String()
		default:
			block.Reset()
		}
	}
	t.Fatalf("README.md has no block with %q", holds)
	return ""
}

func TestTheRulesOfTheReadmeAreRules(t *testing.T) {
	rules, err := gateway.ParseRules([]byte(readmeBlock(t, "[[rule]]")), "README.md", gateway.LayerUser)
	if err != nil {
		t.Fatal(err)
	}
	if len(rules) != 4 {
		t.Errorf("%d rules, want 4", len(rules))
	}
}

func TestTheConfigOfTheReadmeIsOne(t *testing.T) {
	if _, _, err := operator(t, readmeBlock(t, "default_approval"), ""); err != nil {
		t.Fatal(err)
	}
}

// TestTheReadmeNamesEveryCommand holds its list of commands against those there are.
func TestTheReadmeNamesEveryCommand(t *testing.T) {
	list := readmeBlock(t, "kavi attach [SESSION]")
	a := &app{out: os.Stdout, err: os.Stderr}
	for _, c := range a.root().Commands() {
		if c.Hidden || c.Name() == "help" {
			continue
		}
		if !strings.Contains(list, "kavi "+c.Name()) {
			t.Errorf("kavi %s is not in it", c.Name())
		}
		for _, sub := range c.Commands() {
			if c.Name() != "completion" && !strings.Contains(list, "kavi "+c.Name()+" "+sub.Name()) {
				t.Errorf("kavi %s %s is not in it", c.Name(), sub.Name())
			}
		}
	}
}
