package request

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
)

//go:embed openapi.json
var openAPI []byte

// OpenAPI returns the OpenAPI document of the API.
func OpenAPI() []byte { return openAPI }

// compact is the document without white space, made when it is first requested.
var compact = sync.OnceValues(func() ([]byte, error) {
	var out bytes.Buffer
	err := json.Compact(&out, openAPI)
	return out.Bytes(), err
})

// anyServer is the server in openapi.json.
const anyServer = `"servers":[{"url":"/"}]`

// document responds with the OpenAPI document. Its first server is the URL that the
// caller used, so that a generated client needs no setting.
func document(_ context.Context, c *httpapi.Call) (httpapi.Reply, error) {
	raw, err := compact()
	if err != nil {
		return httpapi.Reply{}, err
	}
	var urls []map[string]string
	for _, url := range c.Servers() {
		urls = append(urls, map[string]string{"url": url})
	}
	servers, err := json.Marshal(map[string]any{"servers": urls})
	if err != nil {
		return httpapi.Reply{}, err
	}
	before, after, there := bytes.Cut(raw, []byte(anyServer))
	if !there {
		return httpapi.Reply{}, fmt.Errorf("openapi.json has no %s", anyServer)
	}
	body := bytes.Join([][]byte{before, servers[1 : len(servers)-1], after}, nil)
	return httpapi.Reply{Status: 200, Body: json.RawMessage(body)}, nil
}
