package template

import "time"

// Async is an AWS::Lambda::EventInvokeConfig.
type Async struct {
	// MaxRetries is how often a failed event is retried.
	MaxRetries int
	// MaxAge is how long an event is kept.
	MaxAge time.Duration
	// OnFailure is the ARN to which failed events are sent, or empty.
	OnFailure string
}

// The defaults of a configuration
// (https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionEventInvokeConfig.html).
const (
	defaultRetries  = 2
	defaultEventAge = 21600
)

func (r *reader) collectInvokeConfig(res *resource) error {
	p := r.properties(res)
	function, err := p.required("FunctionName")
	if err != nil {
		return err
	}
	qualifier, err := p.text("Qualifier", "$LATEST")
	if err != nil {
		return err
	}
	if qualifier != "$LATEST" {
		return r.errorf(res.node, "qualifier %s: this machine configures only $LATEST, for every version", qualifier)
	}
	a := &Async{}
	if a.MaxRetries, err = p.number("MaximumRetryAttempts", defaultRetries); err != nil {
		return err
	}
	if a.MaxRetries < 0 || a.MaxRetries > defaultRetries {
		return r.errorf(res.node, "MaximumRetryAttempts must be 0 to 2, got %d", a.MaxRetries)
	}
	seconds, err := p.number("MaximumEventAgeInSeconds", defaultEventAge)
	if err != nil {
		return err
	}
	if seconds < 60 || seconds > defaultEventAge {
		return r.errorf(res.node, "MaximumEventAgeInSeconds must be 60 to 21600, got %d", seconds)
	}
	a.MaxAge = time.Duration(seconds) * time.Second
	destinations := p.member("DestinationConfig")
	if n := child(destinations.own, "OnSuccess"); n != nil {
		return r.errorf(n, "property OnSuccess of DestinationConfig is not served on this machine")
	}
	a.OnFailure, err = destinations.member("OnFailure").text("Destination", "")
	r.async[function] = a
	return err
}

// attachAsync sets the configurations of asynchronous invocations on their functions.
func (r *reader) attachAsync(stack *Stack) {
	for i, f := range stack.Functions {
		stack.Functions[i].Async = r.async[f.Name]
	}
}
