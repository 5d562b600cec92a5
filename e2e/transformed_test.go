package e2e

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// transformed is a template as AWS's SAM translator passes it to CloudFormation.
type transformed struct {
	Resources map[string]struct {
		Type       string
		Condition  string
		Properties map[string]any
	}
}

// wanted is one call of testdata/transform.py.
type wanted struct {
	Template   string                    `json:"template"`
	Region     string                    `json:"region"`
	Parameters map[string]string         `json:"parameters"`
	Properties map[string]map[string]any `json:"properties,omitempty"`
}

func transform(t *testing.T, all ...wanted) []transformed {
	t.Helper()
	var in bytes.Buffer
	for _, a := range all {
		a.Template = "../template.yaml"
		if err := json.NewEncoder(&in).Encode(a); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), filepath.Join(os.Getenv("FASTTRACK_EMULATOR"), "venv", "bin", "python"), "testdata/transform.py")
	cmd.Stdin = &in
	var problems bytes.Buffer
	cmd.Stderr = &problems
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, problems.String())
	}
	made := make([]transformed, len(all))
	decoder := json.NewDecoder(bytes.NewReader(out))
	for i := range made {
		if err := decoder.Decode(&made[i]); err != nil {
			t.Fatalf("the template %d: %v", i, err)
		}
	}
	return made
}

// live is the logical id of the version that the alias live serves: another id is
// another version.
func (d transformed) live(t *testing.T) string {
	t.Helper()
	alias, err := json.Marshal(d.Resources["HooksFunctionAliaslive"].Properties["FunctionVersion"])
	if err != nil {
		t.Fatal(err)
	}
	for id, r := range d.Resources {
		if r.Type == "AWS::Lambda::Version" && strings.Contains(string(alias), `"`+id+`"`) {
			return id
		}
	}
	t.Fatalf("the alias serves %s, which is no version", alias)
	return ""
}

// The alias live moves to a new version when a setting of the function changes, and
// not only its code. What is no part of a version moves nothing: Lambda would refuse
// to publish the same twice.
func TestDeployedTemplateMovesLive(t *testing.T) {
	onlyDeployed(t)
	with := func(name string, value any) map[string]map[string]any {
		return map[string]map[string]any{"HooksFunction": {name: value}}
	}
	region, none := "us-east-1", map[string]string{}
	cases := []struct {
		name  string
		moves bool
		wanted
	}{
		{"nothing", false, wanted{Region: region, Parameters: none}},
		{"another parameter", false, wanted{Region: region, Parameters: map[string]string{"LogRetentionDays": "7", "NotifyEmail": "ops@example.com"}}},
		{"Tracing", true, wanted{Region: region, Parameters: map[string]string{"Tracing": "true"}}},
		{"IdentityCenterRegion", true, wanted{Region: region, Parameters: map[string]string{"IdentityCenterRegion": "eu-west-1"}}},
		{"the timeout", true, wanted{Region: region, Parameters: none, Properties: with("Timeout", 100)}},
		{"the memory", true, wanted{Region: region, Parameters: none, Properties: with("MemorySize", 512)}},
		{"a VPC", true, wanted{Region: region, Parameters: none, Properties: with("VpcConfig", map[string]any{"SubnetIds": []string{"subnet-1"}, "SecurityGroupIds": []string{"sg-1"}})}},
		{"the environment", true, wanted{Region: region, Parameters: none, Properties: with("Environment", map[string]any{"Variables": map[string]string{"A": "b"}})}},
		{"the role", true, wanted{Region: region, Parameters: none, Properties: with("Role", "arn:aws:iam::123456789012:role/other")}},
		{"the code", true, wanted{Region: region, Parameters: none, Properties: with("CodeUri", "s3://bucket/other")}},
	}
	var all []wanted
	for _, c := range cases {
		all = append(all, c.wanted)
	}
	made := transform(t, all...)
	before := made[0].live(t)
	for i, c := range cases {
		if moved := made[i].live(t) != before; moved != c.moves {
			t.Errorf("%s changes: live moves: %v, want %v", c.name, moved, c.moves)
		}
	}
	// A parameter in a setting moves live by a case of its own above.
	settings, err := json.Marshal(made[0].Resources["HooksFunction"].Properties)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`"Ref":"([A-Za-z]+)"`).FindAllStringSubmatch(string(settings), -1) {
		// The log group is a resource. Code is built for its architecture: it changes too.
		if !slices.Contains([]string{"IdentityCenterRegion", "Architecture", "HooksLogs"}, m[1]) {
			t.Errorf("the parameter %s changes functions/hooks: does live move?", m[1])
		}
	}
	for property := range made[0].Resources["HooksFunction"].Properties {
		if !slices.Contains([]string{"Architectures", "Code", "Description", "Environment", "FunctionName", "Handler", "LoggingConfig", "MemorySize", "Role", "Runtime", "Tags", "Timeout", "TracingConfig"}, property) {
			t.Errorf("is %s a part of a version? If not, changing it breaks the deployment", property)
		}
	}
}

// Every function with active tracing may send traces by its own role's policies,
// which are there before it.
func TestDeployedTemplateTraces(t *testing.T) {
	onlyDeployed(t)
	d := transform(t, wanted{Region: "us-east-1", Parameters: map[string]string{"Tracing": "true"}})[0]
	functions := 0
	for id, r := range d.Resources {
		if r.Type != "AWS::Lambda::Function" {
			continue
		}
		functions++
		role, _ := r.Properties["Role"].(map[string]any)
		of, _ := role["Fn::GetAtt"].([]any)
		if len(of) != 2 {
			t.Errorf("%s has the role %v", id, r.Properties["Role"])
			continue
		}
		policies, err := json.Marshal(d.Resources[of[0].(string)].Properties["Policies"])
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(policies), `{"Fn::If":["HasTracing",{"Action":["xray:PutTraceSegments"`) {
			t.Errorf("%s is traced, and its role %v may not send traces: %s", id, of[0], policies)
		}
		tracing, err := json.Marshal(r.Properties["TracingConfig"])
		if err != nil || !strings.Contains(string(tracing), `{"Fn::FindInMap":["TracingModes","true","Mode"]}`) {
			t.Errorf("%s has the tracing %s (%v)", id, tracing, err)
		}
	}
	if functions != 13 {
		t.Errorf("there are %d functions, want 13", functions)
	}
}

// The transformed template has the partition put into the state machine, in each.
func TestDeployedTemplateInEachPartition(t *testing.T) {
	onlyDeployed(t)
	for i, d := range transform(t, wanted{Region: "us-east-1"}, wanted{Region: "us-gov-west-1"}, wanted{Region: "cn-north-1"}) {
		substitutions, err := json.Marshal(d.Resources["StateMachine"].Properties["DefinitionSubstitutions"])
		if err != nil || !strings.Contains(string(substitutions), `"Partition":{"Ref":"AWS::Partition"}`) {
			t.Errorf("%d: the state machine gets %s (%v)", i, substitutions, err)
		}
		for id, r := range d.Resources {
			made, err := json.Marshal(r.Properties)
			if err != nil || strings.Contains(string(made), "arn:aws:") {
				t.Errorf("%d: %s names the partition aws: %s (%v)", i, id, made, err)
			}
		}
	}
}
