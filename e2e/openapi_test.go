package e2e

import (
	"sync"

	"github.com/fasttrack-dev/fasttrack/functions/request/request"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi/openapitest"
)

var openAPI = sync.OnceValues(func() (*openapitest.Document, error) { return openapitest.Read(request.OpenAPI()) })

// described holds an answer of the API against the OpenAPI document that it
// serves.
func described(method, path string, status int, contentType string, body []byte) error {
	doc, err := openAPI()
	if err != nil {
		return err
	}
	return doc.Check(method, path, status, contentType, body)
}
