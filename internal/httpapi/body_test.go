package httpapi_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
)

// read reads a body of {text, n, object, raw} and returns the invalid fields.
func read(ev httpapi.Event) ([]string, int) {
	b, err := httpapi.ReadBody(ev)
	if err == nil {
		b.Text("text", 5)
		b.Seconds("n")
		b.Object("object")
		b.Raw("raw", 10)
		err = b.Err()
	}
	var p *httpapi.Problem
	if !errors.As(err, &p) {
		return nil, 0
	}
	var fields []string
	for _, e := range p.Errors {
		fields = append(fields, e.Field)
	}
	return fields, p.Status
}

func TestReadBody(t *testing.T) {
	for name, tc := range map[string]struct {
		body, kind string
		base64     bool
		want       string // wrong fields, in order
		status     int
	}{
		"all well":          {`{"text":"a","n":1,"object":{},"raw":[1]}`, "application/json", false, "", 0},
		"nothing":           {``, "", false, "", 0},
		"null members":      {`{"text":null,"n":null}`, "", false, "", 0},
		"as curl sends it":  {`{"text":"a"}`, "application/x-www-form-urlencoded", true, "", 0},
		"another type":      {`{}`, "text/plain", false, "", 415},
		"each wrong":        {`{"text":"toolong","n":0,"object":[],"raw":"0123456789","more":1,"else":2}`, "", false, "text n object raw else more", 400},
		"control character": {`{"text":"a\u0007"}`, "", false, "text", 400},
		"a fraction":        {`{"n":1.5}`, "", false, "n", 400},
		"twice":             {`{"text":"a","text":"b"}`, "", false, "text", 400},
		"twice, inside":     {`{"object":{"a":{"b":1,"b":2}}}`, "", false, "object.a.b", 400},
		"no object":         {`[]`, "", false, "body", 400},
		"null":              {`null`, "", false, "body", 400},
		"broken":            {`{"text":`, "", false, "body", 400},
		"two values":        {`{} {}`, "", false, "body", 400},
		"no UTF-8":          {"{\"text\":\"\xff\"}", "", false, "body", 400},
		"deep":              {`{"raw":` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + `}`, "", false, "", 400},
		"large":             {`{"text":"` + strings.Repeat("x", 128<<10) + `"}`, "", false, "body", 400},
	} {
		t.Run(name, func(t *testing.T) {
			ev := httpapi.Event{Body: tc.body, IsBase64Encoded: tc.base64, Headers: map[string]string{"content-type": tc.kind}}
			if tc.base64 {
				ev.Body = base64.StdEncoding.EncodeToString([]byte(tc.body))
			}
			fields, status := read(ev)
			if status != tc.status || tc.want != "" && strings.Join(fields, " ") != tc.want {
				t.Errorf("got %d %v, want %d %s", status, fields, tc.status, tc.want)
			}
		})
	}
}

func FuzzReadBody(f *testing.F) {
	f.Add(`{"text":"a","n":1}`, false)
	f.Add(`e30=`, true)
	f.Fuzz(func(t *testing.T, body string, encoded bool) {
		if _, status := read(httpapi.Event{Body: body, IsBase64Encoded: encoded}); status >= 500 {
			t.Fatalf("status %d", status)
		}
	})
}

// An internal error is a problem that says nothing of its cause.
func TestInternalErrorsSayNothing(t *testing.T) {
	api := &httpapi.API{Log: slog.New(slog.DiscardHandler), Routes: map[string]httpapi.Route{
		"GET /error": {Public: true, Handle: func(context.Context, *httpapi.Call) (httpapi.Reply, error) {
			return httpapi.Reply{}, errors.New("secret")
		}},
		"GET /panic": {Public: true, Handle: func(context.Context, *httpapi.Call) (httpapi.Reply, error) { panic("secret") }},
	}}
	for route, status := range map[string]int{"GET /error": 500, "GET /panic": 500, "GET /none": 404} {
		ev := httpapi.Event{RouteKey: route}
		ev.RequestContext.RequestID = "id"
		got, err := api.Handle(t.Context(), ev)
		var p struct {
			Status   int
			Instance string
		}
		if err != nil || json.Unmarshal([]byte(got.Body), &p) != nil || got.StatusCode != status || p.Status != status || p.Instance != "id" || strings.Contains(got.Body, "secret") || got.Headers["content-type"] != "application/problem+json" || got.Headers["x-request-id"] != "id" {
			t.Errorf("%s: %+v (%v)", route, got, err)
		}
	}
}
