package request

import (
	"context"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"

	"github.com/fasttrack-dev/fasttrack/internal/engine/stepfn"
	"github.com/fasttrack-dev/fasttrack/internal/lambdaapi"
)

// Hooks invokes hook functions.
type Hooks interface {
	// Invoke invokes a function, by name or ARN, and returns its response. The error is
	// a [HookFailure] unless ctx is done.
	Invoke(ctx context.Context, function string, document []byte) (response []byte, err error)
}

// HookFailure is a function that failed, or could not be invoked.
type HookFailure struct {
	// Shown is safe to show to people; it follows the hook's name.
	Shown string
	// Why is for the log: the error of AWS.
	Why string
}

func (f HookFailure) Error() string { return f.Why }

const (
	// attempts is how often a call is made that AWS throttles or fails, or whose
	// connection broke while the process was frozen.
	attempts = 3
	// maxInvoked is how much of a response is read, which is more than one may have.
	maxInvoked = 128 << 10
)

// lambdaAPI is Lambda's Invoke.
type lambdaAPI struct {
	cfg    aws.Config
	client func() *awshttp.BuildableClient
}

// NewHooks invokes functions of Lambda, where cfg says.
func NewHooks(cfg aws.Config) Hooks {
	return lambdaAPI{cfg, sync.OnceValue(func() *awshttp.BuildableClient { return awshttp.NewBuildableClient() })}
}

func (l lambdaAPI) Invoke(ctx context.Context, function string, document []byte) ([]byte, error) {
	for n := 1; ; n++ {
		answer, again, err := l.once(ctx, function, document)
		if err == nil || !again || n == attempts {
			return answer, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(time.Duration(n)*50*time.Millisecond + rand.N(50*time.Millisecond)): // #nosec G404 -- spreads tries, keeps nothing secret
		}
	}
}

// once makes the call; again reports whether a retry may succeed.
func (l lambdaAPI) once(ctx context.Context, function string, document []byte) (answer []byte, again bool, err error) {
	req, err := lambdaapi.Request(ctx, l.cfg, http.MethodPost, function, "/invocations", document)
	if err != nil {
		return nil, false, cannotInvoke(err.Error())
	}
	res, err := l.client().Do(req)
	if err != nil {
		return nil, true, broken(ctx, err)
	}
	defer res.Body.Close()
	answer, err = io.ReadAll(io.LimitReader(res.Body, maxInvoked))
	switch {
	case err != nil:
		return nil, true, broken(ctx, err)
	case res.StatusCode == http.StatusNotFound:
		return nil, false, HookFailure{"can't be invoked: the hook function does not exist", "the function does not exist"}
	case res.StatusCode != http.StatusOK:
		again = res.StatusCode == http.StatusTooManyRequests || res.StatusCode >= 500
		return nil, again, cannotInvoke(res.Status + " " + res.Header.Get("X-Amzn-ErrorType"))
	case res.Header.Get("X-Amz-Function-Error") != "":
		return nil, false, HookFailure{stepfn.FunctionFailed(answer), "the function failed"}
	}
	return answer, false, nil
}

func cannotInvoke(why string) HookFailure {
	return HookFailure{"can't be invoked", why}
}

// broken returns the error of a connection that broke or timed out.
func broken(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return cannotInvoke(err.Error())
}
