package grant_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/step"
)

// Whoever has a colleague's former address is not given what the colleague still
// holds by it, and the colleague's access ends on time.
func TestAnAddressThatIsHandedOn(t *testing.T) {
	s := newStand(t, false)
	s.run("a").Requester.Principal = "https://idp|1"
	s.run("again").Requester.Principal = "https://idp|1"
	s.run("heir").Requester.Principal = "https://idp|2"
	s.gives("a")
	s.gives("again")
	var unable step.Unable
	if err := s.give("heir"); !errors.As(err, &unable) || !strings.Contains(string(unable), "another login") {
		t.Errorf("got %v", err)
	}
	s.take("heir")
	s.take("a")
	if !s.target.has {
		t.Error("it was taken from the request that goes on")
	}
	s.take("again")
	if s.target.has {
		t.Error("it is there still")
	}
}
