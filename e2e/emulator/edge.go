package emulator

import (
	"context"
	"crypto/rand"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

// edge is the one endpoint of the emulator. It listens three times: to callers of
// the API, to those of AWS's services, and to moto when it invokes functions.
type edge struct {
	api, services, machine net.Listener
	servers                []*http.Server
	issuer                 *issuer
	account                account
	post                   *post
	// apiHost is what ministack knows the API by, once it is deployed.
	apiHost atomic.Value
	// asMachine signs a request of moto's with the signature of the state machine's
	// role; nil until it is deployed.
	asMachine atomic.Value
}

func listenEdge() (*edge, error) {
	e := &edge{}
	for _, l := range []*net.Listener{&e.api, &e.services, &e.machine} {
		var err error
		if *l, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
			e.close()
			return nil, err
		}
	}
	var err error
	if e.issuer, err = newIssuer(e.apiURL()); err != nil {
		e.close()
		return nil, err
	}
	return e, nil
}

func (e *edge) apiURL() string      { return "http://" + e.api.Addr().String() }
func (e *edge) servicesURL() string { return "http://" + e.services.Addr().String() }

// serve forwards: calls of Step Functions to moto, all else to ministack.
func (e *edge) serve(ministack, moto *url.URL, audience string) {
	toMinistack := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { to(r, ministack, r.In.Host) }, ModifyResponse: secureURLs}
	toMoto := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { to(r, moto, r.In.Host) }}
	asMachine := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		to(r, ministack, ministack.Host)
		if sign, ok := e.asMachine.Load().(func(*http.Request)); ok {
			sign(r.Out)
		}
	}, ModifyResponse: requestID}
	api := http.NewServeMux()
	e.issuer.documents(api)
	api.Handle("/", e.account.within(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		host, _ := e.apiHost.Load().(string)
		to(r, ministack, host)
		if values := r.Out.Header.Values("Authorization"); len(values) == 1 {
			r.Out.Header.Set("Authorization", e.issuer.token(values[0], audience))
		}
	}}, unavailable))
	invocations, asMachines := e.account.within(toMinistack, tooMany), e.account.within(asMachine, tooMany)
	for l, h := range map[net.Listener]http.Handler{
		e.api: api,
		e.machine: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if isStepFunctions(r) { // an execution that starts another
				toMoto.ServeHTTP(w, r)
				return
			}
			asMachines.ServeHTTP(w, r)
		}),
		e.services: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if isStepFunctions(r) {
				toMoto.ServeHTTP(w, r)
				return
			}
			if r.URL.Path == sendEmail {
				e.post.ServeHTTP(w, r)
				return
			}
			if isInvocation(r) {
				invocations.ServeHTTP(w, r)
				return
			}
			toMinistack.ServeHTTP(w, r)
		}),
	} {
		server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
		e.servers = append(e.servers, server)
		go func() { _ = server.Serve(l) }()
	}
}

// isStepFunctions reports whether a request is a call of Step Functions.
func isStepFunctions(r *http.Request) bool {
	return strings.HasPrefix(r.Header.Get("X-Amz-Target"), "AWSStepFunctions.")
}

// requestID adds to a response of Lambda the id that each has at AWS: moto's
// interpreter fails at an error without one.
func requestID(res *http.Response) error {
	if res.Header.Get("X-Amzn-Requestid") == "" {
		res.Header.Set("X-Amzn-Requestid", rand.Text())
	}
	return nil
}

// to sends a request on as it came; a signature covers its Host.
func to(r *httputil.ProxyRequest, target *url.URL, host string) {
	r.Out.URL.Scheme, r.Out.URL.Host = target.Scheme, target.Host
	r.Out.URL.RawQuery = r.In.URL.RawQuery
	r.Out.Host = host
}

func (e *edge) close() {
	for _, s := range e.servers {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		_ = s.Shutdown(ctx)
		cancel()
		_ = s.Close()
	}
	for _, l := range []net.Listener{e.api, e.services, e.machine} {
		if l != nil {
			_ = l.Close()
		}
	}
}
