package secretsmanager

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"time"

	"github.com/fasttrack-dev/fasttrack/localaws/wire"
)

// created are the secrets that callers create.
type created struct {
	file string
	arn  func(name string) string

	mu      sync.Mutex
	secrets map[string]*secret
}

// secret is one of them. One that is marked for deletion is kept until it is restored.
type secret struct {
	Text        string `json:"text"`
	Description string `json:"description,omitempty"`
	KMSKey      string `json:"kms_key,omitempty"`
	Tags        []tag  `json:"tags,omitempty"`
	Deleted     int64  `json:"deleted,omitempty"`
}

type tag struct{ Key, Value string }

// openCreated reads the secrets of a folder, "" for none.
func openCreated(dir string) (*created, error) {
	c := &created{secrets: map[string]*secret{}}
	if dir == "" {
		return c, nil
	}
	c.file = filepath.Join(dir, "created.json")
	raw, err := os.ReadFile(c.file)
	if os.IsNotExist(err) {
		return c, nil
	}
	if err == nil {
		err = json.Unmarshal(raw, &c.secrets)
	}
	if err != nil {
		return nil, fmt.Errorf("created secrets: %w", err)
	}
	return c, nil
}

// save keeps the secrets in the file. A kill must not leave half of it under the name.
func (c *created) save() error {
	if c.file == "" {
		return nil
	}
	raw, err := json.Marshal(c.secrets)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(c.file), 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(c.file+".new", raw, 0o600); err != nil {
		return err
	}
	return os.Rename(c.file+".new", c.file)
}

// text returns the text of a secret, "" for none.
func (c *created) text(name string) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.secrets[name]
	if s == nil {
		return "", nil
	}
	if s.Deleted != 0 {
		return "", marked()
	}
	return s.Text, nil
}

func marked() error {
	return wire.Fail("InvalidRequestException", "You can't perform this operation on the secret because it was marked for deletion.")
}

var validName = regexp.MustCompile(`^[A-Za-z0-9/_+=.@-]{1,512}$`)

type createInput struct {
	Name, SecretString, Description, KmsKeyId, ClientRequestToken string //nolint:revive // as the service spells it
	Tags                                                          []tag
}

type idInput struct{ SecretId string } //nolint:revive // as the service spells it

type putInput struct{ SecretId, SecretString, ClientRequestToken string } //nolint:revive // as the service spells it

type deleteInput struct {
	SecretId                   string //nolint:revive // as the service spells it
	ForceDeleteWithoutRecovery bool
	RecoveryWindowInDays       int
}

// operations are those on created secrets, but for GetSecretValue.
func (c *created) operations() map[string]wire.Operation {
	return map[string]wire.Operation{
		"CreateSecret": wire.JSON(c.create),
		"PutSecretValue": wire.JSON(func(in putInput) (any, error) {
			return c.change(in.SecretId, func(name string, s *secret) (any, error) {
				if s.Deleted != 0 {
					return nil, marked()
				}
				s.Text = in.SecretString
				return map[string]any{"ARN": c.arn(name), "Name": name, "VersionStages": []string{"AWSCURRENT"}}, nil
			})
		}),
		"DescribeSecret": wire.JSON(func(in idInput) (any, error) {
			return c.change(in.SecretId, func(name string, s *secret) (any, error) {
				out := map[string]any{"ARN": c.arn(name), "Name": name, "Description": s.Description, "KmsKeyId": s.KMSKey, "Tags": s.Tags}
				if s.Deleted != 0 {
					out["DeletedDate"] = s.Deleted
				}
				return out, nil
			})
		}),
		"RestoreSecret": wire.JSON(func(in idInput) (any, error) {
			return c.change(in.SecretId, func(name string, s *secret) (any, error) {
				s.Deleted = 0
				return map[string]any{"ARN": c.arn(name), "Name": name}, nil
			})
		}),
		"DeleteSecret": wire.JSON(func(in deleteInput) (any, error) {
			return c.change(in.SecretId, func(name string, s *secret) (any, error) {
				s.Deleted = time.Now().Unix()
				if in.ForceDeleteWithoutRecovery {
					delete(c.secrets, name)
				}
				return map[string]any{"ARN": c.arn(name), "Name": name, "DeletionDate": s.Deleted}, nil
			})
		}),
	}
}

func (c *created) create(in createInput) (any, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !validName.MatchString(in.Name) {
		return nil, wire.Fail("InvalidParameterException", "Name must be 1 to 512 letters, digits and /_+=.@-")
	}
	if s := c.secrets[in.Name]; s != nil {
		if s.Deleted != 0 {
			return nil, wire.Fail("InvalidRequestException", "You can't create this secret because a secret with this name is already scheduled for deletion.")
		}
		return nil, wire.Fail("ResourceExistsException", "The operation failed because the secret %s already exists.", in.Name)
	}
	c.secrets[in.Name] = &secret{Text: in.SecretString, Description: in.Description, KMSKey: in.KmsKeyId, Tags: in.Tags}
	return map[string]any{"ARN": c.arn(in.Name), "Name": in.Name}, c.save()
}

// change calls f with a secret that exists, and keeps what it changed.
func (c *created) change(id string, f func(name string, s *secret) (any, error)) (any, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	name := nameOf(id)
	s := c.secrets[name]
	if s == nil {
		return nil, wire.Fail("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
	}
	out, err := f(name, s)
	if err != nil {
		return nil, err
	}
	return out, c.save()
}
