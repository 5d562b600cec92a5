package main

import (
	"bytes"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/fasttrack-dev/fasttrack/bench/bill"
	"github.com/fasttrack-dev/fasttrack/internal/local"
	"github.com/fasttrack-dev/fasttrack/localaws"
	"github.com/fasttrack-dev/fasttrack/localaws/lambda"
	"github.com/fasttrack-dev/fasttrack/localaws/stepfunctions"
)

// Lambda logs three lines of its own for each invocation (START, END, REPORT) of
// about 250 bytes, and CloudWatch Logs adds 26 to each line
// (https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html).
const (
	logOverhead = 26
	platformLog = 250 + 3*logOverhead
)

// sweeper runs on a schedule, not for a request.
const sweeper = "ReconcileFunction"

// meter adds up what AWS would bill, while the system runs. Set its functions as
// options of localaws.Start.
type meter struct {
	mu      sync.Mutex
	usage   bill.Usage
	by      map[string]*invoked
	express []time.Duration       // how long each Express execution took
	beside  map[string]bill.Usage // units of the table, by what they are for beside the engine
	logged  bytes.Buffer          // an unfinished line
	last    time.Time             // when something was added
}

// invoked is what the invocations of one function took.
type invoked struct {
	times  int
	millis float64 // billed: each rounded up
}

func newMeter() *meter {
	return &meter{usage: bill.Usage{}, by: map[string]*invoked{}, beside: map[string]bill.Usage{}}
}

func (m *meter) add(id string, units float64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.usage[id] += units
	m.last = time.Now()
}

// reset forgets what was added so far.
func (m *meter) reset() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.usage, m.by, m.express, m.beside = bill.Usage{}, map[string]*invoked{}, nil, map[string]bill.Usage{}
}

// options makes a stack report to the meter.
func (m *meter) options(o localaws.Options) localaws.Options {
	o.OnInvoked, o.OnCapacity, o.OnCall, o.OnExpress, o.Log = m.invoked, m.capacity, m.called, m.executed, m
	return o
}

func (m *meter) executed(x stepfunctions.ExpressExecution) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.express = append(m.express, x.StoppedAt.Sub(x.StartedAt))
	m.last = time.Now()
}

func (m *meter) invoked(i lambda.Invoked) {
	if i.Function == sweeper {
		return
	}
	millis := float64((i.Took + time.Millisecond - 1) / time.Millisecond)
	m.add("invocations", 1)
	m.add("arm", float64(i.MemoryMB)/1024*millis/1000)
	m.add("logs", platformLog)
	m.mu.Lock()
	defer m.mu.Unlock()
	of := m.by[i.Function]
	if of == nil {
		of = &invoked{}
		m.by[i.Function] = of
	}
	of.times++
	of.millis += millis
}

func (m *meter) capacity(c localaws.Capacity) {
	if c.Function == sweeper || c.Function == "" {
		return
	}
	id := "reads"
	if c.Write {
		id = "writes"
	}
	m.add(id, c.Units)
	// A body that can't be read is the engine's: its budget is the tighter one.
	if name, err := besideOf(c); err == nil && name != "" {
		m.mu.Lock()
		defer m.mu.Unlock()
		if m.beside[name] == nil {
			m.beside[name] = bill.Usage{}
		}
		m.beside[name][id] += c.Units
	}
}

func (m *meter) called(c localaws.Call) {
	switch c.Action {
	case "events:PutEvents":
		m.add("events", 1)
	case "sns:Publish":
		m.add("publishes", 1)
	}
}

// Write takes the log: what functions print, each line after the function's name
// and a bar.
func (m *meter) Write(p []byte) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.logged.Write(p)
	for {
		line, rest, whole := bytes.Cut(m.logged.Bytes(), []byte("\n"))
		if !whole {
			return len(p), nil
		}
		name, printed, is := strings.Cut(string(line), " | ")
		if is && strings.HasPrefix(name, local.StackName+"-") && !strings.HasSuffix(name, "-reconcile") {
			m.usage["logs"] += float64(len(printed) + logOverhead)
		}
		m.logged = *bytes.NewBuffer(bytes.Clone(rest))
	}
}

// settle waits until nothing was added for a while: until the events of finished
// executions are counted too.
func (m *meter) settle() {
	for {
		m.mu.Lock()
		quiet := time.Since(m.last)
		m.mu.Unlock()
		if quiet > 400*time.Millisecond {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// each returns what one of n requests takes: all of it but Express executions, how long
// each of those took, the units of the table beside the engine by what they are for, and how many
// invocations and billed milliseconds of each function all of them took.
func (m *meter) each(n int) (usage bill.Usage, express []time.Duration, beside map[string]bill.Usage, by map[string]invoked) {
	m.mu.Lock()
	defer m.mu.Unlock()
	usage, beside, by = bill.Usage{}, map[string]bill.Usage{}, map[string]invoked{}
	for id, units := range m.usage {
		usage[id] = units / float64(n)
	}
	for name, of := range m.beside {
		beside[name] = bill.Usage{}
		for id, units := range of {
			beside[name][id] = units / float64(n)
		}
	}
	for name, of := range m.by {
		by[name] = *of
	}
	return usage, slices.Clone(m.express), beside, by
}
