package template

import "fmt"

// Queue is an AWS::SQS::Queue.
type Queue struct {
	LogicalID, Name, ARN, URL string
}

func (r *reader) collectQueue(stack *Stack, res *resource) error {
	arn, err := r.arn(res.node, res)
	if err != nil {
		return err
	}
	url, err := r.ref(res.node, res.id)
	if err != nil {
		return err
	}
	name, err := r.name(res.node, res)
	stack.Queues = append(stack.Queues, Queue{res.id, name, arn, fmt.Sprint(url)})
	return err
}

// collectInvokeConfig notes where events of a function that fail for good go.
func (r *reader) collectInvokeConfig(res *resource) error {
	p := r.properties(res)
	function, err := p.text("FunctionName", "")
	if err != nil {
		return err
	}
	to, err := p.member("DestinationConfig").member("OnFailure").text("Destination", "")
	if to != "" {
		r.onFailure[function] = to
	}
	return err
}

// attachDestinations gives the functions what their invoke configurations say.
func (r *reader) attachDestinations(stack *Stack) {
	for i := range stack.Functions {
		stack.Functions[i].OnFailure = r.onFailure[stack.Functions[i].Name]
	}
}
