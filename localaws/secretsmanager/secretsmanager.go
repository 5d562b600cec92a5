// Package secretsmanager serves AWS Secrets Manager: secrets from environment variables,
// those that a template creates, and those that callers create.
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
// names, by name or ARN, those of made, by ARN, and those that callers create. They go
// in this order; what is none of them is ResourceNotFoundException. A secret has one
// version, AWSCURRENT. Created secrets are kept in a file of dir, which only this user
// may read; "" keeps them in memory.
func New(account, region, prefix string, made map[string]string, dir string) (wire.Service, error) {
	c, err := openCreated(dir)
	if err != nil {
		return wire.Service{}, err
	}
	arnOf := func(name string) string {
		return "arn:" + partition.Of(region) + ":secretsmanager:" + region + ":" + account + ":secret:" + name
	}
	c.arn = arnOf
	operations := c.operations()
	operations["GetSecretValue"] = wire.JSON(func(in input) (any, error) {
		if in.SecretId == "" {
			return nil, wire.Fail("InvalidParameterException", "SecretId is missing")
		}
		if in.VersionStage != "" && in.VersionStage != "AWSCURRENT" {
			return nil, wire.Fail("ResourceNotFoundException", "Secrets Manager can't find the specified secret value for staging label: %s", in.VersionStage)
		}
		name := nameOf(in.SecretId)
		arn := in.SecretId
		if arn == name {
			arn = arnOf(name)
		}
		variable := Variable(prefix, name)
		text := cmp.Or(os.Getenv(variable), os.Getenv(Variable(prefix, arn)), made[arn])
		if text == "" {
			var err error
			if text, err = c.text(name); err != nil {
				return nil, err
			}
		}
		if text == "" {
			return nil, wire.Fail("ResourceNotFoundException", "Secrets Manager can't find the specified secret: this machine looks for it in the environment variable %s.", variable)
		}
		return map[string]any{"ARN": arn, "Name": name, "SecretString": text, "VersionStages": []string{"AWSCURRENT"}}, nil
	})
	return wire.Service{Name: "secretsmanager", MaxBody: 1 << 17, Operations: operations}, nil
}

// nameOf returns the name of a secret by its name or ARN.
func nameOf(id string) string {
	if _, after, isARN := strings.Cut(id, ":secret:"); isARN {
		return after
	}
	return id
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
