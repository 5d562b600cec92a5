package newcomer_test

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/fasttrack-dev/fasttrack/e2e/emulator"
)

// strategy is the one that docs/kit.md adds, and the name of its stack and function.
const strategy, strategyStack = "okta-group", "fasttrack-okta-group"

// strategy deploys what the page had `strategies add` write, as it is. The function
// answers by the contract, with an organization in Okta that behaves as documented.
func (n *newcomer) strategy(t *testing.T, e *emulator.Emulator) {
	name, token := "okta-token", "00QCjAl4MlV-WPXM-ApiTokenOfTests"
	made, err := secretsmanager.NewFromConfig(e.Services()).CreateSecret(t.Context(), &secretsmanager.CreateSecretInput{Name: &name, SecretString: &token})
	if err != nil {
		t.Fatal(err)
	}
	n.run(t, "(cd strategies/"+strategy+" && sam deploy --stack-name "+strategyStack+" --capabilities CAPABILITY_IAM --resolve-s3 --no-confirm-changeset --no-progressbar "+
		"--parameter-overrides OktaUrl=https://acme.okta.com SecretArn="+*made.ARN+")")

	// The template takes an address of Okta alone.
	functions, function := lambda.NewFromConfig(e.Services()), strategyStack
	deployed, err := functions.GetFunctionConfiguration(t.Context(), &lambda.GetFunctionConfigurationInput{FunctionName: &function})
	if err != nil {
		t.Fatal(err)
	}
	variables := deployed.Environment.Variables
	if variables["OKTA_URL"] != "https://acme.okta.com" || variables["SECRET_ARN"] != *made.ARN || variables["BOOK_TABLE"] == "" {
		t.Errorf("the function has the variables %v", variables)
	}
	variables["OKTA_URL"] = okta(t)
	if _, err := functions.UpdateFunctionConfiguration(t.Context(), &lambda.UpdateFunctionConfigurationInput{FunctionName: &function, Environment: &types.Environment{Variables: variables}}); err != nil {
		t.Fatal(err)
	}
	flows, err := filepath.Abs("../testdata/strategies/flows.yaml")
	if err != nil {
		t.Fatal(err)
	}
	printed := n.run(t, n.daily+" strategies check "+strategyStack+" --flow okta --flows "+flows+" --live --person ada@example.com --target readers")
	if !strings.Contains(printed, " 0 wrong\n") {
		t.Errorf("the function of the strategy breaks the contract:\n%s", printed)
	}
}

// addsAgain adds the strategy again in a version that it is not of yet.
func (n *newcomer) addsAgain(t *testing.T, upgraded, version string) {
	t.Helper()
	dir := "strategies/" + strategy
	if !strings.Contains(upgraded, dir+" is of ") {
		t.Errorf("upgrade does not say that the strategy is of another version:\n%s", upgraded)
	}
	if printed := n.run(t, n.daily+" strategies add "+strategy); !strings.Contains(printed, " of fasttrack "+version+" for ") || !strings.Contains(printed, "Changed: ") {
		t.Errorf("it is not written again:\n%s", printed)
	}
	if printed := n.run(t, n.daily+" strategies list"); strings.Contains(printed, " is of ") || !strings.Contains(printed, "\n"+dir+" ") {
		t.Errorf("the strategy is not of this version:\n%s", printed)
	}
}

// okta serves an organization in Okta, and returns its URL.
func okta(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "okta")
	build := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-o", program, "../../strategies/okta-group/oktatest/okta")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	serve := exec.CommandContext(t.Context(), program, "serve")
	out, err := serve.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := serve.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = serve.Process.Kill()
		_ = serve.Wait()
	})
	url, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(url)
}
