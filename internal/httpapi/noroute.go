package httpapi

import (
	"net/http"
	"slices"
	"strings"

	"github.com/fasttrack-dev/fasttrack/api"
)

// noRoute returns a 404 or, for a path with other methods, a 405 that lists them
// (RFC 9110, section 15.5.6). API Gateway responds to most of these itself, but not
// behind a route of any method.
func (a *API) noRoute(ev Event) *Problem {
	var methods []string
	path := ev.RawPath
	if inner, people := strings.CutPrefix(path, peoplePath+"/"); people && a.hasDoors() {
		path = "/" + inner
	}
	for key := range a.Routes {
		method, template, _ := strings.Cut(key, " ")
		if matches(template, path) {
			methods = append(methods, method)
			if method == "GET" {
				methods = append(methods, "HEAD")
			}
		}
	}
	if len(methods) == 0 {
		return NewProblem(http.StatusNotFound, api.ProblemNotFound, "Unknown route.")
	}
	slices.Sort(methods)
	allow := strings.Join(methods, ", ")
	p := NewProblem(http.StatusMethodNotAllowed, api.ProblemMethodNotAllowed, "This route accepts "+allow+".")
	p.Allow = allow
	return p
}

// matches reports whether a path matches the template of a route, such as
// /requests/{id}.
func matches(template, path string) bool {
	want, got := strings.Split(template, "/"), strings.Split(path, "/")
	return slices.EqualFunc(want, got, func(part, s string) bool {
		return part == s || strings.HasPrefix(part, "{") && s != ""
	})
}
