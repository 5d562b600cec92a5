package stepfunctions

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/fasttrack-dev/fasttrack/localaws/wire"
)

// Target is the prefix of X-Amz-Target in calls of this service.
const Target = "AWSStepFunctions."

// maxBody is more than any call needs: a definition has up to 1 MB, and JSON in
// JSON is escaped.
const maxBody = 4 << 20

// ServeHTTP answers the service's calls (AWS JSON 1.0).
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	w.Header().Set("X-Amzn-Requestid", uuid.NewString())
	answer, err := s.handle(w, r)
	if err != nil {
		refuse(w, err)
		return
	}
	// The caller may be gone: an error of writing is dropped.
	_, _ = w.Write(answer)
}

func (s *Service) handle(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return nil, fail("SerializationException", "the body could not be read: %v", err)
	}
	operation, ok := operations[strings.TrimPrefix(r.Header.Get("X-Amz-Target"), Target)]
	if !ok {
		return nil, fail("UnknownOperationException", "%s is not served on this machine; served: %s",
			strings.TrimPrefix(r.Header.Get("X-Amz-Target"), Target), strings.Join(slices.Sorted(maps.Keys(operations)), ", "))
	}
	answer, err := operation(s, body)
	if err != nil {
		return nil, err
	}
	return json.Marshal(answer)
}

// refuse writes an error: 400 for all that the service has a name for.
func refuse(w http.ResponseWriter, err error) {
	known, ok := errors.AsType[*apiError](err)
	status := http.StatusBadRequest
	if !ok {
		known, status = &apiError{"InternalServerException", err.Error()}, http.StatusInternalServerError
	}
	w.Header().Set("X-Amzn-Errortype", known.code)
	w.WriteHeader(status)
	// Two strings always become JSON, and the caller may be gone.
	raw, _ := json.Marshal(map[string]string{"__type": known.code, "message": known.message})
	_, _ = w.Write(raw)
}

// Served lists the operations.
func (*Service) Served() []string { return slices.Sorted(maps.Keys(operations)) }

// operations are the calls of the API.
var operations = map[string]func(*Service, []byte) (any, error){
	"CreateStateMachine":               call((*Service).createStateMachine),
	"UpdateStateMachine":               call((*Service).updateStateMachine),
	"DescribeStateMachine":             call((*Service).describeStateMachine),
	"ListStateMachines":                call((*Service).listStateMachines),
	"DeleteStateMachine":               call((*Service).deleteStateMachine),
	"ValidateStateMachineDefinition":   call((*Service).validateStateMachineDefinition),
	"StartExecution":                   call((*Service).startExecution),
	"DescribeExecution":                call((*Service).describeExecution),
	"ListExecutions":                   call((*Service).listExecutions),
	"StopExecution":                    call((*Service).stopExecution),
	"GetExecutionHistory":              call((*Service).getExecutionHistory),
	"DescribeStateMachineForExecution": call((*Service).describeStateMachineForExecution),
	"StartSyncExecution":               call((*Service).startSyncExecution),
	"TestState":                        call((*Service).testState),
	"ListTagsForResource":              call((*Service).listTagsForResource),
	"TagResource":                      call((*Service).tagResource),
	"UntagResource":                    call((*Service).untagResource),
	"SendTaskSuccess":                  call((*Service).sendTaskSuccess),
	"SendTaskFailure":                  call((*Service).sendTaskFailure),
	"SendTaskHeartbeat":                call((*Service).sendTaskHeartbeat),
}

// call decodes the input of an operation. The members of its struct are all that the
// operation serves: another one is refused by name.
func call[In any](operation func(*Service, In) (any, error)) func(*Service, []byte) (any, error) {
	return func(s *Service, body []byte) (any, error) {
		var in In
		if err := wire.Decode(body, &in); err != nil {
			if _, unserved := errors.AsType[*wire.Unserved](err); unserved {
				return nil, fail("ValidationException", "%v", err)
			}
			return nil, fail("SerializationException", "%s", wire.Malformed(err))
		}
		return operation(s, in)
	}
}

// epoch is how the service writes times: seconds, with milliseconds.
func epoch(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }
