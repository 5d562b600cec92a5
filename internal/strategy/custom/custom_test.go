package custom_test

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/strategy"
	"github.com/fasttrack-dev/fasttrack/internal/strategy/custom"
)

// function answers every invocation the same.
type function struct {
	answer string
	failed bool
	err    error
	asked  custom.Asked
	name   string
}

func (f *function) Invoke(_ context.Context, in *lambda.InvokeInput, _ ...func(*lambda.Options)) (*lambda.InvokeOutput, error) {
	f.name = *in.FunctionName
	if err := json.Unmarshal(in.Payload, &f.asked); err != nil {
		return nil, err
	}
	out := &lambda.InvokeOutput{Payload: []byte(f.answer)}
	if f.failed {
		out.FunctionError = aws.String("Unhandled")
	}
	return out, f.err
}

func TestAnswers(t *testing.T) {
	for name, tc := range map[string]struct {
		operation string
		function  function
		has       bool
		err       string // part of the error, "" for none
		refused   bool
	}{
		"given":            {"give", function{answer: `{"has_access":true}`}, false, "", false},
		"not given":        {"give", function{answer: `{"has_access":false}`}, false, "answered give with has_access: false", false},
		"taken":            {"take", function{answer: `{"version":"1","has_access":false}`}, false, "", false},
		"not taken":        {"take", function{answer: `{"has_access":true}`}, false, "answered take with has_access: true", false},
		"there":            {"read", function{answer: `{"has_access":true}`}, true, "", false},
		"not there":        {"read", function{answer: `{"has_access":false}`}, false, "", false},
		"refused":          {"give", function{answer: `{"refused":"no such user"}`}, false, "no such user", true},
		"nothing":          {"give", function{answer: `null`}, false, "has_access is missing", false},
		"an empty object":  {"read", function{answer: `{}`}, false, "has_access is missing", false},
		"a wrong type":     {"give", function{answer: `{"has_access":"yes"}`}, false, "has_access: must be a boolean, got a string", false},
		"an unknown thing": {"give", function{answer: `{"has_access":true,"hello":1}`}, false, "hello: unknown member", false},
		"a list":           {"give", function{answer: `[1]`}, false, "must be an object, got an array", false},
		"another case":     {"give", function{answer: `{"Has_Access":true}`}, false, "Has_Access: unknown member; did you mean has_access?", false},
		"twice":            {"take", function{answer: `{"has_access":true,"has_access":false}`}, false, "has_access: appears twice", false},
		"no JSON":          {"give", function{answer: `<html>`}, false, "invalid", false},
		"two answers":      {"give", function{answer: `{"has_access":true}{}`}, false, "must be one JSON value", false},
		"another version":  {"give", function{answer: `{"version":"2","has_access":true}`}, false, `unsupported strategy contract version "2"; supported: "1"`, false},
		"too much":         {"give", function{answer: `{"refused":"` + strings.Repeat("x", 70000) + `"}`}, false, "more than 65536", false},
		"it failed":        {"give", function{answer: `{"errorMessage":"boom"}`, failed: true}, false, "f failed: boom", false},
		"it is not there":  {"give", function{err: &types.ResourceNotFoundException{}}, false, "does not exist", true},
		"Lambda failed":    {"take", function{err: &types.ServiceException{}}, false, "invoke f", false},
	} {
		t.Run(name, func(t *testing.T) {
			s := custom.New(&tc.function, "")
			a := strategy.Access{Function: "f", Fence: 7, RunID: "r"}
			var has bool
			var err error
			switch tc.operation {
			case "give":
				_, err = s.Give(t.Context(), a, nil)
			case "take":
				_, err = s.Take(t.Context(), a, nil)
			default:
				has, err = s.Has(t.Context(), a)
			}
			if has != tc.has || (err == nil) != (tc.err == "") || err != nil && !strings.Contains(err.Error(), tc.err) {
				t.Errorf("got %v %v, want %v and %q", has, err, tc.has, tc.err)
			}
			var refused strategy.Refused
			if errors.As(err, &refused) != tc.refused {
				t.Errorf("%v: refused is %v", err, !tc.refused)
			}
			if tc.function.asked.Operation != tc.operation || tc.function.asked.Fence != 7 || tc.function.asked.Version != "1" {
				t.Errorf("asked %+v", tc.function.asked)
			}
		})
	}
}

func TestNames(t *testing.T) {
	for name, want := range map[string]string{
		"grant-demo": "stack-grant-demo", "stack-mine": "stack-mine",
		"arn:aws:lambda:us-east-1:123456789012:function:x": "arn:aws:lambda:us-east-1:123456789012:function:x",
	} {
		f := &function{answer: `{"has_access":true}`}
		if _, err := custom.New(f, "stack").Give(t.Context(), strategy.Access{Function: name}, nil); err != nil || f.name != want {
			t.Errorf("%s is invoked as %s (%v), want %s", name, f.name, err, want)
		}
	}
}

// A function gets no name that nothing vouches for, and nothing that is never
// shown.
func TestWhatIsToldOfAPerson(t *testing.T) {
	eve := run.Person{ID: "eve@example.com", Email: "eve@example.com", Name: "root", Principal: "i|1", Links: []string{"x@example.com"}, Groups: []string{"sre"}}
	vouched, old := eve, eve
	vouched.Vouched, old.Principal = true, ""
	for _, tc := range []struct {
		p    run.Person
		name string
	}{{eve, ""}, {vouched, "root"}, {old, "root"}} {
		f := &function{answer: `{"has_access":true}`}
		if _, err := custom.New(f, "").Has(t.Context(), strategy.Access{Person: tc.p}); err != nil {
			t.Fatal(err)
		}
		want := run.Person{ID: eve.ID, Email: eve.Email, Name: tc.name, Groups: eve.Groups}
		if !reflect.DeepEqual(f.asked.Person, want) {
			t.Errorf("it is told of %+v, want %+v", f.asked.Person, want)
		}
	}
}
