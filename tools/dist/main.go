// Command dist makes the files of a release: the command line with the engine as
// archives, Python wheels and npm packages, the engine's packages for Lambda, the template
// for other tools than SAM, an SBOM and checksums. The same commit makes the same bytes.
//
//	go run ./tools/dist -version v1.2.3 [-platforms linux/amd64,…] [-trial] [-out DIR]
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	version := flag.String("version", "", "the version, such as v1.2.3")
	only := flag.String("platforms", "", "the platforms of the command line, such as linux/amd64,darwin/arm64; all if empty")
	trial := flag.Bool("trial", false, "also of changes that are not committed, and without the steps of CONTRIBUTING.md")
	out := flag.String("out", filepath.Join("build", "dist"), "the folder to make, which must be missing or empty")
	flag.Parse()
	if err := run(context.Background(), *version, *only, *out, *trial); err != nil {
		fmt.Fprintln(os.Stderr, "dist:", err)
		os.Exit(1)
	}
}
