package request_test

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"github.com/fasttrack-dev/fasttrack/functions/request/request"
)

// Generators of clients stumble over these, which `make clients` shows at length:
// a schema that is true or false, a list of nothing in particular, and a default of
// a member that is sent, which openapi-typescript then requires.
func TestTheDocumentGeneratesClients(t *testing.T) {
	var document map[string]any
	if err := json.Unmarshal(request.OpenAPI(), &document); err != nil {
		t.Fatal(err)
	}
	var schemas int
	var walk func(path string, v any)
	walk = func(path string, v any) {
		switch v := v.(type) {
		case []any:
			for _, item := range v {
				walk(path+"[]", item)
			}
		case map[string]any:
			if v["type"] == "array" && v["items"] == nil {
				t.Errorf("%s is a list without items", path)
			}
			if properties, ok := v["properties"].(map[string]any); ok {
				schemas++
				for name, schema := range properties {
					member, ok := schema.(map[string]any)
					if !ok {
						t.Errorf("%s.%s is %v, no schema of an object", path, name, schema)
					}
					if member["default"] != nil {
						t.Errorf("%s.%s has a default", path, name)
					}
				}
			}
			for _, name := range slices.Sorted(maps.Keys(v)) {
				walk(path+"."+name, v[name])
			}
		}
	}
	walk("", document)
	if schemas < 20 {
		t.Errorf("%d schemas of objects were found", schemas)
	}
}
