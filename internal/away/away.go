// Package away stands in for AWS where functions are only tried: it is away.
package away

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Server stands in for AWS when a function is only tried: the function finds it at its URL.
// It refuses each call at once, in a way that SDKs don't retry, and remembers it.
type Server struct {
	server   *http.Server
	listener net.Listener

	mu      sync.Mutex
	refused []Refusal
}

// Refusal is a call of AWS that was refused.
type Refusal struct {
	// Call is the service, the operation and, of a secret, its name, such as
	// "secretsmanager GetSecretValue pagerduty-token".
	Call   string
	secret string
}

// The error of a refused call. Its message is in what a function says of it.
const (
	notHereCode    = "NotHereException"
	notHereMessage = "AWS is not here: the function is tried without it"
)

// In reports whether a function's failure is about the refusal: it quotes the error, or
// names the secret, as helpers for secrets do.
func (r Refusal) In(failure string) bool {
	return strings.Contains(failure, notHereCode) || strings.Contains(failure, notHereMessage) ||
		r.secret != "" && strings.Contains(failure, "secret "+r.secret+" ")
}

// Start listens on this machine. Close it.
func Start() (*Server, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &Server{listener: listener}
	s.server = &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = s.server.Serve(listener) }() // until Close
	return s, nil
}

// URL is the endpoint of every service.
func (s *Server) URL() string { return "http://" + s.listener.Addr().String() }

// Close ends the server.
func (s *Server) Close() { _ = s.server.Close() } // nothing of it is needed any more

// Refused returns the calls since it was last called.
func (s *Server) Refused() []Refusal {
	s.mu.Lock()
	defer s.mu.Unlock()
	calls := s.refused
	s.refused = nil
	return calls
}

// mostRead is how much of a call is read for what it is about.
const mostRead = 64 << 10

// ServeHTTP refuses a call. Secrets Manager has no such secret, so that helpers for
// secrets say how to set one on this machine.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(io.LimitReader(r.Body, mostRead)) // what was not read is not named
	refusal := describe(r, body)
	s.mu.Lock()
	s.refused = append(s.refused, refusal)
	s.mu.Unlock()

	code := notHereCode
	if refusal.secret != "" {
		code = "ResourceNotFoundException"
	}
	w.Header().Set("Content-Type", r.Header.Get("Content-Type"))
	w.Header().Set("X-Amzn-Errortype", code)
	w.WriteHeader(http.StatusBadRequest)
	if isForm(r) { // of the older services, which respond in XML
		_, _ = fmt.Fprintf(w, "<ErrorResponse><Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error></ErrorResponse>", code, notHereMessage)
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]string{"__type": code, "message": notHereMessage})
}

func isForm(r *http.Request) bool {
	return strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded")
}

// describe returns what a call is about.
func describe(r *http.Request, body []byte) Refusal {
	service := "AWS"
	// Credential=KEY/DATE/REGION/SERVICE/aws4_request
	if _, scope, signed := strings.Cut(r.Header.Get("Authorization"), "Credential="); signed {
		if parts := strings.Split(scope, "/"); len(parts) > 4 {
			service = parts[3]
		}
	}
	_, operation, named := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	switch {
	case named && operation == "GetSecretValue":
		var about struct{ SecretId string }
		_ = json.Unmarshal(body, &about) // "" names none
		return Refusal{strings.TrimSpace(service + " " + operation + " " + about.SecretId), about.SecretId}
	case named:
		return Refusal{Call: service + " " + operation}
	case isForm(r):
		form, _ := url.ParseQuery(string(body)) // of a body that is none, no Action
		return Refusal{Call: service + " " + form.Get("Action")}
	}
	return Refusal{Call: service + " " + r.Method + " " + r.URL.Path}
}
