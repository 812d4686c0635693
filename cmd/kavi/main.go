// Command kavi runs coding agents in panes of one terminal and asks the operator
// before they act. See README.md.
package main

import (
	"os"

	"kavi/gateway/shim"
)

func main() {
	shim.Main(os.Args) // where there is no /proc; elsewhere a shim never comes this far
	os.Exit(kavi(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
