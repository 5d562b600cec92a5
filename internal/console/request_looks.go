package console

import (
	"errors"
	"net/http"

	"github.com/fasttrack-dev/fasttrack/api"
)

// explain shows a request with why it has its status, in words.
func (p *page) explain() error {
	return p.looked(func(d *requestData) (err error) {
		d.Explained, err = p.call.Explain(p.r.Context(), p.r.PathValue("id"))
		return err
	}, "The explanation could not be read")
}

// verify shows a request with whether each entry is what was sealed. The API computes it
// from what is stored.
func (p *page) verify() error {
	return p.looked(func(d *requestData) (err error) {
		d.Verified, err = p.call.Verify(p.r.Context(), p.r.PathValue("id"))
		return err
	}, "The history could not be verified")
}

// looked shows a request with something that was read about it.
func (p *page) looked(read func(*requestData) error, missing string) error {
	var r *api.Request
	var extra requestData
	var failed error
	err := together(
		func() (err error) { r, err = p.readRequest(); return err },
		func() error { failed = read(&extra); return nil },
	)
	if err != nil {
		return err
	}
	d := requestOn(r)
	d.Plain, d.Print = true, p.r.URL.Query().Has("print")
	d.Explained, d.Verified = extra.Explained, extra.Verified
	if failed != nil {
		problem := problemOf(failed)
		if problem.Status == http.StatusUnauthorized {
			return failed
		}
		var own *api.Problem
		if !errors.As(failed, &own) {
			p.Log.Error("cannot call the API", "page", p.r.URL.Path, "error", failed.Error())
		}
		d.Missing = note{missing, problem.Error() + retryAfter(problem)}
	}
	if d.Verified != nil {
		d.seal()
	}
	p.renderRequest(http.StatusOK, d)
	return nil
}

// seal puts the results of a verification at the entries of the timeline.
func (d *requestData) seal() {
	for n := range d.Steps {
		for i := range d.Verified.Entries {
			if e := &d.Verified.Entries[i]; e.Seq == d.Steps[n].Seq {
				d.Steps[n].Result = e
			}
		}
	}
}
