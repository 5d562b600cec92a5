package eventbridge

import (
	"encoding/json"
	"fmt"
)

// keep fires a rule whenever its schedule says, until Close.
func (s *Service) keep(r rule) {
	defer s.keeping.Done()
	now := s.opts.Clock.Now()
	for {
		at, ok := r.schedule.next(now)
		if !ok {
			return
		}
		timer := s.opts.Clock.NewTimer(at.Sub(s.opts.Clock.Now()))
		select {
		case <-timer.Chan():
		case <-s.stop:
			timer.Stop()
			return
		}
		s.fire(r)
		// From when it was due, so that a rate doesn't drift; times that were
		// slept through are not made up for.
		now = at
		if late := s.opts.Clock.Now(); late.After(at) {
			if again, ok := r.schedule.next(at); ok && !again.After(late) {
				now = late
			}
		}
	}
}

// fire hands a scheduled event to the rule's targets.
func (s *Service) fire(r rule) {
	e := s.Event("aws.events", "Scheduled Event", json.RawMessage(`{}`))
	e.Resources = []string{fmt.Sprintf("arn:aws:events:%s:%s:rule/%s", s.opts.Region, s.opts.AccountID, r.Name)}
	raw, err := json.Marshal(e)
	if err != nil {
		return // texts and a time always encode
	}
	s.send(r, raw)
}

// send hands an event, or what a target has in its place, to a rule's targets.
func (s *Service) send(r rule, event []byte) {
	for _, t := range r.Targets {
		payload := event
		if t.Input != nil {
			payload = t.Input
		}
		if err := s.opts.Invoke(t.Function, payload); err != nil && s.opts.OnError != nil {
			s.opts.OnError(r.Name, err)
		}
	}
}

// Close ends the schedules.
func (s *Service) Close() {
	s.closing.Do(func() { close(s.stop) })
	s.keeping.Wait()
}
