package mail

import (
	_ "embed"
	"html/template"
	"strings"
	"sync"
)

//go:embed mail.html
var source string

// parsed is parsed with the first mail, which keeps it out of the cold start.
var parsed = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("mail").Parse(source))
})

// html is the content as HTML, with all styles inline and nothing to load.
func (c Content) html() (string, error) {
	var b strings.Builder
	said := c.State
	if said != "" {
		said = strings.ToUpper(said[:1]) + said[1:]
	}
	err := parsed().Execute(&b, struct {
		Content
		Colour, Said string
	}{c, colours[c.Tone], said})
	return b.String(), err
}

// colours are those of lines and marks, seen on white and on black: mail programs may turn
// only the background dark. No colour is readable as a text on both.
var colours = map[string]string{"wait": "#b26a00", "good": "#1a7f4b", "bad": "#d1363b", "": "#6b7280"}
