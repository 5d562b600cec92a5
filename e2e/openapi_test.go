package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime"
	"net/url"
	"regexp"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/fasttrack-dev/fasttrack/functions/request/ask"
)

// described holds an answer of the API against the OpenAPI document that it
// serves: path, status and media type are there, and the body fits its schema.
func described(method, path string, status int, contentType string, body []byte) error {
	doc, err := openAPI()
	if err != nil {
		return err
	}
	u, err := url.Parse(path)
	if err != nil {
		return err
	}
	template := ""
	for t := range doc.Paths {
		if doc.patterns[t].MatchString(u.Path) {
			template = t
		}
	}
	if template == "" {
		return nil // API Gateway's own 404
	}
	operation, ok := doc.Paths[template][strings.ToLower(method)]
	if !ok {
		return nil
	}
	response, ok := operation.Responses[fmt.Sprint(status)]
	if !ok {
		return fmt.Errorf("%s %s answers %d, which the OpenAPI document does not describe: %s", method, template, status, body)
	}
	media, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		return err
	}
	if _, ok := response.Content[media]; !ok {
		return fmt.Errorf("%s %s answers %d as %s, which the OpenAPI document does not describe", method, template, status, media)
	}
	pointer := fmt.Sprintf("openapi.json#/paths/%s/%s/responses/%d/content/%s/schema", escape(template), strings.ToLower(method), status, escape(media))
	schema, err := doc.schema(pointer)
	if err != nil {
		return err
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return err
	}
	if err := schema.Validate(value); err != nil {
		return fmt.Errorf("%s %s answers %d with what the OpenAPI document does not describe: %w\n%s", method, template, status, err, body)
	}
	return nil
}

func escape(s string) string {
	return url.PathEscape(strings.ReplaceAll(strings.ReplaceAll(s, "~", "~0"), "/", "~1"))
}

type openAPIDocument struct {
	Paths map[string]map[string]struct {
		Responses map[string]struct{ Content map[string]any }
	}
	patterns map[string]*regexp.Regexp

	mu       sync.Mutex
	compiler *jsonschema.Compiler
	compiled map[string]*jsonschema.Schema
}

func (d *openAPIDocument) schema(pointer string) (*jsonschema.Schema, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if s, ok := d.compiled[pointer]; ok {
		return s, nil
	}
	s, err := d.compiler.Compile(pointer)
	d.compiled[pointer] = s
	return s, err
}

var openAPI = sync.OnceValues(func() (*openAPIDocument, error) {
	d := &openAPIDocument{patterns: map[string]*regexp.Regexp{}, compiler: jsonschema.NewCompiler(), compiled: map[string]*jsonschema.Schema{}}
	if err := json.Unmarshal(ask.OpenAPI(), d); err != nil {
		return nil, err
	}
	parameter := regexp.MustCompile(`\\\{[a-z]+\\\}`)
	for t := range d.Paths {
		d.patterns[t] = regexp.MustCompile("^" + parameter.ReplaceAllString(regexp.QuoteMeta(t), "[^/]+") + "$")
	}
	whole, err := jsonschema.UnmarshalJSON(bytes.NewReader(ask.OpenAPI()))
	if err != nil {
		return nil, err
	}
	d.compiler.DefaultDraft(jsonschema.Draft2020)
	return d, d.compiler.AddResource("openapi.json", whole)
})
