package run

import (
	"bytes"
	"encoding/json"
	"slices"
)

// eraseBeside removes somebody from what is stored beside the history.
func (r *Run) eraseBeside(who Names, own bool) (bool, error) {
	before, err := Encode(r)
	if err != nil {
		return false, err
	}
	if who.isPerson(r.Requester) {
		r.Requester = Person{ID: erasedID, Machine: r.Requester.Machine}
	}
	if r.For != nil && who.isPerson(*r.For) {
		r.For = &Person{ID: erasedID}
	}
	if own {
		r.RecentCounts = nil
		r.Fields, r.Sensitive, r.Chosen, r.Reason, r.Recent, r.Steps, r.Shadow, r.Sent = nil, nil, nil, "", nil, nil, nil, ""
		if w := r.Review; w != nil {
			w.Checks, w.Errors = nil, nil
		}
		if a := r.Access; a != nil {
			a.Given, a.Gone, a.SessionsOf = "", "", ""
		}
	}
	if w := r.Review; w != nil {
		for i, a := range w.ApprovedBy {
			if who.Is(a.ID, a.Email, a.Principal) {
				w.ApprovedBy[i] = Approval{Person: Person{ID: erasedID}, Act: a.Act}
			}
		}
	}
	r.eraseDecision()
	if err := r.eraseMentions(who); err != nil {
		return false, err
	}
	after, err := Encode(r)
	return !bytes.Equal(before, after), err
}

// isOf reports whether somebody filed the run, or it is for them.
func (r *Run) isOf(who Names) bool {
	return slices.ContainsFunc(r.parties(), func(p *Person) bool { return who.isPerson(*p) })
}

// eraseDecision leaves of the decision what its entry has left.
func (r *Run) eraseDecision() {
	d := r.Decision
	if d == nil {
		return
	}
	i := slices.IndexFunc(r.History, func(e Entry) bool {
		return e.Event == d.Event && e.Act == d.Act && Stamp(d.At).Equal(e.At) && len(e.Erased) > 0
	})
	if i >= 0 {
		e := r.History[i]
		d.By, d.Reason, d.HookReason, d.Checks = e.Actor, e.Reason, e.HookReason, e.Checks
	}
}

// eraseMentions replaces every text beside the history that mentions somebody,
// such as their address among the flow's approvers.
func (r *Run) eraseMentions(who Names) error {
	history := r.History
	defer func() { r.History = history }()
	r.History = nil
	raw, err := Encode(r)
	if err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var tree any
	if err := d.Decode(&tree); err != nil {
		return err
	}
	if tree = who.withoutMentions(tree); tree == nil {
		return nil
	}
	if raw, err = Encode(tree); err != nil {
		return err
	}
	next := Run{Version: r.Version}
	if err := json.Unmarshal(raw, &next); err != nil {
		return err
	}
	*r = next
	return nil
}

func (n Names) withoutMentions(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, item := range v {
			v[name] = n.withoutMentions(item)
		}
	case []any:
		for i, item := range v {
			v[i] = n.withoutMentions(item)
		}
	case string:
		if n.In(v) {
			return erasedID
		}
	}
	return v
}
