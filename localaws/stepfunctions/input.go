package stepfunctions

import (
	"regexp"
)

// The inputs of the operations: what a struct has is all that its operation serves
// (wire.Decode). TestEveryMember compares them with the SDK's.

type createInput struct {
	Name                    string            `json:"name"`
	Definition              string            `json:"definition"`
	RoleARN                 string            `json:"roleArn"`
	Type                    string            `json:"type"`
	Publish                 bool              `json:"publish"`
	LoggingConfiguration    *Logging          `json:"loggingConfiguration"`
	TracingConfiguration    *tracing          `json:"tracingConfiguration"`
	EncryptionConfiguration *ownKeyEncryption `json:"encryptionConfiguration"`
	Tags                    []tag             `json:"tags"`
}

type updateInput struct {
	MachineARN              string            `json:"stateMachineArn"`
	Definition              string            `json:"definition"`
	RoleARN                 string            `json:"roleArn"`
	Publish                 bool              `json:"publish"`
	LoggingConfiguration    *Logging          `json:"loggingConfiguration"`
	TracingConfiguration    *tracing          `json:"tracingConfiguration"`
	EncryptionConfiguration *ownKeyEncryption `json:"encryptionConfiguration"`
}

type tracing struct {
	Enabled bool `json:"enabled"`
}

// ownKeyEncryption is an encryptionConfiguration with the key that AWS owns, which
// is what there is without one.
type ownKeyEncryption struct {
	Type string `json:"type"`
}

// off refuses what would have to be traced or encrypted.
func off(t *tracing, e *ownKeyEncryption) error {
	switch {
	case t != nil && t.Enabled:
		return fail("InvalidTracingConfiguration", "Invalid Tracing Configuration: nothing is traced on this machine; enabled must be false")
	case e != nil && e.Type != "AWS_OWNED_KEY":
		return fail("InvalidEncryptionConfiguration", "Invalid Encryption Configuration: type must be AWS_OWNED_KEY on this machine, not %q", e.Type)
	}
	return nil
}

type machineInput struct {
	MachineARN string `json:"stateMachineArn"`
}

type describeMachineInput struct {
	MachineARN   string       `json:"stateMachineArn"`
	IncludedData includedData `json:"includedData"`
}

type validateInput struct {
	Definition string `json:"definition"`
	Type       string `json:"type"`
	Severity   string `json:"severity"`
	MaxResults int    `json:"maxResults"`
}

type startInput struct {
	MachineARN string  `json:"stateMachineArn"`
	Name       string  `json:"name"`
	Input      *string `json:"input"`
}

type describeExecutionInput struct {
	ExecutionARN string       `json:"executionArn"`
	IncludedData includedData `json:"includedData"`
}

type startSyncInput struct {
	MachineARN   string       `json:"stateMachineArn"`
	Name         string       `json:"name"`
	Input        *string      `json:"input"`
	IncludedData includedData `json:"includedData"`
}

type testStateInput struct {
	Definition      string  `json:"definition"`
	RoleARN         string  `json:"roleArn"`
	Input           *string `json:"input"`
	InspectionLevel string  `json:"inspectionLevel"`
}

type stopInput struct {
	ExecutionARN string  `json:"executionArn"`
	Error        *string `json:"error"`
	Cause        *string `json:"cause"`
}

type listMachinesInput struct{ pageInput }

type listExecutionsInput struct {
	pageInput
	MachineARN   string `json:"stateMachineArn"`
	StatusFilter string `json:"statusFilter"`
}

type historyInput struct {
	pageInput
	ExecutionARN         string `json:"executionArn"`
	ReverseOrder         bool   `json:"reverseOrder"`
	IncludeExecutionData *bool  `json:"includeExecutionData"`
}

type taskSuccessInput struct {
	TaskToken string  `json:"taskToken"`
	Output    *string `json:"output"`
}

type taskFailureInput struct {
	TaskToken string  `json:"taskToken"`
	Error     *string `json:"error"`
	Cause     *string `json:"cause"`
}

type heartbeatInput struct {
	TaskToken string `json:"taskToken"`
}

// includedData says whether a description holds what can be encrypted: the
// definition; inputs, outputs, errors and causes
// (https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html).
type includedData string

// all reports whether the call requests everything.
func (d includedData) all() (bool, error) {
	switch d {
	case "", "ALL_DATA":
		return true, nil
	case "METADATA_ONLY":
		return false, nil
	}
	return false, invalid("includedData", "Member must satisfy enum value set: [ALL_DATA, METADATA_ONLY]")
}

var roleARN = regexp.MustCompile(`^arn:aws[a-z-]*:iam::\d{12}:role/.{1,512}$`)

func validRole(arn string) error {
	if !roleARN.MatchString(arn) {
		return fail("InvalidArn", "Invalid Role Arn: '%s'", arn)
	}
	return nil
}
