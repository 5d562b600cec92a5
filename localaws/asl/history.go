package asl

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"io"
	"sync"
	"time"
)

// history holds the events of an execution; once that has ended they are
// packed, since what has ended is seldom read and there is a lot of it.
type history struct {
	events []Event
	packed []byte
	count  int64
}

func (h *history) add(e Event) int64 {
	h.count++
	e.ID = h.count
	h.events = append(h.events, e)
	return e.ID
}

// after returns the events after that with the id.
func (h *history) after(id int64) []Event {
	events := h.events
	if h.packed != nil {
		events = unpack(h.packed)
	}
	return events[min(max(id, 0), int64(len(events))):]
}

// packers are writers that were used before: a new one is a large allocation.
var packers = sync.Pool{New: func() any {
	w, err := flate.NewWriter(nil, flate.BestSpeed)
	if err != nil {
		panic(fmt.Sprintf("asl: %v", err)) // the level is a constant
	}
	return &packer{flate: w}
}}

// packer writes events close together: each string once, then by its number.
type packer struct {
	flate *flate.Writer
	raw   []byte
	known map[string]uint64
}

func (h *history) pack() {
	p := packers.Get().(*packer)
	defer packers.Put(p)
	p.raw, p.known = p.raw[:0], map[string]uint64{}
	var last int64
	for i := range h.events {
		e := &h.events[i]
		at := e.At.UnixMilli()
		for _, n := range []int64{e.PreviousID, at - last, e.Timeout, e.Heartbeat, e.Number} {
			p.raw = binary.AppendVarint(p.raw, n)
		}
		last = at
		for _, s := range e.texts() {
			p.text(*s)
		}
		p.optional(e.Error)
		p.optional(e.Cause)
	}
	var b bytes.Buffer
	p.flate.Reset(&b)
	if _, err := p.flate.Write(p.raw); err != nil {
		return // it stays as it is
	}
	if p.flate.Close() == nil {
		h.packed, h.events = bytes.Clone(b.Bytes()), nil
	}
	const large = 1 << 20
	if cap(p.raw) > large {
		p.raw = nil
	}
}

func (e *Event) texts() [7]*string {
	return [...]*string{&e.Type, &e.Name, &e.Payload, &e.RoleARN, &e.Region, &e.ResourceType, &e.Resource}
}

// text writes the number of a string that was written before, counted from 1,
// or 0 and the string.
func (p *packer) text(s string) {
	n := p.known[s]
	p.raw = binary.AppendUvarint(p.raw, n)
	if n == 0 {
		p.raw = binary.AppendUvarint(p.raw, uint64(len(s)))
		p.raw = append(p.raw, s...)
		p.known[s] = uint64(len(p.known) + 1)
	}
}

func (p *packer) optional(s *string) {
	if s == nil {
		p.raw = append(p.raw, 0)
		return
	}
	p.raw = append(p.raw, 1)
	p.text(*s)
}

// unpack reads what pack wrote. It is this process's own, so a mistake in it
// is one of this file.
func unpack(packed []byte) []Event {
	raw, err := io.ReadAll(flate.NewReader(bytes.NewReader(packed)))
	if err != nil {
		panic(fmt.Sprintf("asl: unpack a history: %v", err))
	}
	u := unpacker{raw: raw}
	var events []Event
	var at int64
	for len(u.raw) > 0 {
		e := Event{ID: int64(len(events) + 1), PreviousID: u.number()}
		at += u.number()
		e.At = time.UnixMilli(at).UTC()
		e.Timeout, e.Heartbeat, e.Number = u.number(), u.number(), u.number()
		for _, s := range e.texts() {
			*s = u.text()
		}
		e.Error = u.optional()
		e.Cause = u.optional()
		events = append(events, e)
	}
	return events
}

type unpacker struct {
	raw   []byte
	known []string
}

func (u *unpacker) number() int64 {
	n, size := binary.Varint(u.raw)
	u.raw = u.raw[size:]
	return n
}

func (u *unpacker) length() uint64 {
	n, size := binary.Uvarint(u.raw)
	u.raw = u.raw[size:]
	return n
}

func (u *unpacker) text() string {
	if n := u.length(); n > 0 {
		return u.known[n-1]
	}
	n := u.length()
	s := string(u.raw[:n])
	u.raw, u.known = u.raw[n:], append(u.known, s)
	return s
}

func (u *unpacker) optional() *string {
	there := u.raw[0] == 1
	u.raw = u.raw[1:]
	if !there {
		return nil
	}
	s := u.text()
	return &s
}
