// Package secretsmanager serves AWS Secrets Manager's GetSecretValue from environment
// variables.
package secretsmanager

import (
	"os"
	"strings"

	"github.com/fasttrack-dev/fasttrack/localaws/partition"
	"github.com/fasttrack-dev/fasttrack/localaws/wire"
)

type input struct{ SecretId, VersionStage string } //nolint:revive // as the service spells it

// New returns a service whose secrets are the environment variables that
// [Variable] names. An unset or empty variable is ResourceNotFoundException. A secret
// has one version, AWSCURRENT.
func New(account, region, prefix string) wire.Service {
	return wire.Service{Name: "secretsmanager", MaxBody: 1 << 16, Operations: map[string]wire.Operation{
		"GetSecretValue": wire.JSON(func(in input) (any, error) {
			if in.SecretId == "" {
				return nil, wire.Fail("InvalidParameterException", "SecretId is missing")
			}
			if in.VersionStage != "" && in.VersionStage != "AWSCURRENT" {
				return nil, wire.Fail("ResourceNotFoundException", "Secrets Manager can't find the specified secret value for staging label: %s", in.VersionStage)
			}
			variable := Variable(prefix, in.SecretId)
			text := os.Getenv(variable)
			if text == "" {
				return nil, wire.Fail("ResourceNotFoundException", "Secrets Manager can't find the specified secret: this machine looks for it in the environment variable %s.", variable)
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

// Variable returns the environment variable of a secret: the prefix, then the secret's
// name or ARN in capitals with _ for every character that is neither a letter nor a
// digit.
func Variable(prefix, secret string) string {
	return prefix + strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			return r
		}
		return '_'
	}, secret)
}
