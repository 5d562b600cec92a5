package lambda

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// serveAlias answers GetAlias
// (https://docs.aws.amazon.com/lambda/latest/api/API_GetAlias.html); false if r is
// another call. Every alias on this machine is of the function's present version.
func (s *Service) serveAlias(w http.ResponseWriter, r *http.Request) bool {
	escaped, _ := strings.CutPrefix(r.URL.EscapedPath(), APIPath)
	function, alias, is := strings.Cut(escaped, "/aliases/")
	function, err := url.PathUnescape(function)
	if !is || err != nil || r.Method != http.MethodGet {
		return false
	}
	f, arn, err := s.lookup(function, alias)
	if err != nil {
		writeError(w, err)
		return true
	}
	f.mu.Lock()
	version, known := f.version, f.kind == kindAttached || slices.Contains(f.cfg.Aliases, alias)
	f.mu.Unlock()
	if !known {
		writeError(w, &ServiceError{"ResourceNotFoundException", "Cannot find alias arn: " + arn})
		return true
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]string{ // nobody is left to tell
		"AliasArn": arn, "Name": alias, "FunctionVersion": version, "Description": "",
	})
	return true
}
