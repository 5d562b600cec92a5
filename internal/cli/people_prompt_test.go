package cli

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fasttrack-dev/fasttrack/api"
)

// What is typed until it is an option, and what is shown meanwhile.
func TestPromptOfOptions(t *testing.T) {
	many := []api.Option{{Value: "billing", Label: "Billing of all countries"}, {Value: "Ada@Example.com", Label: "Ada@Example.com"}}
	for i := range 30 {
		many = append(many, api.Option{Value: fmt.Sprint("s", i), Label: fmt.Sprint("s", i)})
	}
	search := func(_, query string) (api.OptionList, error) {
		if query == "fail" {
			return api.OptionList{}, errors.New("prefetch of deploy failed: oh")
		}
		var found []api.Option
		for _, o := range many {
			if strings.Contains(strings.ToLower(o.Value), strings.ToLower(query)) {
				found = append(found, o)
			}
		}
		return api.OptionList{Options: found, More: query == "bill"}, nil
	}
	for name, tc := range map[string]struct {
		kind, typed string
		want        any // nil for an error
		shown       []string
		lines       int
	}{
		"an option":         {"string", "billing\n", "billing", nil, 1},
		"after a search":    {"string", "bill\nbilling\n", "billing", []string{"  billing  Billing of all countries\n", "  … and more; type more characters.\n"}, 3},
		"after nothing":     {"string", "\ns7\n", "s7", []string{"  s17\n", "  … and 12 more; type more characters.\n"}, 22},
		"after what is not": {"string", "none\ns7\n", "s7", []string{"  No matching option.\n"}, 2},
		"another case":      {"string", "S7\n", nil, []string{"  s7\n"}, 2},
		"a person":          {"user", "ADA@example.com\n", "ADA@example.com", nil, 1},
		"an item":           {"strings", "s7\n", []string{"s7"}, nil, 1},
		"a hook that fails": {"string", "fail\n", nil, nil, 1},
	} {
		t.Run(name, func(t *testing.T) {
			f := form{api.Flow{Name: "deploy", Fields: []api.Field{{Name: "service", Label: "Service", Type: tc.kind, Required: true, Prefetch: true}}}}
			body := api.CreateInput{Fields: map[string]any{}}
			var out bytes.Buffer
			err := f.prompt(bufio.NewReader(strings.NewReader(tc.typed)), &out, &body, search)
			if diff := cmp.Diff(tc.want, body.Fields["service"]); diff != "" || (err != nil) != (tc.want == nil) {
				t.Errorf("%v; (-want +got):\n%s", err, diff)
			}
			for _, want := range append(tc.shown, "Service (type to search): ") {
				if !strings.Contains(out.String(), want) {
					t.Errorf("%q is not in:\n%s", want, out.String())
				}
			}
			// The last question's line is ended by who answers it.
			if lines := strings.Count(out.String(), "\n") + 1; lines != tc.lines {
				t.Errorf("%d lines, want %d:\n%s", lines, tc.lines, out.String())
			}
		})
	}
}
