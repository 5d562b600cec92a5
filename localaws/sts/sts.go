// Package sts serves AWS STS's GetCallerIdentity.
package sts

import (
	"net/http"

	"github.com/fasttrack-dev/fasttrack/localaws/wire"
)

// Caller is who calls, as GetCallerIdentity has it.
type Caller struct{ Arn, UserId, Account string } //nolint:revive // as the service spells it

// Service answers GetCallerIdentity
// (https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html).
type Service struct {
	// Who returns the owner of an access key.
	Who func(accessKey string) Caller
}

// Served lists the operations.
func (Service) Served() []string { return []string{"GetCallerIdentity"} }

func (s Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := wire.Of(r)
	c.Service = "sts"
	key := wire.Scope(r).AccessKey
	switch err := c.Only(); {
	case c.Operation != "GetCallerIdentity":
		wire.Unknown(w, c, s.Served())
	case err != nil:
		c.Refuse(w, http.StatusBadRequest, "ValidationError", err.Error())
	case key == "":
		c.Refuse(w, http.StatusForbidden, "MissingAuthenticationToken", "Request is missing Authentication Token")
	default:
		c.Answer(w, s.Who(key))
	}
}
