package stepfunctions

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/fasttrack-dev/fasttrack/localaws/asl"
)

// Logging is a loggingConfiguration
// (https://docs.aws.amazon.com/step-functions/latest/apireference/API_LoggingConfiguration.html).
type Logging struct {
	// Level is ALL, ERROR, FATAL or OFF, which empty is too.
	Level                string        `json:"level"`
	IncludeExecutionData bool          `json:"includeExecutionData"`
	Destinations         []Destination `json:"destinations,omitempty"`
}

// Destination is where events are written.
type Destination struct {
	CloudWatchLogsLogGroup LogGroup `json:"cloudWatchLogsLogGroup"`
}

// LogGroup names a log group.
type LogGroup struct {
	LogGroupARN string `json:"logGroupArn"`
}

func (l Logging) equal(other Logging) bool {
	return l.Level == other.Level && l.IncludeExecutionData == other.IncludeExecutionData && slices.Equal(l.Destinations, other.Destinations)
}

// group is the name of the log group, which has its ARN with ":*" at the end or without.
func (l Logging) group() string {
	if len(l.Destinations) != 1 {
		return ""
	}
	_, name, _ := strings.Cut(l.Destinations[0].CloudWatchLogsLogGroup.LogGroupARN, ":log-group:")
	return strings.TrimSuffix(name, ":*")
}

// validLogging checks a loggingConfiguration; nil is OFF.
func (s *Service) validLogging(l *Logging) (Logging, error) {
	if l == nil || l.Level == "" {
		return Logging{Level: "OFF"}, nil
	}
	group := l.group()
	switch {
	case !slices.Contains([]string{"ALL", "ERROR", "FATAL", "OFF"}, l.Level):
		return *l, invalid("loggingConfiguration.level", "Member must satisfy enum value set: [ALL, ERROR, FATAL, OFF]")
	case l.Level == "OFF" && len(l.Destinations) == 0:
	case group == "":
		return *l, fail("InvalidLoggingConfiguration", "Invalid Logging Configuration: Must specify exactly one Log Destination.")
	case s.opts.HasGroup != nil && !s.opts.HasGroup(group):
		return *l, fail("InvalidLoggingConfiguration", "Invalid Logging Configuration: Log Destination not found.")
	}
	return *l, nil
}

// loggingOf returns the Logging of a machine, OFF of one that is gone.
func (s *Service) loggingOf(machineARN string) Logging {
	if l, ok := s.logging.Load(machineARN); ok {
		return l.(Logging)
	}
	return Logging{Level: "OFF"}
}

// logs reports whether a level has events of a type
// (https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html).
func logs(level, event string) bool {
	failed := strings.HasSuffix(event, "Failed") || strings.HasSuffix(event, "TimedOut") || strings.HasSuffix(event, "Aborted")
	switch level {
	case "ALL":
		return true
	case "ERROR":
		return failed || event == "FailStateEntered"
	case "FATAL":
		return failed && strings.HasPrefix(event, "Execution")
	}
	return false
}

// line is an event in a log group. Its numbers are text.
type line struct {
	ID           string         `json:"id"`
	Type         string         `json:"type"`
	Details      map[string]any `json:"details"`
	PreviousID   string         `json:"previous_event_id"`
	Timestamp    string         `json:"event_timestamp"`
	ExecutionARN string         `json:"execution_arn"`
	RedriveCount string         `json:"redrive_count"`
}

// recorded returns the callback for events of executions; nil if nothing is logged.
func (s *Service) recorded() func(*asl.Execution, asl.Event) {
	if s.opts.Log == nil {
		return nil
	}
	return func(x *asl.Execution, e asl.Event) {
		l := s.loggingOf(x.MachineARN)
		if !logs(l.Level, e.Type) {
			return
		}
		_, details := e.Details(l.IncludeExecutionData)
		raw, err := json.Marshal(line{
			ID: strconv.FormatInt(e.ID, 10), Type: e.Type, Details: details, PreviousID: strconv.FormatInt(e.PreviousID, 10),
			Timestamp: strconv.FormatInt(e.At.UnixMilli(), 10), ExecutionARN: x.ARN, RedriveCount: "0",
		})
		if err != nil {
			return // texts and numbers become JSON
		}
		s.opts.Log(l.group(), "states/"+x.MachineName+"/"+x.StartedAt.UTC().Format("2006-01-02-15-04"), string(raw))
	}
}
