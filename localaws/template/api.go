package template

import (
	"regexp"
	"strings"
)

// API is an AWS::ApiGatewayV2::Api of protocol HTTP with its routes.
type API struct {
	LogicalID, Name string
	// Stage is the name of its one stage.
	Stage  string
	Routes []Route
	// CORS is its CorsConfiguration, nil without one.
	CORS *CORS
}

// CORS is a CorsConfiguration.
type CORS struct {
	AllowOrigins, AllowMethods, AllowHeaders, ExposeHeaders []string
	MaxAge                                                  int
}

// Route is an AWS::ApiGatewayV2::Route with what it leads to.
type Route struct {
	LogicalID string
	// Key is such as "GET /requests/{id}" or "$default".
	Key string
	// FunctionARN is the ARN or name of the function its integration calls.
	FunctionARN string
	// Authorization is NONE, JWT or AWS_IAM.
	Authorization string
	// Issuer and Audience are those of its JWT authorizer.
	Issuer   string
	Audience []string
}

func (r *reader) collectAPI(stack *Stack, res *resource) error {
	p := r.properties(res)
	if len(stack.APIs) > 0 {
		return r.errorf(res.node, "a second HTTP API: this machine serves one, and %s is that", stack.APIs[0].LogicalID)
	}
	protocol, err := p.required("ProtocolType")
	if err != nil {
		return err
	}
	if protocol != "HTTP" {
		return r.errorf(res.node, "protocol %s: this machine serves only HTTP APIs", protocol)
	}
	api := API{LogicalID: res.id, Stage: "$default"}
	if api.Name, err = p.required("Name"); err != nil {
		return err
	}
	if api.CORS, err = r.cors(p); err != nil {
		return err
	}
	for _, id := range r.order {
		part := r.resources[id]
		if part.absent || !strings.HasPrefix(part.kind, "AWS::ApiGatewayV2::") || part == res {
			continue
		}
		if err := r.collectPart(&api, part); err != nil {
			return err
		}
	}
	stack.APIs = append(stack.APIs, api)
	return nil
}

func (r *reader) collectPart(api *API, part *resource) error {
	defer r.in("resource " + part.id)()
	p := r.properties(part)
	if of, err := p.text("ApiId", ""); err != nil || of != api.LogicalID {
		return err
	}
	switch part.kind {
	case "AWS::ApiGatewayV2::Stage":
		name, err := p.required("StageName")
		if err != nil {
			return err
		}
		if name != "$default" {
			return r.errorf(part.node, "stage %s: this machine serves only the stage $default", name)
		}
		api.Stage = name
	case "AWS::ApiGatewayV2::Route":
		route, err := r.route(part)
		if err != nil {
			return err
		}
		api.Routes = append(api.Routes, route)
	}
	return nil
}

func (r *reader) route(part *resource) (Route, error) {
	p := r.properties(part)
	route := Route{LogicalID: part.id}
	var err error
	if route.Key, err = p.required("RouteKey"); err != nil {
		return route, err
	}
	target, err := p.required("Target")
	if err != nil {
		return route, err
	}
	if route.FunctionARN, err = r.integration(part, strings.TrimPrefix(target, "integrations/")); err != nil {
		return route, err
	}
	if route.Authorization, err = p.text("AuthorizationType", "NONE"); err != nil {
		return route, err
	}
	switch route.Authorization {
	case "NONE", "AWS_IAM":
		return route, nil
	case "JWT":
		id, err := p.required("AuthorizerId")
		if err != nil {
			return route, err
		}
		return route, r.authorizer(part, id, &route)
	}
	return route, r.errorf(part.node, "AuthorizationType %s is not supported on this machine", route.Authorization)
}

// invocationURI is the long form of an IntegrationUri, with the function's ARN
// in it.
var invocationURI = regexp.MustCompile(`/functions/(arn:[^/]+)/invocations$`)

func (r *reader) integration(part *resource, id string) (string, error) {
	res := r.resources[id]
	if res == nil || res.absent || res.kind != "AWS::ApiGatewayV2::Integration" {
		return "", r.errorf(part.node, "no integration %s", id)
	}
	defer r.in("resource " + id)()
	p := r.properties(res)
	kind, err := p.required("IntegrationType")
	if err != nil {
		return "", err
	}
	version, err := p.required("PayloadFormatVersion")
	if err != nil {
		return "", err
	}
	if kind != "AWS_PROXY" || version != "2.0" {
		return "", r.errorf(res.node, "%s with payload format %s: this machine serves only AWS_PROXY with 2.0", kind, version)
	}
	uri, err := p.required("IntegrationUri")
	if err != nil {
		return "", err
	}
	if m := invocationURI.FindStringSubmatch(uri); m != nil {
		return m[1], nil
	}
	return uri, nil
}

func (r *reader) authorizer(part *resource, id string, route *Route) error {
	res := r.resources[id]
	if res == nil || res.absent || res.kind != "AWS::ApiGatewayV2::Authorizer" {
		return r.errorf(part.node, "no authorizer %s", id)
	}
	defer r.in("resource " + id)()
	p := r.properties(res)
	kind, err := p.required("AuthorizerType")
	if err != nil {
		return err
	}
	if kind != "JWT" {
		return r.errorf(res.node, "authorizer type %s is not supported on this machine", kind)
	}
	jwt := p.member("JwtConfiguration")
	if route.Issuer, err = jwt.text("Issuer", ""); err != nil {
		return err
	}
	route.Audience, err = jwt.texts("Audience")
	return err
}
