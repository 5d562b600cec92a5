package flow_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
)

const staged = `stages: [dev, prod]
flows:
  - name: on-call
    admins: [root@example.com]
    vars: {url: "https://api.acme.test", schedule: P1}
    stages:
      prod: {vars: {schedule: P2}}
  - name: plain
    admins: [root@example.com]
    stages:
      dev: {vars: {n: 1}}
      prod: {vars: {n: 2}}
`

func TestAt(t *testing.T) {
	file, err := flow.Parse("flows.yaml", []byte(staged))
	if err != nil {
		t.Fatal(err)
	}
	for stage, want := range map[string][]map[string]any{
		"dev":  {{"url": "https://api.acme.test", "schedule": "P1"}, {"n": 1.0}},
		"prod": {{"url": "https://api.acme.test", "schedule": "P2"}, {"n": 2.0}},
	} {
		at, err := file.At(stage)
		if err != nil {
			t.Fatal(err)
		}
		got := []map[string]any{at.Flows[0].Vars, at.Flows[1].Vars}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: vars (-want +got):\n%s", stage, diff)
		}
	}
}

// A stage that the file does not declare is an error, and none is one where there are some.
func TestAt_Unknown(t *testing.T) {
	for name, tc := range map[string]struct{ file, stage, want string }{
		"another": {staged, "production", `unknown stage "production"; flows.yaml declares dev and prod`},
		"none":    {staged, "", `a stage is missing; flows.yaml declares dev and prod`},
		"no such": {head, "prod", `unknown stage "prod"; flows.yaml declares no stages`},
	} {
		t.Run(name, func(t *testing.T) {
			file, err := flow.Parse("flows.yaml", []byte(tc.file))
			if err != nil {
				t.Fatal(err)
			}
			at, err := file.At(tc.stage)
			var unknown *flow.StageError
			if at != nil || !errors.As(err, &unknown) || err.Error() != tc.want {
				t.Errorf("got %v, %v, want %q", at, err, tc.want)
			}
		})
	}
}

func TestStages_Mistakes(t *testing.T) {
	const file = "stages: [dev, prod]\n" + head + "    vars: {a: x, b: 1}\n    stages: "
	for name, tc := range map[string]struct {
		in   string
		want []string
	}{
		"an unknown stage":      {file + "{staging: {vars: {a: y}}}\n", []string{"f:6:14: flows[0].stages.staging: unknown stage; the stages of this file are dev and prod"}},
		"no stages in the file": {head + "    stages: {dev: {vars: {a: y}}}\n", []string{"f:4:14: flows[0].stages.dev: unknown stage; the stages of this file are none: declare them in stages, beside flows"}},
		"an unknown var":        {file + "{prod: {vars: {aa: y}}}\n", []string{`f:6:32: flows[0].stages.prod.vars.aa: unknown var "aa": vars does not have it, and neither does stage dev`}},
		"another kind":          {file + "{prod: {vars: {b: y}}}\n", []string{`f:6:31: flows[0].stages.prod.vars.b: must be a number, as in vars; got the text "y"`}},
		"another kind in a stage": {file + "{dev: {vars: {c: [1]}}, prod: {vars: {c: true}}}\n",
			[]string{`f:6:54: flows[0].stages.prod.vars.c: must be a list, as in stage dev; got true`}},
		"a repeated stage":     {file + "{prod: {vars: {a: y}}, prod: {vars: {a: z}}}\n", []string{"f:6:36: flows[0].stages.prod: appears twice"}},
		"an unknown key":       {file + "{prod: {vars: {a: y}, label: x}}\n", []string{"f:6:35: flows[0].stages.prod.label: unknown key; known: vars"}},
		"nothing in a stage":   {file + "{prod: {}}\n", []string{"f:6:20: flows[0].stages.prod.vars: it is missing"}},
		"a list of stages":     {file + "[prod]\n", []string{"f:6:13: flows[0].stages: must be a mapping of stages, got a list"}},
		"too much together":    {strings.Replace(file, "a: x", "a: "+strings.Repeat("x", 9<<10), 1) + "{dev: {vars: {c: 1}}, prod: {vars: {c: 2, b: 2}}}\n", nil},
		"a stage twice":        {"stages: [dev, dev]\n" + head, []string{"f:1:15: stages[1]: appears twice"}},
		"a stage's name":       {"stages: [Prod]\n" + head, []string{`f:1:10: stages[0]: must be up to 32 lower-case letters, digits and hyphens, got "Prod"`}},
		"no stage":             {"stages: []\n" + head, []string{"f:1:9: stages: must be 1 to 20 stages, got 0"}},
		"stages after flows":   {head + "    stages: {prod: {vars: {a: 1}}, dev: {vars: {a: 2}}}\nstages: [dev, prod]\n", nil},
		"a stage with a kind":  {file + "{prod: {vars: {a: null}}}\n", nil},
		"vars that are a list": {file + "{prod: {vars: []}}\n", []string{"f:6:27: flows[0].stages.prod.vars: must be a mapping, got a list"}},
	} {
		t.Run(name, func(t *testing.T) {
			if tc.want == nil {
				if _, err := flow.Parse("f", []byte(tc.in)); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(tc.want, mistakes(t, tc.in)); diff != "" {
				t.Errorf("mistakes (-want +got):\n%s", diff)
			}
		})
	}
}

// The size of vars counts for each stage.
func TestStages_Size(t *testing.T) {
	long := strings.Repeat("x", 9<<10)
	in := "stages: [prod]\n" + head + "    vars: {a: " + long + "}\n    stages: {prod: {vars: {b: " + long + "}}}\n"
	if got := mistakes(t, in); len(got) != 1 || !strings.Contains(got[0], "flows[0].stages.prod.vars: must be at most 16384 bytes together with vars") {
		t.Errorf("got %q", got)
	}
}

// The version of a flow is that of the values of its stage: those of others don't count.
func TestStages_Version(t *testing.T) {
	version := func(in, stage string) string {
		t.Helper()
		file, err := flow.Parse("f", []byte(in))
		if err != nil {
			t.Fatal(err)
		}
		at, err := file.At(stage)
		if err != nil {
			t.Fatal(err)
		}
		v, err := at.Flows[0].Version()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	dev, prod := version(staged, "dev"), version(staged, "prod")
	changed := strings.Replace(staged, "schedule: P2", "schedule: P3", 1)
	if version(changed, "dev") != dev || version(changed, "prod") == prod || dev == prod {
		t.Errorf("versions: dev %s and %s, prod %s and %s", dev, version(changed, "dev"), prod, version(changed, "prod"))
	}
}

// What is shown of a stage is a file of its own, with the same flows.
func TestDeployed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		stages := []string{"dev", "test", "prod"}
		value := rapid.SampledFrom([]string{`"a: b"`, `x`, `"7"`, `"\u00e9 # no"`, `"yes"`})
		in := "stages: [dev, test, prod]\nadmins: &all [root@example.com]\nflows:\n"
		for i := range rapid.IntRange(1, 3).Draw(t, "flows") {
			in += fmt.Sprintf("  - name: f%d # a flow\n    admins: *all\n", i)
			names := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "b-c", "'7'", `"x y"`}), 0, 4, rapid.ID).Draw(t, "names")
			vars, own := "", map[string]string{}
			for _, name := range names {
				everywhere := rapid.Bool().Draw(t, "everywhere")
				if everywhere {
					vars += fmt.Sprintf("      %s: %s\n", name, value.Draw(t, "value"))
				}
				for _, stage := range stages {
					if !everywhere || rapid.Bool().Draw(t, "in a stage") {
						own[stage] += fmt.Sprintf("          %s: %s\n", name, value.Draw(t, "value"))
					}
				}
			}
			if vars != "" {
				in += "    vars:\n" + vars
			}
			if len(own) > 0 {
				in += "    stages:\n"
			}
			for stage, values := range own {
				in += fmt.Sprintf("      %s:\n        vars:\n%s", stage, values)
			}
		}
		file, err := flow.Parse("f", []byte(in))
		if err != nil {
			t.Fatalf("%v\n%s", err, in)
		}
		for _, stage := range stages {
			want, err := file.At(stage)
			if err != nil {
				t.Fatal(err)
			}
			text, err := flow.Deployed("f", []byte(in), stage)
			if err != nil {
				t.Fatal(err)
			}
			got, err := flow.Parse("shown", text)
			if err != nil {
				t.Fatalf("%v\n%s", err, text)
			}
			if diff := cmp.Diff(want.Flows, got.Flows); diff != "" {
				t.Fatalf("%s: flows (-want +got):\n%s\n%s", stage, diff, text)
			}
		}
	})
}
