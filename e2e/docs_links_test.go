package e2e

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	docsLink    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	docsHeading = regexp.MustCompile(`(?m)^#{1,6} +(.+)$`)
	docsFence   = regexp.MustCompile("(?ms)^ *```.*?^ *```")
	noAnchor    = regexp.MustCompile(`[^\p{L}\p{N}_\- ]`)
)

// Every link of a page to a file, or to a heading of a page, leads somewhere.
func TestDocsLinks(t *testing.T) {
	anchors := map[string]map[string]bool{}
	text := map[string]string{}
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name := d.Name(); d.IsDir() && (name == ".git" || name == "build" || name == "testdata" || name == ".aws-sam") {
			return fs.SkipDir
		}
		if filepath.Ext(path) != ".md" {
			return nil
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		page := docsFence.ReplaceAllString(string(raw), "")
		text[path], anchors[path] = page, map[string]bool{}
		for _, m := range docsHeading.FindAllStringSubmatch(page, -1) {
			anchors[path][anchorOf(m[1])] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(text) < 10 {
		t.Fatalf("only %d pages were found", len(text))
	}
	for path, page := range text {
		for _, m := range docsLink.FindAllStringSubmatch(page, -1) {
			target, anchor, _ := strings.Cut(m[1], "#")
			if strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
				continue
			}
			to := path
			if target != "" {
				to = filepath.Join(filepath.Dir(path), filepath.FromSlash(target))
			}
			if _, err := os.Stat(to); err != nil {
				t.Errorf("%s: %s: no such file", path, m[1])
			} else if anchor != "" && filepath.Ext(to) == ".md" && !anchors[to][anchor] {
				t.Errorf("%s: %s: no such heading", path, m[1])
			}
		}
	}
}

// anchorOf is GitHub's anchor of a heading.
func anchorOf(heading string) string {
	heading = docsLink.ReplaceAllString(heading, "]")
	heading = noAnchor.ReplaceAllString(strings.ToLower(heading), "")
	return strings.ReplaceAll(strings.TrimSpace(heading), " ", "-")
}
