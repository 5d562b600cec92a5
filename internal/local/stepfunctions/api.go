package stepfunctions

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/local/asl"
)

// Target is the prefix of X-Amz-Target of the calls that this service answers.
const Target = "AWSStepFunctions."

// ServeHTTP answers the service's calls (AWS JSON 1.0).
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	w.Header().Set("X-Amzn-Requestid", newName())
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 2<<20))
	if err != nil {
		s.refuse(w, fail("SerializationException", "the body could not be read: %v", err))
		return
	}
	operation, ok := operations[strings.TrimPrefix(r.Header.Get("X-Amz-Target"), Target)]
	if !ok {
		s.refuse(w, fail("UnknownOperationException", "%s is not implemented on this machine", r.Header.Get("X-Amz-Target")))
		return
	}
	answer, err := operation(s, body)
	if err != nil {
		s.refuse(w, err)
		return
	}
	raw, err := json.Marshal(answer)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	// Nobody is left to tell of an error of writing.
	_, _ = w.Write(raw)
}

func (s *Service) refuse(w http.ResponseWriter, err error) {
	known, ok := errors.AsType[*apiError](err)
	if !ok {
		w.WriteHeader(http.StatusInternalServerError)
		known = &apiError{"InternalServerException", err.Error()}
	} else {
		w.Header().Set("X-Amzn-Errortype", known.code)
		w.WriteHeader(http.StatusBadRequest)
	}
	raw, _ := json.Marshal(map[string]string{"__type": known.code, "message": known.message})
	_, _ = w.Write(raw)
}

// operations are the calls of the API.
var operations = map[string]func(*Service, []byte) (any, error){
	"CreateStateMachine":             call((*Service).createStateMachine),
	"UpdateStateMachine":             call((*Service).updateStateMachine),
	"DescribeStateMachine":           call((*Service).describeStateMachine),
	"ListStateMachines":              call((*Service).listStateMachines),
	"DeleteStateMachine":             call((*Service).deleteStateMachine),
	"ValidateStateMachineDefinition": call((*Service).validate),
	"StartExecution":                 call((*Service).startExecution),
	"DescribeExecution":              call((*Service).describeExecution),
	"ListExecutions":                 call((*Service).listExecutions),
	"StopExecution":                  call((*Service).stopExecution),
	"GetExecutionHistory":            call((*Service).getExecutionHistory),
	"SendTaskSuccess":                call((*Service).sendTaskSuccess),
	"SendTaskFailure":                call((*Service).sendTaskFailure),
	"SendTaskHeartbeat":              call((*Service).sendTaskHeartbeat),
}

// call decodes the input of an operation.
func call[In any](operation func(*Service, In) (any, error)) func(*Service, []byte) (any, error) {
	return func(s *Service, body []byte) (any, error) {
		var in In
		if len(bytes.TrimSpace(body)) > 0 {
			if err := json.Unmarshal(body, &in); err != nil {
				return nil, fail("SerializationException", "%v", err)
			}
		}
		return operation(s, in)
	}
}

// epoch is how the service writes times: seconds, with milliseconds.
func epoch(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }

type machineInput struct {
	Name, Definition, RoleArn, Type, StateMachineArn string
}

func (s *Service) createStateMachine(in machineInput) (any, error) {
	if in.Type == "" {
		in.Type = "STANDARD"
	}
	arn, err := s.create(in.Name, in.Definition, in.RoleArn, in.Type)
	if err != nil {
		return nil, err
	}
	m, err := s.machine(arn)
	if err != nil {
		return nil, err
	}
	return map[string]any{"stateMachineArn": arn, "creationDate": epoch(m.created)}, nil
}

// updateStateMachine gives a machine another definition or role; what already
// runs goes on with the one it started with.
func (s *Service) updateStateMachine(in machineInput) (any, error) {
	m, err := s.machine(in.StateMachineArn)
	if err != nil {
		return nil, err
	}
	next := *m
	if in.Definition != "" {
		if next.parsed, err = asl.Parse([]byte(in.Definition)); err != nil {
			return nil, fail("InvalidDefinition", "Invalid State Machine Definition: '%v'", err)
		}
		next.definition = in.Definition
	}
	if in.RoleArn != "" {
		next.roleArn = in.RoleArn
	}
	s.mu.Lock()
	s.machines[m.arn] = &next
	s.mu.Unlock()
	return map[string]any{"updateDate": epoch(s.opts.Clock.Now())}, nil
}

func (s *Service) describeStateMachine(in machineInput) (any, error) {
	m, err := s.machine(in.StateMachineArn)
	if err != nil {
		return nil, err
	}
	return map[string]any{
		"stateMachineArn": m.arn, "name": m.name, "status": "ACTIVE", "definition": m.definition, "roleArn": m.roleArn,
		"type": m.kind, "creationDate": epoch(m.created),
		"loggingConfiguration": map[string]any{"level": "OFF", "includeExecutionData": false},
		"tracingConfiguration": map[string]any{"enabled": false},
	}, nil
}

func (s *Service) listStateMachines(in pageInput) (any, error) {
	list := []any{}
	for _, m := range s.sortedMachines() {
		list = append(list, map[string]any{"stateMachineArn": m.arn, "name": m.name, "type": m.kind, "creationDate": epoch(m.created)})
	}
	page, next, err := in.page(list)
	return withToken(map[string]any{"stateMachines": page}, next), err
}

// deleteStateMachine also stops and forgets the machine's executions.
func (s *Service) deleteStateMachine(in machineInput) (any, error) {
	s.mu.Lock()
	executions := s.order[in.StateMachineArn]
	delete(s.machines, in.StateMachineArn)
	delete(s.order, in.StateMachineArn)
	for _, x := range executions {
		delete(s.executions, x.ARN)
	}
	s.mu.Unlock()
	for _, x := range executions {
		x.Stop(nil, nil)
	}
	return struct{}{}, nil
}

func (s *Service) validate(in machineInput) (any, error) {
	diagnostics := []any{}
	_, err := asl.Parse([]byte(in.Definition))
	if mistakes, ok := errors.AsType[asl.Mistakes](err); ok {
		for _, m := range mistakes {
			diagnostics = append(diagnostics, map[string]any{"severity": "ERROR", "code": m.Code, "message": m.Message, "location": m.Location})
		}
	}
	result := "OK"
	if err != nil {
		result = "FAIL"
	}
	return map[string]any{"result": result, "diagnostics": diagnostics, "truncated": false}, nil
}
