package eventbridge

import (
	"encoding/json"

	"github.com/fasttrack-dev/fasttrack/localaws/motion"
)

// keep fires a rule whenever its schedule says, until Close.
func (s *Service) keep(r *rule, work *motion.Work) {
	defer s.keeping.Done()
	defer work.End()
	now := s.opts.Clock.Now()
	for {
		at, ok := r.schedule.next(now)
		if !ok {
			return
		}
		left := at.Sub(s.opts.Clock.Now())
		timer := s.opts.Clock.NewTimer(left)
		work.Rest(s.opts.Clock.Now().Add(left), nil)
		select {
		case <-timer.Chan():
			work.Wake()
		case <-s.stop:
			timer.Stop()
			return
		case <-r.gone:
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
func (s *Service) fire(r *rule) {
	e := s.Event("aws.events", "Scheduled Event", json.RawMessage(`{}`))
	e.Resources = []string{s.ruleARN(r.Bus, r.Name)}
	raw, err := json.Marshal(e)
	if err != nil {
		return // texts and a time always encode
	}
	var tree any
	if json.Unmarshal(raw, &tree) == nil {
		s.send(r, raw, tree)
	}
}

// send hands an event, or what a target has in its place, to the rule's targets as
// they are now.
func (s *Service) send(r *rule, event []byte, tree any) {
	s.mu.Lock()
	if now := s.find(r.Bus, r.Name); now != nil {
		r = now
	}
	s.mu.Unlock()
	for _, t := range r.Targets {
		payload := event
		switch {
		case t.Input != nil:
			payload = t.Input
		case t.Path != "":
			payload = pick(tree, t.Path)
		}
		if err := s.hand(t, payload); err != nil && s.opts.OnError != nil {
			s.opts.OnError(r.Name, err)
		}
	}
}

func (s *Service) hand(t Target, payload []byte) error {
	if group, is := logGroup(t.ARN); is && s.opts.Log != nil {
		return s.opts.Log(group, payload)
	}
	return s.opts.Invoke(t.ARN, payload)
}

// Close ends the schedules.
func (s *Service) Close() {
	s.closing.Do(func() { close(s.stop) })
	s.keeping.Wait()
}
