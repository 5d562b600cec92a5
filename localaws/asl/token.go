package asl

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"strings"
)

// The errors of task tokens.
var (
	// ErrInvalidToken reports a value that was never a token.
	ErrInvalidToken = errors.New("not a task token")
	// ErrTaskClosed reports the token of a task that has ended.
	ErrTaskClosed = errors.New("the task has ended")
)

// tokenSize is how long a token is in bytes. In base64 it has 664 characters, about
// as many as Step Functions' own, so that what keeps it is as large as at AWS; the
// service allows 2,048
// (https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html).
const tokenSize = 498

// tokenPrefix begins a token, as it does the service's: AAAAKgAAAAI….
const tokenPrefix = "\x00\x00\x00\x2a\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00\x01"

// newToken makes a token that nobody guesses: it names its execution, has at least
// 256 random bits, and a checksum that distinguishes a mangled token from a late one.
func newToken(execution string) string {
	const rest = 4 // the checksum
	body := make([]byte, 0, tokenSize)
	body = append(body, tokenPrefix...)
	body = binary.BigEndian.AppendUint16(body, uint16(len(execution))) // #nosec G115 -- an ARN is short
	body = append(body, execution...)
	secret := make([]byte, max(32, tokenSize-rest-len(body)))
	_, _ = rand.Read(secret) // never fails since Go 1.24
	body = append(body, secret...)
	return base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint32(body, crc32.ChecksumIEEE(body)))
}

// TokenExecution returns the ARN of the execution that a token belongs to, or
// [ErrInvalidToken].
func TokenExecution(token string) (string, error) {
	body, err := base64.StdEncoding.DecodeString(token)
	if err != nil || len(body) < 36 || strings.ContainsAny(token, "\r\n") {
		return "", ErrInvalidToken
	}
	n := len(body) - 4
	if binary.BigEndian.Uint32(body[n:]) != crc32.ChecksumIEEE(body[:n]) {
		return "", ErrInvalidToken
	}
	named, is := strings.CutPrefix(string(body[:n]), tokenPrefix)
	if !is {
		// A token of a release before these were as long as the service's, that an
		// execution in a data folder still waits for.
		return string(body[32:n]), nil
	}
	if len(named) < 2 {
		return "", ErrInvalidToken
	}
	length := int(binary.BigEndian.Uint16([]byte(named)))
	if len(named)-2 < length {
		return "", ErrInvalidToken
	}
	return named[2 : 2+length], nil
}

// waiter is a task that waits for its token. Its task is guarded by the
// execution's mutex.
type waiter struct {
	x    *Execution
	task *TaskPosition
	done chan Answer
}

// await makes known that a task waits for its token.
func (e *Engine) await(x *Execution, task *TaskPosition) *waiter {
	e.mu.Lock()
	defer e.mu.Unlock()
	if w := e.waiters[task.Token]; w != nil {
		w.task = task
		return w
	}
	w := &waiter{x: x, task: task, done: make(chan Answer, 1)}
	e.waiters[task.Token] = w
	return w
}

// claim takes a token out of circulation; only one ever gets it.
func (e *Engine) claim(token string) (*waiter, error) {
	if _, err := TokenExecution(token); err != nil {
		return nil, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	w := e.waiters[token]
	if w == nil {
		return nil, ErrTaskClosed
	}
	delete(e.waiters, token)
	return w, nil
}

func (e *Engine) answer(token string, a Answer) error {
	w, err := e.claim(token)
	if err != nil {
		return err
	}
	w.x.mu.Lock()
	w.task.Answer = &a
	w.x.mu.Unlock()
	err = w.x.Flush() // what is acknowledged is not lost
	w.done <- a
	return err
}

// SendTaskSuccess ends the task of a token with its output, which is JSON. The
// error is [ErrInvalidToken], [ErrTaskClosed] or Keep's; a token works once.
func (e *Engine) SendTaskSuccess(token string, output []byte) error {
	return e.answer(token, Answer{Output: output})
}

// SendTaskFailure fails the task of a token; name and cause may be nil.
func (e *Engine) SendTaskFailure(token string, name, cause *string) error {
	return e.answer(token, Answer{Failed: true, Error: name, Cause: cause})
}

// SendTaskHeartbeat reports that the task of a token still runs.
func (e *Engine) SendTaskHeartbeat(token string) error {
	if _, err := TokenExecution(token); err != nil {
		return err
	}
	e.mu.Lock()
	w := e.waiters[token]
	e.mu.Unlock()
	if w == nil {
		return ErrTaskClosed
	}
	w.x.mu.Lock()
	if w.task.Heartbeat > 0 {
		w.task.HeartbeatAt = e.clock.Now().Add(seconds(w.task.Heartbeat))
	}
	w.x.mu.Unlock()
	return w.x.Flush()
}
