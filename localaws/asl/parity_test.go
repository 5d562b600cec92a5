package asl_test

import (
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/localaws/asl/parity"
)

// TestParity runs the definitions that other interpreters are run on as well
// (make parity-statemachine).
func TestParity(t *testing.T) {
	cases, err := parity.Load("testdata/parity")
	if err != nil {
		t.Fatal(err)
	}
	if len(cases) < 150 {
		t.Errorf("there are %d cases", len(cases))
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) { parity.Check(t, c) })
	}
	t.Logf("%d cases", len(cases))
}

// TestParityCovers has a case for each word of the language.
func TestParityCovers(t *testing.T) {
	cases, err := parity.Load("testdata/parity")
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, c := range cases {
		all.Write(c.Definition)
	}
	words := []string{"And", "Or", "Not", "IsNull", "IsPresent", "IsNumeric", "IsString", "IsBoolean", "IsTimestamp",
		"StringMatches", "BooleanEquals", "BooleanEqualsPath", "Default", "InputPath", "OutputPath", "ResultPath", "Parameters",
		"ResultSelector", "ItemsPath", "ItemSelector", "ItemProcessor", "Iterator", "ProcessorConfig", "MaxConcurrency", "MaxConcurrencyPath",
		"Seconds", "SecondsPath", "Timestamp", "TimestampPath", "TimeoutSeconds", "TimeoutSecondsPath", "HeartbeatSeconds",
		"HeartbeatSecondsPath", "Error", "Cause", "ErrorPath", "CausePath", "Result", "Branches", "Retry", "Catch", "ErrorEquals",
		"IntervalSeconds", "MaxAttempts", "BackoffRate", "MaxDelaySeconds", "JitterStrategy", "Resource"}
	for _, kind := range []string{"String", "Numeric", "Timestamp"} {
		for _, operator := range []string{"Equals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"} {
			words = append(words, kind+operator, kind+operator+"Path")
		}
	}
	for i, word := range words {
		words[i] = `"` + word + `":`
	}
	for _, kind := range []string{"Pass", "Task", "Choice", "Wait", "Succeed", "Fail", "Parallel", "Map"} {
		words = append(words, `"Type":"`+kind+`"`)
	}
	for _, name := range []string{"Format", "StringToJson", "JsonToString", "Array", "ArrayPartition", "ArrayContains", "ArrayRange", "ArrayGetItem",
		"ArrayLength", "ArrayUnique", "Base64Encode", "Base64Decode", "Hash", "JsonMerge", "MathRandom", "MathAdd", "StringSplit", "UUID"} {
		words = append(words, "States."+name+"(")
	}
	for _, name := range []string{"ALL", "TaskFailed", "Timeout", "HeartbeatTimeout", "Runtime", "DataLimitExceeded", "IntrinsicFailure", "ResultPathMatchFailure"} {
		words = append(words, `"States.`+name+`"`)
	}
	for _, word := range words {
		if !strings.Contains(all.String(), word) {
			t.Errorf("no case has %s", word)
		}
	}
}
