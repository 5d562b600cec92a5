package main

import (
	"go/scanner"
	"go/token"
	"path"
	"regexp"
	"strconv"
	"strings"
)

// textsOf returns the English of a file, or nothing for a file that has none.
func textsOf(file string, raw []byte) []Text {
	switch base := path.Base(file); {
	case strings.HasSuffix(base, ".go"):
		return goTexts(file, raw)
	case strings.HasSuffix(base, ".md"):
		return markdownTexts(file, string(raw))
	case strings.HasSuffix(base, ".json"):
		return jsonTexts(file, string(raw))
	case base == "Makefile", strings.HasSuffix(base, ".yaml"), strings.HasSuffix(base, ".yml"):
		return yamlTexts(file, string(raw))
	case strings.HasSuffix(base, ".py"), strings.HasSuffix(base, ".txtar"), strings.HasSuffix(base, ".sh"):
		return hashComments(file, string(raw))
	}
	return nil
}

// goTexts returns comments, and strings that hold a space. The strings of tests
// are left out: they repeat what others say.
func goTexts(file string, raw []byte) []Text {
	files := token.NewFileSet()
	f := files.AddFile(file, files.Base(), len(raw))
	var s scanner.Scanner
	s.Init(f, raw, func(token.Position, string) {}, scanner.ScanComments)
	var out []Text
	var block Text // consecutive comments of one line each are one text
	flush := func() {
		if block.Body != "" {
			out = append(out, block)
		}
		block = Text{}
	}
	for {
		pos, tok, lit := s.Scan()
		if tok == token.EOF {
			flush()
			return out
		}
		line := f.Line(pos)
		switch tok {
		case token.COMMENT:
			body, isLine := strings.CutPrefix(lit, "//")
			if strings.HasPrefix(body, "go:") || strings.HasPrefix(body, "\t") || strings.HasPrefix(body, "nolint") {
				body = "" // a directive, or code in a comment
			}
			if isLine && block.Body != "" && line == block.Line+strings.Count(block.Body, "\n")+1 {
				block.Body += "\n" + body
				continue
			}
			flush()
			block = Text{File: file, Line: line, Kind: Comment, Body: strings.Trim(body, "/*") + " "}
		case token.STRING:
			flush()
			body, err := strconv.Unquote(lit)
			if err != nil || !strings.Contains(body, " ") || strings.HasSuffix(file, "_test.go") {
				continue
			}
			if lit[0] == '"' {
				body = strings.ReplaceAll(body, "\n", " ")
			}
			out = append(out, Text{File: file, Line: line, Kind: Message, Body: inlineCode.ReplaceAllStringFunc(body, blank)})
		}
	}
}

var (
	yamlComment = regexp.MustCompile(`(?:^|\s)#+ ?(.*)$`)
	inlineCode  = regexp.MustCompile("`[^`\n]*`")
	jsonText    = regexp.MustCompile(`"(?:description|title|summary|Comment|\$comment)"\s*:\s*"((?:[^"\\]|\\.)*)"`)
)

// blank keeps the lines of what it removes.
func blank(s string) string { return "x" + strings.Repeat("\n", strings.Count(s, "\n")) }

// yamlTexts returns comments, and every line that holds several words. Lines that
// follow one another are one text, for a phrase may be broken between them.
func yamlTexts(file, raw string) []Text {
	var out []Text
	var last Kind
	for i, line := range strings.Split(raw, "\n") {
		kind, body := Description, line
		if m := yamlComment.FindStringSubmatch(line); m != nil {
			kind, body = Comment, m[1]
			if strings.Contains(line, "## ") { // a help text of the Makefile
				kind = Description
			}
		}
		body = inlineCode.ReplaceAllStringFunc(body, blank)
		if n := len(out) - 1; n >= 0 && last == kind && strings.TrimSpace(body) != "" {
			out[n].Body += "\n" + body
		} else {
			out = append(out, Text{File: file, Line: i + 1, Kind: kind, Body: body})
		}
		last = kind
		if strings.TrimSpace(body) == "" {
			last = 0
		}
	}
	return out
}

func hashComments(file, raw string) []Text {
	var out []Text
	for _, t := range yamlTexts(file, raw) {
		if t.Kind == Comment {
			out = append(out, t)
		}
	}
	return out
}

// jsonTexts returns the descriptions of a schema, an API document or a state machine.
func jsonTexts(file, raw string) []Text {
	var out []Text
	for _, m := range jsonText.FindAllStringSubmatchIndex(raw, -1) {
		out = append(out, Text{File: file, Line: 1 + strings.Count(raw[:m[0]], "\n"), Kind: Description,
			Body: inlineCode.ReplaceAllStringFunc(raw[m[2]:m[3]], blank)})
	}
	return out
}
