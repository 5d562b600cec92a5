package httpapi

import (
	"net/http"
	"slices"
	"strings"
)

// noRoute says that there is no such route or, where there is one of another
// method, which methods there are (RFC 9110, section 15.5.6). API Gateway
// answers most of these itself, but not behind a route of any method.
func (a *API) noRoute(ev Event) *Problem {
	var methods []string
	for key := range a.Routes {
		method, template, _ := strings.Cut(key, " ")
		if matches(template, ev.RawPath) {
			methods = append(methods, method)
			if method == "GET" {
				methods = append(methods, "HEAD")
			}
		}
	}
	if len(methods) == 0 {
		return &Problem{Status: http.StatusNotFound, Kind: "not-found", Detail: "There is no such route."}
	}
	slices.Sort(methods)
	return &Problem{
		Status: http.StatusMethodNotAllowed, Kind: "method-not-allowed", Allow: strings.Join(methods, ", "),
		Detail: "This route takes " + strings.Join(methods, ", ") + ".",
	}
}

// matches tells whether a path is one of a route's, such as
// /requests/{id}.
func matches(template, path string) bool {
	want, got := strings.Split(template, "/"), strings.Split(path, "/")
	return slices.EqualFunc(want, got, func(part, s string) bool {
		return part == s || strings.HasPrefix(part, "{") && s != ""
	})
}
