package sigv4_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/api/sigv4"
)

// A program in AWS passes the configuration that config.LoadDefaultConfig returns.
func ExampleNew() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		algorithm, _, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		fmt.Println("signed with", algorithm)
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"flows":[{"name":"deploys","label":"Deploys","fields":[]}]}`))
	}))
	defer server.Close()

	cfg := aws.Config{Region: "eu-central-1", Credentials: credentials.NewStaticCredentialsProvider("AKIAEXAMPLE", "secret", "")}
	client, err := api.New(server.URL, sigv4.New(cfg))
	if err != nil {
		fmt.Println(err)
		return
	}
	flows, err := client.Flows(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range flows {
		fmt.Println(f.Name)
	}
	// Output:
	// signed with AWS4-HMAC-SHA256
	// deploys
}
