// Package openapitest holds answers of the API against its OpenAPI document, so
// that what the document says stays true. It is for tests alone.
package openapitest

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
)

// resource is the document's address among schemas.
const resource = "urn:fasttrack:openapi"

// Document is an OpenAPI 3.1 document.
type Document struct {
	// Paths are the operations by path and lower-case method.
	Paths map[string]map[string]struct{ Responses map[string]response }
	// Components hold the responses that operations share.
	Components struct{ Responses map[string]response }
	patterns   map[string]*regexp.Regexp

	mu       sync.Mutex
	compiler *jsonschema.Compiler
	compiled map[string]*jsonschema.Schema
}

// response is described in its place, or refers to one of the components.
type response struct {
	Ref     string `json:"$ref"`
	Content map[string]any
}

// Read reads a document.
func Read(document []byte) (*Document, error) {
	d := &Document{patterns: map[string]*regexp.Regexp{}, compiler: jsonschema.NewCompiler(), compiled: map[string]*jsonschema.Schema{}}
	if err := json.Unmarshal(document, d); err != nil {
		return nil, fmt.Errorf("OpenAPI document: %w", err)
	}
	parameter := regexp.MustCompile(`\\\{[a-z]+\\\}`)
	for path := range d.Paths {
		d.patterns[path] = regexp.MustCompile("^" + parameter.ReplaceAllString(regexp.QuoteMeta(path), "[^/]+") + "$")
	}
	whole, err := jsonschema.UnmarshalJSON(bytes.NewReader(document))
	if err != nil {
		return nil, fmt.Errorf("OpenAPI document: %w", err)
	}
	d.compiler.DefaultDraft(jsonschema.Draft2020)
	d.compiler.AssertFormat()
	return d, d.compiler.AddResource(resource, whole)
}

// Check returns an error for a response that is not described: its status, its media
// type or its body. target is the path of the call, perhaps with a query. The response
// to an unknown operation is the gateway's, and passes.
func (d *Document) Check(method, target string, status int, contentType string, body []byte) error {
	u, err := url.Parse(target)
	if err != nil {
		return err
	}
	method = strings.ToLower(method)
	path := ""
	for p := range d.Paths {
		if d.patterns[p].MatchString(u.Path) {
			path = p
		}
	}
	operation, ok := d.Paths[path][method]
	if !ok {
		return nil
	}
	undescribed := func(what string) error {
		return fmt.Errorf("%s %s answers %d with %s, which the OpenAPI document does not describe:\n%s", method, path, status, what, body)
	}
	described, ok := operation.Responses[fmt.Sprint(status)]
	pointer := fmt.Sprintf("/paths/%s/%s/responses/%d", escape(path), method, status)
	if name, shared := strings.CutPrefix(described.Ref, "#/components/responses/"); shared {
		described, ok = d.Components.Responses[name]
		pointer = "/components/responses/" + escape(name)
	}
	if !ok {
		return undescribed("this status")
	}
	media, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		return err
	}
	if _, ok := described.Content[media]; !ok {
		return undescribed(media)
	}
	schema, err := d.schema(resource + "#" + pointer + "/content/" + escape(media) + "/schema")
	if err != nil {
		return err
	}
	var value any = string(body)
	if strings.HasSuffix(media, "json") {
		if value, err = jsonschema.UnmarshalJSON(bytes.NewReader(body)); err != nil {
			return err
		}
	}
	if err := schema.Validate(value); err != nil {
		return undescribed(err.Error())
	}
	return nil
}

// escape writes a member's name for a JSON pointer in a URL.
func escape(s string) string {
	return url.PathEscape(strings.ReplaceAll(strings.ReplaceAll(s, "~", "~0"), "/", "~1"))
}

func (d *Document) schema(pointer string) (*jsonschema.Schema, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if s, ok := d.compiled[pointer]; ok {
		return s, nil
	}
	s, err := d.compiler.Compile(pointer)
	if err == nil {
		d.compiled[pointer] = s
	}
	return s, err
}
