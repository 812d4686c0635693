// Command kavi is the least program that the shim can be part of.
package main

import (
	"fmt"
	"os"

	"kavi/gateway/shim"
)

func main() {
	shim.Main(os.Args)
	fmt.Println("main was reached")
	os.Exit(7)
}
