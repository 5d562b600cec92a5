package postgres

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
	"github.com/aws/smithy-go"

	"github.com/fasttrack-dev/fasttrack/strategy"
)

// Manager is the part of Secrets Manager that is called.
type Manager interface {
	GetSecretValue(context.Context, *secretsmanager.GetSecretValueInput, ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error)
	DescribeSecret(context.Context, *secretsmanager.DescribeSecretInput, ...func(*secretsmanager.Options)) (*secretsmanager.DescribeSecretOutput, error)
	CreateSecret(context.Context, *secretsmanager.CreateSecretInput, ...func(*secretsmanager.Options)) (*secretsmanager.CreateSecretOutput, error)
	PutSecretValue(context.Context, *secretsmanager.PutSecretValueInput, ...func(*secretsmanager.Options)) (*secretsmanager.PutSecretValueOutput, error)
	RestoreSecret(context.Context, *secretsmanager.RestoreSecretInput, ...func(*secretsmanager.Options)) (*secretsmanager.RestoreSecretOutput, error)
	DeleteSecret(context.Context, *secretsmanager.DeleteSecretInput, ...func(*secretsmanager.Options)) (*secretsmanager.DeleteSecretOutput, error)
}

// The tags of a secret. A policy for people may compare tagPerson with their own tag.
const (
	tagDeployment = "fasttrack:deployment"
	tagPerson     = "fasttrack:person"
)

// kept is the text of the secret that holds a temporary role's password.
type kept struct {
	Engine string `json:"engine"`
	login
}

// password returns the password of the temporary role. That of a role that exists is
// used again, so that people who log in with it are not disturbed; a role that is
// about to be made gets a new one.
func (a access) password(ctx context.Context, c *conn, exists bool) (string, error) {
	name := a.secretName(a.role)
	found, err := a.describe(ctx, name)
	if err != nil {
		return "", err
	}
	if found && exists {
		if password, err := a.readPassword(ctx, name); err != nil || password != "" {
			return password, err
		}
	}
	k := kept{"postgres", login{c.host, c.port, a.role, newPassword(), c.database}}
	text, err := json.Marshal(k)
	if err != nil {
		return "", err
	}
	if found {
		_, err = a.manager.PutSecretValue(ctx, &secretsmanager.PutSecretValueInput{SecretId: &name, SecretString: aws.String(string(text))})
	} else {
		in := &secretsmanager.CreateSecretInput{
			Name: &name, SecretString: aws.String(string(text)), Description: aws.String("Password of a temporary role. fasttrack deletes it when the access ends."),
			Tags: []types.Tag{{Key: aws.String(tagDeployment), Value: &a.deployment}, {Key: aws.String(tagPerson), Value: aws.String(tagValue(a.request.Person.ID))}},
		}
		if a.secretKey != "" {
			in.KmsKeyId = &a.secretKey
		}
		_, err = a.manager.CreateSecret(ctx, in)
	}
	return k.Password, secretError("write", name, err)
}

// readPassword returns the password in a secret, "" if it holds none for the role.
func (a access) readPassword(ctx context.Context, name string) (string, error) {
	out, err := a.manager.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &name})
	if _, none := errors.AsType[*types.ResourceNotFoundException](err); none {
		return "", nil // it has no value
	}
	if err != nil {
		return "", secretError("read", name, err)
	}
	var k kept
	if json.Unmarshal([]byte(aws.ToString(out.SecretString)), &k) != nil || k.Username != a.role {
		return "", nil
	}
	return k.Password, nil
}

// describe reports whether the secret exists. One that somebody scheduled for deletion
// is restored; one that is not ours is refused.
func (a access) describe(ctx context.Context, name string) (found bool, err error) {
	out, err := a.manager.DescribeSecret(ctx, &secretsmanager.DescribeSecretInput{SecretId: &name})
	if _, none := errors.AsType[*types.ResourceNotFoundException](err); none {
		return false, nil
	}
	if err != nil {
		return false, secretError("read", name, err)
	}
	if !a.tagged(out.Tags) {
		return false, strategy.Refused("the secret %s exists, and fasttrack did not make it", name)
	}
	if out.DeletedDate != nil {
		if _, err := a.manager.RestoreSecret(ctx, &secretsmanager.RestoreSecretInput{SecretId: &name}); err != nil {
			return false, strategy.Later(busy, "the secret %s is being deleted: %s", name, code(err))
		}
	}
	return true, nil
}

// deleteSecret deletes the secret at once. One that is not ours stays.
func (a access) deleteSecret(ctx context.Context) error {
	name := a.secretName(a.role)
	out, err := a.manager.DescribeSecret(ctx, &secretsmanager.DescribeSecretInput{SecretId: &name})
	if _, none := errors.AsType[*types.ResourceNotFoundException](err); none {
		return nil
	}
	if err != nil {
		return secretError("read", name, err)
	}
	if !a.tagged(out.Tags) {
		return nil
	}
	_, err = a.manager.DeleteSecret(ctx, &secretsmanager.DeleteSecretInput{SecretId: &name, ForceDeleteWithoutRecovery: aws.Bool(true)})
	if _, none := errors.AsType[*types.ResourceNotFoundException](err); none {
		return nil
	}
	return secretError("delete", name, err)
}

func (a access) tagged(tags []types.Tag) bool {
	for _, t := range tags {
		if aws.ToString(t.Key) == tagDeployment && aws.ToString(t.Value) == a.deployment {
			return true
		}
	}
	return false
}

// secretError is for a call to Secrets Manager. It holds nothing of a secret's text.
func secretError(verb, name string, err error) error {
	if err == nil {
		return nil
	}
	switch why := code(err); why {
	case "ThrottlingException", "LimitExceededException", "InternalServiceError", "ResourceExistsException", "InvalidRequestException":
		// The last two: the deletion of a secret of this name is not over.
		return strategy.Later(busy, "%s the secret %s: %s", verb, name, why)
	default:
		return fmt.Errorf("%s the secret %s: %s", verb, name, why)
	}
}

// code is the code of an error of AWS.
func code(err error) string {
	if api, is := errors.AsType[smithy.APIError](err); is {
		return api.ErrorCode()
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return "no response in time"
	}
	return "it can't be reached"
}

// tagValue makes a text the value of a tag. A text with characters that tags don't take
// becomes a hash, so that it is nobody else's.
func tagValue(s string) string {
	unfit := func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && !strings.ContainsRune(" _.:/=+-@", c)
	}
	if s == "" || len(s) > 256 || strings.ContainsFunc(s, unfit) {
		hash := sha256.Sum256([]byte(s))
		return "sha256:" + hex.EncodeToString(hash[:])
	}
	return s
}
