package awshttp_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/fasttrack-dev/fasttrack/hook/awshttp"
)

// A Client is the HTTPClient of an aws.Config.
func Example() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		fmt.Println(r.ContentLength, string(body), err)
	}))
	defer server.Close()
	// As the SDK sends it: a body of which net/http doesn't know that it is in memory.
	request, err := http.NewRequest(http.MethodPost, server.URL, io.NopCloser(strings.NewReader("whole")))
	if err != nil {
		panic(err)
	}
	request.ContentLength = 5
	response, err := awshttp.Client{Doer: http.DefaultClient}.Do(request)
	if err != nil {
		panic(err)
	}
	response.Body.Close()
	// Output: 5 whole <nil>
}
