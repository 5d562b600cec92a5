package e2e

import (
	"maps"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/fasttrack-dev/fasttrack/e2e/emulator"
	"github.com/fasttrack-dev/fasttrack/internal/console/signin/issuertest"
)

// TestDeployedConsole deploys the console, with each of its ways to let people in, and
// plays it through API Gateway: its authorizer checks the tokens that the issuer signed.
func TestDeployedConsole(t *testing.T) {
	onlyDeployed(t)
	for name, c := range consoles {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			logs := newLogs(t)
			e := startEmulator(t, logs)
			o := issuertest.Options{RedirectURIs: []string{e.URL() + "/console/callback"}}
			parameters := maps.Clone(c.parameters)
			if parameters["ConsoleClientSecretArn"] != "" {
				o.ClientSecret = "s3cret of the client"
				made, err := secretsmanager.NewFromConfig(e.Services()).CreateSecret(t.Context(), &secretsmanager.CreateSecretInput{Name: aws.String("console-client"), SecretString: &o.ClientSecret})
				if err != nil {
					t.Fatal(err)
				}
				parameters["ConsoleClientSecretArn"] = *made.ARN
			}
			issuer := issuertest.Start(t, c.profile, o)
			on := deployTo(t, e, layOutBuild(t, "HooksFunction", "../flows.yaml"), logs, consoleParameters(issuer, e.URL(), parameters))
			d := deployed{on, e}
			d.callsTheEdge(t, parameters["AuthMode"] == "IAM")
			consolePlay{t: t, issuer: issuer, origin: on.url}.play()
		})
	}
}

// callsTheEdge has the console call the API by the address of the edge: the name that
// the stack has for it is none outside of the emulator.
func (d deployed) callsTheEdge(t *testing.T, people bool) {
	t.Helper()
	functions, name := lambda.NewFromConfig(d.Services()), emulator.StackName+"-engine-console"
	now, err := functions.GetFunctionConfiguration(t.Context(), &lambda.GetFunctionConfigurationInput{FunctionName: &name})
	if err != nil {
		t.Fatal(err)
	}
	// To the stack, the emulator's own API is one without https.
	variables, api, edge := maps.Clone(now.Environment.Variables), strings.Replace(d.api, "https://", "http://", 1), d.url
	if people {
		api, edge = api+"/people", edge+"/people"
	}
	if variables["API_URL"] != api {
		t.Errorf("the console calls %s, want %s", variables["API_URL"], api)
	}
	variables["API_URL"] = edge
	if _, err := functions.UpdateFunctionConfiguration(t.Context(), &lambda.UpdateFunctionConfigurationInput{FunctionName: &name, Environment: &types.Environment{Variables: variables}}); err != nil {
		t.Fatal(err)
	}
}
