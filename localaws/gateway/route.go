package gateway

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// route is a route whose key was read.
type route struct {
	Route
	method string // "ANY" for all
	parts  []string
}

func parseRoute(r Route) (route, error) {
	if r.Key == "$default" {
		return route{Route: r, method: "ANY", parts: []string{"{proxy+}"}}, nil
	}
	method, path, ok := strings.Cut(r.Key, " ")
	if !ok || !strings.HasPrefix(path, "/") {
		return route{}, fmt.Errorf("route key %q is not METHOD /path", r.Key)
	}
	return route{Route: r, method: method, parts: strings.Split(path[1:], "/")}, nil
}

// weight orders the parts of a path: a literal before a variable before a
// greedy one.
func weight(part string) int {
	switch {
	case strings.HasSuffix(part, "+}"):
		return 2
	case strings.HasPrefix(part, "{"):
		return 1
	}
	return 0
}

// moreSpecific orders routes as the service prefers them.
func moreSpecific(a, b route) int {
	for i := range min(len(a.parts), len(b.parts)) {
		if d := weight(a.parts[i]) - weight(b.parts[i]); d != 0 {
			return d
		}
	}
	if d := len(b.parts) - len(a.parts); d != 0 {
		return d
	}
	if (a.method == "ANY") != (b.method == "ANY") {
		if a.method == "ANY" {
			return 1
		}
		return -1
	}
	return 0
}

// route finds the route of a request, with its path parameters decoded.
func (g *Gateway) route(r *http.Request) (route, map[string]string, bool) {
	parts := strings.Split(strings.TrimPrefix(r.URL.EscapedPath(), "/"), "/")
	for _, rt := range g.routes {
		if rt.method != "ANY" && rt.method != r.Method {
			continue
		}
		if parameters, ok := rt.match(parts); ok {
			return rt, parameters, true
		}
	}
	return route{}, nil, false
}

func (rt route) match(parts []string) (map[string]string, bool) {
	var parameters map[string]string
	set := func(name, value string) (empty, ok bool) {
		decoded, err := url.PathUnescape(value)
		if parameters == nil {
			parameters = map[string]string{}
		}
		parameters[name] = decoded
		return decoded == "", err == nil
	}
	for i, part := range rt.parts {
		if i >= len(parts) {
			return nil, false
		}
		switch weight(part) {
		case 2: // of nothing too: /files/ is one of /files/{proxy+}
			_, ok := set(strings.Trim(part, "{+}"), strings.Join(parts[i:], "/"))
			return parameters, ok
		case 1:
			if empty, ok := set(strings.Trim(part, "{}"), parts[i]); empty || !ok {
				return nil, false
			}
		default:
			if part != parts[i] {
				return nil, false
			}
		}
	}
	return parameters, len(parts) == len(rt.parts)
}
