package httpapi

import (
	"encoding/json"
	"fmt"
	"unicode/utf8"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/strictjson"
)

// QueryObject reads a parameter of the query that is a JSON object of at most so many
// bytes, by member; nil if it is missing. wrong says what is wrong with it.
func (c *Call) QueryObject(name string, most int) (members map[string]json.RawMessage, wrong *flow.FieldError) {
	text, given := c.Query(name)
	if !given {
		return nil, nil
	}
	fail := func(detail string) (map[string]json.RawMessage, *flow.FieldError) {
		return nil, &flow.FieldError{Field: name, Detail: detail}
	}
	switch {
	case len(text) > most:
		return fail(fmt.Sprintf("must have at most %d bytes, got %d", most, len(text)))
	case !utf8.ValidString(text):
		return fail("must be UTF-8")
	}
	if f := checkJSON([]byte(text)); f != nil {
		return fail(f.Detail)
	}
	members, err := strictjson.Object([]byte(text))
	if err != nil {
		return fail("must be a JSON object")
	}
	return members, nil
}
