package main

import (
	"fmt"
	"path"
	"regexp"
	"strings"
)

// The limits of a page: the average words of its sentences, and the words of a
// paragraph, which are five lines of about 100 characters, and of a table's cell.
const (
	maxAverage   = 20
	maxParagraph = 90
	maxCell      = 40
)

var (
	fence     = regexp.MustCompile("^\\s*(```|~~~)")
	listItem  = regexp.MustCompile(`^\s*(?:[-*+]|\d+[.)])\s+`)
	image     = regexp.MustCompile(`!\[[^\]]*\]\([^)]*\)`)
	link      = regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`)
	sentence  = regexp.MustCompile(`[.!?][")”*]*(?:\s+|$)`)
	released  = regexp.MustCompile(`(?m)^## \[?v?\d`)
	wordBreak = regexp.MustCompile(`[\s/]+`)
)

// A part of a page: a paragraph, an item of a list, or a row of a table.
type part struct {
	line  int
	body  string
	table bool
	item  bool
}

// page splits a page into its parts, without code, headings and HTML.
func page(raw string) []part {
	var parts []part
	var open bool // the last part goes on
	code := ""
	for i, line := range strings.Split(raw, "\n") {
		if m := fence.FindStringSubmatch(line); m != nil {
			if code == "" {
				code = m[1]
			} else if code == m[1] {
				code = ""
			}
			open = false
			continue
		}
		text := strings.TrimSpace(line)
		switch {
		case code != "":
		case text == "", strings.HasPrefix(text, "#"), strings.HasPrefix(text, "<"):
			open = false
		case strings.HasPrefix(text, "|"):
			parts, open = append(parts, part{line: i + 1, body: text, table: true}), false
		case listItem.MatchString(line):
			parts, open = append(parts, part{line: i + 1, body: listItem.ReplaceAllString(line, ""), item: true}), true
		case open:
			parts[len(parts)-1].body += "\n" + text
		default:
			parts, open = append(parts, part{line: i + 1, body: text}), true
		}
	}
	for i := range parts {
		body := inlineCode.ReplaceAllStringFunc(parts[i].body, blank)
		parts[i].body = link.ReplaceAllString(image.ReplaceAllString(body, ""), "$1")
	}
	return parts
}

func markdownTexts(file, raw string) []Text {
	if path.Base(file) == "CHANGELOG.md" { // what is released stays as it was
		if at := released.FindStringIndex(raw); at != nil {
			raw = raw[:at[0]]
		}
	}
	var out []Text
	for _, p := range page(raw) {
		out = append(out, Text{File: file, Line: p.line, Kind: Prose, Body: p.body})
	}
	return out
}

// lengths finds what is too long on a page.
func lengths(file, raw string) []Finding {
	var out []Finding
	words, sentences := 0, 0
	for _, p := range page(raw) {
		if p.table {
			for _, cell := range strings.Split(strings.Trim(p.body, "|"), "|") {
				if n := count(cell); n > maxCell {
					out = append(out, Finding{file, p.line, "", fmt.Sprintf("a table's cell has %d words; at most %d", n, maxCell)})
				}
			}
			continue
		}
		if n := count(p.body); n > maxParagraph {
			out = append(out, Finding{file, p.line, "", fmt.Sprintf("the paragraph has %d words; at most %d", n, maxParagraph)})
		}
		for _, s := range split(p.body) {
			if p.item && !strings.HasSuffix(s, ".") { // a fragment
				continue
			}
			words, sentences = words+count(s), sentences+1
		}
	}
	if sentences > 0 && words > maxAverage*sentences {
		out = append(out, Finding{file, 1, "", fmt.Sprintf("sentences have %.1f words on average; at most %d", float64(words)/float64(sentences), maxAverage)})
	}
	return out
}

// split returns the sentences of a paragraph.
func split(body string) []string {
	var out []string
	for body = strings.TrimSpace(body); body != ""; {
		end := len(body)
		if at := sentence.FindStringIndex(body); at != nil {
			end = at[1]
		}
		out, body = append(out, strings.TrimSpace(body[:end])), body[end:]
	}
	return out
}

func count(s string) int {
	n := 0
	for _, w := range wordBreak.Split(s, -1) {
		if strings.ContainsAny(strings.ToLower(w), "abcdefghijklmnopqrstuvwxyz0123456789") {
			n++
		}
	}
	return n
}
