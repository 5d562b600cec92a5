package run

import (
	"encoding/json"
	"fmt"
)

// explain says, for people and a hook's author, what a caught error of hook
// means.
func (c Caught) explain(hook HookName, limitSeconds int) string {
	switch c.Error {
	case "States.Timeout":
		return fmt.Sprintf("%s did not answer within its time limit (%d s a hook)", hook, limitSeconds)
	case "States.DataLimitExceeded":
		return fmt.Sprintf("%s answered with more than the 256 KiB that Step Functions carries", hook)
	case "Lambda.ResourceNotFoundException":
		return "the hook function does not exist: " + clip(c.Cause)
	}
	if payload := c.payload(); payload.Message != "" {
		if payload.Type == "Sandbox.Timedout" {
			return fmt.Sprintf("%s did not answer: %s", hook, clip(payload.Message))
		}
		return fmt.Sprintf("%s failed: %s", hook, clip(payload.Message))
	}
	if c.Cause == "" {
		return fmt.Sprintf("%s failed: %s", hook, c.Error)
	}
	return fmt.Sprintf("%s failed: %s: %s", hook, c.Error, clip(c.Cause))
}

// failed is what Lambda says of a function that failed.
type failed struct {
	Message string `json:"errorMessage"`
	Type    string `json:"errorType"`
}

func (c Caught) payload() failed {
	var f failed
	if json.Unmarshal([]byte(c.Cause), &f) != nil {
		return failed{}
	}
	return f
}

func (c Caught) message() string { return clip(c.payload().Message) }
