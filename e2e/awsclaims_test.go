package e2e

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// Each limit of AWS in the docs names AWS's page.
func TestAWSLimitsAreLinked(t *testing.T) {
	raw, err := os.ReadFile("../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	limit := regexp.MustCompile(`^\| (Step Functions|Lambda|API Gateway|DynamoDB|EventBridge|SNS|SQS|KMS|IAM): [^|]*\|`)
	found := 0
	for i, line := range strings.Split(string(raw), "\n") {
		cell := limit.FindString(line)
		if cell == "" {
			continue
		}
		if found++; !strings.Contains(cell, "](https://docs.aws.amazon.com/") {
			t.Errorf("docs/operations.md:%d: no page of AWS says so: %s", i+1, cell)
		}
	}
	if found < 8 {
		t.Errorf("the docs have %d limits of AWS", found)
	}
}
