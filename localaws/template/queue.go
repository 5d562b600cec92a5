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
