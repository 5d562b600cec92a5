package gateway_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/localaws/gateway"
)

const portal = "https://portal.example.com"

// openCORS serves a public and a guarded route; cors is nil where the API has no
// CorsConfiguration.
func openCORS(t *testing.T, cors *gateway.CORS) string {
	t.Helper()
	f := &function{answer: `{"statusCode":201,"headers":{"Location":"/requests/1","Access-Control-Allow-Origin":"*","access-control-allow-credentials":"true"},"body":"{}"}`}
	g, err := gateway.New(gateway.Options{Invoker: f, CORS: cors, Routes: []gateway.Route{
		{Key: "POST /open", Function: "open"},
		{Key: "GET /guarded", Function: "guarded", Authorizer: &gateway.Authorizer{Issuer: "http://issuer", Audience: []string{"links"}}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(g)
	t.Cleanup(server.Close)
	return server.URL
}

// corsOf are the CORS headers of an answer, in order.
func corsOf(res *http.Response) string {
	var all []string
	for _, name := range []string{"Origin", "Methods", "Headers", "Credentials"} {
		if v := res.Header.Get("Access-Control-Allow-" + name); v != "" {
			all = append(all, name+"="+v)
		}
	}
	for _, name := range []string{"Expose-Headers", "Max-Age"} {
		if v := res.Header.Get("Access-Control-" + name); v != "" {
			all = append(all, name+"="+v)
		}
	}
	return strings.Join(all, " ")
}

func TestCORS(t *testing.T) {
	configured := &gateway.CORS{
		AllowOrigins: []string{portal, "http://localhost:3000"}, AllowMethods: []string{"GET", "POST"},
		AllowHeaders: []string{"authorization", "prefer"}, ExposeHeaders: []string{"location"}, MaxAge: 600,
	}
	lists := " Methods=GET,POST Headers=authorization,prefer Expose-Headers=location Max-Age=600"
	for name, c := range map[string]struct {
		cors         *gateway.CORS
		method, path string
		headers      []string
		status       int
		want         string
	}{
		"a preflight":                        {configured, "OPTIONS", "/open", []string{"Origin", portal, "Access-Control-Request-Method", "POST"}, 204, "Origin=" + portal + lists},
		"a preflight of a guarded route":     {configured, "OPTIONS", "/guarded", []string{"Origin", portal, "Access-Control-Request-Method", "GET", "Access-Control-Request-Headers", "authorization"}, 204, "Origin=" + portal + lists},
		"a preflight of the second origin":   {configured, "OPTIONS", "/open", []string{"Origin", "http://localhost:3000", "Access-Control-Request-Method", "POST"}, 204, "Origin=http://localhost:3000" + lists},
		"an origin in capitals":              {configured, "OPTIONS", "/open", []string{"Origin", "HTTPS://Portal.example.com", "Access-Control-Request-Method", "POST"}, 204, "Origin=HTTPS://Portal.example.com" + lists},
		"a preflight of another origin":      {configured, "OPTIONS", "/open", []string{"Origin", "https://evil.example.com", "Access-Control-Request-Method", "POST"}, 204, ""},
		"a preflight of an origin within":    {configured, "OPTIONS", "/open", []string{"Origin", portal + ".evil.example", "Access-Control-Request-Method", "POST"}, 204, ""},
		"OPTIONS that is no preflight":       {configured, "OPTIONS", "/open", []string{"Origin", portal}, 404, ""},
		"OPTIONS without an origin":          {configured, "OPTIONS", "/open", []string{"Access-Control-Request-Method", "POST"}, 404, ""},
		"a request":                          {configured, "POST", "/open", []string{"Origin", portal}, 201, "Origin=" + portal + " Expose-Headers=location"},
		"a request of another origin":        {configured, "POST", "/open", []string{"Origin", "https://evil.example.com"}, 201, ""},
		"a request of no origin":             {configured, "POST", "/open", nil, 201, ""},
		"a request of the origin null":       {configured, "POST", "/open", []string{"Origin", "null"}, 201, ""},
		"an answer of the gateway itself":    {configured, "GET", "/guarded", []string{"Origin", portal}, 401, ""},
		"a preflight, not configured":        {nil, "OPTIONS", "/open", []string{"Origin", portal, "Access-Control-Request-Method", "POST"}, 404, ""},
		"the function's own, not configured": {nil, "POST", "/open", []string{"Origin", portal}, 201, "Origin=* Credentials=true"},
	} {
		t.Run(name, func(t *testing.T) {
			res, _ := send(t, c.method, openCORS(t, c.cors)+c.path, "", c.headers...)
			if got := corsOf(res); res.StatusCode != c.status || got != c.want {
				t.Errorf("%d %q, want %d %q", res.StatusCode, got, c.status, c.want)
			}
		})
	}
}
