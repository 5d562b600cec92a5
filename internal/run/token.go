package run

import "time"

// TokenOrder orders task tokens of one run: by execution, redrive, when the
// state was entered and its retries.
type TokenOrder struct {
	Execution int       `json:"execution,omitempty"`
	Redrive   int       `json:"redrive,omitempty"`
	EnteredAt time.Time `json:"entered_at"`
	Retry     int       `json:"retry,omitempty"`
}

// After tells whether a token of order o came later than one of order p.
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
