package console

import (
	"context"
	"encoding/base64"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

// The limits of a request. A form holds at most what a body of the API does, and encodes
// a character in up to three bytes. API Gateway takes 10,240 bytes of request line and
// headers, and adds some of its own.
const (
	maxBody   = 512 << 10
	maxHeader = 16 << 10
)

// Handler adapts calls of API Gateway (HTTP API, payload format 2.0) to Pages.
type Handler struct {
	Pages http.Handler
	// Host is the host of ConsoleOrigin, which requests get in place of what they say.
	Host string
	Log  *slog.Logger
}

// Handle handles one event. It never returns an error: what fails becomes a response.
func (h *Handler) Handle(ctx context.Context, ev events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
	started := time.Now()
	id := ev.RequestContext.RequestID
	if lc, ok := lambdacontext.FromContext(ctx); ok {
		id = lc.AwsRequestID
	}
	w := newRecorder()
	r, status := h.request(ctx, ev)
	if r == nil {
		http.Error(w, http.StatusText(status), status)
	} else {
		h.serve(w, r, id)
	}
	w.Header().Set("X-Request-Id", id)
	// The query is left out: it can hold what was typed, and a code of the issuer.
	h.Log.Info("call", "request_id", id, "method", ev.RequestContext.HTTP.Method, "path", ev.RawPath, "status", w.status, "took_ms", time.Since(started).Milliseconds())
	return w.response(ev.RequestContext.HTTP.Method), nil
}

// serve calls Pages. A panic becomes an internal error.
func (h *Handler) serve(w *recorder, r *http.Request, id string) {
	defer func() {
		if p := recover(); p != nil {
			h.Log.Error("panic", "request_id", id, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			*w = *newRecorder()
			http.Error(w, "The page failed. Nothing was lost; try again.", http.StatusInternalServerError)
		}
	}()
	h.Pages.ServeHTTP(w, r)
	if w.body.Len() > maxResponse {
		h.Log.Error("a page is too large", "request_id", id, "bytes", w.body.Len())
		*w = *newRecorder()
		http.Error(w, "The page is too large. Narrow it down.", http.StatusInternalServerError)
	}
}

// request returns the request of an event, or the status that refuses it.
func (h *Handler) request(ctx context.Context, ev events.APIGatewayV2HTTPRequest) (*http.Request, int) {
	body := ev.Body
	if ev.IsBase64Encoded {
		raw, err := base64.StdEncoding.DecodeString(body)
		if err != nil {
			return nil, http.StatusBadRequest
		}
		body = string(raw)
	}
	if len(body) > maxBody {
		return nil, http.StatusRequestEntityTooLarge
	}
	size := len(ev.RawPath) + len(ev.RawQueryString)
	for _, c := range ev.Cookies {
		size += len(c)
	}
	for name, value := range ev.Headers {
		size += len(name) + len(value)
	}
	if size > maxHeader {
		return nil, http.StatusRequestHeaderFieldsTooLarge
	}
	if !strings.HasPrefix(ev.RawPath, "/") {
		return nil, http.StatusBadRequest
	}
	// API Gateway has decoded the path, so it is no URL to parse.
	u := &url.URL{Path: ev.RawPath, RawQuery: ev.RawQueryString}
	r, err := http.NewRequestWithContext(ctx, ev.RequestContext.HTTP.Method, "/", strings.NewReader(body))
	if err != nil {
		return nil, http.StatusBadRequest
	}
	r.URL, r.RequestURI, r.Host = u, u.RequestURI(), h.Host
	for name, value := range ev.Headers {
		if !strings.EqualFold(name, "host") {
			r.Header.Set(name, value)
		}
	}
	if len(ev.Cookies) > 0 { // where API Gateway puts them; others leave them among the headers
		r.Header.Set("Cookie", strings.Join(ev.Cookies, "; "))
	}
	r.RemoteAddr = ev.RequestContext.HTTP.SourceIP + ":0"
	return r, 0
}
