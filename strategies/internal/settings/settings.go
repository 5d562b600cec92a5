// Package settings reads the settings of a target and the strategy block of a flow.
package settings

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

// Decode decodes a JSON object into v and refuses members that v does not have. No text
// at all is an empty object.
func Decode(raw json.RawMessage, v any) error {
	if len(bytes.TrimSpace(raw)) == 0 {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("must be one JSON object")
	}
	return nil
}
