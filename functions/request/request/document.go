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

// OpenAPI is the description of the API.
func OpenAPI() []byte { return openAPI }

// compact is the description without white space: API Gateway and Lambda carry it
// for each caller. It is made when somebody first asks for it.
var compact = sync.OnceValues(func() ([]byte, error) {
	var out bytes.Buffer
	err := json.Compact(&out, openAPI)
	return out.Bytes(), err
})

// anyServer is what openapi.json has for the server.
const anyServer = `"servers":[{"url":"/"}]`

// document answers with the description, whose server is where the caller sees the
// API: a client that is generated from it needs no other setting.
func document(_ context.Context, c *httpapi.Call) (httpapi.Reply, error) {
	raw, err := compact()
	if err != nil {
		return httpapi.Reply{}, err
	}
	servers, err := json.Marshal(map[string]any{"servers": []any{map[string]string{"url": c.URL()}}})
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
