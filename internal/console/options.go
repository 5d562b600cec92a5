package console

import (
	"encoding/json"
	"net/http"

	"github.com/fasttrack-dev/fasttrack/api"
)

// search fills a field with what the flow's hook offers for a query. The form works
// without. The error is one that concerns the whole page.
func (p *page) search(i *input, query string) error {
	in := api.OptionsInput{Flow: i.Flow, Field: i.Name, Query: query}
	if i.Others != "" && json.Unmarshal([]byte(i.Others), &in.Fields) != nil {
		i.Unavailable, i.Found, i.Choices = true, false, nil // an address that no page has
		return nil
	}
	found, err := p.call.SearchOptions(p.r.Context(), in)
	if err != nil {
		if problemOf(err).Status == http.StatusUnauthorized {
			return err
		}
		i.Unavailable, i.Found, i.Choices = true, false, nil
		return nil
	}
	i.Choices = nil
	for _, o := range found.Options {
		i.Choices = append(i.Choices, option{Value: o.Value, Label: o.Label})
	}
	i.Found, i.More = true, found.More
	i.choose()
	return nil
}

// options is the part of a form that a search changes, for the script.
func (p *page) options() error {
	kind := api.FieldString
	if p.r.URL.Query().Has("many") {
		kind = api.FieldStrings
	}
	i := input{
		Field: api.Field{Name: p.r.PathValue("field"), Label: p.r.URL.Query().Get("label"), Type: kind, Prefetch: true},
		Flow:  p.r.PathValue("flow"), Query: p.r.URL.Query().Get("q"), Others: p.r.URL.Query().Get("fields"),
	}
	if err := p.search(&i, i.Query); err != nil {
		return err
	}
	p.part("form", "choices", i)
	return nil
}
