package console

import (
	"errors"
	"net/http"

	"github.com/fasttrack-dev/fasttrack/api"
)

func notFound(detail string) error {
	return &api.Problem{Status: http.StatusNotFound, Detail: detail}
}

// fail shows an error as a page.
func (p *page) fail(err error) {
	var problem *api.Problem
	if !errors.As(err, &problem) {
		p.Log.Error("cannot call the API", "page", p.r.URL.Path, "error", err.Error())
		problem = &api.Problem{Status: http.StatusBadGateway, Detail: "The API does not respond. Nothing was lost; try again."}
	}
	if problem.Status == http.StatusUnauthorized && p.Sessions.SignIn(p.r) != "" {
		p.signIn()
		return
	}
	p.render(problem.Status, "problem", problemTitle(problem.Status), problem)
}

// problemTitle returns the headline of a problem page.
func problemTitle(status int) string {
	switch {
	case status == http.StatusUnauthorized:
		return "You are not signed in"
	case status == http.StatusForbidden:
		return "Not yours to do"
	case status == http.StatusNotFound:
		return "Not here"
	case status == http.StatusConflict, status == http.StatusPreconditionFailed:
		return "Somebody was first"
	case status == http.StatusTooManyRequests:
		return "Too many at once"
	case status < 500:
		return "That did not work"
	}
	return "An error of ours"
}
