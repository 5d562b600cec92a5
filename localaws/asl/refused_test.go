package asl_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/localaws/asl"
)

func TestDefinitionsThatAreRefused(t *testing.T) {
	pass := func(more string) string {
		return `{"StartAt":"A","States":{"A":{"Type":"Pass"` + more + `}}}`
	}
	for name, tc := range map[string]struct{ definition, want string }{
		"no JSON":                              {`{`, "INVALID_JSON_DESCRIPTION"},
		"no StartAt":                           {`{"States":{"A":{"Type":"Pass","End":true}}}`, "StartAt"},
		"no States":                            {`{"StartAt":"A"}`, "States"},
		"StartAt leads nowhere":                {`{"StartAt":"B","States":{"A":{"Type":"Pass","End":true}}}`, "MISSING_TRANSITION_TARGET"},
		"Next leads nowhere":                   {pass(`,"Next":"B"`), "MISSING_TRANSITION_TARGET"},
		"neither Next nor End":                 {pass(``), "Next or End"},
		"both Next and End":                    {pass(`,"Next":"A","End":true`), "Next or End"},
		"unreachable":                          {`{"StartAt":"A","States":{"A":{"Type":"Pass","End":true},"B":{"Type":"Pass","End":true}}}`, "UNREACHABLE_STATE"},
		"unknown field":                        {pass(`,"End":true,"Colour":"red"`), "/States/A/Colour"},
		"unknown type":                         {`{"StartAt":"A","States":{"A":{"Type":"Magic","End":true}}}`, "not a type"},
		"JSONata":                              {`{"QueryLanguage":"JSONata","StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}`, "not implemented"},
		"a bad path":                           {pass(`,"End":true,"InputPath":"a.b"`), "JSONPath"},
		"a ResultPath of many":                 {pass(`,"End":true,"ResultPath":"$.a[*]"`), "Reference Path"},
		"a bad intrinsic":                      {pass(`,"End":true,"Parameters":{"a.$":"States.Nope()"}`), "no intrinsic function"},
		"too few arguments":                    {pass(`,"End":true,"Parameters":{"a.$":"States.MathAdd(1)"}`), "does not take 1"},
		"a path that is no text":               {pass(`,"End":true,"Parameters":{"a.$":7}`), "must be a valid JSONPath"},
		"TimeoutSeconds 0":                     {unreached(task(`,"TimeoutSeconds":0`)), "between 1"},
		"a fraction":                           {unreached(task(`,"TimeoutSeconds":1.5`)), "not an integer"},
		"two time-outs":                        {unreached(task(`,"TimeoutSeconds":1,"TimeoutSecondsPath":"$.a"`)), "both"},
		"States.ALL first":                     {unreached(task(`,"Retry":[{"ErrorEquals":["States.ALL"]},{"ErrorEquals":["A"]}]`)), "States.ALL must appear alone"},
		"States.ALL in company":                {unreached(task(`,"Retry":[{"ErrorEquals":["A","States.ALL"]}]`)), "States.ALL must appear alone"},
		"BackoffRate":                          {unreached(task(`,"Retry":[{"ErrorEquals":["A"],"BackoffRate":0.5}]`)), "at least 1"},
		"MaxDelaySeconds":                      {unreached(task(`,"Retry":[{"ErrorEquals":["A"],"IntervalSeconds":5,"MaxDelaySeconds":5}]`)), "MaxDelaySeconds"},
		"a resource of nothing":                {`{"StartAt":"A","States":{"A":{"Type":"Task","Resource":"x","End":true}}}`, "resource ARN"},
		"two waits":                            {`{"StartAt":"A","States":{"A":{"Type":"Wait","Seconds":1,"Timestamp":"2020-01-01T00:00:00Z","End":true}}}`, "exactly one"},
		"a choice of nothing":                  {`{"StartAt":"A","States":{"A":{"Type":"Choice","Choices":[{"Variable":"$.a","Next":"B"}]},"B":{"Type":"Succeed"}}}`, "comparison operator"},
		"a choice of two":                      {`{"StartAt":"A","States":{"A":{"Type":"Choice","Choices":[{"Variable":"$.a","IsNull":true,"IsString":true,"Next":"B"}]},"B":{"Type":"Succeed"}}}`, "one comparison"},
		"a literal of a type":                  {`{"StartAt":"A","States":{"A":{"Type":"Choice","Choices":[{"Variable":"$.a","NumericEquals":"1","Next":"B"}]},"B":{"Type":"Succeed"}}}`, "not a number"},
		"an ItemReader":                        {`{"StartAt":"A","States":{"A":{"Type":"Map","ItemReader":{},"End":true,"ItemProcessor":{"StartAt":"B","States":{"B":{"Type":"Pass","End":true}}}}}}`, "ItemReader"},
		"one name twice":                       {`{"StartAt":"A","States":{"A":{"Type":"Parallel","End":true,"Branches":[{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}]}}}`, "DUPLICATE_STATE_NAME"},
		"an Assign":                            {pass(`,"End":true,"Assign":{"x":1}`), "/States/A/Assign"},
		"an Assign is said to be missing here": {pass(`,"End":true,"Assign":{"x":1}`), "Field is not implemented on this machine"},
		"a variable":                           {pass(`,"End":true,"Parameters":{"v.$":"$x.y"}`), "variables are not implemented on this machine"},
		"a long Label":                         {`{"StartAt":"A","States":{"A":{"Type":"Map","Label":"lllllllllllllllllllllllllllllllllllllllll","End":true,"ItemProcessor":{"StartAt":"B","States":{"B":{"Type":"Pass","End":true}}}}}}`, "/States/A/Label"},
		"an empty Label":                       {`{"StartAt":"A","States":{"A":{"Type":"Map","Label":"","End":true,"ItemProcessor":{"StartAt":"B","States":{"B":{"Type":"Pass","End":true}}}}}}`, "/States/A/Label"},
		"a Label with a blank":                 {`{"StartAt":"A","States":{"A":{"Type":"Map","Label":"a b","End":true,"ItemProcessor":{"StartAt":"B","States":{"B":{"Type":"Pass","End":true}}}}}}`, "/States/A/Label"},
		"a distributed Map of no type":         {`{"StartAt":"A","States":{"A":{"Type":"Map","End":true,"ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED"},"StartAt":"B","States":{"B":{"Type":"Pass","End":true}}}}}}`, "[ExecutionType]"},
		"an ExecutionType":                     {`{"StartAt":"A","States":{"A":{"Type":"Map","End":true,"ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"FAST"},"StartAt":"B","States":{"B":{"Type":"Pass","End":true}}}}}}`, "STANDARD or EXPRESS"},
		"a long name":                          {strings.ReplaceAll(pass(`,"End":true`), `"A"`, `"`+strings.Repeat("A", 81)+`"`), "1 to 80"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := asl.Parse([]byte(tc.definition), nil)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %q", err, tc.want)
			}
		})
	}
}

// A definition in another query language is refused for that alone.
func TestOtherQueryLanguages(t *testing.T) {
	for _, definition := range []string{
		`{"QueryLanguage":"JSONata","StartAt":"A","States":{"A":{"Type":"Choice","Choices":[{"Condition":"{% true %}","Next":"B"}]},"B":{"Type":"Wait","Seconds":"{% 1 %}","Output":1,"End":true}}}`,
		`{"StartAt":"A","States":{"A":{"Type":"Wait","QueryLanguage":"JSONata","Seconds":"{% 1 %}","Next":"B"},"B":{"Type":"Pass","End":true}}}`,
	} {
		_, err := asl.Parse([]byte(definition), nil)
		mistakes, ok := errors.AsType[asl.Mistakes](err)
		if !ok || len(mistakes) != 1 || !strings.HasSuffix(mistakes[0].Location, "/QueryLanguage") {
			t.Errorf("got %v, want its QueryLanguage refused alone", err)
		}
	}
}

// A definition is one JSON value, with nothing after it.
func TestDefinitionIsOneValue(t *testing.T) {
	const machine = `{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}`
	for _, after := range []string{"}", "]", "{}", "x"} {
		if _, err := asl.Parse([]byte(machine+after), nil); err == nil {
			t.Errorf("%q after a definition is taken", after)
		}
	}
	if _, err := asl.Parse([]byte(machine+" \n"), nil); err != nil {
		t.Error(err)
	}
}

// What an older release accepted is read again, and an execution goes on by it.
func TestParseKept(t *testing.T) {
	for name, definition := range map[string]string{
		"no branches":     `{"StartAt":"A","States":{"A":{"Type":"Parallel","Branches":[],"End":true}}}`,
		"a backslash":     `{"StartAt":"A","States":{"A":{"Type":"Pass","Parameters":{"v.$":"States.Format('\\\"{}', 1)"},"End":true}}}`,
		"another service": `{"StartAt":"A","States":{"A":{"Type":"Task","Resource":"arn:aws:states:::sns:publish","End":true}}}`,
		"no type":         `{"StartAt":"A","States":{"A":{"Type":"Map","End":true,"ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED"},"StartAt":"B","States":{"B":{"Type":"Pass","End":true}}}}}}`,
	} {
		if _, err := asl.Parse([]byte(definition), func(string, map[string]any) asl.Mistakes { return asl.Mistakes{{}} }); err == nil {
			t.Errorf("%s: Parse takes it", name)
		}
		if _, err := asl.ParseKept([]byte(definition)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := asl.ParseKept([]byte(`{"StartAt":"A","States":{"A":{"Type":"Magic"}}}`)); err == nil {
		t.Error("what no release took is read")
	}
}
