package schema_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/strategy"
)

// examples calls each with every document of a folder of examples.
func examples(t *testing.T, kind string, each func(t *testing.T, name string, document []byte, valid bool)) {
	t.Helper()
	for folder, valid := range map[string]bool{"valid": true, "invalid": false} {
		files, err := filepath.Glob(filepath.Join("examples", kind, folder, "*.json"))
		if err != nil || len(files) < 3 {
			t.Fatalf("%s/%s: %d files, %v", kind, folder, len(files), err)
		}
		for _, file := range files {
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			t.Run(folder+"/"+strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) { each(t, filepath.Base(file), raw, valid) })
		}
	}
}

// The schema and the Go package accept the same requests, and the Go type writes
// every member that an example has.
func TestStrategyRequest(t *testing.T) {
	s := compile(t, "strategy-request.v2.json")
	examples(t, "strategy-request", func(t *testing.T, name string, document []byte, valid bool) {
		if err := validate(t, s, document); (err == nil) != valid {
			t.Errorf("the schema: %v", err)
		}
		r, err := strategy.ReadRequest(document)
		if (err == nil) != valid {
			t.Fatalf("the package: %v", err)
		}
		if !valid || name == "newer_members.json" {
			return
		}
		written, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(decoded(t, written), decoded(t, document)) {
			t.Errorf("written as %s", written)
		}
	})
}

// The schema and the Go package accept the same responses.
func TestStrategyResponse(t *testing.T) {
	examples(t, "strategy-response", func(t *testing.T, name string, document []byte, valid bool) {
		op, _, _ := strings.Cut(name, "_")
		if err := validate(t, compile(t, "strategy-response.v2.json#/$defs/"+op), document); (err == nil) != valid {
			t.Errorf("the schema: %v", err)
		}
		if _, err := strategy.ReadResponse(strategy.Operation(op), document); (err == nil) != valid {
			t.Errorf("the package: %v", err)
		}
	})
}

// The schemas describe every member of the Go types, and no other.
func TestStrategyMembers(t *testing.T) {
	for file, kinds := range map[string]map[string]reflect.Type{
		"strategy-request.v2.json": {
			"": reflect.TypeFor[strategy.Request](), "run": reflect.TypeFor[strategy.Run](), "person": reflect.TypeFor[strategy.Person](),
			"target": reflect.TypeFor[strategy.Target](), "held": reflect.TypeFor[strategy.Held](),
		},
		"strategy-response.v2.json": {"": reflect.TypeFor[strategy.Response]()},
	} {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		type object struct {
			Properties map[string]json.RawMessage `json:"properties"`
		}
		for at, kind := range kinds {
			var whole object
			if err := json.Unmarshal(raw, &whole); err != nil {
				t.Fatal(err)
			}
			described := whole
			if at != "" {
				described = object{}
				if err := json.Unmarshal(whole.Properties[at], &described); err != nil {
					t.Fatal(err)
				}
			}
			delete(described.Properties, "body")
			delete(described.Properties, "errors")
			for i := range kind.NumField() {
				name, _, _ := strings.Cut(kind.Field(i).Tag.Get("json"), ",")
				if name == "-" {
					continue
				}
				if _, is := described.Properties[name]; !is {
					t.Errorf("%s: %s has no member %q", file, at, name)
				}
				delete(described.Properties, name)
			}
			for name := range described.Properties {
				t.Errorf("%s: %s describes %q, which %s has not", file, at, name, kind)
			}
		}
	}
}

func decoded(t *testing.T, raw []byte) (v any) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}
