// Package hookfunc calls hook functions from outside the engine: deployed ones, those
// behind a URL, and binaries on this machine.
package hookfunc

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/fasttrack-dev/fasttrack/internal/replay"
)

// Own returns the name of a stack's own hook function, with the alias that its runs
// use.
func Own(stack string) string { return stack + "-hooks:live" }

// Lambda returns a deployed function, by its name or ARN.
func Lambda(client *lambda.Client, name string) replay.Function {
	return func(ctx context.Context, event []byte) (replay.Answer, error) {
		out, err := client.Invoke(ctx, &lambda.InvokeInput{FunctionName: &name, Payload: event})
		var missing *types.ResourceNotFoundException
		switch {
		case errors.As(err, &missing):
			return replay.Answer{}, replay.Missing(name)
		case err != nil:
			return replay.Answer{}, fmt.Errorf("invoke %s: %w", name, err)
		}
		return replay.Answer{
			Payload: out.Payload, FunctionError: aws.ToString(out.FunctionError), Version: aws.ToString(out.ExecutedVersion),
		}, nil
	}
}

// Exists reports whether a function exists, by a dry run of its invocation.
func Exists(ctx context.Context, client *lambda.Client, name string) (bool, error) {
	_, err := client.Invoke(ctx, &lambda.InvokeInput{FunctionName: &name, InvocationType: types.InvocationTypeDryRun})
	var missing *types.ResourceNotFoundException
	switch {
	case errors.As(err, &missing):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("check that function %s exists: %w", name, err)
	}
	return true, nil
}

// IsURL reports whether a function is named by the URL that events are posted to.
func IsURL(target string) bool {
	u, err := url.Parse(target)
	return err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https")
}

// URL returns the function that events are posted to.
func URL(target string) replay.Function {
	return func(ctx context.Context, event []byte) (replay.Answer, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, target, bytes.NewReader(event))
		if err != nil {
			return replay.Answer{}, err
		}
		req.Header.Set("Content-Type", "application/json")
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			return replay.Answer{}, err
		}
		defer res.Body.Close()
		payload, err := io.ReadAll(io.LimitReader(res.Body, 7<<20))
		if err == nil && res.StatusCode != http.StatusOK {
			return replay.Answer{FunctionError: res.Status}, nil
		}
		return replay.Answer{Payload: payload}, err
	}
}
