package httpapi

import (
	"net"
	"strings"
)

// Path returns a path of the API as this caller sees it: below the base path of a
// custom domain, if the call came through one, and below /people if the caller came
// that way.
func (c *Call) Path(path string) string { return c.base() + c.door + path }

// URL returns where this caller sees the API, without /people.
func (c *Call) URL() string {
	host := c.Event.RequestContext.DomainName
	if host == "" { // not through API Gateway
		return c.base() + "/"
	}
	// With the port, which only a gateway of this machine has.
	if name, _, err := net.SplitHostPort(c.Header("host")); err == nil && name == host {
		host = c.Header("host")
	}
	scheme := "https"
	if c.Header("x-forwarded-proto") == "http" {
		scheme = "http"
	}
	return scheme + "://" + host + c.base()
}

// base is the path under which this caller sees the API, "" for the root.
//
// What comes before the route in the path of the call counts first: a stage is
// there, and AWS's documentation says of an API mapping that it is not
// (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html).
// For that there is the parameter ApiBasePath. It holds for calls through a custom
// domain alone: the API's own endpoint knows no mapping.
func (c *Call) base() string {
	_, route, _ := strings.Cut(c.Event.RouteKey, " ")
	parts := strings.Split(c.Event.RawPath, "/")
	if n := len(parts) - strings.Count(route, "/"); n > 1 {
		if prefix := strings.Join(parts[:n], "/"); ValidBasePath(prefix) && matches(route, "/"+strings.Join(parts[n:], "/")) {
			return prefix
		}
	}
	if at := c.Event.RequestContext; at.DomainPrefix == at.APIID {
		return ""
	}
	return c.basePath
}

// inMapping are the characters of an API mapping
// (https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/domainnames-domainname-apimappings.html).
const inMapping = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789$-_.+!*'(),"

// ValidBasePath reports whether s is "" or a base path, such as /approvals/v1. No
// other text gets into a Location: //example.com would lead elsewhere.
func ValidBasePath(s string) bool {
	if s == "" {
		return true
	}
	if s[0] != '/' {
		return false
	}
	for _, segment := range strings.Split(s[1:], "/") {
		if strings.Trim(segment, ".") == "" || strings.Trim(segment, inMapping) != "" {
			return false
		}
	}
	return true
}
