// Command sums writes the checksums of the nested modules at a version into go.sum, so that
// the main module builds by itself where the module cache has it.
//
//	go run ./tools/modules/sums v1.2.3
package main

import (
	"fmt"
	"os"

	"github.com/fasttrack-dev/fasttrack/tools/modules"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: go run ./tools/modules/sums vX.Y.Z")
		os.Exit(2)
	}
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "sums:", err)
		os.Exit(1)
	}
}

func write(version string) error {
	lines, err := modules.Sums(".", version)
	if err != nil {
		return err
	}
	sum, err := os.ReadFile("go.sum")
	if err != nil {
		return err
	}
	return os.WriteFile("go.sum", modules.Replace(sum, lines), 0o644)
}
