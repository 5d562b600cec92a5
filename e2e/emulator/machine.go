package emulator

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path"
	"regexp"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// copyStateMachine copies to moto a state machine that CloudFormation made at
// ministack: the same name, definition and role.
func (m *Emulator) copyStateMachine(ctx context.Context, arn string) error {
	made, err := sfn.NewFromConfig(m.services, func(o *sfn.Options) { o.BaseEndpoint = &m.ministack }).
		DescribeStateMachine(ctx, &sfn.DescribeStateMachineInput{StateMachineArn: &arn})
	if err != nil {
		return fmt.Errorf("read the state machine that was deployed: %w", err)
	}
	machines := sfn.NewFromConfig(m.services)
	_, err = machines.UpdateStateMachine(ctx, &sfn.UpdateStateMachineInput{StateMachineArn: &arn, Definition: made.Definition, RoleArn: made.RoleArn})
	if none := new(types.StateMachineDoesNotExist); errors.As(err, &none) {
		_, err = machines.CreateStateMachine(ctx, &sfn.CreateStateMachineInput{Name: made.Name, Definition: made.Definition, RoleArn: made.RoleArn, Type: made.Type})
	}
	if err != nil {
		return fmt.Errorf("make the state machine at moto: %w", err)
	}
	// Executions of an earlier definition go on in the roles that it names, as long
	// as those are there.
	sign := map[string]func(*http.Request){}
	for role, as := range m.sign {
		name := path.Base(role)
		_, err := iam.NewFromConfig(m.services).GetRole(ctx, &iam.GetRoleInput{RoleName: &name})
		if gone := new(iamtypes.NoSuchEntityException); errors.As(err, &gone) {
			continue
		}
		if err != nil {
			return fmt.Errorf("look for the role %s: %w", role, err)
		}
		sign[role] = as
	}
	for _, role := range append(credentialsOf(*made.Definition), *made.RoleArn) {
		twin, err := m.twin(ctx, role)
		if err != nil {
			return fmt.Errorf("give moto the rights of %s: %w", role, err)
		}
		sign[role] = m.signAs(twin)
	}
	m.sign = sign
	m.edge.asMachine.Store(func(r *http.Request) {
		role := r.Header.Get(roleHeader)
		r.Header.Del(roleHeader)
		if as, known := sign[role]; known {
			as(r)
			return
		}
		r.Header.Del("Authorization") // and is refused
	})
	return nil
}

// roleHeader names the role that moto invokes a function as (stepfunctions.py).
const roleHeader = "X-Role"

// credentialsOf lists the roles that the states of a definition become.
func credentialsOf(definition string) []string {
	var roles []string
	for _, m := range regexp.MustCompile(`"RoleArn"\s*:\s*"([^"]+)"`).FindAllStringSubmatch(definition, -1) {
		if !slices.Contains(roles, m[1]) {
			roles = append(roles, m[1])
		}
	}
	return roles
}

// signAs returns what signs a request of the Lambda service as a role of the
// account does.
func (m *Emulator) signAs(role string) func(*http.Request) {
	session := aws.NewCredentialsCache(stscreds.NewAssumeRoleProvider(sts.NewFromConfig(m.services), role))
	signer := v4.NewSigner()
	return func(r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil {
			r.Body = io.NopCloser(bytes.NewReader(body))
			hash := sha256.Sum256(body)
			var c aws.Credentials
			if c, err = session.Retrieve(r.Context()); err == nil {
				for _, name := range []string{"Authorization", "X-Amz-Date", "X-Amz-Security-Token", "X-Forwarded-For"} {
					r.Header.Del(name)
				}
				err = signer.SignHTTP(r.Context(), c, r, hex.EncodeToString(hash[:]), "lambda", Region, time.Now())
			}
		}
		if err != nil {
			// Unsigned, it is refused; the log says why.
			_, _ = fmt.Fprintf(m.opts.Log, "sign as %s: %v\n", role, err)
			r.Header.Del("Authorization")
		}
	}
}
