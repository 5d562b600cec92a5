package cloudwatchlogs

import (
	"cmp"
	"encoding/base64"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/fasttrack-dev/fasttrack/localaws/wire"
)

func (s *Service) operations() wire.Service {
	return wire.Service{Name: "logs", MaxBody: 2 << 20, Operations: map[string]wire.Operation{
		"CreateLogGroup":     wire.JSON(s.createLogGroup),
		"CreateLogStream":    wire.JSON(s.createLogStream),
		"DeleteLogGroup":     wire.JSON(s.deleteLogGroup),
		"DescribeLogGroups":  wire.JSON(s.describeLogGroups),
		"DescribeLogStreams": wire.JSON(s.describeLogStreams),
		"FilterLogEvents":    wire.JSON(s.filterLogEvents),
		"GetLogEvents":       wire.JSON(s.getLogEvents),
		"PutLogEvents":       wire.JSON(s.putLogEvents),
	}}
}

// ServeHTTP answers the service's calls (AWS JSON 1.1).
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.operations().ServeHTTP(w, r) }

// Served lists the operations.
func (s *Service) Served() []string { return s.operations().Served() }

var groupNameForm = regexp.MustCompile(`^[.\-_/#A-Za-z0-9]{1,512}$`)

type groupInput struct {
	Name string `json:"logGroupName"`
}

type streamInput struct {
	Group  string `json:"logGroupName"`
	Stream string `json:"logStreamName"`
}

// identified is how calls that read name a log group.
type identified struct {
	Group      string `json:"logGroupName"`
	Identifier string `json:"logGroupIdentifier"`
}

// find returns a log group. The caller holds mu.
func (s *Service) find(in identified) (*group, error) {
	name := cmp.Or(in.Group, groupName(in.Identifier))
	if (in.Group == "") == (in.Identifier == "") {
		return nil, wire.Fail("InvalidParameterException", "Give one of logGroupName and logGroupIdentifier.")
	}
	if g := s.groups[name]; g != nil {
		return g, nil
	}
	return nil, wire.Fail("ResourceNotFoundException", "The specified log group does not exist: %s", name)
}

func (s *Service) createLogGroup(in groupInput) (any, error) {
	if !groupNameForm.MatchString(in.Name) {
		return nil, wire.Fail("InvalidParameterException", "logGroupName must be 1 to 512 of the characters . - _ / # A-Z a-z 0-9, got %q", in.Name)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.groups[in.Name] != nil {
		return nil, wire.Fail("ResourceAlreadyExistsException", "The specified log group already exists")
	}
	s.group(in.Name)
	return struct{}{}, nil
}

func (s *Service) deleteLogGroup(in groupInput) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.find(identified{Group: in.Name}); err != nil {
		return nil, err
	}
	delete(s.groups, in.Name)
	return struct{}{}, nil
}

func (s *Service) createLogStream(in streamInput) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.find(identified{Group: in.Group})
	switch {
	case err != nil:
		return nil, err
	case in.Stream == "" || len(in.Stream) > 512 || strings.ContainsAny(in.Stream, ":*"):
		return nil, wire.Fail("InvalidParameterException", "logStreamName must be 1 to 512 characters without : and *, got %q", in.Stream)
	case g.streams[in.Stream] != nil:
		return nil, wire.Fail("ResourceAlreadyExistsException", "The specified log stream already exists")
	}
	g.stream(in.Stream, s.now())
	return struct{}{}, nil
}

type putInput struct {
	streamInput
	Events []struct {
		Timestamp *int64 `json:"timestamp"`
		Message   string `json:"message"`
	} `json:"logEvents"`
	// SequenceToken is accepted and ignored by the service itself
	// (https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html).
	SequenceToken string `json:"sequenceToken"`
}

func (s *Service) putLogEvents(in putInput) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.find(identified{Group: in.Group})
	if err != nil {
		return nil, err
	}
	if g.streams[in.Stream] == nil {
		return nil, wire.Fail("ResourceNotFoundException", "The specified log stream does not exist.")
	}
	for _, e := range in.Events {
		if e.Timestamp == nil || e.Message == "" {
			return nil, wire.Fail("InvalidParameterException", "Each of logEvents must have a timestamp and a message.")
		}
	}
	for _, e := range in.Events {
		g.put(in.Stream, *e.Timestamp, s.now(), e.Message)
	}
	return struct{}{}, nil
}

type groupsInput struct {
	Prefix  string `json:"logGroupNamePrefix"`
	Pattern string `json:"logGroupNamePattern"`
	pageInput
}

type groupOutput struct {
	Name    string `json:"logGroupName"`
	Created int64  `json:"creationTime"`
	ARN     string `json:"arn"`
	GroupID string `json:"logGroupArn"`
	Bytes   int    `json:"storedBytes"`
	Class   string `json:"logGroupClass"`
}

func (s *Service) describeLogGroups(in groupsInput) (any, error) {
	if in.Prefix != "" && in.Pattern != "" {
		return nil, wire.Fail("InvalidParameterException", "Give one of logGroupNamePrefix and logGroupNamePattern.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []groupOutput
	for _, name := range slices.Sorted(maps.Keys(s.groups)) {
		if !strings.HasPrefix(name, in.Prefix) || !strings.Contains(name, in.Pattern) {
			continue
		}
		bytes := 0
		for _, e := range s.groups[name].events {
			bytes += len(e.message)
		}
		all = append(all, groupOutput{name, s.groups[name].created, s.arn(name) + ":*", s.arn(name), bytes, "STANDARD"})
	}
	return page(in.pageInput, "logGroups", all, 50)
}

type streamsInput struct {
	identified
	Prefix     string `json:"logStreamNamePrefix"`
	OrderBy    string `json:"orderBy"`
	Descending bool   `json:"descending"`
	pageInput
}

type streamOutput struct {
	Name    string `json:"logStreamName"`
	Created int64  `json:"creationTime"`
	First   int64  `json:"firstEventTimestamp,omitempty"`
	Last    int64  `json:"lastEventTimestamp,omitempty"`
	Seen    int64  `json:"lastIngestionTime,omitempty"`
	ARN     string `json:"arn"`
}

func (s *Service) describeLogStreams(in streamsInput) (any, error) {
	switch {
	case in.OrderBy != "" && in.OrderBy != "LogStreamName" && in.OrderBy != "LastEventTime":
		return nil, wire.Fail("InvalidParameterException", "orderBy must be LogStreamName or LastEventTime, got %q", in.OrderBy)
	case in.OrderBy == "LastEventTime" && in.Prefix != "":
		return nil, wire.Fail("InvalidParameterException", "Cannot order by LastEventTime with a logStreamNamePrefix.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.find(in.identified)
	if err != nil {
		return nil, err
	}
	var all []streamOutput
	for _, name := range slices.Sorted(maps.Keys(g.streams)) {
		if st := g.streams[name]; strings.HasPrefix(name, in.Prefix) {
			all = append(all, streamOutput{name, st.created, st.first, st.last, st.seen, s.arn(g.name) + ":log-stream:" + name})
		}
	}
	if in.OrderBy == "LastEventTime" {
		slices.SortStableFunc(all, func(a, b streamOutput) int { return cmp.Compare(a.Last, b.Last) })
	}
	if in.Descending {
		slices.Reverse(all)
	}
	return page(in.pageInput, "logStreams", all, 50)
}

type pageInput struct {
	Limit     int    `json:"limit"`
	NextToken string `json:"nextToken"`
}

// from reads a token, which is a number; 0 without one.
func from(token string) (int64, error) {
	if token == "" {
		return 0, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(token)
	n, bad := strconv.ParseInt(string(raw), 10, 64)
	if err != nil || bad != nil || n < 0 {
		return 0, wire.Fail("InvalidParameterException", "The specified nextToken is invalid.")
	}
	return n, nil
}

func token(n int64) string {
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(n, 10)))
}

// page answers a list from where the token says, most items at a time.
func page[T any](in pageInput, name string, all []T, most int) (any, error) {
	if in.Limit < 0 || in.Limit > most {
		return nil, wire.Fail("InvalidParameterException", "limit must be 1 to %d, got %d", most, in.Limit)
	}
	at, err := from(in.NextToken)
	if err != nil {
		return nil, err
	}
	first := min(int(at), len(all))
	last := min(first+cmp.Or(in.Limit, most), len(all))
	out := map[string]any{name: append([]T{}, all[first:last]...)}
	if last < len(all) {
		out["nextToken"] = token(int64(last))
	}
	return out, nil
}
