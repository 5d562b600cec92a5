package lambda

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/fasttrack-dev/fasttrack/localaws/wire"
)

// APIPath is the path prefix of the Lambda API's calls, which ServeHTTP answers.
const APIPath = "/2015-03-31/functions/"

// status is the HTTP status of each error of the service that can arise here.
var status = map[string]int{
	"InvalidParameterValueException": http.StatusBadRequest,
	"InvalidRequestContentException": http.StatusBadRequest,
	"ResourceNotFoundException":      http.StatusNotFound,
	"RequestTooLargeException":       http.StatusRequestEntityTooLarge,
	"TooManyRequestsException":       http.StatusTooManyRequests,
	"UnknownOperationException":      http.StatusNotFound,
}

// served are the operations that ServeHTTP answers.
var served = []string{"GetAlias", "GetFunction", "GetFunctionConfiguration", "GetFunctionEventInvokeConfig", "Invoke", "ListAliases", "ListFunctions", "ListVersionsByFunction"}

// Served lists the operations.
func (*Service) Served() []string { return slices.Clone(served) }

// unservedHeaders are members of Invoke that are not served, by the headers that
// carry them.
var unservedHeaders = map[string]string{
	"X-Amz-Client-Context": "ClientContext", "X-Amz-Durable-Execution-Name": "DurableExecutionName", "X-Amz-Tenant-Id": "TenantId",
}

// ServeHTTP answers Lambda's calls as SDKs and the CLI make them: Invoke, with the
// invocation types RequestResponse, Event and DryRun
// (https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html), and those that
// describe functions.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Amzn-Requestid", uuid.NewString())
	escaped, ok := strings.CutPrefix(r.URL.EscapedPath()+"/", APIPath)
	escaped = strings.TrimSuffix(escaped, "/")
	if ok && s.serveRead(w, r, escaped) {
		return
	}
	function, ok2 := strings.CutSuffix(escaped, "/invocations")
	function, err := url.PathUnescape(function)
	if !ok || !ok2 || err != nil || r.Method != http.MethodPost {
		writeError(w, &ServiceError{"UnknownOperationException", r.Method + " " + r.URL.Path + " of lambda is not served on this machine; served: " + strings.Join(served, ", ")})
		return
	}
	f, arn, err := s.lookup(function, r.URL.Query().Get("Qualifier"))
	if err != nil {
		writeError(w, err)
		return
	}
	if err := invokeMembers(r); err != nil {
		writeError(w, err)
		return
	}
	payload, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxPayload))
	if err != nil {
		writeError(w, &ServiceError{"RequestTooLargeException", "Request must be smaller than 6291456 bytes for the InvokeFunction operation"})
		return
	}
	if len(payload) > 0 && !json.Valid(payload) {
		writeError(w, &ServiceError{"InvalidRequestContentException", "Could not parse request body into json: the payload is not valid JSON"})
		return
	}
	switch kind := r.Header.Get("X-Amz-Invocation-Type"); kind {
	case "", "RequestResponse":
		s.serveInvoke(w, r, f, arn, payload)
	case "Event":
		if err := s.queue(f, arn, payload); err != nil {
			writeError(w, err)
			return
		}
		w.WriteHeader(http.StatusAccepted)
	case "DryRun":
		w.WriteHeader(http.StatusNoContent)
	default:
		writeError(w, &ServiceError{"InvalidParameterValueException", "Unknown invocation type: " + kind})
	}
}

// invokeMembers refuses members of Invoke that are not served.
func invokeMembers(r *http.Request) error {
	if err := only(r.URL.Query(), "Qualifier"); err != nil {
		return err
	}
	for header, name := range unservedHeaders {
		if r.Header.Get(header) != "" {
			return &ServiceError{"InvalidParameterValueException", (&wire.Unserved{Member: name}).Error()}
		}
	}
	if kind := r.Header.Get("X-Amz-Log-Type"); kind != "" && kind != "None" {
		return &ServiceError{"InvalidParameterValueException", "LogType " + kind + " is not served on this machine; `aws logs tail` shows what a function prints"}
	}
	return nil
}

func (s *Service) serveInvoke(w http.ResponseWriter, r *http.Request, f *function, arn string, payload []byte) {
	result, err := f.invoke(r.Context(), arn, payload)
	if err != nil {
		writeError(w, err)
		return
	}
	if result.FunctionError != "" {
		w.Header().Set("X-Amz-Function-Error", result.FunctionError)
	}
	w.Header().Set("X-Amz-Executed-Version", result.ExecutedVersion)
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(result.Payload) // the caller may be gone
}

func writeJSON(w http.ResponseWriter, answer any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer) // the caller may be gone
}

func writeError(w http.ResponseWriter, err error) {
	told := &ServiceError{}
	if !errors.As(err, &told) {
		told = &ServiceError{"ServiceException", err.Error()}
	}
	code, known := status[told.Code]
	doc := map[string]string{"Type": "User", "Message": told.Message}
	if !known {
		code, doc["Type"] = http.StatusInternalServerError, "Service"
	}
	if throttled, is := errors.AsType[*throttledError](err); is {
		doc["Reason"] = throttled.reason
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Amzn-Errortype", told.Code)
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(doc) // the caller may be gone
}
