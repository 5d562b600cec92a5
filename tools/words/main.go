// Command words checks the English of comments, messages and docs: words that
// have a better one (rules.go), the length of sentences and paragraphs
// (markdown.go). It prints one line for each finding and exits 1 if there are any.
//
//	go run ./tools/words [folder]
package main

import (
	"fmt"
	"os"
)

func main() {
	root := "."
	if len(os.Args) > 1 {
		root = os.Args[1]
	}
	findings, err := check(root, notClean, exceptions)
	if err != nil {
		fmt.Fprintln(os.Stderr, "words:", err)
		os.Exit(2)
	}
	for _, f := range findings {
		fmt.Println(f)
	}
	if len(findings) > 0 {
		os.Exit(1)
	}
}
