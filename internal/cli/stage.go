package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
)

// stageFlag adds --stage, which names the environment whose values of a file of flows
// count.
func stageFlag(cmd *cobra.Command, stage *string, usage string) {
	cmd.Flags().StringVar(stage, "stage", "", usage+"the `STAGE` whose values count, such as prod; needed if the file declares stages")
}

// loadAt reads a file of flows as a deployment of the stage has it.
func loadAt(path, stage string) (*flow.File, error) {
	file, err := flow.Load(path)
	if err != nil {
		return nil, err
	}
	at, err := file.At(stage)
	if err != nil {
		return nil, ofStage(err)
	}
	return at, nil
}

// ofStage makes an unknown stage a mistake of --stage.
func ofStage(err error) error {
	if _, is := errors.AsType[*flow.StageError](err); is {
		return usageError{fmt.Errorf("--stage: %w", err)}
	}
	return err
}
