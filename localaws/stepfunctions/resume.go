package stepfunctions

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/fasttrack-dev/fasttrack/localaws/asl"
)

// memory is for how long a closed execution is remembered, and its name taken
// (https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html).
const memory = 90 * 24 * time.Hour

// found is what the journal has of one execution.
type found struct {
	identity
	arn     string
	records int
	asl.Progress
}

// Open returns a service that keeps its executions in a folder, which it creates if
// needed. The caller must ensure that no other process has the folder open. Executions
// that were running pause until Resume, but their task tokens work. State machines are
// not kept: create them again. An execution uses the definition that it started with.
// Resume starts those of EXPRESS machines again from the beginning.
func Open(dir string, o Options) (*Service, error) {
	s := New(o)
	var err error
	if s.folder, err = openFolder(dir); err != nil {
		return nil, err
	}
	if err := s.load(); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// Resume continues the executions that were left running. Register their functions
// first. An interrupted call is repeated; waits that are over end immediately.
func (s *Service) Resume() error {
	s.mu.Lock()
	left := s.left
	s.left = nil
	s.mu.Unlock()
	for _, x := range left {
		if err := x.Run(); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) load() error {
	all, err := s.folder.read()
	if err != nil {
		return err
	}
	definitions, used := map[string]*asl.Machine{}, map[string]bool{}
	for _, f := range all {
		if f.End != nil && s.opts.Clock.Since(f.End.StoppedAt) > memory {
			if err := s.folder.forget(f.arn); err != nil {
				return err
			}
			continue
		}
		used[f.Definition] = true
		x, err := s.restore(f, definitions)
		if err != nil {
			return fmt.Errorf("execution %s: %w", f.arn, err)
		}
		if f.Express {
			continue
		}
		s.executions[x.ARN] = x
		s.order[x.MachineARN] = append(s.order[x.MachineARN], x)
	}
	return s.folder.tidy(used)
}

// restore returns an execution as it was stored.
func (s *Service) restore(f *found, definitions map[string]*asl.Machine) (*asl.Execution, error) {
	start := asl.Start{
		ARN: f.arn, Name: f.Name, RoleARN: f.RoleARN, MachineARN: f.MachineARN, MachineName: f.MachineName,
		Changed: s.changed(), Recorded: s.recorded(), Origin: keptMachine{s.folder, f.Definition},
	}
	if f.End != nil {
		return s.engine.Ended(start, asl.Ended{StartedAt: f.StartedAt, End: *f.End, Count: f.Count, History: f.History}), nil
	}
	var err error
	if start.Machine = definitions[f.Definition]; start.Machine == nil {
		if start.Machine, err = s.folder.definition(f.Definition); err != nil {
			return nil, err
		}
		definitions[f.Definition] = start.Machine
	}
	start.Input = []byte(f.Events[0].Payload)
	if f.Express {
		start.Keep = s.folder.keepingExpress(f.identity)
		x, err := s.newExpress(asl.Express, start)
		if err == nil {
			s.left = append(s.left, x)
		}
		return x, err
	}
	start.Keep = s.folder.keeping(f.identity, f.records)
	start.Resume = &asl.Resume{StartedAt: f.StartedAt, Position: f.Position, Events: f.Events}
	x, err := s.engine.New(start)
	if err != nil {
		return nil, err
	}
	s.left = append(s.left, x)
	return x, nil
}

// read puts the records of each execution together, the oldest first.
func (f *folder) read() ([]*found, error) {
	all := map[string]*found{}
	if err := f.journal.Each(func(arn string, record []byte) error {
		k, err := decodeKept(record)
		if err != nil {
			return err
		}
		x := all[arn]
		if k.Of != nil {
			x = &found{identity: *k.Of, arn: arn}
			all[arn] = x
		} else if x == nil {
			return fmt.Errorf("the journal has no start of execution %s", arn)
		}
		k.Events = append(x.Events, k.Events...)
		x.Progress = k.Progress
		x.records++
		return nil
	}); err != nil {
		return nil, err
	}
	for arn, x := range all {
		if x.End == nil && (len(x.Events) == 0 || int64(len(x.Events)) != x.Count) {
			return nil, fmt.Errorf("the journal has %d of %d events of execution %s", len(x.Events), x.Count, arn)
		}
	}
	return slices.SortedFunc(maps.Values(all), func(a, b *found) int { return a.StartedAt.Compare(b.StartedAt) }), nil
}
