package lambda

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"
)

// ConfigPath is the path prefix of calls about asynchronous invocations.
const ConfigPath = "/2019-09-25/functions/"

// ServeConfig answers GetFunctionEventInvokeConfig
// (https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionEventInvokeConfig.html).
func (s *Service) ServeConfig(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Amzn-Requestid", uuid.NewString())
	escaped, ok := strings.CutPrefix(r.URL.EscapedPath(), ConfigPath)
	name, ok2 := strings.CutSuffix(escaped, "/event-invoke-config")
	name, err := url.PathUnescape(name)
	if !ok || !ok2 || err != nil || r.Method != http.MethodGet {
		writeError(w, &ServiceError{"UnknownOperationException", "This machine's Lambda answers GetFunctionEventInvokeConfig alone: GET " + ConfigPath + "{name}/event-invoke-config."})
		return
	}
	f, arn, err := s.lookup(name, r.URL.Query().Get("Qualifier"))
	if err != nil {
		writeError(w, err)
		return
	}
	if f.cfg.Async == nil {
		writeError(w, &ServiceError{"ResourceNotFoundException", "The function " + arn + " doesn't have an EventInvokeConfig"})
		return
	}
	w.Header().Set("Content-Type", "application/json")
	failure := map[string]string{}
	if to := f.cfg.Async.OnFailure; to != "" {
		failure["Destination"] = to
	}
	_ = json.NewEncoder(w).Encode(map[string]any{ // the caller may be gone
		"FunctionArn": arn + ":$LATEST", "MaximumRetryAttempts": f.cfg.Async.MaxRetries, "MaximumEventAgeInSeconds": int(f.cfg.Async.MaxAge.Seconds()),
		"DestinationConfig": map[string]any{"OnSuccess": map[string]any{}, "OnFailure": failure},
	})
}

// failedRecord is what Lambda sends to the destination of failures
// (https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html).
func failedRecord(arn string, payload []byte, result Result, attempts int, condition string, now time.Time) ([]byte, error) {
	response := result.Payload
	if len(response) == 0 {
		response = []byte("null")
	}
	return json.Marshal(map[string]any{
		"version": "1.0", "timestamp": now.UTC().Format("2006-01-02T15:04:05.000Z"),
		"requestContext": map[string]any{
			"requestId": uuid.NewString(), "functionArn": arn + ":$LATEST", "condition": condition, "approximateInvokeCount": attempts,
		},
		"requestPayload":  json.RawMessage(payload),
		"responseContext": map[string]any{"statusCode": http.StatusOK, "executedVersion": "$LATEST", "functionError": result.FunctionError},
		"responsePayload": json.RawMessage(response),
	})
}
