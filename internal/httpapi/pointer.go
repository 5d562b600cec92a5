package httpapi

import (
	"net/url"
	"strings"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/strictjson"
)

// InvalidBody is [Invalid] for members of the body: each error gets the JSON
// Pointer to its member, as in the example of RFC 9457.
func InvalidBody(errs ...flow.FieldError) *Problem {
	for i, e := range errs {
		errs[i] = inBody(e)
	}
	return Invalid(errs...)
}

// inBody adds the pointer to an error that has none. Field is a member of the body
// or of its member "fields".
func inBody(e flow.FieldError) flow.FieldError {
	if e.Pointer != "" {
		return e
	}
	switch name, isField := strings.CutPrefix(e.Field, "fields."); {
	case e.Field == "body":
		e.Pointer = fragment("")
	case isField:
		e.Pointer = fragment(strictjson.PointerTo("fields") + strictjson.PointerTo(name))
	default:
		e.Pointer = fragment(strictjson.PointerTo(e.Field))
	}
	if strings.HasSuffix(e.Field, "…") || e.Field == `""` {
		e.Pointer = "" // the name is cut, or is empty and was written as quotes
	}
	return e
}

// fragment writes a JSON Pointer as the fragment of a URI. A slash stays: it parts
// the pointer.
func fragment(pointer string) string {
	parts := strings.Split(pointer, "/")
	for i, part := range parts {
		parts[i] = url.PathEscape(part)
	}
	return "#" + strings.Join(parts, "/")
}
