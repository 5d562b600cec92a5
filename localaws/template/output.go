package template

import (
	"fmt"

	"go.yaml.in/yaml/v4"
)

// Output is one of the stack's outputs.
type Output struct{ Key, Value, Description string }

// Resource is a resource of the stack, whether it runs here or not.
type Resource struct {
	LogicalID string
	// Type is the one that is deployed: SAM makes it of its own.
	Type string
	// PhysicalID is the value of Ref.
	PhysicalID string
}

// deployed are the types that SAM's transform makes of its own
// (https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-generated-resources.html).
var deployed = map[string]string{
	"AWS::Serverless::Function": "AWS::Lambda::Function", "AWS::Serverless::StateMachine": "AWS::StepFunctions::StateMachine",
	"AWS::Serverless::LayerVersion": "AWS::Lambda::LayerVersion",
}

// readOutputs works out the outputs whose condition holds.
func (r *reader) readOutputs(n *yaml.Node, stack *Stack) error {
	pairs, err := r.mapping(n)
	if err != nil {
		return err
	}
	for _, p := range pairs {
		done := r.in("output " + p.key)
		if c := child(p.node, "Condition"); c != nil {
			yes, err := r.conditionNamed(c, c.Value)
			if err != nil {
				return err
			}
			if !yes {
				done()
				continue
			}
		}
		value := child(p.node, "Value")
		if value == nil {
			return r.errorf(p.node, "has no Value")
		}
		v, err := r.value(value)
		if err != nil {
			return err
		}
		out := Output{Key: p.key, Value: fmt.Sprint(v)}
		if d := child(p.node, "Description"); d != nil {
			out.Description = d.Value
		}
		stack.Outputs = append(stack.Outputs, out)
		done()
	}
	return nil
}

// listResources lists what is deployed: the resources whose condition holds, and the
// aliases that SAM makes of functions.
func (r *reader) listResources(stack *Stack) error {
	for _, id := range r.order {
		res := r.resources[id]
		if res.absent || res.skipped {
			continue
		}
		done := r.in("resource " + id)
		physical, err := r.ref(res.node, id)
		if err != nil {
			return err
		}
		kind := res.kind
		if of, is := deployed[kind]; is {
			kind = of
		}
		stack.Resources = append(stack.Resources, Resource{id, kind, fmt.Sprint(physical)})
		if res.kind == "AWS::Serverless::Function" {
			alias, err := r.properties(res).text("AutoPublishAlias", "")
			if err != nil {
				return err
			}
			if alias != "" {
				arn, err := r.arn(res.node, res)
				if err != nil {
					return err
				}
				stack.Resources = append(stack.Resources, Resource{id + "Alias" + alias, "AWS::Lambda::Alias", arn + ":" + alias})
			}
		}
		done()
	}
	return nil
}
