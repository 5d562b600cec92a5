// Command strategy is the strategy that old releases were recorded with: access
// to the target stuck can't be taken back, access to slow takes a while, refused
// can't be given, and everybody has standing before asking for it.
package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
)

type asked struct {
	Operation string `json:"operation"`
	Person    struct {
		ID string `json:"id"`
	} `json:"person"`
	Target struct {
		ID string `json:"id"`
	} `json:"target"`
}

type answered struct {
	HasAccess bool   `json:"has_access"`
	Refused   string `json:"refused,omitempty"`
}

func main() {
	lambda.Start(func(ctx context.Context, raw json.RawMessage) (any, error) {
		var a asked
		if err := json.Unmarshal(raw, &a); err != nil {
			return nil, err
		}
		return answer(ctx, a)
	})
}

// answer keeps who has what in files: several processes may serve the function.
func answer(ctx context.Context, a asked) (any, error) {
	file := filepath.Join(os.TempDir(), "fasttrack-recorded-"+hex.EncodeToString([]byte(a.Person.ID+" "+a.Target.ID)))
	switch a.Operation {
	case "give":
		if a.Target.ID == "refused" {
			return answered{Refused: "nobody gets this"}, nil
		}
		if a.Target.ID == "slow" {
			select {
			case <-ctx.Done():
			case <-time.After(15 * time.Second):
			}
		}
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			return nil, err
		}
	case "take":
		if a.Target.ID == "stuck" {
			return nil, errors.New("it is stuck")
		}
		_ = os.Remove(file)
	}
	_, err := os.Stat(file)
	return answered{HasAccess: err == nil || a.Target.ID == "standing"}, nil
}
