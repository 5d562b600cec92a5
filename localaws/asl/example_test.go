package asl_test

import (
	"fmt"

	"github.com/fasttrack-dev/fasttrack/localaws/asl"
)

// A definition is refused with the place of each mistake.
func ExampleParse() {
	_, err := asl.Parse([]byte(`{
		"StartAt": "Wait",
		"States": {"Wait": {"Type": "Wait", "Next": "Done"}, "Done": {"Type": "Succeed"}}
	}`), nil)
	fmt.Println(err)
	// Output: SCHEMA_VALIDATION_FAILED: Must have exactly one of Seconds, SecondsPath, Timestamp and TimestampPath at /States/Wait
}
