// Package secretsmanager serves AWS Secrets Manager's GetSecretValue: from environment
// variables, and for the secrets that a template creates.
package secretsmanager

import (
	"cmp"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/fasttrack-dev/fasttrack/localaws/partition"
	"github.com/fasttrack-dev/fasttrack/localaws/wire"
)

type input struct{ SecretId, VersionStage string } //nolint:revive // as the service spells it

// New returns a service whose secrets are the environment variables that [Variable]
// names, by name or ARN, and those of made, by ARN. A variable goes before what was made; a secret with
// neither is ResourceNotFoundException. A secret has one version, AWSCURRENT.
func New(account, region, prefix string, made map[string]string) wire.Service {
	return wire.Service{Name: "secretsmanager", MaxBody: 1 << 16, Operations: map[string]wire.Operation{
		"GetSecretValue": wire.JSON(func(in input) (any, error) {
			if in.SecretId == "" {
				return nil, wire.Fail("InvalidParameterException", "SecretId is missing")
			}
			if in.VersionStage != "" && in.VersionStage != "AWSCURRENT" {
				return nil, wire.Fail("ResourceNotFoundException", "Secrets Manager can't find the specified secret value for staging label: %s", in.VersionStage)
			}
			arn, name := in.SecretId, in.SecretId
			if _, after, isARN := strings.Cut(arn, ":secret:"); isARN {
				name = after
			} else {
				arn = "arn:" + partition.Of(region) + ":secretsmanager:" + region + ":" + account + ":secret:" + name
			}
			variable := Variable(prefix, name)
			text := cmp.Or(os.Getenv(variable), os.Getenv(Variable(prefix, arn)), made[arn])
			if text == "" {
				return nil, wire.Fail("ResourceNotFoundException", "Secrets Manager can't find the specified secret: this machine looks for it in the environment variable %s.", variable)
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

const (
	letters     = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	punctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
)

// Generate returns the text of a secret that a template has generated. It keeps it in a
// file of dir, which only this user may read; "" keeps it nowhere.
func Generate(dir, name string, length int, withPunctuation bool) (string, error) {
	path := filepath.Join(dir, strings.ReplaceAll(name, "/", "_"))
	if dir != "" {
		if kept, err := os.ReadFile(path); err == nil || !os.IsNotExist(err) {
			return string(kept), err
		}
	}
	from := letters
	if withPunctuation {
		from += punctuation
	}
	text := make([]byte, 0, length)
	for random := [1]byte{}; len(text) < length; {
		_, _ = rand.Read(random[:]) // never fails since Go 1.24
		if i := int(random[0] & 127); i < len(from) {
			text = append(text, from[i])
		}
	}
	if dir == "" {
		return string(text), nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("keep secret %s: %w", name, err)
	}
	// A kill must not leave half of it under the name.
	if err := os.WriteFile(path+".new", text, 0o600); err != nil {
		return "", fmt.Errorf("keep secret %s: %w", name, err)
	}
	return string(text), os.Rename(path+".new", path)
}
