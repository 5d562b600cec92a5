package asl

import (
	"bytes"
	"compress/flate"
	"encoding/gob"
	"encoding/json"
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

func (h *history) pack() {
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestSpeed)
	if err == nil {
		if err = gob.NewEncoder(w).Encode(h.events); err == nil {
			err = w.Close()
		}
	}
	if err == nil {
		h.packed, h.events = b.Bytes(), nil
	}
}

func (h *history) all() []event {
	if h.packed == nil {
		return h.events
	}
	var events []event
	if err := gob.NewDecoder(flate.NewReader(bytes.NewReader(h.packed))).Decode(&events); err != nil {
		return nil
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
