package console

import "strings"

// routes are the pages of people who are signed in, by method and path below [Base].
var routes = map[string]func(*page) error{
	"GET /new":              (*page).choose,
	"GET /{$}":              (*page).home,
	"GET /signed-in":        (*page).signedInHere,
	"GET /inbox":            (*page).inbox,
	"GET /inbox/unreviewed": (*page).unreviewed,
	"GET /access":           (*page).live,
	"GET /activity":         (*page).activity,
	"GET /flows":            (*page).flowList,
	"GET /flows/{flow}":     (*page).flow,
	"GET /slack":            (*page).slackAccounts,
}

// bareRoutes are those whose responses don't show who is signed in: they spare the call
// that reads it.
var bareRoutes = map[string]func(*page) error{
	"GET /new/{flow}":             (*page).form,
	"GET /options/{flow}/{field}": (*page).options,
	"GET /requests/{id}":          (*page).request,
	"GET /requests/{id}/explain":  (*page).explain,
	"GET /requests/{id}/verify":   (*page).verify,
	"GET /requests/{id}/{act}":    (*page).actShown,
	"GET /activity.csv":           (*page).activityCSV,
	"GET /slack/link":             (*page).slackShown,
	"GET /slack/{id}/unlink":      (*page).slackShown,
}

// mounted returns the pattern of a route for a [net/http.ServeMux].
func mounted(route string) string {
	method, path, _ := strings.Cut(route, " ")
	return method + " " + Base + path
}
