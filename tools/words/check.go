package main

import (
	"bufio"
	_ "embed"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// notClean lists the folders whose words aren't checked yet: one on a line, with
// ":tests" behind it for its tests and their data alone. A folder on it that is
// clean is a finding, so that the list only shrinks.
//
//go:embed notclean.txt
var notClean string

const listFile = "tools/words/notclean.txt"

func (f Finding) String() string {
	if f.Text == "" {
		return fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.Why)
	}
	return fmt.Sprintf("%s:%d: %q: use %s", f.File, f.Line, f.Text, f.Why)
}

// check returns the findings in the tree under root, without those in the folders
// that the list names.
func check(root, list string, exceptions []Exception) ([]Finding, error) {
	listed := foldersOf(list)
	dirty := map[string]bool{}
	used := make([]bool, len(exceptions))
	rules := compile(rules)
	var out []Finding
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		if d.IsDir() {
			if skipped[rel] != "" || skipped[path.Base(rel)] != "" {
				return fs.SkipDir
			}
			return nil
		}
		if !d.Type().IsRegular() {
			return nil
		}
		if ext := path.Ext(rel); ext == "" && path.Base(rel) != "Makefile" || strings.HasPrefix(path.Base(rel), "package-lock") {
			return nil
		}
		raw, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		found := findingsOf(rules, rel, raw, exceptions, used)
		if folder := longest(listed, rel); folder != "" {
			dirty[folder] = dirty[folder] || len(found) > 0
			found = nil
		}
		out = append(out, found...)
		return nil
	})
	for _, folder := range listed {
		if !dirty[folder] {
			out = append(out, Finding{listFile, lineOf(list, folder), "", folder + " is clean: take it off the list"})
		}
	}
	for i, e := range exceptions {
		if !used[i] {
			out = append(out, Finding{"tools/words/rules.go", 1, "", fmt.Sprintf("the exception for %q in %s excuses nothing: remove it", e.Text, e.File)})
		}
	}
	return out, err
}

// findingsOf returns what is found in one file, and marks the exceptions that it used.
func findingsOf(rules []compiled, file string, raw []byte, exceptions []Exception, used []bool) []Finding {
	var out []Finding
	lines := strings.Split(string(raw), "\n")
	for _, t := range textsOf(file, raw) {
		out = append(out, find(rules, t)...)
	}
	if path.Ext(file) == ".md" && path.Base(file) != "CHANGELOG.md" {
		out = append(out, lengths(file, string(raw))...)
	}
	return slices.DeleteFunc(out, func(f Finding) bool {
		for i, e := range exceptions {
			if e.File == f.File && f.Line <= len(lines) && strings.Contains(lines[f.Line-1], e.Text) {
				used[i] = true
				return true
			}
		}
		return false
	})
}

func foldersOf(list string) []string {
	var out []string
	for s := bufio.NewScanner(strings.NewReader(list)); s.Scan(); {
		if f := strings.Fields(s.Text()); len(f) > 0 && !strings.HasPrefix(f[0], "#") {
			out = append(out, f[0])
		}
	}
	return out
}

// longest returns the entry of the list that is nearest to the file.
func longest(entries []string, file string) string {
	best := ""
	for _, e := range entries {
		folder, tests := strings.CutSuffix(e, ":tests")
		if under(file, []string{folder}) && tests == isTest(file) && len(e) > len(best) {
			best = e
		}
	}
	return best
}

func isTest(file string) bool {
	return strings.HasSuffix(file, "_test.go") || strings.Contains(file, "/testdata/")
}

func lineOf(list, folder string) int {
	for i, line := range strings.Split(list, "\n") {
		if f := strings.Fields(line); len(f) > 0 && f[0] == folder {
			return i + 1
		}
	}
	return 1
}
