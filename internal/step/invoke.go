package step

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"os"
	"runtime/debug"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/fasttrack-dev/fasttrack/internal/logs"
)

// Defaults sets what a function's dependencies leave out: the clock to [time.Now]
// and the log to JSON lines on standard output. A function without a clock passes
// nil.
func Defaults(now *func() time.Time, log **slog.Logger) {
	if now != nil && *now == nil {
		*now = time.Now
	}
	*log = cmp.Or(*log, logs.New(os.Stdout))
}

// Frame is what happens around each invocation of a function.
type Frame struct {
	Log *slog.Logger
	// Done and Failed are the messages of the log line.
	Done, Failed string
	// Edge returns an error with the type and text that it leaves the function with;
	// nil leaves it as it is.
	Edge func(error) error
	// Private keeps the text of errors out of the log, where it may name people.
	Private bool
}

// Line is the one line that the log gets of an invocation.
type Line struct {
	message string
	level   slog.Level
	attrs   []any
}

// Add adds attributes, as key and value in turn.
func (l *Line) Add(attrs ...any) { l.attrs = append(l.attrs, attrs...) }

// Say replaces the message and the level of an invocation that succeeds.
func (l *Line) Say(level slog.Level, message string) { l.level, l.message = level, message }

// Invoke runs one invocation and logs one line about it, with the request id and
// how long it took. A panic in do becomes an [Unavailable] error, whose stack is
// in the line.
func Invoke[Response any](ctx context.Context, f Frame, do func(*Line) (Response, error)) (response Response, err error) {
	started := time.Now()
	line := &Line{message: f.Done}
	if id := RequestID(ctx); id != "" {
		line.Add("request_id", id)
	}
	defer func() {
		if p := recover(); p != nil {
			err = Unavailable(fmt.Sprintf("panic: %v", p))
			line.Add("stack", string(debug.Stack()))
		}
		line.Add("took_ms", time.Since(started).Milliseconds())
		if err != nil {
			err = f.edge(err)
			line.fail(f, err)
		}
		f.Log.Log(ctx, line.level, line.message, line.attrs...)
	}()
	return do(line)
}

// RequestID returns Lambda's id of the invocation, "" outside of Lambda.
func RequestID(ctx context.Context) string {
	if lc, ok := lambdacontext.FromContext(ctx); ok {
		return lc.AwsRequestID
	}
	return ""
}

func (f Frame) edge(err error) error {
	if f.Edge == nil {
		return err
	}
	return f.Edge(err)
}

func (l *Line) fail(f Frame, err error) {
	l.Say(slog.LevelError, f.Failed)
	l.Add("type", fmt.Sprintf("%T", err))
	if !f.Private {
		l.Add("error", err.Error())
	}
}
