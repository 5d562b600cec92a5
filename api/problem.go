package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"
)

// Problem is an error response (RFC 9457), and the error of a call that got one. Its
// members are safe to show to people.
type Problem struct {
	// The fields are in the order of their JSON names, as the API has always sent them.

	// DecidedBy is who or what an action came too late for. Only in a 409.
	DecidedBy *Outcome `json:"decided_by,omitempty"`
	// Decision is how the request was decided. Only in a 409.
	Decision *Decision `json:"decision,omitempty"`
	// Detail says what is wrong, for people.
	Detail string `json:"detail"`
	// Errors names each invalid field, up to 100.
	Errors []FieldError `json:"errors,omitempty"`
	// ErrorsMore counts the invalid fields that Errors omits.
	ErrorsMore int `json:"errors_more,omitempty"`
	// Instance is the AWS request id, which the function's log lines contain.
	Instance string `json:"instance"`
	// Request is the present state of the request. Only in a 409 and a 412.
	Request *Request `json:"run,omitempty"`
	// Status is the HTTP status.
	Status int `json:"status"`
	// Title is the status in words.
	Title string `json:"title"`
	// Type identifies the kind of problem: one of the Problem constants, or
	// "about:blank" for a response that isn't the API's own.
	Type string `json:"type"`

	// RetryAfter is the Retry-After header of a 429 or 503; 0 without one.
	RetryAfter time.Duration `json:"-"`
	// Document is the response body. Nil if it was no problem document, such as an error
	// response of API Gateway.
	Document json.RawMessage `json:"-"`
}

// The types of problems.
const (
	ProblemInvalidRequest       = "urn:fasttrack:problem:invalid-request"        // 400; Errors names the fields
	ProblemUnauthorized         = "urn:fasttrack:problem:unauthorized"           // 401
	ProblemForbidden            = "urn:fasttrack:problem:forbidden"              // 403
	ProblemSlackNotLinked       = "urn:fasttrack:problem:slack-not-linked"       // 403; in Slack, from somebody who is linked to nobody
	ProblemNotFound             = "urn:fasttrack:problem:not-found"              // 404; also what the caller may not see
	ProblemMethodNotAllowed     = "urn:fasttrack:problem:method-not-allowed"     // 405
	ProblemDecided              = "urn:fasttrack:problem:decided"                // 409; Decision and DecidedBy say how
	ProblemNotActive            = "urn:fasttrack:problem:not-active"             // 409; no access is active
	ProblemNotConfirmable       = "urn:fasttrack:problem:not-confirmable"        // 409; access can't be confirmed now, or could not be granted anew
	ProblemNotExtendable        = "urn:fasttrack:problem:not-extendable"         // 409; access can't be extended, or an extension is open
	ProblemReviewOver           = "urn:fasttrack:problem:review-over"            // 409; the time to decide is over
	ProblemChanged              = "urn:fasttrack:problem:changed"                // 412; Request is the present state
	ProblemUnsupportedMediaType = "urn:fasttrack:problem:unsupported-media-type" // 415
	ProblemIdempotencyKeyReused = "urn:fasttrack:problem:idempotency-key-reused" // 422
	ProblemTooManyRequests      = "urn:fasttrack:problem:too-many-requests"      // 429; the flow's limits of requests
	ProblemTooManyActions       = "urn:fasttrack:problem:too-many-acts"          // 429; the limits of actions
	ProblemInternal             = "urn:fasttrack:problem:internal"               // 500
	ProblemGetFlowsFailed       = "urn:fasttrack:problem:get-flows-failed"       // 503; the hook that hides the flow failed
	ProblemPrefetchFailed       = "urn:fasttrack:problem:prefetch-failed"        // 503; a hook offered no options
	ProblemDraining             = "urn:fasttrack:problem:draining"               // 503; the installation is being removed
	ProblemRulesUnavailable     = "urn:fasttrack:problem:rules-unavailable"      // 503; no version of flows.yaml could be read yet
	problemOther                = "about:blank"
	problemPrefix               = "urn:fasttrack:problem:"
)

// FieldError is an invalid field of a call.
type FieldError struct {
	// Field is the path of the member, such as "fields.target", or the name of the
	// header or parameter.
	Field string `json:"field"`
	// Pointer is the member as a JSON Pointer in a URI fragment (RFC 6901, section 6),
	// such as "#/fields/target". Empty for headers, parameters and names of more than 100
	// characters.
	Pointer string `json:"pointer,omitempty"`
	// Detail says what is wrong, for people.
	Detail string `json:"detail"`
}

// Error returns the detail or, for invalid fields, a line for each.
func (p *Problem) Error() string {
	if len(p.Errors) == 0 {
		if p.Status >= 500 && p.Instance != "" {
			return fmt.Sprintf("%s (%d, instance %s)", p.Detail, p.Status, p.Instance)
		}
		return p.Detail
	}
	lines := make([]string, 0, len(p.Errors)+1)
	for _, e := range p.Errors {
		lines = append(lines, e.Field+": "+e.Detail)
	}
	if p.ErrorsMore > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", p.ErrorsMore))
	}
	return strings.Join(lines, "\n")
}

// Temporary reports whether the same call may succeed later: the API was busy, or
// failed.
func (p *Problem) Temporary() bool {
	return p.Status >= 500 || p.Status == http.StatusTooManyRequests
}

// problemOf decodes an error response.
func problemOf(url string, res *http.Response, body []byte) *Problem {
	p := &Problem{}
	if json.Unmarshal(body, p) != nil || p.Detail == "" {
		*p = Problem{Type: problemOther, Title: http.StatusText(res.StatusCode), Detail: fmt.Sprintf("%s responded %s", url, res.Status)}
		p.Detail += foreignDetail(res, body, p.Title)
	} else {
		p.Document = body
	}
	p.Status, p.RetryAfter = res.StatusCode, retryAfter(res.Header)
	return p
}

// foreignDetail returns what a response that is no problem document says, such as one
// of API Gateway.
func foreignDetail(res *http.Response, body []byte, title string) string {
	var gateway struct{ Message string }
	challenged := challenge().FindStringSubmatch(res.Header.Get("WWW-Authenticate"))
	switch to := res.Header.Get("Location"); {
	case res.StatusCode < 400 && to != "":
		return fmt.Sprintf(", a redirect to %s, which is not followed", to)
	case challenged != nil:
		return ": " + challenged[1]
	case json.Unmarshal(body, &gateway) == nil && gateway.Message != "" && gateway.Message != title:
		return ": " + gateway.Message
	}
	return ""
}

// challenge finds why API Gateway's authorizer refused a token, which only a header
// says
// (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-troubleshooting-jwt.html).
var challenge = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\berror_description="([^"]+)"`)
})
