package strategy

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// The limits of a response.
const (
	// MaxResponse is in bytes.
	MaxResponse = 64 << 10
	// MaxOutput is the limit of output and of sensitive, in bytes each.
	MaxOutput = 8 << 10
	// MaxRetryAfter is in seconds.
	MaxRetryAfter = 3600
)

// Response is the document that a strategy function returns. Authors in Go return
// [Given] and errors; [Serve] builds the response.
type Response struct {
	Version string `json:"version"`
	// HasAccess reports whether the person has the access after the operation. It is
	// absent beside Refused and Error.
	HasAccess *bool `json:"has_access,omitempty"`
	// Created reports whether this call to give made the access.
	Created *bool `json:"created,omitempty"`
	// Output is shown to the requester and to viewers of the request.
	Output json.RawMessage `json:"output,omitempty"`
	// Sensitive is shown to the requester alone.
	Sensitive json.RawMessage `json:"sensitive,omitempty"`
	// RetryAfterSeconds is when to retry what Error stopped.
	RetryAfterSeconds int `json:"retry_after_seconds,omitempty"`
	// Refused is why this will never work.
	Refused string `json:"refused,omitempty"`
	// Error is why it does not work now.
	Error string `json:"error,omitempty"`

	// Ignored names the members of a newer minor version that were skipped.
	Ignored []string `json:"-"`
}

var responseMembers = []string{
	"version", "has_access", "created", "output", "sensitive", "retry_after_seconds", "refused", "error",
}

// symMembers are those of a response in Sym's form, {"body": …, "errors": […]}.
var symMembers = []string{"body", "errors"}

// ReadResponse reads and checks a function's response to an operation. The error
// says what is wrong, for the function's author; it never quotes output or
// sensitive. A response in Sym's form, {"body": …, "errors": […]}, is understood:
// errors refuse, and body becomes the output.
func ReadResponse(op Operation, document []byte) (Response, error) {
	if len(document) > MaxResponse {
		return Response{}, fmt.Errorf("must have at most %d bytes, got %d", MaxResponse, len(document))
	}
	members, err := readMembers(document)
	if err != nil {
		return Response{}, err
	}
	r := Response{Version: Version}
	newer := false
	if raw := members["version"]; present(raw) {
		if err := read(raw, &r.Version, "version", "a string"); err != nil {
			return Response{}, err
		}
		if newer, err = checkVersion(r.Version); err != nil {
			return Response{}, err
		}
	}
	if err := r.skipUnknown(members, newer); err != nil {
		return Response{}, err
	}
	if err := r.readMembers(op, members); err != nil {
		return Response{}, err
	}
	return r, r.check(op)
}

// skipUnknown lists the members that this version does not know, or refuses them
// if the response is not of a newer one.
func (r *Response) skipUnknown(members map[string]json.RawMessage, newer bool) error {
	for name := range members {
		if slices.Contains(responseMembers, name) || slices.Contains(symMembers, name) {
			continue
		}
		r.Ignored = append(r.Ignored, clip(name, 100))
	}
	slices.Sort(r.Ignored)
	if len(r.Ignored) > 0 && !newer {
		return fmt.Errorf("unknown member %q", r.Ignored[0])
	}
	return nil
}

func (r *Response) readMembers(op Operation, members map[string]json.RawMessage) error {
	if err := errors.Join(
		read(members["has_access"], &r.HasAccess, "has_access", "a boolean"),
		read(members["created"], &r.Created, "created", "a boolean"),
		read(members["retry_after_seconds"], &r.RetryAfterSeconds, "retry_after_seconds", "a whole number"),
		read(members["refused"], &r.Refused, "refused", "a string"),
		read(members["error"], &r.Error, "error", "a string"),
	); err != nil {
		return err
	}
	if present(members["output"]) {
		r.Output = members["output"]
	}
	if present(members["sensitive"]) {
		r.Sensitive = members["sensitive"]
	}
	return r.readSym(op, members)
}

// readSym reads Sym's form, whose functions report neither has_access nor created:
// a response without errors is a success, and what give made is taken.
func (r *Response) readSym(op Operation, members map[string]json.RawMessage) error {
	if !present(members["body"]) && !present(members["errors"]) {
		return nil
	}
	if r.Output != nil {
		return errors.New("must have output or body, not both")
	}
	if present(members["body"]) {
		r.Output = members["body"]
	}
	var errs []string
	if err := read(members["errors"], &errs, "errors", "an array of strings"); err != nil {
		return err
	}
	if len(errs) > 0 {
		if r.Refused = strings.Join(errs, "; "); r.Refused == "" {
			r.Refused = "the strategy function refused and gave no reason"
		}
		return nil
	}
	gives := op == OperationGive
	if r.HasAccess == nil && op != OperationHas {
		r.HasAccess = &gives
	}
	if r.Created == nil && gives {
		r.Created = &gives
	}
	return nil
}

// check checks the response as a whole.
func (r *Response) check(op Operation) error {
	for name, s := range map[string]string{"refused": r.Refused, "error": r.Error} {
		if err := checkText(s); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	for name, raw := range map[string]json.RawMessage{"output": r.Output, "sensitive": r.Sensitive} {
		if len(raw) > MaxOutput {
			return fmt.Errorf("%s: must have at most %d bytes, got %d", name, MaxOutput, len(raw))
		}
	}
	switch {
	case r.Refused != "" && r.Error != "":
		return errors.New("must have refused or error, not both")
	case r.RetryAfterSeconds < 0 || r.RetryAfterSeconds > MaxRetryAfter:
		return fmt.Errorf("retry_after_seconds: must be between 0 and %d, got %d", MaxRetryAfter, r.RetryAfterSeconds)
	case r.Refused != "" || r.Error != "":
		return nil
	case r.HasAccess == nil:
		return errors.New("must have has_access, refused or error")
	case op == OperationGive && *r.HasAccess && r.Created == nil:
		return errors.New("created: must say whether this call made the access")
	case op == OperationGive && !*r.HasAccess && r.RetryAfterSeconds == 0:
		return errors.New("has_access: must be true after give; refused or error says why it is not")
	case op == OperationTake && *r.HasAccess && r.RetryAfterSeconds == 0:
		return errors.New("has_access: must be false after take; error says why it is not")
	}
	return nil
}

// read reads a member that may be absent.
func read(raw json.RawMessage, into any, name, kind string) error {
	if !present(raw) {
		return nil
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return fmt.Errorf("%s: must be %s", name, kind)
	}
	return nil
}
