package localaws_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"

	"github.com/fasttrack-dev/fasttrack/localaws"
	"github.com/fasttrack-dev/fasttrack/localaws/lambda"
)

// A test starts the application of a template with a function of its own in place of
// the binary, and calls its API.
func ExampleStart() {
	health := func(context.Context, []byte) ([]byte, error) {
		return []byte(`{"statusCode": 200, "body": "fine"}`), nil
	}
	stack, err := localaws.Start(context.Background(), localaws.Options{
		TemplatePath: "testdata/app/template.yaml",
		Addr:         "127.0.0.1:0",
		Functions:    map[string]lambda.InProcess{"ApiFunction": health, "WorkFunction": health},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer stack.Close(context.Background())

	res, err := http.Get(stack.URL() + "/healthz")
	if err != nil {
		log.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.StatusCode, string(body))
	// Output: 200 fine
}
