package emulator

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"os"
	"os/exec"
	"runtime"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
)

// Outputs are those of a deployed stack, by key.
type Outputs map[string]string

// Deploy runs `sam deploy` with what `sam build` left in a folder, and has the
// edge serve the stack. Deployed once more, the stack is updated. Callers prove who
// they are by JWT, unless the parameters say otherwise.
func (m *Emulator) Deploy(ctx context.Context, build string, parameters map[string]string) (Outputs, error) {
	var overrides []string
	for name, value := range m.parameters(parameters) {
		overrides = append(overrides, name+"="+value)
	}
	slices.Sort(overrides)
	args := append([]string{
		"deploy", "--template-file", build + "/template.yaml", "--stack-name", StackName, "--region", Region,
		"--resolve-s3", "--capabilities", "CAPABILITY_IAM", "--no-confirm-changeset", "--no-fail-on-empty-changeset", "--no-progressbar",
		"--parameter-overrides",
	}, overrides...)
	if _, err := m.sam(ctx, args...); err != nil {
		return nil, err
	}
	return m.Adopt(ctx, StackName)
}

// DeployPacked does as [Emulator.Deploy] by the calls of CloudFormation that the SAM CLI
// makes, in a fraction of its time.
func (m *Emulator) DeployPacked(ctx context.Context, build string, parameters map[string]string) (Outputs, error) {
	url, err := m.pack(ctx, build)
	if err != nil {
		return nil, fmt.Errorf("pack the stack: %w", err)
	}
	if err := m.change(ctx, url, m.parameters(parameters)); err != nil {
		return nil, fmt.Errorf("deploy the stack: %w", err)
	}
	return m.Adopt(ctx, StackName)
}

// parameters returns those of a stack whose callers prove who they are by JWT, unless
// the given ones say otherwise.
func (m *Emulator) parameters(given map[string]string) map[string]string {
	all := map[string]string{"Architecture": architecture()}
	if given["AuthMode"] != "IAM" {
		maps.Copy(all, map[string]string{"AuthMode": "JWT", "JwtIssuer": m.URL(), "JwtAudience": audience})
	}
	maps.Copy(all, given)
	return all
}

// Adopt serves a stack that somebody deployed to the emulator, in [Region] and with
// [Emulator.Environ], and returns its outputs. It is called again after each update.
func (m *Emulator) Adopt(ctx context.Context, stack string) (Outputs, error) {
	described, err := cloudformation.NewFromConfig(m.services).DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &stack})
	if err != nil {
		return nil, fmt.Errorf("read the outputs of the stack: %w", err)
	}
	outputs := Outputs{}
	for _, s := range described.Stacks {
		for _, o := range s.Outputs {
			outputs[*o.OutputKey] = *o.OutputValue
		}
	}
	api, err := url.Parse(outputs["ApiUrl"])
	if err != nil || api.Host == "" {
		return nil, fmt.Errorf("the output ApiUrl is %q, and no URL", outputs["ApiUrl"])
	}
	m.edge.apiHost.Store(api.Host)
	for _, machine := range []string{"StateMachineArn", "LaneArn"} {
		if arn := outputs[machine]; arn != "" { // a release before the lane has none
			if err := m.copyStateMachine(ctx, arn); err != nil {
				return outputs, err
			}
		}
	}
	return outputs, nil
}

// Environ are the variables with which the SAM CLI, the AWS CLI and the command line
// find the emulator instead of AWS, as the account's owner.
func (m *Emulator) Environ() []string {
	return []string{
		"AWS_ENDPOINT_URL=" + m.ServicesURL(), "AWS_REGION=" + Region, "AWS_DEFAULT_REGION=" + Region,
		"AWS_ACCESS_KEY_ID=local", "AWS_SECRET_ACCESS_KEY=local", "AWS_EC2_METADATA_DISABLED=true", "SAM_CLI_TELEMETRY=0",
	}
}

// sam runs the SAM CLI against the emulator and returns what it printed.
func (m *Emulator) sam(ctx context.Context, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, m.opts.SAM, args...)
	cmd.Dir = m.dir
	cmd.Env = append(os.Environ(), m.Environ()...)
	cmd.Stderr = m.opts.Log
	printed, err := cmd.Output()
	if _, logErr := m.opts.Log.Write(printed); err == nil {
		err = logErr
	}
	if err != nil {
		return nil, fmt.Errorf("sam %s: %w", args[0], err)
	}
	return printed, nil
}

// architecture is what the template calls the processor of this machine.
func architecture() string {
	if runtime.GOARCH == "amd64" {
		return "x86_64"
	}
	return runtime.GOARCH
}
