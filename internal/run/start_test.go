package run

import (
	"testing"
	"time"
)

// TestStartIsSealed has what is requested include its start.
func TestStartIsSealed(t *testing.T) {
	asked := Draft{Flow: Flow{Name: "access"}, DurationSeconds: 60}
	now, err := PayloadDigest(asked)
	if err != nil {
		t.Fatal(err)
	}
	asked.StartsAt = time.Date(2026, 12, 24, 8, 0, 0, 0, time.UTC)
	later, err := PayloadDigest(asked)
	if err != nil || later == now {
		t.Errorf("with a start the digest is %s, without one %s (%v)", later, now, err)
	}
	asked.StartsAt = asked.StartsAt.Add(time.Second)
	if moved, err := PayloadDigest(asked); err != nil || moved == later {
		t.Errorf("a second later the digest is %s too (%v)", moved, err)
	}
}
