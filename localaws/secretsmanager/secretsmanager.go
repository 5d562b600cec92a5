// Package secretsmanager is this machine's Secrets Manager: its secrets are
// environment variables.
package secretsmanager

import (
	"os"
	"strings"

	"github.com/fasttrack-dev/fasttrack/hook/secret"
	"github.com/fasttrack-dev/fasttrack/localaws/partition"
	"github.com/fasttrack-dev/fasttrack/localaws/wire"
)

type input struct{ SecretId, VersionStage string } //nolint:revive // as the service spells it

// New returns a service that answers GetSecretValue from the variable that
// secret.Variable names, and ResourceNotFoundException where it is empty. A secret
// has one version, AWSCURRENT.
func New(account, region string) wire.Service {
	return wire.Service{Name: "secretsmanager", MaxBody: 1 << 16, Operations: map[string]wire.Operation{
		"GetSecretValue": wire.JSON(func(in input) (any, error) {
			if in.SecretId == "" {
				return nil, wire.Fail("InvalidParameterException", "SecretId is missing")
			}
			if in.VersionStage != "" && in.VersionStage != "AWSCURRENT" {
				return nil, wire.Fail("ResourceNotFoundException", "Secrets Manager can't find the specified secret value for staging label: %s", in.VersionStage)
			}
			text := os.Getenv(secret.Variable(in.SecretId))
			if text == "" {
				return nil, wire.Fail("ResourceNotFoundException", "Secrets Manager can't find the specified secret: this machine looks for it in the environment variable %s.", secret.Variable(in.SecretId))
			}
			arn, name := in.SecretId, in.SecretId
			if _, after, isARN := strings.Cut(arn, ":secret:"); isARN {
				name = after
			} else {
				arn = "arn:" + partition.Of(region) + ":secretsmanager:" + region + ":" + account + ":secret:" + name
			}
			return map[string]any{"ARN": arn, "Name": name, "SecretString": text, "VersionStages": []string{"AWSCURRENT"}}, nil
		}),
	}}
}
