package httpapi_test

import (
	"context"
	"log/slog"
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
)

// Where the caller sees the API follows from the call, and from ApiBasePath.
func TestBasePath(t *testing.T) {
	const own, custom = "abc123.execute-api.eu-west-1.amazonaws.com", "api.example.com"
	for name, tc := range map[string]struct {
		configured, domain, rawPath string
		path, url                   string
	}{
		"the API's own endpoint":              {"", own, "/requests/7", "/x", "https://" + own},
		"own endpoint, a mapping elsewhere":   {"/approvals", own, "/requests/7", "/x", "https://" + own},
		"own endpoint, a stage":               {"", own, "/prod/requests/7", "/prod/x", "https://" + own + "/prod"},
		"a custom domain":                     {"", custom, "/requests/7", "/x", "https://" + custom},
		"a mapping that the path leaves out":  {"/approvals", custom, "/requests/7", "/approvals/x", "https://" + custom + "/approvals"},
		"a mapping that the path has":         {"/approvals", custom, "/approvals/requests/7", "/approvals/x", "https://" + custom + "/approvals"},
		"a mapping of levels":                 {"", custom, "/team/v1.2/requests/7", "/team/v1.2/x", "https://" + custom + "/team/v1.2"},
		"another host":                        {"", custom, "//evil.example.com/requests/7", "/x", "https://" + custom},
		"back and forth":                      {"", custom, "/../requests/7", "/x", "https://" + custom},
		"a path that is not the route's":      {"", custom, "/other/thing/7", "/x", "https://" + custom},
		"a base path that is none":            {"//evil.example.com", custom, "/requests/7", "/x", "https://" + custom},
		"a base path with a slash at the end": {"/a/", custom, "/requests/7", "/x", "https://" + custom},
	} {
		t.Run(name, func(t *testing.T) {
			var path, url string
			api := &httpapi.API{BasePath: tc.configured, Log: slog.New(slog.DiscardHandler), Routes: map[string]httpapi.Route{"GET /requests/{id}": {
				Public: true, Handle: func(_ context.Context, c *httpapi.Call) (httpapi.Reply, error) {
					path, url = c.Path("/x"), c.URL()
					return httpapi.Reply{Status: 200}, nil
				},
			}}}
			ev := httpapi.Event{RouteKey: "GET /requests/{id}", RawPath: tc.rawPath, Headers: map[string]string{"host": tc.domain, "x-forwarded-proto": "https"}}
			ev.RequestContext.DomainName, ev.RequestContext.APIID = tc.domain, "abc123"
			ev.RequestContext.DomainPrefix = "api"
			if tc.domain == own {
				ev.RequestContext.DomainPrefix = "abc123"
			}
			if _, err := api.Handle(t.Context(), ev); err != nil {
				t.Fatal(err)
			}
			if path != tc.path || url != tc.url {
				t.Errorf("got %s and %s, want %s and %s", path, url, tc.path, tc.url)
			}
		})
	}
}

// HEAD is answered as GET is, without the body.
func TestHead(t *testing.T) {
	api := &httpapi.API{Log: slog.New(slog.DiscardHandler), Routes: map[string]httpapi.Route{
		"GET /requests": {Public: true, Handle: func(context.Context, *httpapi.Call) (httpapi.Reply, error) {
			return httpapi.Reply{Status: 200, Body: "x", Headers: map[string]string{"etag": `"1"`}}, nil
		}},
		"GET /gone": {Public: true, Handle: func(context.Context, *httpapi.Call) (httpapi.Reply, error) {
			return httpapi.Reply{}, httpapi.NotFound()
		}},
		"POST /requests": {Public: true},
	}}
	for _, path := range []string{"/requests", "/gone"} {
		get, err := api.Handle(t.Context(), httpapi.Event{RouteKey: "GET " + path, RawPath: path})
		if err != nil {
			t.Fatal(err)
		}
		got, err := api.Handle(t.Context(), httpapi.Event{RouteKey: "HEAD " + path, RawPath: path})
		if err != nil {
			t.Fatal(err)
		}
		if got.StatusCode != get.StatusCode || got.Body != "" || got.Headers["content-type"] != get.Headers["content-type"] || got.Headers["etag"] != get.Headers["etag"] {
			t.Errorf("HEAD %s: %+v, want what GET answers without the body: %+v", path, got, get)
		}
	}
	got, err := api.Handle(t.Context(), httpapi.Event{RouteKey: "DELETE /requests", RawPath: "/requests"})
	if err != nil || got.StatusCode != 405 || got.Headers["allow"] != "GET, HEAD, POST" {
		t.Errorf("DELETE: %d, Allow: %q (%v)", got.StatusCode, got.Headers["allow"], err)
	}
}
