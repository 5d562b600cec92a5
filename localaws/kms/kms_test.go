package kms_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/aws/smithy-go"

	"github.com/fasttrack-dev/fasttrack/localaws/kms"
)

const arn = "arn:aws:kms:us-east-1:123456789012:key/app-Key"

// serve returns the SDK's client of a service whose keys are kept in dir.
func serve(t *testing.T, dir string) *sdk.Client {
	t.Helper()
	service, err := kms.New(dir, kms.Key{ARN: arn})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(service)
	t.Cleanup(server.Close)
	return sdk.New(sdk.Options{Region: "us-east-1", BaseEndpoint: &server.URL, Credentials: credentials.NewStaticCredentialsProvider("x", "x", ""), RetryMaxAttempts: 1})
}

func public(t *testing.T, client *sdk.Client) *ecdsa.PublicKey {
	t.Helper()
	out, err := client.GetPublicKey(t.Context(), &sdk.GetPublicKeyInput{KeyId: aws.String("app-Key")})
	if err != nil {
		t.Fatal(err)
	}
	if *out.KeyId != arn || out.KeySpec != types.KeySpecEccNistP256 || out.KeyUsage != types.KeyUsageTypeSignVerify || out.SigningAlgorithms[0] != types.SigningAlgorithmSpecEcdsaSha256 {
		t.Errorf("got %+v", out)
	}
	parsed, err := x509.ParsePKIXPublicKey(out.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	return parsed.(*ecdsa.PublicKey)
}

// A message is signed by its SHA-256, which the caller may have made.
func TestSign(t *testing.T) {
	client := serve(t, "")
	key := public(t, client)
	message := []byte("message")
	sum := sha256.Sum256(message)
	for name, tc := range map[string]struct {
		id, kind string
		message  []byte
		want     string // the code of an error
	}{
		"raw":                {arn, "RAW", message, ""},
		"raw if nothing":     {arn, "", message, ""},
		"digest":             {"app-Key", "DIGEST", sum[:], ""},
		"digest of no size":  {arn, "DIGEST", message, "ValidationException"},
		"too long":           {arn, "RAW", bytes.Repeat(message, 1000), "ValidationException"},
		"another key":        {arn + "s", "RAW", message, "NotFoundException"},
		"another type":       {arn, "EXTERNAL_MU", sum[:], "ValidationException"},
		"another algorithm!": {arn, "RAW", message, "InvalidKeyUsageException"},
	} {
		t.Run(name, func(t *testing.T) {
			in := &sdk.SignInput{KeyId: &tc.id, Message: tc.message, MessageType: types.MessageType(tc.kind), SigningAlgorithm: types.SigningAlgorithmSpecEcdsaSha256}
			if strings.HasSuffix(name, "!") {
				in.SigningAlgorithm = types.SigningAlgorithmSpecEcdsaSha384
			}
			out, err := client.Sign(t.Context(), in)
			if tc.want != "" {
				var failed smithy.APIError
				if !errors.As(err, &failed) || failed.ErrorCode() != tc.want {
					t.Errorf("got %v, want %s", err, tc.want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if !ecdsa.VerifyASN1(key, sum[:], out.Signature) || *out.KeyId != arn {
				t.Errorf("the signature of %s does not fit", *out.KeyId)
			}
		})
	}
	if _, err := client.ListKeys(t.Context(), &sdk.ListKeysInput{}); err == nil {
		t.Error("ListKeys is answered")
	}
}

// In a folder a key outlives the process, and nobody else may read it.
func TestKeysAreKept(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	first := public(t, serve(t, dir))
	if !first.Equal(public(t, serve(t, dir))) {
		t.Error("the key is another one after a restart")
	}
	info, err := os.Stat(filepath.Join(dir, "app-Key.pem"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v (%v), want 0600", info.Mode(), err)
	}
	if first.Equal(public(t, serve(t, ""))) {
		t.Error("a key in memory is the one of the folder")
	}
	if err := os.WriteFile(filepath.Join(dir, "app-Key.pem"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := kms.New(dir, kms.Key{ARN: arn}); err == nil {
		t.Error("a broken key is taken")
	}
}
