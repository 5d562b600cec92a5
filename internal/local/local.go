// Package local runs fasttrack on this machine's AWS (package localaws): it holds
// fasttrack's stack name, parameters, identities, secrets and flows.
package local

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"maps"
	"os"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/local/fakeslack"
	"github.com/fasttrack-dev/fasttrack/internal/partition"
	"github.com/fasttrack-dev/fasttrack/localaws"
	"github.com/fasttrack-dev/fasttrack/localaws/identities"
)

// StackName is the name of fasttrack's stack on this machine.
const StackName = "fasttrack"

// FlowsFile is the name of the file of flows in a function's task root.
const FlowsFile = "flows.yaml"

// StageParameter is the template's parameter for the stage of flows.yaml.
const StageParameter = "Stage"

// secretPrefix begins the environment variables of secrets, as in hook/secret.
const secretPrefix = "FASTTRACK_SECRET_"

// webhookPattern also allows a webhook on this machine, which functions at AWS can't
// reach.
const webhookPattern = `(https://.+|http://(127\.0\.0\.1|localhost|\[::1\])(:\d+)?(/.*)?)?`

// Start serves fasttrack, and its console at the same address, with the given options, completed by [Options]. flows is the
// file of flows that every function reads; empty is the one in each function's folder
// of BuildDir.
func Start(ctx context.Context, flows string, o localaws.Options) (*localaws.Stack, error) {
	return start(ctx, flows, nil, nil, o)
}

// Live is an application whose file of flows and functions are replaced while it is
// served.
type Live struct {
	// Name is the path of its file of flows, for messages.
	Name string
	// Flows returns the file as it is served now.
	Flows func() []byte
}

// StartLive is [Start] for an application that is replaced while it is served: what the
// console reads is what is served at that moment.
func StartLive(ctx context.Context, live Live, o localaws.Options) (*localaws.Stack, error) {
	return start(ctx, "", &live, nil, o)
}

func start(ctx context.Context, flows string, live *Live, workspace *fakeslack.Slack, o localaws.Options) (*localaws.Stack, error) {
	o, err := Options(o)
	if err != nil {
		return nil, err
	}
	if flows != "" {
		content, err := os.ReadFile(flows)
		if err != nil {
			return nil, fmt.Errorf("read flows: %w", err)
		}
		if file, err := flow.Parse(flows, content); err == nil {
			o.Parameters = withStage(o.Parameters, file)
		}
		files := map[string][]byte{FlowsFile: content}
		maps.Copy(files, o.TaskFiles)
		o.TaskFiles = files
	}
	if live != nil {
		if file, err := flow.Parse(live.Name, live.Flows()); err == nil {
			o.Parameters = withStage(o.Parameters, file)
		}
	}
	if o.Front == nil {
		o.Front = withConsole(ctx, o, flowsOf(o, flows, live))
	}
	o = withMail(withSlack(o, flowsOf(o, flows, live), workspace))
	stack, err := localaws.Start(ctx, o)
	if _, missing := errors.AsType[*localaws.MissingBinaryError](err); missing {
		return nil, fmt.Errorf("%w; build it with `make build`", err)
	}
	return stack, err
}

// withStage returns parameters with the first stage that the file declares, unless they
// name one.
func withStage(parameters map[string]string, file *flow.File) map[string]string {
	if parameters[StageParameter] != "" || len(file.Stages) == 0 {
		return parameters
	}
	with := map[string]string{StageParameter: file.Stages[0]}
	for name, value := range parameters {
		if name != StageParameter {
			with[name] = value
		}
	}
	return with
}

// Options returns o with fasttrack's value for each option that o leaves empty.
// Callers sign in with bearer tokens (AuthMode=JWT) unless Parameters name another
// AuthMode. A JwtIssuer among the Parameters is one whose tokens are verified.
func Options(o localaws.Options) (localaws.Options, error) {
	if o.StackName == "" {
		o.StackName = StackName
	}
	if o.SecretPrefix == "" {
		o.SecretPrefix = secretPrefix
	}
	if o.BasePathParameter == "" {
		o.BasePathParameter = "ApiBasePath"
	}
	if o.ParameterPatterns == nil {
		o.ParameterPatterns = map[string]string{"WebhookUrl": webhookPattern}
	}
	if o.DefaultParameters == nil {
		given := o.Parameters
		o.DefaultParameters = func(apiURL string) map[string]string { return defaultParameters(given, apiURL) }
	}
	if issuer := o.Parameters["JwtIssuer"]; issuer != "" && o.VerifyIssuers == nil {
		o.VerifyIssuers = []string{issuer}
	}
	if o.Identities == nil {
		var err error
		if o.Identities, err = Identities(); err != nil {
			return o, err
		}
	}
	return o, nil
}

func defaultParameters(given map[string]string, apiURL string) map[string]string {
	// Any function may be a strategy here, so there is a key for what it returns.
	defaults := map[string]string{"StrategyFunctionArns": "arn:" + partition.Of(localaws.Region) + ":lambda:" + localaws.Region + ":" + localaws.AccountID + ":function:*"}
	if mode, isGiven := given["AuthMode"]; !isGiven || mode == "JWT" {
		defaults["AuthMode"], defaults["JwtIssuer"], defaults["JwtAudience"] = "JWT", apiURL, "fasttrack"
	}
	// Links in messages lead to the console, where people say who they are.
	_, linked := given["PortalUrl"]
	if given["ConsoleOrigin"] == "" && !linked && given["JwtIssuer"] == "" {
		defaults["PortalUrl"] = apiURL + "/console"
	}
	return defaults
}

//go:embed identities.yaml
var defaultIdentities []byte

// Identities returns the people and the machine of identities.yaml.
func Identities() (*identities.Set, error) {
	return identities.Parse("the default identities", defaultIdentities)
}
