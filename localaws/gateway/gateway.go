// Package gateway serves an API Gateway HTTP API with Lambda proxy integrations
// (payload format 2.0).
//
// Callers of a route with a JWT authorizer name themselves: a bearer token that is an
// e-mail address becomes a signed JWT, so that functions receive what they do at AWS. An
// authorizer with Verify takes the tokens of its issuer instead, checked as the service
// does.
package gateway

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"

	"github.com/fasttrack-dev/fasttrack/localaws/identities"
	"github.com/fasttrack-dev/fasttrack/localaws/lambda"
)

// The limits of HTTP APIs
// (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html).
const (
	maxBody     = 10 << 20
	integration = 30 * time.Second
)

// Route maps a route key, such as "GET /links/{code}", to a function.
type Route struct {
	Key      string
	Function string
	// Authorizer is nil for a route without tokens.
	Authorizer *Authorizer
	// IAM takes callers that sign (AWS_IAM); without it and an Authorizer a route is
	// public.
	IAM bool
}

// Authorizer is the JWT authorizer of a route.
type Authorizer struct {
	Issuer   string
	Audience []string
	// Verify checks tokens by the keys that the issuer publishes. Without it callers name
	// themselves.
	Verify bool
}

// Options configures a Gateway.
type Options struct {
	Routes    []Route
	Invoker   lambda.Invoker
	AccountID string
	// BasePath, such as /approvals, is a path under which the API answers as well, like
	// the API mapping of a custom domain. Empty is none.
	BasePath string
	// Identities are the callers that may sign.
	Identities *identities.Set
	// CORS is nil if pages of other origins may not read responses.
	CORS *CORS
	// Now is time.Now if nil.
	Now func() time.Time
	// OnError receives the reason why an integration failed.
	OnError func(route string, err error)
}

// Gateway is an http.Handler.
type Gateway struct {
	opts   Options
	routes []route
	tokens tokens
	// verifiers are those of authorizers with Verify, by issuer and audience.
	verifiers map[string]*verifier
}

// New returns a gateway. The error names a route key that is not served.
func New(o Options) (*Gateway, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	g := &Gateway{opts: o, tokens: newTokens(o.Now), verifiers: map[string]*verifier{}}
	for _, r := range o.Routes {
		if a := r.Authorizer; a != nil && a.Verify && g.verifiers[a.key()] == nil {
			g.verifiers[a.key()] = &verifier{authorizer: *a, now: o.Now}
		}
		parsed, err := parseRoute(r)
		if err != nil {
			return nil, err
		}
		g.routes = append(g.routes, parsed)
	}
	slices.SortStableFunc(g.routes, moreSpecific)
	return g, nil
}

func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id := newID()
	w.Header().Set("Apigw-Requestid", id)
	if g.opts.CORS.preflight(w, r) {
		return
	}
	inner, mapped := g.unmap(r)
	rt, parameters, found := g.route(inner)
	if !found {
		message(w, http.StatusNotFound, "Not Found")
		return
	}
	var authorization string
	var claims map[string]string
	if rt.Authorizer != nil {
		var why error
		var ok bool
		if authorization, claims, ok, why = g.authorize(r, *rt.Authorizer); !ok {
			w.Header().Set("Www-Authenticate", authenticate(why))
			message(w, http.StatusUnauthorized, "Unauthorized")
			return
		}
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
		message(w, http.StatusRequestEntityTooLarge, "Request Entity Too Large")
		return
	}
	if err != nil {
		message(w, http.StatusBadRequest, "Bad Request")
		return
	}
	ev := g.event(inner, rt, parameters, body, id)
	if mapped {
		ev.RequestContext.DomainPrefix, _, _ = strings.Cut(ev.RequestContext.DomainName, ".")
	}
	if rt.IAM {
		who, refusal := g.signer(r, body)
		if refusal != nil {
			w.Header().Set("X-Amzn-Errortype", refusal.Code)
			message(w, http.StatusForbidden, refusal.Message)
			return
		}
		ev.RequestContext.Authorizer = who
	}
	if rt.Authorizer != nil {
		ev.Headers["authorization"] = authorization
		ev.RequestContext.Authorizer = &events.APIGatewayV2HTTPRequestContextAuthorizerDescription{
			JWT: &events.APIGatewayV2HTTPRequestContextAuthorizerJWTDescription{Claims: claims},
		}
	}
	g.invoke(w, r, rt, ev)
}

// key distinguishes authorizers.
func (a Authorizer) key() string { return a.Issuer + "\n" + strings.Join(a.Audience, "\n") }

// authorize returns the Authorization header for the function and the claims in it; why
// is nil if the call has no token.
func (g *Gateway) authorize(r *http.Request, a Authorizer) (header string, claims map[string]string, ok bool, why error) {
	headers := r.Header.Values("Authorization")
	if !a.Verify {
		token, claims, ok := g.tokens.mint(headers, a)
		return "Bearer " + token, claims, ok, nil
	}
	token := bearer(headers)
	if token == "" {
		return "", nil, false, nil
	}
	claims, err := g.verifiers[a.key()].verify(r.Context(), token)
	return strings.Join(headers, ","), claims, err == nil, err
}

// unmap returns a call through the custom domain without its base path, as the
// service hands it over: AWS documents that rawPath does not hold the API mapping
// (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html).
// It returns any other call as it is.
func (g *Gateway) unmap(r *http.Request) (inner *http.Request, mapped bool) {
	base := g.opts.BasePath
	if base == "" || !strings.HasPrefix(r.URL.Path, base+"/") {
		return r, false
	}
	inner = r.Clone(r.Context())
	inner.URL.Path, inner.URL.RawPath = strings.TrimPrefix(r.URL.Path, base), strings.TrimPrefix(r.URL.RawPath, base)
	return inner, true
}

// event returns the event for the function.
func (g *Gateway) event(r *http.Request, rt route, parameters map[string]string, body []byte, id string) events.APIGatewayV2HTTPRequest {
	now := g.opts.Now().UTC()
	host, port, err := net.SplitHostPort(r.Host)
	if err != nil {
		host, port = r.Host, "80"
	}
	source, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		source = r.RemoteAddr
	}
	ev := events.APIGatewayV2HTTPRequest{
		Version: "2.0", RouteKey: rt.Key, RawPath: r.URL.Path, RawQueryString: r.URL.RawQuery,
		Headers: map[string]string{
			"host": r.Host, "x-forwarded-for": source, "x-forwarded-port": port, "x-forwarded-proto": "http",
		},
		PathParameters: parameters,
		RequestContext: events.APIGatewayV2HTTPRequestContext{
			RouteKey: rt.Key, AccountID: g.opts.AccountID, Stage: "$default", RequestID: id, APIID: "local",
			DomainName: host, DomainPrefix: "local", Time: now.Format("02/Jan/2006:15:04:05 -0700"), TimeEpoch: now.UnixMilli(),
			HTTP: events.APIGatewayV2HTTPRequestContextHTTPDescription{
				Method: r.Method, Path: r.URL.Path, Protocol: r.Proto, SourceIP: source, UserAgent: r.UserAgent(),
			},
		},
	}
	for name, values := range r.Header {
		if lower := strings.ToLower(name); lower == "cookie" {
			for _, v := range values {
				ev.Cookies = append(ev.Cookies, strings.Split(v, "; ")...)
			}
		} else {
			ev.Headers[lower] = strings.Join(values, ",")
		}
	}
	if query := r.URL.Query(); len(query) > 0 {
		ev.QueryStringParameters = map[string]string{}
		for name, values := range query {
			ev.QueryStringParameters[name] = strings.Join(values, ",")
		}
	}
	if len(body) > 0 {
		ev.Body = string(body)
		// The event is JSON, which would change bytes that aren't UTF-8.
		if !isText(ev.Headers["content-type"]) || !utf8.Valid(body) {
			ev.Body, ev.IsBase64Encoded = base64.StdEncoding.EncodeToString(body), true
		}
	}
	return ev
}

// isText reports whether the service passes a body of this type as text.
func isText(contentType string) bool {
	media, _, _ := strings.Cut(contentType, ";")
	media = strings.TrimSpace(strings.ToLower(media))
	return media == "" || strings.HasPrefix(media, "text/") || media == "application/json" ||
		media == "application/javascript" || media == "application/xml" || strings.HasSuffix(media, "+json") || strings.HasSuffix(media, "+xml")
}

func (g *Gateway) invoke(w http.ResponseWriter, r *http.Request, rt route, ev events.APIGatewayV2HTTPRequest) {
	raw, err := json.Marshal(ev)
	raw = bytes.Replace(raw, noCognito, []byte(`"cognitoIdentity":null`), 1)
	if err != nil {
		message(w, http.StatusInternalServerError, "Internal Server Error")
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), integration)
	defer cancel()
	result, err := g.opts.Invoker.Invoke(ctx, rt.Function, raw)
	told := &lambda.ServiceError{}
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &told) && told.Code == "TooManyRequestsException":
		message(w, http.StatusServiceUnavailable, "Service Unavailable")
	case errors.As(err, &told) && told.Code == "RequestTooLargeException":
		message(w, http.StatusRequestEntityTooLarge, "Request Entity Too Large")
	case err != nil:
		g.broken(w, rt, err)
	case result.FunctionError != "":
		g.broken(w, rt, errors.New(string(result.Payload)))
	default:
		if err := g.answer(w, r, result.Payload); err != nil {
			g.broken(w, rt, err)
		}
	}
}

func (g *Gateway) broken(w http.ResponseWriter, rt route, err error) {
	if g.opts.OnError != nil {
		g.opts.OnError(rt.Key, err)
	}
	message(w, http.StatusInternalServerError, "Internal Server Error")
}

// answer writes the response that a function returned, or any other value as JSON with
// status 200.
func (g *Gateway) answer(w http.ResponseWriter, r *http.Request, payload []byte) error {
	var out struct {
		StatusCode      *int              `json:"statusCode"`
		Headers         map[string]string `json:"headers"`
		Body            string            `json:"body"`
		IsBase64Encoded bool              `json:"isBase64Encoded"`
		Cookies         []string          `json:"cookies"`
	}
	var probe struct {
		StatusCode json.RawMessage `json:"statusCode"`
	}
	if json.Unmarshal(payload, &probe) != nil || probe.StatusCode == nil {
		if !json.Valid(payload) {
			return errors.New("the function's response is not JSON")
		}
		w.Header().Set("Content-Type", "application/json")
		g.opts.CORS.answer(w.Header(), r)
		_, _ = w.Write(payload) // the caller may be gone
		return nil
	}
	if err := json.Unmarshal(payload, &out); err != nil {
		return err
	}
	body := []byte(out.Body)
	if out.IsBase64Encoded {
		var err error
		if body, err = base64.StdEncoding.DecodeString(out.Body); err != nil {
			return err
		}
	}
	if *out.StatusCode < 100 || *out.StatusCode > 599 {
		return fmt.Errorf("statusCode must be 100 to 599, got %d", *out.StatusCode)
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	for _, name := range slices.Sorted(maps.Keys(out.Headers)) {
		w.Header().Set(name, out.Headers[name])
	}
	for _, c := range out.Cookies {
		w.Header().Add("Set-Cookie", c)
	}
	g.opts.CORS.answer(w.Header(), r)
	w.WriteHeader(*out.StatusCode)
	_, _ = w.Write(body)
	return nil
}

func message(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	raw, _ := json.Marshal(map[string]string{"message": text}) // a text always becomes JSON
	_, _ = w.Write(raw)
}
