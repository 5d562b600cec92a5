package console

import (
	"context"
	"errors"
	"net/http"
	"os"

	"github.com/fasttrack-dev/fasttrack/api"
)

func notFound(detail string) error {
	return &api.Problem{Status: http.StatusNotFound, Detail: detail}
}

// problemOf returns the problem that an error of a call is for a person. The detail and
// the instance are the API's own, if it responded.
func problemOf(err error) *api.Problem {
	var problem *api.Problem
	var odd *api.ResponseError
	switch {
	case errors.As(err, &problem) && problem.Status >= 400:
		if problem.Document == nil && problem.Type == "about:blank" {
			return foreign(problem)
		}
		return problem
	case problem != nil, errors.As(err, &odd):
		return &api.Problem{Status: http.StatusBadGateway, Detail: "The API sent a response that this console cannot read. Nothing was lost; try again."}
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return &api.Problem{Status: http.StatusGatewayTimeout, Detail: "The API did not respond in time. Nothing was lost; try again."}
	}
	return &api.Problem{Status: http.StatusBadGateway, Detail: "The API does not respond. Nothing was lost; try again."}
}

// foreign returns the problem of a response that is not the API's own, such as one of
// API Gateway, without the address of the API.
func foreign(p *api.Problem) *api.Problem {
	shown := *p
	switch p.Status {
	case http.StatusUnauthorized:
		shown.Detail = "The API does not accept this session."
	case http.StatusForbidden:
		shown.Detail = "The API does not let you make this call."
	case http.StatusNotFound:
		shown.Detail = "The API does not have what this page shows. It may be of an older release than the console."
	case http.StatusTooManyRequests:
		shown.Detail = "Too many calls were made at once. Wait a moment, then try again."
	default:
		shown.Detail = "The API does not respond. Nothing was lost; try again."
	}
	return &shown
}

// fail shows an error as a page.
func (p *page) fail(err error) {
	problem := problemOf(err)
	if !errors.As(err, new(*api.Problem)) {
		p.Log.Error("cannot call the API", "page", p.r.URL.Path, "error", err.Error())
	}
	if problem.Status == http.StatusUnauthorized && (IsPoll(p.r) || p.Sessions.SignIn(p.r) != "") {
		p.signIn()
		return
	}
	p.render(problem.Status, "problem", problemTitle(problem.Status), problemData{problem, p.again()})
}

// problemData is what a problem page shows.
type problemData struct {
	*api.Problem
	// Again is the address that may work later.
	Again string
}

// again returns the address of this page, if opening it once more changes nothing.
func (p *page) again() string {
	if p.r.Method != http.MethodGet {
		return ""
	}
	return p.r.URL.RequestURI()
}
