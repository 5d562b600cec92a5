package console

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"time"
)

// fileHead begins a page in a file. Its policy lets the page load nothing and run
// nothing: only the styles that it holds apply.
const fileHead = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-%s'; base-uri 'none'; form-action 'none'">
<title>%s · fasttrack</title>
<style>%s</style>
</head>
<body>
<main id="main" class="file">
`

// WriteFile writes a page that needs nothing but itself: with the styles of the console,
// and without navigation and script. The files that match the patterns are templates, of
// which one defines "main"; it gets data as .D.
func WriteFile(w io.Writer, now time.Time, title string, data any, files fs.FS, patterns ...string) error {
	c := &Console{Options: Options{Now: func() time.Time { return now }}}
	t, err := c.Frame().ParseFS(files, patterns...)
	if err != nil {
		return err
	}
	var body bytes.Buffer
	if err := t.ExecuteTemplate(&body, "main", view{Title: title, Now: now.UTC(), D: data}); err != nil {
		return err
	}
	styles := embedded().files["console.css"]().body
	hash := sha256.Sum256(styles)
	if _, err := fmt.Fprintf(w, fileHead, base64.StdEncoding.EncodeToString(hash[:]), template.HTMLEscapeString(title), styles); err != nil {
		return err
	}
	if _, err := body.WriteTo(w); err != nil {
		return err
	}
	_, err = io.WriteString(w, "</main>\n</body>\n</html>\n")
	return err
}
