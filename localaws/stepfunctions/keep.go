package stepfunctions

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/fasttrack-dev/fasttrack/localaws/asl"
)

// kept is a record of the journal, under an execution's ARN: a line of JSON,
// which the packed history follows once the execution has ended. The first of
// an execution says what it is of, as does one that replaces all before it;
// the others say how far it has come since.
type kept struct {
	Of *identity `json:"of,omitempty"`
	asl.Progress
}

// identity is what an execution was started with.
type identity struct {
	Name        string `json:"name"`
	MachineARN  string `json:"machineArn"`
	MachineName string `json:"machineName"`
	RoleARN     string `json:"roleArn"`
	// Definition is the hash of the definition that it goes by to its end.
	Definition string `json:"definition"`
	// Express is true of an execution that starts again from the beginning.
	Express bool `json:"express,omitempty"`
}

func (k kept) encode() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b) // ends with a line feed
	e.SetEscapeHTML(false)
	if err := e.Encode(k); err != nil {
		return nil, fmt.Errorf("encode the progress of an execution: %w", err)
	}
	b.Write(k.History)
	return b.Bytes(), nil
}

func decodeKept(record []byte) (kept, error) {
	var k kept
	line, history, _ := bytes.Cut(record, []byte("\n"))
	if err := json.Unmarshal(line, &k); err != nil {
		return k, fmt.Errorf("decode the progress of an execution: %w", err)
	}
	k.History = bytes.Clone(history)
	return k, nil
}

// mostRecords is how many records an execution may have before one replaces
// them: each heartbeat of a task is one.
const mostRecords = 64

// keeper keeps the progress of one execution. It is an [asl.Start]'s Keep.
type keeper struct {
	folder   *folder
	identity identity
	records  int
}

func (k *keeper) keep(x *asl.Execution, p asl.Progress) error {
	record, write := kept{Progress: p}, k.folder.journal.Add
	if k.records == 0 || k.records >= mostRecords || p.End != nil {
		record.Of, write = &k.identity, k.folder.journal.Set
		if p.End == nil && int64(len(p.Events)) < p.Count {
			record.Events = x.History(0)[:p.Count]
		}
		k.records = 0
	}
	k.records++
	if p.End != nil {
		end := *p.End
		end.Output = nil // it is in the history
		record.End = &end
	}
	raw, err := record.encode()
	if err != nil {
		return err
	}
	return write(x.ARN, raw)
}

// keeping returns an execution's Keep; nil in memory.
func (f *folder) keeping(i identity, records int) func(*asl.Execution, asl.Progress) error {
	if f == nil {
		return nil
	}
	return (&keeper{folder: f, identity: i, records: records}).keep
}

// keepingExpress returns the Keep of an execution that starts again from the beginning:
// its record is written once, and removed when it ends. It is nil in memory.
func (f *folder) keepingExpress(i identity) func(*asl.Execution, asl.Progress) error {
	if f == nil {
		return nil
	}
	written := false
	return func(x *asl.Execution, p asl.Progress) error {
		switch {
		case p.End != nil:
			return f.journal.Remove(x.ARN)
		case written:
			return nil
		}
		written = true
		raw, err := (kept{Of: &i, Progress: p}).encode()
		if err != nil {
			return err
		}
		return f.journal.Set(x.ARN, raw)
	}
}
