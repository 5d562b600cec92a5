package kms_test

import (
	"bytes"
	"errors"
	"net/http/httptest"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/aws/smithy-go"

	"github.com/fasttrack-dev/fasttrack/localaws/kms"
)

const secretARN = "arn:aws:kms:us-east-1:123456789012:key/app-Secret"

func serveSecret(t *testing.T, dir string) *sdk.Client {
	t.Helper()
	service, err := kms.New(dir, kms.Key{ARN: arn}, kms.Key{ARN: secretARN, Encrypts: true, Aliases: []string{"alias/outputs"}})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(service)
	t.Cleanup(server.Close)
	return sdk.New(sdk.Options{Region: "us-east-1", BaseEndpoint: &server.URL, Credentials: credentials.NewStaticCredentialsProvider("x", "x", ""), RetryMaxAttempts: 1})
}

// A data key is decrypted with the context that it was made with, also after a
// restart, and in no other way.
func TestDataKeys(t *testing.T) {
	dir := t.TempDir()
	context := map[string]string{"run_id": "r1"}
	made, err := serveSecret(t, dir).GenerateDataKey(t.Context(), &sdk.GenerateDataKeyInput{KeyId: aws.String("alias/outputs"), KeySpec: types.DataKeySpecAes256, EncryptionContext: context})
	if err != nil || len(made.Plaintext) != 32 || bytes.Contains(made.CiphertextBlob, made.Plaintext) {
		t.Fatal(made, err)
	}
	client := serveSecret(t, dir)
	opened, err := client.Decrypt(t.Context(), &sdk.DecryptInput{KeyId: aws.String("alias/outputs"), CiphertextBlob: made.CiphertextBlob, EncryptionContext: context})
	if err != nil || !bytes.Equal(opened.Plaintext, made.Plaintext) || *opened.KeyId != secretARN {
		t.Fatal(opened, err)
	}
	for name, tc := range map[string]struct {
		in   sdk.DecryptInput
		code string
	}{
		"another context": {sdk.DecryptInput{CiphertextBlob: made.CiphertextBlob, EncryptionContext: map[string]string{"run_id": "r2"}}, "InvalidCiphertextException"},
		"no context":      {sdk.DecryptInput{CiphertextBlob: made.CiphertextBlob}, "InvalidCiphertextException"},
		"another key":     {sdk.DecryptInput{CiphertextBlob: made.CiphertextBlob, EncryptionContext: context, KeyId: aws.String(arn)}, "IncorrectKeyException"},
		"a cut text":      {sdk.DecryptInput{CiphertextBlob: made.CiphertextBlob[:20], EncryptionContext: context}, "InvalidCiphertextException"},
		"no text":         {sdk.DecryptInput{CiphertextBlob: []byte("x"), EncryptionContext: context}, "InvalidCiphertextException"},
	} {
		_, err := client.Decrypt(t.Context(), &tc.in)
		if failed, is := errors.AsType[smithy.APIError](err); !is || failed.ErrorCode() != tc.code {
			t.Errorf("%s: got %v, want %s", name, err, tc.code)
		}
	}
	_, err = client.GenerateDataKey(t.Context(), &sdk.GenerateDataKeyInput{KeyId: aws.String(arn), KeySpec: types.DataKeySpecAes256})
	if failed, is := errors.AsType[smithy.APIError](err); !is || failed.ErrorCode() != "InvalidKeyUsageException" {
		t.Errorf("a data key of a key that signs: %v", err)
	}
}
