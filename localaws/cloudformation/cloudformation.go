// Package cloudformation serves the read operations of AWS CloudFormation for one
// stack.
package cloudformation

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/localaws/template"
	"github.com/fasttrack-dev/fasttrack/localaws/wire"
)

// Stack describes the stack.
type Stack struct {
	Name, ID string
	Created  time.Time
	Template *template.Stack
}

// New returns a service that describes a stack.
func New(s Stack) wire.Service {
	return wire.Service{Name: "cloudformation", MaxBody: 2 << 20, Operations: map[string]wire.Operation{
		"DescribeStackResource":  wire.Form(s.describeStackResource, "StackName", "LogicalResourceId"),
		"DescribeStackResources": wire.Form(s.describeStackResources, "StackName", "LogicalResourceId", "PhysicalResourceId"),
		"DescribeStacks":         wire.Form(s.describeStacks, "StackName", "NextToken"),
		"GetTemplate":            wire.Form(s.getTemplate, "StackName", "TemplateStage"),
		"ListStackResources":     wire.Form(s.listStackResources, "StackName", "NextToken"),
		"ListStacks":             wire.Form(s.listStacks, "StackStatusFilter", "NextToken"),
	}}
}

// status is the status of the stack and of each resource.
const status = "CREATE_COMPLETE"

func at(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// none refuses a token: no list here has a second page.
func none(token string) error {
	if token != "" {
		return wire.Fail("ValidationError", "NextToken is not one of this list")
	}
	return nil
}

// check refuses the name or id of another stack.
func (s Stack) check(name string) error {
	switch name {
	case "":
		return wire.Fail("ValidationError", "StackName is missing; this machine's is %s", s.Name)
	case s.Name, s.ID:
		return nil
	}
	return wire.Fail("ValidationError", "Stack with id %s does not exist; this machine's is %s", name, s.Name)
}

type parameterOutput struct{ ParameterKey, ParameterValue string }

type outputOutput struct {
	OutputKey, OutputValue string
	Description            string `xml:",omitempty"`
}

type stackOutput struct {
	StackId, StackName, Description, CreationTime, StackStatus string //nolint:revive // as the service spells it
	DisableRollback                                            bool
	Capabilities                                               []string          `xml:"Capabilities>member"`
	Parameters                                                 []parameterOutput `xml:"Parameters>member"`
	Outputs                                                    []outputOutput    `xml:"Outputs>member"`
}

func (s Stack) describeStacks(form url.Values) (any, error) {
	if err := none(form.Get("NextToken")); err != nil {
		return nil, err
	}
	if name := form.Get("StackName"); name != "" {
		if err := s.check(name); err != nil {
			return nil, err
		}
	}
	out := stackOutput{
		StackId: s.ID, StackName: s.Name, Description: s.Template.Description, CreationTime: at(s.Created), StackStatus: status,
		Capabilities: []string{"CAPABILITY_IAM"},
	}
	for _, key := range slices.Sorted(maps.Keys(s.Template.Parameters)) {
		out.Parameters = append(out.Parameters, parameterOutput{key, s.Template.Parameters[key]})
	}
	for _, o := range s.Template.Outputs {
		out.Outputs = append(out.Outputs, outputOutput{o.Key, o.Value, o.Description})
	}
	return struct {
		Stacks []stackOutput `xml:"Stacks>member"`
	}{[]stackOutput{out}}, nil
}

func (s Stack) listStacks(form url.Values) (any, error) {
	if err := none(form.Get("NextToken")); err != nil {
		return nil, err
	}
	type summary struct {
		StackId, StackName, TemplateDescription, CreationTime, StackStatus string //nolint:revive // as the service spells it
	}
	var out struct {
		Summaries []summary `xml:"StackSummaries>member"`
	}
	wanted := true
	for name, values := range form {
		if strings.HasPrefix(name, "StackStatusFilter.member.") {
			if wanted = slices.Contains(values, status); wanted {
				break
			}
		}
	}
	if wanted {
		out.Summaries = append(out.Summaries, summary{s.ID, s.Name, s.Template.Description, at(s.Created), status})
	}
	return out, nil
}

type resourceOutput struct {
	LogicalResourceId, PhysicalResourceId, ResourceType string //nolint:revive // as the service spells it
	LastUpdatedTimestamp, ResourceStatus                string
}

func (s Stack) output(r template.Resource) resourceOutput {
	return resourceOutput{r.LogicalID, r.PhysicalID, r.Type, at(s.Created), status}
}

func (s Stack) listStackResources(form url.Values) (any, error) {
	if err := none(form.Get("NextToken")); err != nil {
		return nil, err
	}
	if err := s.check(form.Get("StackName")); err != nil {
		return nil, err
	}
	var out struct {
		Summaries []resourceOutput `xml:"StackResourceSummaries>member"`
	}
	for _, r := range s.Template.Resources {
		out.Summaries = append(out.Summaries, s.output(r))
	}
	return out, nil
}

type detailedOutput struct {
	StackName, StackId, LogicalResourceId, PhysicalResourceId, ResourceType, Timestamp, ResourceStatus string //nolint:revive // as the service spells it
}

func (s Stack) describeStackResources(form url.Values) (any, error) {
	name, logical, physical := form.Get("StackName"), form.Get("LogicalResourceId"), form.Get("PhysicalResourceId")
	if (name == "") == (physical == "") {
		return nil, wire.Fail("ValidationError", "Give one of StackName and PhysicalResourceId.")
	}
	if name != "" {
		if err := s.check(name); err != nil {
			return nil, err
		}
	}
	var out struct {
		Resources []detailedOutput `xml:"StackResources>member"`
	}
	there := physical == ""
	for _, r := range s.Template.Resources {
		there = there || r.PhysicalID == physical
		if logical == "" || r.LogicalID == logical {
			out.Resources = append(out.Resources, detailedOutput{s.Name, s.ID, r.LogicalID, r.PhysicalID, r.Type, at(s.Created), status})
		}
	}
	if !there {
		return nil, wire.Fail("ValidationError", "Stack for %s does not exist", physical)
	}
	return out, nil
}

func (s Stack) describeStackResource(form url.Values) (any, error) {
	if err := s.check(form.Get("StackName")); err != nil {
		return nil, err
	}
	for _, r := range s.Template.Resources {
		if r.LogicalID == form.Get("LogicalResourceId") {
			return struct{ StackResourceDetail resourceOutput }{s.output(r)}, nil
		}
	}
	return nil, wire.Fail("ValidationError", "Resource %s does not exist for stack %s", form.Get("LogicalResourceId"), s.Name)
}

// getTemplate returns the template before SAM's transform, which does not run here.
func (s Stack) getTemplate(form url.Values) (any, error) {
	if err := s.check(form.Get("StackName")); err != nil {
		return nil, err
	}
	if stage := form.Get("TemplateStage"); stage != "" && stage != "Original" {
		return nil, wire.Fail("ValidationError", "TemplateStage must be Original on this machine, got %s", stage)
	}
	return struct {
		TemplateBody    string
		StagesAvailable []string `xml:"StagesAvailable>member"`
	}{s.Template.Text, []string{"Original"}}, nil
}
