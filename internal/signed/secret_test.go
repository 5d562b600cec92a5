package signed_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/fasttrack-dev/fasttrack/internal/signed"
)

// A secret is read with a signed call; one that fails on the way is retried. No error holds
// anything of the response but AWS's code.
func TestSecret(t *testing.T) {
	const whisper = "hunter2"
	for name, tc := range map[string]struct {
		responses []string // "STATUS body", one a call; the last repeats
		want      string   // the text, or what the error says
		calls     int
	}{
		"found":           {[]string{`200 {"SecretString": "hunter2"}`}, whisper, 1},
		"throttled once":  {[]string{`400 {"__type": "ThrottlingException"}`, `200 {"SecretString": "hunter2"}`}, whisper, 2},
		"failed once":     {[]string{`500 {"__type": "InternalServiceError"}`, `200 {"SecretString": "hunter2"}`}, whisper, 2},
		"absent":          {[]string{`400 {"__type": "com.amazonaws#ResourceNotFoundException", "message": "hunter2"}`}, "AWS responds 400 ResourceNotFoundException", 1},
		"refused":         {[]string{`403 hunter2`}, "AWS responds 403 Forbidden", 1},
		"binary":          {[]string{`200 {"SecretBinary": "aHVudGVyMg=="}`}, "the secret has no text", 1},
		"not a response":  {[]string{`200 hunter2`}, "the secret has no text", 1},
		"larger than AWS": {[]string{`200 {"SecretString": "` + strings.Repeat("x", 1<<19) + `"}`}, "the secret has no text", 1},
	} {
		t.Run(name, func(t *testing.T) {
			calls := 0
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				said := tc.responses[min(calls, len(tc.responses)-1)]
				calls++
				if r.Header.Get("X-Amz-Target") != "secretsmanager.GetSecretValue" || !strings.Contains(r.Header.Get("Authorization"), "/secretsmanager/aws4_request") {
					t.Errorf("called with %v", r.Header)
				}
				status := 0
				if _, err := fmt.Sscan(said, &status); err != nil {
					t.Error(err)
				}
				w.WriteHeader(status)
				_, _ = fmt.Fprint(w, said[4:])
			}))
			t.Cleanup(server.Close)
			cfg := aws.Config{Region: "eu-central-1", BaseEndpoint: &server.URL, Credentials: credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", "x", "")}
			got, err := signed.Secret(t.Context(), cfg, "arn:aws:secretsmanager:eu-central-1:123456789012:secret:x")
			if calls != tc.calls {
				t.Errorf("%d calls, want %d", calls, tc.calls)
			}
			switch {
			case tc.want == whisper && (err != nil || got != whisper):
				t.Errorf("got %q, %v", got, err)
			case tc.want != whisper && (err == nil || got != "" || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), whisper)):
				t.Errorf("got %q, %v; want %s", got, err, tc.want)
			}
		})
	}
}
