package gateway

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// CORS says which web pages of other origins may read answers, as the API's
// CorsConfiguration does
// (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html).
// Cookies are not allowed: callers sign, or send a token.
type CORS struct {
	AllowOrigins, AllowMethods, AllowHeaders, ExposeHeaders []string
	MaxAge                                                  int
}

// allowed returns the origin of the request, "" if it is none of AllowOrigins.
func (c *CORS) allowed(r *http.Request) string {
	origin := r.Header.Get("Origin")
	if c == nil || origin == "" || !slices.ContainsFunc(c.AllowOrigins, func(o string) bool { return strings.EqualFold(o, origin) }) {
		return ""
	}
	return origin
}

// preflight answers an OPTIONS request by which a browser asks whether it may send
// another, and reports whether it was one. API Gateway answers it by itself: with 204,
// and with CORS headers if the origin is allowed. It lists what it is configured with,
// whatever the request names.
func (c *CORS) preflight(w http.ResponseWriter, r *http.Request) bool {
	if c == nil || r.Method != http.MethodOptions || r.Header.Get("Origin") == "" || r.Header.Get("Access-Control-Request-Method") == "" {
		return false
	}
	if origin := c.allowed(r); origin != "" {
		w.Header().Set("Access-Control-Allow-Origin", origin)
		for name, values := range map[string][]string{
			"Access-Control-Allow-Methods":  c.AllowMethods,
			"Access-Control-Allow-Headers":  c.AllowHeaders,
			"Access-Control-Expose-Headers": c.ExposeHeaders,
		} {
			if len(values) > 0 {
				w.Header().Set(name, strings.Join(values, ","))
			}
		}
		w.Header().Set("Access-Control-Max-Age", strconv.Itoa(c.MaxAge))
	}
	w.WriteHeader(http.StatusNoContent)
	return true
}

// answer puts the CORS headers of an integration's answer into h. Those that the
// function itself sent go, allowed or not.
func (c *CORS) answer(h http.Header, r *http.Request) {
	if c == nil {
		return
	}
	for name := range h {
		if strings.HasPrefix(name, "Access-Control-") {
			h.Del(name)
		}
	}
	if origin := c.allowed(r); origin != "" {
		h.Set("Access-Control-Allow-Origin", origin)
		if len(c.ExposeHeaders) > 0 {
			h.Set("Access-Control-Expose-Headers", strings.Join(c.ExposeHeaders, ","))
		}
	}
}
