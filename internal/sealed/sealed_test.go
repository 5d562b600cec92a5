package sealed_test

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/fasttrack-dev/fasttrack/internal/sealed"
	"github.com/fasttrack-dev/fasttrack/localaws/kms"
)

const arn = "arn:aws:kms:us-east-1:123456789012:key/app-OutputKey"

// key is a key of a KMS of this machine; front stands before that.
func key(t *testing.T, front func(next http.Handler) http.Handler) *sealed.Key {
	t.Helper()
	service, err := kms.New("", kms.Key{ARN: arn, Encrypts: true})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(front(service))
	t.Cleanup(server.Close)
	return sealed.New(aws.Config{Region: "us-east-1", BaseEndpoint: &server.URL, Credentials: credentials.NewStaticCredentialsProvider("x", "y", "z")}, arn)
}

func straight(next http.Handler) http.Handler { return next }

// What is sealed is opened for the same run, and for no other; it is larger than what
// KMS encrypts itself.
func TestSealAndOpen(t *testing.T) {
	k := key(t, straight)
	plain := []byte(strings.Repeat("s3cret ", 1200))
	text, err := k.Seal(t.Context(), "r1", plain)
	if err != nil || bytes.Contains(text, []byte("s3cret")) {
		t.Fatal(err)
	}
	opened, err := k.Open(t.Context(), "r1", text)
	if err != nil || !bytes.Equal(opened, plain) {
		t.Fatalf("%d bytes, %v", len(opened), err)
	}
	again, err := k.Seal(t.Context(), "r1", plain)
	if err != nil || bytes.Equal(again, text) {
		t.Errorf("the same text twice: %v", err)
	}
	changed := bytes.Clone(text)
	changed[len(changed)-1] ^= 1
	for name, tc := range map[string]struct {
		run  string
		text []byte
	}{"another run": {"r2", text}, "changed": {"r1", changed}, "cut": {"r1", text[:len(text)/2]}, "cut short": {"r1", text[:10]}, "empty": {"r1", nil}, "another form": {"r1", []byte("plain text")}} {
		if opened, err := k.Open(t.Context(), tc.run, tc.text); err == nil {
			t.Errorf("%s: opened as %.20q", name, opened)
		}
	}
}

// A call that KMS throttles is retried; one that it refuses is not, and the error
// has its code.
func TestRetries(t *testing.T) {
	for code, want := range map[string]int{"ThrottlingException": 2, "AccessDeniedException": 1} {
		calls := 0
		k := key(t, func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if calls++; calls == 1 {
					http.Error(w, `{"__type":"com.amazonaws.kms#`+code+`","message":"no"}`, http.StatusBadRequest)
					return
				}
				next.ServeHTTP(w, r)
			})
		})
		_, err := k.Seal(t.Context(), "r1", []byte("x"))
		coded, is := errors.AsType[interface {
			error
			ErrorCode() string
		}](err)
		if calls != want || (err == nil) != (want == 2) || is && coded.ErrorCode() != code {
			t.Errorf("%s: %d calls, %v", code, calls, err)
		}
	}
}

// A deployment without a key has none.
func TestNoKey(t *testing.T) {
	if k := sealed.New(aws.Config{}, ""); k != nil {
		t.Error("there is a key")
	}
}
