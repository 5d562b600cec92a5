package lambda

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
)

const runtimePath = "/2018-06-01/runtime/"

// runtimeAPI serves the Lambda Runtime API
// (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html) under the id
// of a process, or under the name of a function that attached itself:
// AWS_LAMBDA_RUNTIME_API=host:port/<id or name>.
func (s *Service) runtimeAPI() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		s.mu.Lock()
		p := s.processes[key]
		s.mu.Unlock()
		if p != nil {
			serveRuntime(w, r, "/"+key, p.fn, p)
			return
		}
		f, err := s.attached(key)
		if err != nil {
			runtimeError(w, http.StatusNotFound, "InvalidFunction", err.Error())
			return
		}
		serveRuntime(w, r, "/"+key, f, nil)
	})
}

// serveRuntime answers one call of a runtime client. p is nil for an attached
// one.
func serveRuntime(w http.ResponseWriter, r *http.Request, prefix string, f *function, p *process) {
	call, ok := strings.CutPrefix(r.URL.Path, prefix+runtimePath)
	if !ok {
		runtimeError(w, http.StatusNotFound, "InvalidPath", "no such call of the Runtime API: "+r.URL.Path)
		return
	}
	id, verb, inInvocation := strings.Cut(strings.TrimPrefix(call, "invocation/"), "/")
	switch {
	case call == "invocation/next" && r.Method == http.MethodGet:
		serveNext(w, r, f, p)
	case call == "init/error" && r.Method == http.MethodPost:
		serveInitError(w, r, f, p)
	case inInvocation && verb == "response" && r.Method == http.MethodPost:
		serveResponse(w, r, f, id)
	case inInvocation && verb == "error" && r.Method == http.MethodPost:
		serveError(w, r, f, id)
	default:
		runtimeError(w, http.StatusNotFound, "InvalidPath", "no such call of the Runtime API: "+r.Method+" "+r.URL.Path)
	}
}

// serveNext holds the call until there is an event.
func serveNext(w http.ResponseWriter, r *http.Request, f *function, p *process) {
	inv := f.next(r.Context(), p)
	if inv == nil {
		runtimeError(w, http.StatusServiceUnavailable, "ContainerError", "the stack is closing")
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(inv.payload)))
	h.Set("Lambda-Runtime-Aws-Request-Id", inv.id)
	h.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(inv.deadline.UnixMilli(), 10))
	h.Set("Lambda-Runtime-Invoked-Function-Arn", inv.arn)
	h.Set("Lambda-Runtime-Trace-Id", traceID(inv))
	_, _ = w.Write(inv.payload) // the process may be gone
}

func serveResponse(w http.ResponseWriter, r *http.Request, f *function, id string) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxResponse))
	if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
		// The service answers the caller in the function's place.
		f.finish(id, errorResult("Function.ResponseSizeTooLarge",
			fmt.Sprintf("Response payload size exceeded maximum allowed payload size (%d bytes).", maxResponse)))
		runtimeError(w, http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", "Exceeded maximum allowed payload size (6291556 bytes).")
		return
	}
	if err != nil {
		runtimeError(w, http.StatusBadRequest, "InvalidRequest", err.Error())
		return
	}
	result := Result{Payload: body}
	// A streamed response may still fail at its end, as its trailer says.
	if errorType := r.Trailer.Get("Lambda-Runtime-Function-Error-Type"); errorType != "" {
		result = errorResult(errorType, "the function failed while it streamed its answer")
	}
	accept(w, f.finish(id, result))
}

func serveError(w http.ResponseWriter, r *http.Request, f *function, id string) {
	doc, err := readError(w, r)
	if err != nil {
		runtimeError(w, http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", err.Error())
		return
	}
	accept(w, f.finish(id, Result{Payload: doc, FunctionError: "Unhandled"}))
}

// serveInitError notes why the function could not start; its process is of no
// use any more.
func serveInitError(w http.ResponseWriter, r *http.Request, f *function, p *process) {
	doc, err := readError(w, r)
	if err != nil {
		runtimeError(w, http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", err.Error())
		return
	}
	if p != nil {
		f.mu.Lock()
		p.initError = doc
		f.mu.Unlock()
	}
	accept(w, true)
	if p != nil {
		_ = http.NewResponseController(w).Flush() // it is killed anyway
		p.kill()
	}
}

// readError takes an error document as a runtime sends it; without one the
// header's error type stands for it.
func readError(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxResponse))
	if err != nil {
		return nil, err
	}
	if json.Valid(body) && len(body) > 0 {
		return body, nil
	}
	errorType := r.Header.Get("Lambda-Runtime-Function-Error-Type")
	if errorType == "" {
		errorType = "Runtime.Unknown"
	}
	return errorResult(errorType, string(body)).Payload, nil
}

func errorResult(errorType, message string) Result {
	doc, err := json.Marshal(map[string]string{"errorType": errorType, "errorMessage": message})
	if err != nil {
		panic(err) // two strings always encode
	}
	return Result{Payload: doc, FunctionError: "Unhandled"}
}

func accept(w http.ResponseWriter, known bool) {
	if !known {
		runtimeError(w, http.StatusBadRequest, "InvalidRequestID", "no invocation of this id is under way")
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusAccepted)
	_, _ = io.WriteString(w, `{"status":"OK"}`)
}

func runtimeError(w http.ResponseWriter, status int, errorType, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(errorResult(errorType, message).Payload)
}

// traceID is an X-Ray header for one invocation, not sampled.
func traceID(inv *invocation) string {
	hex := strings.ReplaceAll(inv.id, "-", "")
	return fmt.Sprintf("Root=1-%08x-%s;Parent=%s;Sampled=0", inv.deadline.Unix(), hex[:24], hex[:16])
}
