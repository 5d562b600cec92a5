package console_test

import (
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
)

// markup is what a page consists of, without its texts: its elements and the names of
// their attributes, in order. Addresses are the values of attributes that a browser
// follows or loads.
type markup struct {
	elements  []string
	addresses []string
}

// followed are the attributes whose values a browser follows or loads.
var followed = []string{"href", "src", "action", "formaction", "data-search"}

// parse reads a page. Its templates are written so that each element is closed.
func parse(t *testing.T, page string) markup {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(page))
	d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	var m markup
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return m
		}
		if err != nil {
			t.Fatalf("%v in %s", err, page)
		}
		if comment, is := token.(xml.Comment); is {
			t.Errorf("the page has a comment: %s", comment)
		}
		start, is := token.(xml.StartElement)
		if !is {
			continue
		}
		names := make([]string, 0, len(start.Attr))
		for _, a := range start.Attr {
			names = append(names, a.Name.Local)
			if slices.Contains(followed, a.Name.Local) {
				m.addresses = append(m.addresses, a.Value)
			}
		}
		m.elements = append(m.elements, start.Name.Local+"["+strings.Join(names, " ")+"]")
	}
}
