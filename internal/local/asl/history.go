package asl

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"
)

// Event is one event of an execution's history, by the names of the service.
type Event struct {
	ID, PreviousID int64
	Type           string
	At             time.Time
	// Key is the member that holds the details, "" for none.
	Key     string
	Details json.RawMessage
}

type event struct {
	Previous  int64
	Type, Key string
	At        time.Time
	Detail    []byte
}

// history holds events; once the execution has ended they are packed, since
// what has ended is seldom read and there is a lot of it.
type history struct {
	events []event
	packed []byte
}

func (h *history) add(e event) int64 {
	h.events = append(h.events, e)
	return int64(len(h.events))
}

// packers are writers that were used before: a new one is a large allocation.
var packers = sync.Pool{New: func() any {
	w, err := flate.NewWriter(nil, flate.BestSpeed)
	if err != nil {
		panic(fmt.Sprintf("asl: %v", err)) // the level is a constant
	}
	return w
}}

func (h *history) pack() {
	var b bytes.Buffer
	w := packers.Get().(*flate.Writer)
	defer packers.Put(w)
	w.Reset(&b)
	var head []byte
	for _, e := range h.events {
		head = binary.AppendVarint(head[:0], e.Previous)
		head = binary.AppendVarint(head, e.At.UnixNano())
		for _, part := range []string{e.Type, e.Key, string(e.Detail)} {
			head = binary.AppendUvarint(head, uint64(len(part)))
			head = append(head, part...)
		}
		if _, err := w.Write(head); err != nil {
			return
		}
	}
	if w.Close() == nil {
		h.packed, h.events = b.Bytes(), nil
	}
}

func (h *history) all() []event {
	if h.packed == nil {
		return h.events
	}
	raw, err := io.ReadAll(flate.NewReader(bytes.NewReader(h.packed)))
	if err != nil {
		return nil
	}
	r := bytes.NewReader(raw)
	text := func() string {
		n, _ := binary.ReadUvarint(r)
		part := make([]byte, min(n, uint64(r.Len())))
		_, _ = io.ReadFull(r, part)
		return string(part)
	}
	var events []event
	for r.Len() > 0 {
		var e event
		e.Previous, _ = binary.ReadVarint(r)
		at, _ := binary.ReadVarint(r)
		e.At = time.Unix(0, at).UTC()
		e.Type, e.Key = text(), text()
		if detail := text(); detail != "" {
			e.Detail = []byte(detail)
		}
		events = append(events, e)
	}
	return events
}

// History gives the events so far.
func (x *Execution) History() []Event {
	x.mu.Lock()
	events := append([]event(nil), x.history.all()...)
	x.mu.Unlock()
	out := make([]Event, len(events))
	for i, e := range events {
		out[i] = Event{ID: int64(i + 1), PreviousID: e.Previous, Type: e.Type, At: e.At, Key: e.Key, Details: e.Detail}
	}
	return out
}
