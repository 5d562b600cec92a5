package postgrestest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
)

// Manager is Secrets Manager with what a test puts into it. A secret that is deleted
// without recovery is gone at once, another one is marked.
type Manager struct {
	mu      sync.Mutex
	secrets map[string]*stored
	// Before is called with the name of each operation; its error is the response.
	Before func(operation string) error
	// After is called once the operation is done; its error takes the place of the
	// response.
	After func(operation string) error
	calls []string
}

type stored struct {
	text    *string
	key     string
	tags    []types.Tag
	deleted *time.Time
}

// NewManager returns one with these secrets, which have no tags.
func NewManager(secrets map[string]string) *Manager {
	m := &Manager{secrets: map[string]*stored{}}
	for name, text := range secrets {
		m.Set(name, text)
	}
	return m
}

// Set puts a secret's text, as somebody else does.
func (m *Manager) Set(name, text string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if s := m.secrets[name]; s != nil {
		s.text = &text
		return
	}
	m.secrets[name] = &stored{text: &text}
}

// Text returns a secret's text, "" for a secret that does not exist.
func (m *Manager) Text(name string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	if s := m.secrets[name]; s != nil && s.deleted == nil {
		return aws.ToString(s.text)
	}
	return ""
}

// Tags returns the tags of a secret.
func (m *Manager) Tags(name string) map[string]string {
	m.mu.Lock()
	defer m.mu.Unlock()
	found := map[string]string{}
	if s := m.secrets[name]; s != nil {
		for _, t := range s.tags {
			found[*t.Key] = *t.Value
		}
	}
	return found
}

// Names lists the secrets that exist, sorted.
func (m *Manager) Names() (names []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for name := range m.secrets {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// MarkDeleted has a secret be deleted in a week, as somebody does by hand.
func (m *Manager) MarkDeleted(name string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.secrets[name].deleted = aws.Time(time.Now())
}

// Remove removes a secret, as somebody does by hand.
func (m *Manager) Remove(name string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.secrets, name)
}

// Calls lists the operations so far.
func (m *Manager) Calls() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.calls)
}

// serve calls one operation with the secret of a name, nil if it does not exist.
func serve[Out any](ctx context.Context, m *Manager, operation, name string, f func(s *stored) (Out, error)) (out Out, err error) {
	m.mu.Lock()
	m.calls = append(m.calls, operation)
	before, after := m.Before, m.After
	m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return out, err
	}
	if before != nil {
		if err := before(operation); err != nil {
			return out, err
		}
	}
	m.mu.Lock()
	out, err = f(m.secrets[name])
	m.mu.Unlock()
	if err == nil && after != nil {
		err = after(operation)
	}
	return out, err
}

func missing() error { return &types.ResourceNotFoundException{Message: aws.String("no such secret")} }

// marked is the error for a secret that is about to be deleted.
func marked() error {
	return &types.InvalidRequestException{Message: aws.String("the secret is marked for deletion")}
}

// GetSecretValue is the operation of that name; so are the others.
func (m *Manager) GetSecretValue(ctx context.Context, in *secretsmanager.GetSecretValueInput, _ ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error) {
	return serve(ctx, m, "GetSecretValue", *in.SecretId, func(s *stored) (*secretsmanager.GetSecretValueOutput, error) {
		switch {
		case s == nil || s.text == nil:
			return nil, missing()
		case s.deleted != nil:
			return nil, marked()
		}
		return &secretsmanager.GetSecretValueOutput{SecretString: aws.String(*s.text)}, nil
	})
}

// DescribeSecret returns the tags.
func (m *Manager) DescribeSecret(ctx context.Context, in *secretsmanager.DescribeSecretInput, _ ...func(*secretsmanager.Options)) (*secretsmanager.DescribeSecretOutput, error) {
	return serve(ctx, m, "DescribeSecret", *in.SecretId, func(s *stored) (*secretsmanager.DescribeSecretOutput, error) {
		if s == nil {
			return nil, missing()
		}
		return &secretsmanager.DescribeSecretOutput{Tags: s.tags, DeletedDate: s.deleted}, nil
	})
}

// CreateSecret makes a secret.
func (m *Manager) CreateSecret(ctx context.Context, in *secretsmanager.CreateSecretInput, _ ...func(*secretsmanager.Options)) (*secretsmanager.CreateSecretOutput, error) {
	return serve(ctx, m, "CreateSecret", *in.Name, func(s *stored) (*secretsmanager.CreateSecretOutput, error) {
		switch {
		case s != nil && s.deleted != nil:
			return nil, marked()
		case s != nil:
			return nil, &types.ResourceExistsException{Message: aws.String("it exists")}
		case len(*in.Name) > 512:
			return nil, &types.InvalidParameterException{Message: aws.String(fmt.Sprintf("name of %d characters", len(*in.Name)))}
		}
		m.secrets[*in.Name] = &stored{text: in.SecretString, key: aws.ToString(in.KmsKeyId), tags: in.Tags}
		return &secretsmanager.CreateSecretOutput{}, nil
	})
}

// PutSecretValue changes a secret's text.
func (m *Manager) PutSecretValue(ctx context.Context, in *secretsmanager.PutSecretValueInput, _ ...func(*secretsmanager.Options)) (*secretsmanager.PutSecretValueOutput, error) {
	return serve(ctx, m, "PutSecretValue", *in.SecretId, func(s *stored) (*secretsmanager.PutSecretValueOutput, error) {
		switch {
		case s == nil:
			return nil, missing()
		case s.deleted != nil:
			return nil, marked()
		}
		s.text = in.SecretString
		return &secretsmanager.PutSecretValueOutput{}, nil
	})
}

// RestoreSecret has a secret not be deleted.
func (m *Manager) RestoreSecret(ctx context.Context, in *secretsmanager.RestoreSecretInput, _ ...func(*secretsmanager.Options)) (*secretsmanager.RestoreSecretOutput, error) {
	return serve(ctx, m, "RestoreSecret", *in.SecretId, func(s *stored) (*secretsmanager.RestoreSecretOutput, error) {
		if s == nil {
			return nil, missing()
		}
		s.deleted = nil
		return &secretsmanager.RestoreSecretOutput{}, nil
	})
}

// DeleteSecret deletes a secret, at once if the call says so.
func (m *Manager) DeleteSecret(ctx context.Context, in *secretsmanager.DeleteSecretInput, _ ...func(*secretsmanager.Options)) (*secretsmanager.DeleteSecretOutput, error) {
	return serve(ctx, m, "DeleteSecret", *in.SecretId, func(s *stored) (*secretsmanager.DeleteSecretOutput, error) {
		if s == nil {
			return nil, missing()
		}
		if aws.ToBool(in.ForceDeleteWithoutRecovery) {
			delete(m.secrets, *in.SecretId)
		} else {
			s.deleted = aws.Time(time.Now())
		}
		return &secretsmanager.DeleteSecretOutput{}, nil
	})
}
