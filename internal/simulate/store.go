package simulate

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Store reads what hooks keep before a request: values as SCOPE/KEY=JSON. They are checked
// as what a hook puts is.
func Store(rule *run.StoreRule, values []string, now time.Time) (run.Shelves, error) {
	if len(values) == 0 {
		return run.Shelves{}, nil
	}
	if rule == nil {
		return run.Shelves{}, errors.New("the flow has no store in flows.yaml")
	}
	puts := make([]run.Put, 0, len(values))
	for _, v := range values {
		name, value, is := strings.Cut(v, "=")
		scope, key, scoped := strings.Cut(name, "/")
		if !is || !scoped {
			return run.Shelves{}, fmt.Errorf("must be SCOPE/KEY=JSON, such as person/count=2, got %q", v)
		}
		if !json.Valid([]byte(value)) {
			return run.Shelves{}, fmt.Errorf("%s: the value must be JSON, got %q", name, value)
		}
		puts = append(puts, run.Put{Scope: run.StoreScope(scope), Key: key, Value: json.RawMessage(value)})
	}
	if len(puts) > 2*run.MaxStored {
		return run.Shelves{}, fmt.Errorf("%d values, more than can be kept", len(puts))
	}
	seen := map[string]bool{}
	kept := run.Shelves{}
	for _, p := range puts {
		name := string(p.Scope) + "/" + p.Key
		if seen[name] {
			return run.Shelves{}, fmt.Errorf("%s appears twice", name)
		}
		seen[name] = true
		if err := rule.CheckPuts([]run.Put{p}); err != nil {
			return run.Shelves{}, fmt.Errorf("%s: %s", name, strings.TrimPrefix(err.Error(), "[0]: "))
		}
		var err error
		if kept, err = kept.After([]run.Put{p}, "given", now); err != nil {
			return run.Shelves{}, err
		}
	}
	kept.Person.Changed, kept.Flow.Changed = false, false
	return kept, nil
}
