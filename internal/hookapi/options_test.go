package hookapi_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/fasttrack-dev/fasttrack/internal/hookapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

func TestReadOptions(t *testing.T) {
	long := strings.Repeat("ö", hookapi.MaxOption)
	many := strings.TrimSuffix(strings.Repeat(`{"value":"a"},`, 100), ",")
	for name, tc := range map[string]struct {
		in   string
		want []run.Option
		err  string
		more bool
	}{
		"some":               {`{"version":"1","options":[{"value":"a","label":"A"},{"value":"b"}]}`, []run.Option{{Value: "a", Label: "A"}, {Value: "b", Label: "b"}}, "", false},
		"none":               {` {"options":[]} `, []run.Option{}, "", false},
		"a label of null":    {`{"options":[{"value":"a","label":null}],"errors":null}`, []run.Option{{Value: "a", Label: "a"}}, "", false},
		"long":               {`{"options":[{"value":"` + long + `"}]}`, []run.Option{{Value: long, Label: long}}, "", false},
		"too long":           {`{"options":[{"value":"` + long + `ö"}]}`, nil, "returned an invalid response: options: [0]: value: 1001 characters, more than 1000", false},
		"a long label":       {`{"options":[{"value":"a","label":"` + long + `ö"}]}`, nil, "returned an invalid response: options: [0]: label: 1001 characters, more than 1000", false},
		"too many":           {`{"options":[` + many + `,{"value":"a"}]}`, nil, "returned an invalid response: options: 101 of them, more than 100", false},
		"too much":           {`{"options":[` + strings.Repeat(" ", 64<<10) + `]}`, nil, "returned an invalid response: 65550 bytes, more than 65536", false},
		"a control char":     {`{"options":[{"value":"a\u0007"}]}`, nil, "returned an invalid response: options: [0]: value: it holds the control character U+0007", false},
		"a control label":    {`{"options":[{"value":"a","label":"\u009b"}]}`, nil, "returned an invalid response: options: [0]: label: it holds the control character U+009B", false},
		"no UTF-8":           {"{\"options\":[{\"value\":\"\xff\"}]}", nil, "returned an invalid response: must be UTF-8", false},
		"no value":           {`{"options":[{"label":"A"}]}`, nil, "returned an invalid response: options: [0]: value: must not be empty", false},
		"an empty value":     {`{"options":[{"value":""}]}`, nil, "returned an invalid response: options: [0]: value: must not be empty", false},
		"a number":           {`{"options":[{"value":7}]}`, nil, "returned an invalid response: options: [0]: value: must be a string, got a number", false},
		"texts":              {`{"options":["a"]}`, nil, "returned an invalid response: options: [0]: must be a JSON object, got a string", false},
		"null among them":    {`{"options":[null]}`, nil, "returned an invalid response: options: [0]: must be a JSON object, got null", false},
		"an object":          {`{"options":{}}`, nil, "returned an invalid response: options: must be an array, got an object", false},
		"an unknown member":  {`{"options":[{"value":"a","Value":"b"}]}`, nil, "returned an invalid response: options: [0]: Value: unknown member", false},
		"another unknown":    {`{"options":[],"admin":true}`, nil, "returned an invalid response: admin: unknown member", false},
		"another version":    {`{"version":"2","options":[]}`, nil, `returned an invalid response: version: unsupported; supported: "1"`, false},
		"a newer version":    {`{"version":"1.3","later":1,"options":[{"value":"a","icon":"x"}]}`, []run.Option{{Value: "a", Label: "a"}}, "", false},
		"nothing":            {``, nil, "returned an invalid response: must be a JSON object, got nothing", false},
		"null":               {`null`, nil, "returned an invalid response: must be a JSON object, got null", false},
		"an empty object":    {`{}`, nil, "returned an invalid response: options: missing; must be a list, which may be empty", false},
		"options of null":    {`{"options":null}`, nil, "returned an invalid response: options: missing; must be a list, which may be empty", false},
		"a list":             {`[]`, nil, "returned an invalid response: must be a JSON object, got an array", false},
		"two documents":      {`{"options":[]} {}`, nil, "returned an invalid response: must be a JSON object, got invalid JSON", false},
		"a failure":          {`{"options":[],"errors":[{"hook":"prefetch","error":"Okta did not respond: 503"}]}`, nil, "failed: Okta did not respond: 503", false},
		"one with options":   {`{"options":[{"value":"a"}],"errors":[{"hook":"prefetch","error":"only\na part"}]}`, nil, "failed: only a part", false},
		"a silent failure":   {`{"errors":[{"hook":"prefetch","error":" "}]}`, nil, "failed: no reason given", false},
		"of another hook":    {`{"errors":[{"hook":"on_request","error":"oh"}]}`, nil, `returned an invalid response: errors: must be of prefetch, got "on_request"`, false},
		"no failure at all":  {`{"errors":[]}`, nil, "returned an invalid response: options: missing; must be a list, which may be empty", false},
		"a failure of texts": {`{"errors":["oh"]}`, nil, "returned an invalid response: errors: must be an object, got a string", false},
		"more":               {`{"options":[{"value":"a"}],"more":true}`, []run.Option{{Value: "a", Label: "a"}}, "", true},
		"no more":            {`{"options":[{"value":"a"}],"more":false}`, []run.Option{{Value: "a", Label: "a"}}, "", false},
		"more of no type":    {`{"options":[],"more":"yes"}`, nil, "returned an invalid response: more: must be a boolean, got a string", false},
		"more of nothing":    {`{"more":true}`, nil, "returned an invalid response: options: missing; must be a list, which may be empty", false},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := hookapi.ReadOptions([]byte(tc.in))
			var ignored []string
			if name == "a newer version" {
				ignored = []string{"later", "options.icon"}
			}
			if diff := cmp.Diff(hookapi.Options{List: tc.want, More: tc.more, Ignored: ignored}, got); diff != "" || tc.err == "" && err != nil || tc.err != "" && fmt.Sprint(err) != tc.err {
				t.Errorf("got error %v, want %s; options (-want +got):\n%s", err, tc.err, diff)
			}
		})
	}
}

// Whatever a function answers, what is believed of it is bounded and fit to be
// shown.
func FuzzReadOptions(f *testing.F) {
	f.Add([]byte(`{"version":"1","options":[{"value":"a","label":"A"}],"errors":[]}`))
	f.Add([]byte(`{"errors":[{"hook":"prefetch","error":"oh\u0000"}]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		options, err := hookapi.ReadOptions(raw)
		var texts []string
		if err != nil {
			texts = append(texts, err.Error())
		}
		if len(options.List) > 100 {
			t.Fatalf("%d options of %d bytes", len(options.List), len(raw))
		}
		for _, o := range options.List {
			if o.Value == "" || o.Label == "" {
				t.Fatalf("%+v", o)
			}
			texts = append(texts, o.Value, o.Label)
		}
		for _, text := range texts {
			if utf8.RuneCountInString(text) > hookapi.MaxOption || !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
				t.Fatalf("%q", text)
			}
		}
	})
}
