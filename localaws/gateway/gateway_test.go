package gateway_test

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/fasttrack-dev/fasttrack/localaws/gateway"
	"github.com/fasttrack-dev/fasttrack/localaws/lambda"
)

// function keeps its last event and returns a fixed response.
type function struct {
	name   string
	event  events.APIGatewayV2HTTPRequest
	answer string
	failed string
	err    error
}

func (f *function) Invoke(_ context.Context, name string, payload []byte) (lambda.Result, error) {
	f.name = name
	if err := json.Unmarshal(payload, &f.event); err != nil {
		return lambda.Result{}, err
	}
	answer := f.answer
	if answer == "" {
		answer = `{"statusCode":200}`
	}
	return lambda.Result{Payload: []byte(answer), FunctionError: f.failed}, f.err
}

func open(t *testing.T, f *function) string {
	t.Helper()
	guarded := &gateway.Authorizer{Issuer: "http://issuer", Audience: []string{"links"}}
	g, err := gateway.New(gateway.Options{Invoker: f, AccountID: "123456789012", Routes: []gateway.Route{
		{Key: "ANY /files/{proxy+}", Function: "greedy"},
		{Key: "GET /requests/{id}", Function: "variable", Authorizer: guarded},
		{Key: "GET /requests/latest", Function: "literal"},
		{Key: "POST /requests", Function: "post", Authorizer: guarded},
		{Key: "POST /open", Function: "open"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(g)
	t.Cleanup(server.Close)
	return server.URL
}

func send(t *testing.T, method, url, body string, headers ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Add(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(raw)
}

func TestRoutes(t *testing.T) {
	for path, want := range map[string]struct {
		function, parameter, value string
		status                     int
	}{
		"GET /requests/latest": {"literal", "", "", 200},
		"GET /requests/a%2Fb":  {"variable", "id", "a/b", 200},
		"PUT /files/a/b.txt":   {"greedy", "proxy", "a/b.txt", 200},
		"GET /files/":          {"greedy", "proxy", "", 200},
		"GET /files":           {"", "", "", 404},
		"GET /requests":        {"", "", "", 404},
		"GET /requests/a/b":    {"", "", "", 404},
		"DELETE /requests/a":   {"", "", "", 404},
		"GET /requests/":       {"", "", "", 404},
	} {
		f := &function{}
		method, target, _ := strings.Cut(path, " ")
		res, body := send(t, method, open(t, f)+target, "", "Authorization", "Bearer ada@example.com")
		if res.StatusCode != want.status || f.name != want.function || f.event.PathParameters[want.parameter] != want.value {
			t.Errorf("%s: %d %s by %q with %v", path, res.StatusCode, body, f.name, f.event.PathParameters)
		}
	}
}

func TestWhoCalls(t *testing.T) {
	for name, tc := range map[string]struct {
		headers []string
		groups  string // flattened, "" for refused
		sub     string // ada@example.com if empty
	}{
		"nobody":         {nil, "", ""},
		"an e-mail":      {[]string{"Authorization", "Bearer ada@example.com"}, "[]", ""},
		"with groups":    {[]string{"Authorization", "Bearer ada@example.com;sre, platform"}, "[sre platform]", ""},
		"encoded groups": {[]string{"Authorization", "Bearer ada@example.com;Prod Approvers,aws:prod,cn=a%2Cou=b%3B,50%25"}, "[Prod Approvers aws:prod cn=a,ou=b; 50%]", ""},
		"bad encoding":   {[]string{"Authorization", "Bearer ada@example.com;50%"}, "", ""},
		"no e-mail":      {[]string{"Authorization", "Bearer ada"}, "", ""},
		"a subject":      {[]string{"Authorization", "Bearer 7b1c|ada@example.com;sre"}, "[sre]", "7b1c"},
		"nothing else":   {[]string{"Authorization", "Bearer 7b1c|;sre"}, "[sre]", "7b1c"},
		"no subject":     {[]string{"Authorization", "Bearer |ada@example.com"}, "", ""},
		"another scheme": {[]string{"Authorization", "Basic ada@example.com"}, "", ""},
		"two of them":    {[]string{"Authorization", "Bearer ada@example.com", "Authorization", "Bearer eve@example.com"}, "", ""},
		"two in one":     {[]string{"Authorization", "Bearer ada@example.com,Bearer eve@example.com"}, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			f := &function{}
			res, _ := send(t, "POST", open(t, f)+"/requests", "{}", tc.headers...)
			if (res.StatusCode == 401) != (tc.groups == "") {
				t.Fatalf("status is %d", res.StatusCode)
			}
			if tc.groups == "" {
				return
			}
			claims, sub := f.event.RequestContext.Authorizer.JWT.Claims, cmp.Or(tc.sub, "ada@example.com")
			if claims["sub"] != sub || claims["iss"] != "http://issuer" || claims["groups"] != tc.groups {
				t.Errorf("claims are %v", claims)
			}
			parts := strings.Split(strings.TrimPrefix(f.event.Headers["authorization"], "Bearer "), ".")
			if len(parts) != 3 {
				t.Fatalf("authorization is %q", f.event.Headers["authorization"])
			}
			payload, err := base64.RawURLEncoding.DecodeString(parts[1])
			if err != nil || !strings.Contains(string(payload), `"sub":"`+sub+`"`) {
				t.Errorf("token says %s (%v)", payload, err)
			}
		})
	}
}

func TestEventsAndAnswers(t *testing.T) {
	f := &function{answer: `{"statusCode":201,"headers":{"x-a":"b","content-type":"application/json"},"body":"e30=","isBase64Encoded":true,"cookies":["c=1"]}`}
	res, body := send(t, "POST", open(t, f)+"/open?a=1&a=2&b=", "bytes", "Content-Type", "application/octet-stream", "X-Two", "1", "X-Two", "2", "Cookie", "k=v")
	e := f.event
	if e.Version != "2.0" || e.RouteKey != "POST /open" || e.RawQueryString != "a=1&a=2&b=" || e.QueryStringParameters["a"] != "1,2" || e.Headers["x-two"] != "1,2" || len(e.Cookies) != 1 || !e.IsBase64Encoded || e.Body != "Ynl0ZXM=" || e.RequestContext.HTTP.Method != "POST" {
		t.Errorf("event is %+v", e)
	}
	if res.StatusCode != 201 || res.Header.Get("X-A") != "b" || res.Header.Get("Set-Cookie") != "c=1" || body != "{}" || res.Header.Get("Apigw-Requestid") == "" {
		t.Errorf("answer is %d %v %s", res.StatusCode, res.Header, body)
	}
	if send(t, "POST", open(t, f)+"/open", "{\"a\":\"\xff\"}", "Content-Type", "application/json"); !f.event.IsBase64Encoded || f.event.Body != "eyJhIjoi/yJ9" {
		t.Errorf("a body that is no UTF-8 is %q", f.event.Body)
	}
	for name, tc := range map[string]struct {
		f      function
		status int
		body   string
	}{
		"no response, but JSON": {function{answer: `{"a":1}`}, 200, `{"a":1}`},
		"no JSON":               {function{answer: `oops`}, 500, `Internal Server Error`},
		"an error":              {function{answer: `{"errorMessage":"x"}`, failed: "Unhandled"}, 500, `Internal Server Error`},
		"no function":           {function{err: &lambda.ServiceError{Code: "ResourceNotFoundException"}}, 500, `Internal Server Error`},
		"too slow":              {function{err: context.DeadlineExceeded}, 503, `Service Unavailable`},
		"throttled":             {function{err: &lambda.ServiceError{Code: "TooManyRequestsException"}}, 503, `Service Unavailable`},
		"too large for Lambda":  {function{err: &lambda.ServiceError{Code: "RequestTooLargeException"}}, 413, `Request Entity Too Large`},
		"a status that is none": {function{answer: `{"statusCode":7}`}, 500, `Internal Server Error`},
	} {
		t.Run(name, func(t *testing.T) {
			res, body := send(t, "POST", open(t, &tc.f)+"/open", "{}")
			if res.StatusCode != tc.status || !strings.Contains(body, tc.body) {
				t.Errorf("got %d %s", res.StatusCode, body)
			}
		})
	}
	if res, _ := send(t, "POST", open(t, &function{})+"/open", strings.Repeat("x", 10<<20+1)); res.StatusCode != 413 {
		t.Errorf("a large body: %d", res.StatusCode)
	}
	if res, _ := send(t, "POST", open(t, &function{})+"/requests", strings.Repeat("x", 10<<20+1)); res.StatusCode != 401 {
		t.Errorf("a large body from nobody: %d", res.StatusCode)
	}
	if got := e.RequestContext.HTTP.SourceIP; got != "127.0.0.1" || e.Headers["x-forwarded-for"] != got || e.RequestContext.DomainName != "127.0.0.1" {
		t.Errorf("source is %q, domain %q, headers %v", got, e.RequestContext.DomainName, e.Headers)
	}
}
