package gateway

import (
	"errors"
	"net/http"

	"github.com/aws/aws-lambda-go/events"

	"github.com/fasttrack-dev/fasttrack/localaws/sigv4"
	"github.com/fasttrack-dev/fasttrack/localaws/wire"
)

// noCognito is how the events package writes that a caller is not one of Cognito's,
// which the service writes as null.
var noCognito = []byte(`"cognitoIdentity":{"amr":null,"identityId":"","identityPoolId":""}`)

// signer is who signed a request, as the event says it. The refusals are those that
// API Gateway has for signed calls
// (https://repost.aws/knowledge-center/api-gateway-troubleshoot-403-forbidden).
func (g *Gateway) signer(r *http.Request, body []byte) (*events.APIGatewayV2HTTPRequestContextAuthorizerDescription, *wire.Failure) {
	key := wire.Scope(r).AccessKey
	who, known := g.opts.Identities.Lookup(key)
	err := sigv4.Verify(r, body, "execute-api", who.Secret, g.opts.Now())
	switch {
	case errors.Is(err, sigv4.ErrMissing):
		return nil, &wire.Failure{Code: "MissingAuthenticationTokenException", Message: err.Error()}
	case errors.Is(err, sigv4.ErrIncomplete):
		return nil, &wire.Failure{Code: "IncompleteSignatureException", Message: err.Error()}
	case !known, who.SessionToken != r.Header.Get("X-Amz-Security-Token"):
		return nil, &wire.Failure{Code: "UnrecognizedClientException", Message: "The security token included in the request is invalid."}
	case err != nil:
		return nil, &wire.Failure{Code: "InvalidSignatureException", Message: err.Error()}
	case who.NoInvoke:
		return nil, &wire.Failure{Code: "AccessDeniedException", Message: "User: " + who.ARN + " is not authorized to perform: execute-api:Invoke"}
	}
	return &events.APIGatewayV2HTTPRequestContextAuthorizerDescription{IAM: &events.APIGatewayV2HTTPRequestContextAuthorizerIAMDescription{
		AccessKey: key, AccountID: who.AccountID(), CallerID: who.UserID(), UserID: who.UserID(), UserARN: who.ARN,
		PrincipalOrgID: g.opts.Identities.Organization,
	}}, nil
}
