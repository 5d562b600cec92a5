package browser

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"
)

type actionContext = context.Context

// spoken are the roles that an outline lists.
var spoken = map[string]bool{
	"banner": true, "navigation": true, "main": true, "complementary": true, "region": true, "form": true, "heading": true, "link": true,
	"button": true, "textbox": true, "searchbox": true, "combobox": true, "radio": true, "checkbox": true, "spinbutton": true, "group": true,
	"radiogroup": true, "alert": true, "status": true, "image": true, "table": true, "columnheader": true, "progressbar": true,
	"DisclosureTriangle": true, "note": true,
}

// outline is the page as a screen reader speaks it: roles, names and states, a line
// each.
func (b *tab) outline() string {
	b.t.Helper()
	var lines []string
	b.run(chromedp.ActionFunc(func(ctx actionContext) error {
		var tree struct {
			Nodes []axNode `json:"nodes"`
		}
		// Not by package accessibility, which fails at names that a newer browser has.
		if err := cdp.Execute(ctx, "Accessibility.getFullAXTree", nil, &tree); err != nil {
			return err
		}
		byID := map[string]axNode{}
		for _, n := range tree.Nodes {
			byID[n.ID] = n
		}
		var walk func(n axNode)
		walk = func(n axNode) {
			if !n.Ignored && spoken[n.Role.text()] {
				lines = append(lines, n.line())
			}
			for _, id := range n.Children {
				walk(byID[id])
			}
		}
		if len(tree.Nodes) > 0 {
			walk(tree.Nodes[0])
		}
		return nil
	}))
	return strings.Join(lines, "\n") + "\n"
}

// axNode is a node of the browser's accessibility tree.
type axNode struct {
	ID          string   `json:"nodeId"`
	Children    []string `json:"childIds"`
	Ignored     bool     `json:"ignored"`
	Role        axValue  `json:"role"`
	Name        axValue  `json:"name"`
	Description axValue  `json:"description"`
	Properties  []struct {
		Name  string  `json:"name"`
		Value axValue `json:"value"`
	} `json:"properties"`
}

type axValue struct {
	Value any `json:"value"`
}

// text is the value as text; empty without one.
func (v axValue) text() string {
	if v.Value == nil {
		return ""
	}
	return fmt.Sprint(v.Value)
}

// line is the node as one line of an outline.
func (n axNode) line() string {
	line := n.Role.text() + fmt.Sprintf(" %q", n.Name.text())
	if d := n.Description.text(); d != "" {
		line += fmt.Sprintf(" described %q", d)
	}
	for _, p := range n.Properties {
		switch v := p.Value.text(); p.Name {
		case "level":
			line += " level " + v
		case "required", "checked", "expanded", "invalid":
			if v != "" && v != "false" {
				line += " " + p.Name
			}
		}
	}
	return line
}

// compareOutline fails the test if a screen reader speaks the page differently from its
// outline in testdata.
func (b *tab) compareOutline(name string) {
	b.t.Helper()
	got := b.outline()
	path := filepath.Join("testdata", "outlines", name+".txt")
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			b.t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			b.t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil || string(want) != got || len(got) < 2 {
		b.t.Errorf("%s is spoken differently (%v): `make browser UPDATE=1` writes it anew\n--- got\n%s--- want\n%s", name, err, got, want)
	}
}

// unnamed are the lines of an outline of something to use that has no name.
func unnamed(outline string) (all []string) {
	for line := range strings.Lines(outline) {
		role, _, _ := strings.Cut(line, " ")
		if strings.Contains(line, ` ""`) && role != "main" && role != "banner" && role != "complementary" && role != "group" && role != "alert" && role != "status" && role != "form" && role != "table" {
			all = append(all, strings.TrimSpace(line))
		}
	}
	return all
}
