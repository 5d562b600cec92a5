// Package console implements functions/console: it serves the pages of package
// internal/console to API Gateway, to people who sign in with OpenID Connect.
//
// It has no rights of its own: each call of the API carries the token of the person who
// uses the browser. It reads two secrets, the key of its cookies and the client's.
package console

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	pages "github.com/fasttrack-dev/fasttrack/internal/console"
	"github.com/fasttrack-dev/fasttrack/internal/console/signin"
	"github.com/fasttrack-dev/fasttrack/internal/logs"
)

// New returns the handler that the environment variables of the template describe. It
// calls nobody: secrets and the issuer are read when somebody needs them.
func New(getenv func(string) string, cfg aws.Config) (*Handler, error) {
	log := logs.New(os.Stdout)
	door, err := doorOf(getenv, cfg, log)
	if err != nil {
		return nil, err
	}
	console, err := pages.New(pages.Options{API: getenv("API_URL"), Sessions: door, Log: log})
	if err != nil {
		return nil, fmt.Errorf("API_URL: %w", err)
	}
	origin, err := url.Parse(getenv("CONSOLE_ORIGIN"))
	if err != nil {
		return nil, fmt.Errorf("CONSOLE_ORIGIN: %w", err)
	}
	return &Handler{Pages: whenNeeded(func() http.Handler { return mounted(console.Handler()) }), Host: origin.Host, Log: log}, nil
}

// whenNeeded returns a handler that is made by its first request, since a start makes none.
func whenNeeded(handler func() http.Handler) http.Handler {
	made := sync.OnceValue(handler)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { made().ServeHTTP(w, r) })
}

// mounted serves the console below its base, and leads from / to it. Home answers without
// the slash at its end too: some gateways cut it off, and a redirect would come back.
func mounted(console http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle(pages.Base+"/", console)
	mux.HandleFunc(pages.Base, func(w http.ResponseWriter, r *http.Request) {
		r.URL.Path += "/"
		console.ServeHTTP(w, r)
	})
	mux.Handle("GET /{$}", http.RedirectHandler(pages.Base+"/", http.StatusSeeOther))
	return mux
}

// doorOf returns the door of people who sign in at the stack's issuer.
func doorOf(getenv func(string) string, cfg aws.Config, log *slog.Logger) (*signin.Door, error) {
	hours, err := strconv.Atoi(getenv("CONSOLE_SESSION_HOURS"))
	if err != nil || hours < 1 {
		return nil, fmt.Errorf("CONSOLE_SESSION_HOURS must be a number of hours, got %q", getenv("CONSOLE_SESSION_HOURS"))
	}
	parameters, err := url.ParseQuery(getenv("CONSOLE_PARAMETERS"))
	if err != nil {
		return nil, fmt.Errorf("CONSOLE_PARAMETERS: %w", err)
	}
	secrets := secretsOf(cfg)
	o := signin.Options{
		Issuer: getenv("JWT_ISSUER"), ClientID: getenv("CONSOLE_CLIENT_ID"), Origin: getenv("CONSOLE_ORIGIN"),
		Keys:  secrets.keys(getenv("CONSOLE_KEY_SECRET_ARN")),
		Token: signin.Token(getenv("CONSOLE_TOKEN")), Scopes: strings.Fields(getenv("CONSOLE_SCOPES")),
		Parameters: parameters, SignOutURL: getenv("CONSOLE_SIGN_OUT_URL"),
		SessionLength: time.Duration(hours) * time.Hour, Log: log,
	}
	if arn := getenv("CONSOLE_CLIENT_SECRET_ARN"); arn != "" {
		o.ClientSecret = secrets.text(arn)
	}
	return signin.New(o)
}
