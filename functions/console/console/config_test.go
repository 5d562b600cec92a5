package console_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/fasttrack-dev/fasttrack/functions/console/console"
	"github.com/fasttrack-dev/fasttrack/internal/console/signin/issuertest"
)

// environment is what the template sets.
func environment(issuer string) map[string]string {
	return map[string]string{
		"API_URL": "https://api.example.com", "CONSOLE_ORIGIN": "https://access.example.com", "JWT_ISSUER": issuer,
		"CONSOLE_CLIENT_ID": "console", "CONSOLE_TOKEN": "id", "CONSOLE_SESSION_HOURS": "12", "CONSOLE_KEY_SECRET_ARN": "arn:key",
	}
}

// secretsManager answers GetSecretValue with a status and a body, and counts the calls.
func secretsManager(t *testing.T, status *int, body *string, calls *int) aws.Config {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*calls++
		raw, _ := io.ReadAll(r.Body)
		if r.Header.Get("X-Amz-Target") != "secretsmanager.GetSecretValue" || !strings.Contains(r.Header.Get("Authorization"), "/secretsmanager/aws4_request") || string(raw) != `{"SecretId":"arn:key"}` {
			t.Errorf("a call %v with %s", r.Header, raw)
		}
		w.WriteHeader(*status)
		_, _ = io.WriteString(w, *body)
	}))
	t.Cleanup(server.Close)
	return aws.Config{Region: "eu-west-1", BaseEndpoint: &server.URL, HTTPClient: http.DefaultClient, Credentials: credentials.NewStaticCredentialsProvider("k", "s", "")}
}

func secretText(text string) string {
	raw, _ := json.Marshal(map[string]string{"SecretString": text})
	return string(raw)
}

func page(t *testing.T, h *console.Handler, path string) events.APIGatewayV2HTTPResponse {
	t.Helper()
	got, err := h.Handle(t.Context(), get(path))
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// Nobody is called before somebody signs in. Then one or two keys are read. An invalid
// key is a page that says so, and not a cookie sealed with it.
func TestKeys(t *testing.T) {
	long, other := strings.Repeat("k", 32), strings.Repeat("o", 64)
	issuer := issuertest.Start(t, issuertest.Cognito(), issuertest.Options{})
	for name, tc := range map[string]struct {
		status int
		body   string
		fine   bool
	}{
		"a key":          {200, secretText(long), true},
		"two keys":       {200, secretText(long + " " + other), true},
		"two lines":      {200, secretText(long + "\n" + other + "\n"), true},
		"three keys":     {200, secretText(long + " " + other + " " + long + "x"), false},
		"a short key":    {200, secretText(long[1:]), false},
		"a short second": {200, secretText(long + " x"), false},
		"no text":        {200, `{"SecretBinary":"AAAA"}`, false},
		"blanks":         {200, secretText("  "), false},
		"no JSON":        {200, `<html>`, false},
		"refused":        {400, `{"__type":"AccessDeniedException","message":"User arn:aws:… is not authorized"}`, false},
		"down":           {503, ``, false},
	} {
		calls := 0
		cfg := secretsManager(t, &tc.status, &tc.body, &calls)
		h, err := console.New(func(name string) string { return environment(issuer.URL())[name] }, cfg)
		if err != nil {
			t.Fatal(err)
		}
		if root := page(t, h, "/"); root.StatusCode != 303 || root.Headers["location"] != "/console/" {
			t.Errorf("%s: / is %d to %s", name, root.StatusCode, root.Headers["location"])
		}
		for _, home := range []string{"/console/", "/console"} {
			if got := page(t, h, home); got.StatusCode != 303 || !strings.HasPrefix(got.Headers["location"], "/console/sign-in?to=") {
				t.Errorf("%s: %s is %d to %s", name, home, got.StatusCode, got.Headers["location"])
			}
		}
		if calls != 0 {
			t.Errorf("%s: %d calls before somebody signs in", name, calls)
		}
		got := page(t, h, "/console/sign-in")
		if sent := got.StatusCode == 303 && strings.HasPrefix(got.Headers["location"], issuer.URL()+"/authorize?"); sent != tc.fine || sent != (len(got.Cookies) == 1) {
			t.Errorf("%s: %d to %s with %d cookies", name, got.StatusCode, got.Headers["location"], len(got.Cookies))
		}
		if !tc.fine && got.StatusCode != 503 || calls == 0 {
			t.Errorf("%s: %d after %d calls", name, got.StatusCode, calls)
		}
	}
}

// What the environment lacks ends the start of the function, and says what it is.
func TestEnvironment(t *testing.T) {
	for name, value := range map[string]string{
		"API_URL": "", "CONSOLE_ORIGIN": "access.example.com", "JWT_ISSUER": "http://idp.example.com", "CONSOLE_CLIENT_ID": "",
		"CONSOLE_TOKEN": "both", "CONSOLE_SESSION_HOURS": "long", "CONSOLE_SCOPES": "email", "CONSOLE_PARAMETERS": "a=%zz", "CONSOLE_SIGN_OUT_URL": "http://idp.example.com/out",
	} {
		env := environment("https://idp.example.com")
		if _, err := console.New(func(n string) string { return env[n] }, aws.Config{}); err != nil {
			t.Fatalf("as it is: %v", err)
		}
		env[name] = value
		if _, err := console.New(func(n string) string { return env[n] }, aws.Config{}); err == nil {
			t.Errorf("%s=%q starts", name, value)
		}
	}
}
