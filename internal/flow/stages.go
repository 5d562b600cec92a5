package flow

import (
	"fmt"
	"maps"
	"slices"
)

// StageError is a stage that a file of flows does not declare.
type StageError struct {
	// Name is the file's name, Stage the stage that was wanted, "" if none was named.
	Name, Stage string
	// Stages are those that the file declares.
	Stages []string
}

// Error names the stages that there are.
func (e *StageError) Error() string {
	declared := "declares no stages"
	if len(e.Stages) > 0 {
		declared = "declares " + enumerate(e.Stages, "and")
	}
	if e.Stage == "" {
		return fmt.Sprintf("a stage is missing; %s %s", e.Name, declared)
	}
	return fmt.Sprintf("unknown stage %q; %s %s", clip(e.Stage), e.Name, declared)
}

// At returns the file as a deployment of the stage has it: with the vars of that stage.
// The stage is "" for a file without stages. The error is *[StageError].
func (f *File) At(stage string) (*File, error) {
	if stage != "" && !slices.Contains(f.Stages, stage) || stage == "" && len(f.Stages) > 0 {
		return nil, &StageError{Name: f.Name, Stage: stage, Stages: f.Stages}
	}
	at := *f
	at.Flows = slices.Clone(f.Flows)
	for i := range at.Flows {
		at.Flows[i].Vars, at.Flows[i].StageVars = f.Flows[i].varsAt(stage), nil
	}
	return &at, nil
}

// Deployments returns the stages that a file can be deployed as: those it declares, or ""
// alone.
func (f *File) Deployments() []string {
	if len(f.Stages) == 0 {
		return []string{""}
	}
	return f.Stages
}

// varsAt returns the vars of a stage: a value of the stage replaces that of all stages.
func (f *Flow) varsAt(stage string) map[string]any {
	own := f.StageVars[stage]
	if len(own) == 0 {
		return f.Vars
	}
	vars := make(map[string]any, len(f.Vars)+len(own))
	maps.Copy(vars, f.Vars)
	maps.Copy(vars, own)
	return vars
}
