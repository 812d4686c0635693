// Command kavi runs coding agents in panes of one terminal and asks the operator
// before they act. See README.md.
package main

import (
	"os"

	_ "kavi/gateway/shim" // first: a shim has become the real shell, or is denied, before main
)

func main() { os.Exit(kavi(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
