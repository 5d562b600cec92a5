package cli

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// With the region and the credentials of the environment, calls go out: the SDK leaves the
// client that sends them to each service.
func TestAWSConfig_Environment(t *testing.T) {
	var called string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		called = r.Header.Get("X-Amz-Target")
		_, _ = w.Write([]byte(`{}`))
	}))
	defer s.Close()
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": s.URL, "AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x",
		"AWS_SESSION_TOKEN": "", "AWS_PROFILE": "", "AWS_CONFIG_FILE": "none", "AWS_SHARED_CREDENTIALS_FILE": "none", "AWS_CA_BUNDLE": "",
	} {
		t.Setenv(name, value)
	}
	cfg, err := awsConfig(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := dynamodb.NewFromConfig(cfg).ListTables(t.Context(), &dynamodb.ListTablesInput{}); err != nil {
		t.Fatal(err)
	}
	if called != "DynamoDB_20120810.ListTables" {
		t.Errorf("the server got %q", called)
	}
}
