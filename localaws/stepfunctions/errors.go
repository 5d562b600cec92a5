package stepfunctions

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// apiError is an error by the service's name, with its message.
type apiError struct{ code, message string }

func (e *apiError) Error() string { return e.code + ": " + e.message }

func fail(code, format string, args ...any) error {
	return &apiError{code: code, message: fmt.Sprintf(format, args...)}
}

// code is the service's name of an error, "" of any other.
func code(err error) string {
	known, _ := errors.AsType[*apiError](err)
	if known == nil {
		return ""
	}
	return known.code
}

// invalid is what the service says of a member that breaks its model.
func invalid(member, constraint string) error {
	return fail("ValidationException", "1 validation error detected: Value at '%s' failed to satisfy constraint: %s", member, constraint)
}

// required refuses a member that is missing.
func required(member, value string) error {
	if value == "" {
		return fail("ValidationException", "1 validation error detected: Value null at '%s' failed to satisfy constraint: Member must not be null", member)
	}
	return nil
}

// atMost refuses what is longer than the service's model says.
func atMost(member, value string, most int) error {
	if len(value) > most {
		return invalid(member, fmt.Sprintf("Member must have length less than or equal to %d", most))
	}
	return nil
}

// maxData is how long inputs and outputs may be, in bytes.
const maxData = 256 << 10

// maxDefinition is how long a definition may be, in bytes
// (https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html).
const maxDefinition = 1 << 20

// failureFits checks the error and cause of StopExecution and SendTaskFailure.
func failureFits(name, cause *string) error {
	if name != nil {
		if err := atMost("error", *name, 256); err != nil {
			return err
		}
	}
	if cause != nil {
		return atMost("cause", *cause, 32768)
	}
	return nil
}

// validName is what the service takes as a name of machines and executions
// (https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html).
var validName = regexp.MustCompile(`^[^\x00-\x20\x7f-\x9f\x{fffe}\x{ffff}<>{}\[\]?*"#%\\^|~` + "`" + `$&,;:/]{1,80}$`)

var (
	machineARN   = regexp.MustCompile(`^arn:aws[a-z-]*:states:[a-z0-9-]*:\d{12}:stateMachine:[^:]+(:[^:]+)?$`)
	executionARN = regexp.MustCompile(`^arn:aws[a-z-]*:states:[a-z0-9-]*:\d{12}:execution:[^:]+:[^:]+$`)
)

func validARN(pattern *regexp.Regexp, member, arn string) error {
	if err := required(member, arn); err != nil {
		return err
	}
	if pattern.MatchString(arn) {
		return nil
	}
	const kind = 5 // arn:aws:states:REGION:ACCOUNT:KIND:NAME
	if parts := strings.Split(arn, ":"); len(parts) > kind+1 {
		arn = parts[kind]
	}
	return fail("InvalidArn", "Invalid Arn: 'Resource type not valid in this context: %s'", arn)
}

// unsupported is the service's error for an operation on a machine of the other type.
func unsupported(why string) error {
	message := "This operation is not supported by this type of state machine"
	if why != "" {
		message += ": " + why
	}
	return &apiError{"StateMachineTypeNotSupported", message}
}
