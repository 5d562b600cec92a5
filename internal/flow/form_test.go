package flow_test

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
)

// The parser takes a name exactly where the schema's pattern does.
func TestNamesAreTheSchemasPatterns(t *testing.T) {
	raw, err := os.ReadFile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	var schema struct {
		Defs struct {
			Flow, Field, Target struct {
				Properties map[string]struct{ Pattern string }
			}
			Function, Email, Principal struct{ Pattern string }
			Directory                  struct {
				Properties struct {
					Groups struct{ PropertyNames struct{ Pattern string } }
				}
			}
		} `json:"$defs"`
	}
	if err := json.Unmarshal(raw, &schema); err != nil {
		t.Fatal(err)
	}
	d := schema.Defs
	chars := rapid.SampledFrom([]rune("aZ09-_.:/@ ,;|$\téß\u00a0"))
	words := rapid.OneOf(
		rapid.StringOfN(chars, 0, 6, -1),
		rapid.StringOfN(rapid.SampledFrom([]rune("az09")), 60, 130, -1),
		rapid.SampledFrom([]string{"everyone", "group:", "group:x", "group:a b", "arn:aws:iam::1:user/x", "a@b", "a@b@c", "a@b.", "a.@b-c", "é@b", "a@-b", "a|b@c", "$LATEST", "f:$LATEST", "f:1",
			"arn:aws:lambda:eu-west-1:123456789012:function:f", "arn:aws-cn:lambda:cn-north-1:123456789012:function:f:live",
			"arn:aws:lambda:eu-west-1:12345:function:f", "arn:aws:lambda::123456789012:function:f", "arn:aws:sqs:eu-west-1:123456789012:function:f", "arn:aws:lambda:eu-west-1:123456789012:function:"}),
		rapid.Custom(func(t *rapid.T) string { // an e-mail at the edge of its lengths
			return strings.Repeat("a", rapid.IntRange(63, 65).Draw(t, "user")) + "@" + strings.Repeat("b", rapid.IntRange(252, 254).Draw(t, "domain"))
		}),
	)
	for name, tc := range map[string]struct{ pattern, file string }{
		"flow":      {d.Flow.Properties["name"].Pattern, "flows: [{name: %s, admins: [a@x]}]"},
		"field":     {d.Field.Properties["name"].Pattern, "flows: [{name: a, admins: [a@x], fields: [{name: %s, type: int}]}]"},
		"target":    {d.Target.Properties["id"].Pattern, "flows: [{name: a, admins: [a@x], targets: [{id: %s}]}]"},
		"function":  {d.Function.Pattern, "flows: [{name: a, admins: [a@x], hooks: %s}]"},
		"email":     {d.Email.Pattern, "{flows: [{name: a, admins: [a@x]}], directory: {groups: {g: [%s]}}}"},
		"group":     {d.Directory.Properties.Groups.PropertyNames.Pattern, "{flows: [{name: a, admins: [a@x]}], directory: {groups: {%s: []}}}"},
		"principal": {d.Principal.Pattern, "flows: [{name: a, admins: [a@x], review: {viewers: [%s]}}]"},
	} {
		t.Run(name, func(t *testing.T) {
			if tc.pattern == "" {
				t.Fatal("the schema has no pattern")
			}
			pattern := regexp.MustCompile(tc.pattern)
			rapid.Check(t, func(t *rapid.T) {
				word := words.Draw(t, "word")
				_, err := flow.Parse("f", fmt.Appendf(nil, tc.file, strconv.Quote(word)))
				if got, want := err == nil, pattern.MatchString(word); got != want {
					t.Fatalf("%q: the parser takes it: %v, the schema: %v (%v)", word, got, want, err)
				}
			})
		})
	}
}

// ISO 8601 in days and less, against the grammar written as a pattern.
func TestISODurations(t *testing.T) {
	grammar := regexp.MustCompile(`^P(?:(\d{1,4})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,8})M)?(?:(\d{1,9})S)?)?$`)
	texts := rapid.StringOfN(rapid.SampledFrom([]rune("TDHMS0199")), 0, 9, -1)
	rapid.Check(t, func(t *rapid.T) {
		in := "P" + texts.Draw(t, "text")
		got, err := flow.ParseDuration(in)
		parts := grammar.FindStringSubmatch(in)
		if right := parts != nil && in != "P" && in[len(in)-1] != 'T'; right != (err == nil) {
			t.Fatalf("%s is %d (%v), want it taken: %v", in, got, err, right)
		}
		if err != nil {
			return
		}
		want := 0
		for i, unit := range []int{86400, 3600, 60, 1} {
			n, _ := strconv.Atoi("0" + parts[i+1])
			want += n * unit
		}
		if got != want {
			t.Fatalf("%s is %d, want %d", in, got, want)
		}
	})
}
