package lambda_test

import (
	"encoding/json"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/localaws/lambda"
)

func itoa(n int) string { return strconv.Itoa(n) }

// A function has Lambda's variables and, of the developer's environment, only what this
// machine needs and the secrets.
func TestEnvironment(t *testing.T) {
	s := newService(t, lambda.Options{
		EndpointURL:   "http://127.0.0.1:1/_aws",
		Environ:       []string{"PATH=/bin", "HOME=/home/ada", "AWS_PROFILE=prod", "GITHUB_TOKEN=t", "TEST_SECRET_OKTA=s"},
		EnvironPrefix: "TEST_SECRET_",
	}, func(f *lambda.Function) {
		f.Environment = map[string]string{"TABLE_NAME": "runs"}
		f.MemoryMB = 256
	})
	var list []string
	if err := json.Unmarshal(call(t, s, `{"do":"env"}`).Payload, &list); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, kv := range list {
		name, value, _ := strings.Cut(kv, "=")
		got[name] = value
	}
	version, _ := s.Version("fixture")
	for name, want := range map[string]string{
		"AWS_LAMBDA_FUNCTION_NAME":        "fixture",
		"AWS_LAMBDA_FUNCTION_VERSION":     version,
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
		"AWS_REGION":                      "eu-central-1",
		"AWS_DEFAULT_REGION":              "eu-central-1",
		"AWS_ENDPOINT_URL":                "http://127.0.0.1:1/_aws",
		"LAMBDA_TASK_ROOT":                filepath.Dir(fixture),
		"_HANDLER":                        "bootstrap",
		"TZ":                              ":UTC",
		"PATH":                            "/bin",
		"TABLE_NAME":                      "runs",
		"TEST_SECRET_OKTA":                "s",
	} {
		if got[name] != want {
			t.Errorf("%s = %q, want %q", name, got[name], want)
		}
	}
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_LAMBDA_RUNTIME_API"} {
		if got[name] == "" {
			t.Errorf("%s is not set", name)
		}
	}
	for _, name := range []string{"HOME", "AWS_PROFILE", "GITHUB_TOKEN"} {
		if v, ok := got[name]; ok {
			t.Errorf("%s = %q came along from the developer's environment", name, v)
		}
	}
}

// A function runs in its own folder and knows its ARN, its request and when its
// time is up.
func TestInvoke_Context(t *testing.T) {
	s := newService(t, lambda.Options{}, func(f *lambda.Function) { f.Timeout = 7 * time.Second })
	if r := call(t, s, `{"do":"dir"}`); string(r.Payload) != strconv.Quote(filepath.Dir(fixture)) {
		t.Errorf("working directory %s, want %s", r.Payload, filepath.Dir(fixture))
	}
	r, err := s.Invoke(t.Context(), "fixture:live", []byte(`{"do":"context"}`))
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		ARN, ID string
		LeftMS  int `json:"left_ms"`
	}
	if err := json.Unmarshal(r.Payload, &got); err != nil {
		t.Fatal(err)
	}
	if want := "arn:aws:lambda:eu-central-1:123456789012:function:fixture:live"; got.ARN != want {
		t.Errorf("invoked ARN %q, want %q", got.ARN, want)
	}
	if got.LeftMS <= 5000 || got.LeftMS > 7000 {
		t.Errorf("%d ms left at the start, want nearly 7000", got.LeftMS)
	}
	if len(got.ID) != 36 {
		t.Errorf("request id %q, want a UUID", got.ID)
	}
}

// Each line a function prints comes after its name, a last one without an end
// included.
func TestLog_Prefixed(t *testing.T) {
	log := &syncBuffer{}
	s := newService(t, lambda.Options{Log: log})
	call(t, s, `{"do":"print","text":"two\nlines"}`)
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"fixture | two\n", "fixture | lines\n", "fixture | to stderr\n", "fixture | no end of line\n"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("log %q lacks %q", log, want)
		}
	}
}
