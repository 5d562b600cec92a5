package console

import "strings"

// routes are the pages of people who are signed in, by method and path below [Base].
var routes = map[string]func(*page) error{
	"GET /{$}":       (*page).home,
	"GET /signed-in": (*page).signedInHere,
}

// mounted returns the pattern of a route for a [net/http.ServeMux].
func mounted(route string) string {
	method, path, _ := strings.Cut(route, " ")
	return method + " " + Base + path
}
