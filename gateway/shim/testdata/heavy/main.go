// Command heavy is the shim within a program that imports what kavi imports.
package main

import (
	"fmt"
	"os"

	"github.com/dgraph-io/badger/v4"
	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"
	"github.com/spf13/cobra"
	"mvdan.cc/sh/v3/syntax"

	"kavi/gateway/shim"
)

func main() {
	shim.Main(os.Args)
	fmt.Println(badger.DefaultOptions("x").Dir, tcell.KeyEnter, tview.NewBox() != nil, new(cobra.Command).Name(), syntax.LangBash)
	os.Exit(7)
}
