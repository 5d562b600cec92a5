package console

import (
	"cmp"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/localtime"
)

// formStart is the part of a form that says when access starts, as it was typed.
type formStart struct {
	// Within is how far ahead, 0 if the flow takes no start.
	Within time.Duration
	// At is what the clocks of Zone show; empty for once the request is approved.
	At, Zone, Wrong string
}

func startOf(f api.Flow, in url.Values) formStart {
	return formStart{
		Within: time.Duration(f.Rules.StartsWithinSeconds) * time.Second,
		At:     strings.TrimSpace(in.Get("starts")), Zone: strings.TrimSpace(in.Get("zone")),
	}
}

// Preset is the time zone that the field begins with. The script puts the browser's there.
func (s formStart) Preset() string { return cmp.Or(s.Zone, "UTC") }

// time returns the time that was typed; zero for none. The problem is for the form.
func (s formStart) time() (time.Time, *api.Problem) {
	if s.At == "" {
		return time.Time{}, nil
	}
	in, err := localtime.Zone(s.Preset())
	if err == nil {
		var at time.Time
		if at, err = localtime.Parse(s.At, in); err == nil {
			return at, nil
		}
	}
	return time.Time{}, &api.Problem{Status: http.StatusBadRequest, Errors: []api.FieldError{{Field: "starts_at", Detail: err.Error()}}}
}
