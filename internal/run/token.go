package run

import "time"

// TokenOrder orders the tokens that wake a run: by execution, redrive, time at
// which the state was entered, and retries.
type TokenOrder struct {
	Execution int       `json:"execution,omitempty"`
	Redrive   int       `json:"redrive,omitempty"`
	EnteredAt time.Time `json:"entered_at"`
	Retry     int       `json:"retry,omitempty"`
}

// After reports whether a token of order o came later than one of order p.
func (o TokenOrder) After(p TokenOrder) bool {
	if o.Execution != p.Execution {
		return o.Execution > p.Execution
	}
	if o.Redrive != p.Redrive {
		return o.Redrive > p.Redrive
	}
	if !o.EnteredAt.Equal(p.EnteredAt) {
		return o.EnteredAt.After(p.EnteredAt)
	}
	return o.Retry > p.Retry
}
