package client

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
)

// Problem is an answer that says what is wrong (RFC 9457).
type Problem struct {
	Type     string       `json:"type"`
	Title    string       `json:"title"`
	Status   int          `json:"status"`
	Detail   string       `json:"detail"`
	Instance string       `json:"instance,omitempty"`
	Errors   []FieldError `json:"errors,omitempty"`
	// Document is the answer as it came; nil if it was no problem document, as
	// what API Gateway itself answers.
	Document json.RawMessage `json:"-"`
}

// FieldError is one thing that is wrong with the input.
type FieldError struct {
	Field  string `json:"field"`
	Detail string `json:"detail"`
}

// Error says what is wrong, a line for each field.
func (p *Problem) Error() string {
	if len(p.Errors) == 0 {
		if p.Status >= 500 && p.Instance != "" {
			return fmt.Sprintf("%s (%d, instance %s)", p.Detail, p.Status, p.Instance)
		}
		return p.Detail
	}
	lines := make([]string, 0, len(p.Errors))
	for _, e := range p.Errors {
		lines = append(lines, e.Field+": "+e.Detail)
	}
	return strings.Join(lines, "\n")
}

// problemOf reads an answer that is not what was asked for.
func problemOf(url string, res *http.Response, answer []byte) *Problem {
	p := &Problem{}
	if json.Unmarshal(answer, p) == nil && p.Detail != "" {
		p.Status, p.Document = res.StatusCode, answer
		return p
	}
	*p = Problem{Type: "about:blank", Title: http.StatusText(res.StatusCode), Status: res.StatusCode, Detail: fmt.Sprintf("%s answered %s", url, res.Status)}
	var gateway struct{ Message string }
	switch to := res.Header.Get("Location"); {
	case res.StatusCode < 400 && to != "":
		p.Detail += fmt.Sprintf(", a redirect to %s, which is not followed; if that is the API, give it with --url", to)
	case challenge.MatchString(res.Header.Get("WWW-Authenticate")):
		p.Detail += ": " + challenge.FindStringSubmatch(res.Header.Get("WWW-Authenticate"))[1]
	case json.Unmarshal(answer, &gateway) == nil && gateway.Message != "" && gateway.Message != p.Title:
		p.Detail += ": " + gateway.Message
	}
	return p
}

// challenge finds why a token was refused, which API Gateway's authorizer says in
// a header alone
// (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-troubleshooting-jwt.html).
var challenge = regexp.MustCompile(`\berror_description="([^"]+)"`)
