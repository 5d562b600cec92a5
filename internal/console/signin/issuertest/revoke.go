package issuertest

import "net/http"

// revoke is the endpoint of RFC 7009. It responds 200 to a token that it does not know.
func (i *Issuer) revoke(w http.ResponseWriter, r *http.Request) {
	i.counts["revoke"]++
	if err := r.ParseForm(); err != nil || !i.profile.Revocation {
		http.NotFound(w, r)
		return
	}
	if !i.authenticated(r) {
		refuse(w, http.StatusUnauthorized, "invalid_client", "The client's id or secret is wrong.")
		return
	}
	if t := i.tokens[r.PostForm.Get("token")]; t != nil {
		i.end(t.session)
		i.revoked = append(i.revoked, t.grant.Email)
	}
	w.WriteHeader(http.StatusOK)
}

// Revoked returns the addresses of the people whose refresh tokens were revoked, in
// order.
func (i *Issuer) Revoked() []string {
	i.mu.Lock()
	defer i.mu.Unlock()
	return append([]string{}, i.revoked...)
}

// Valid reports whether a refresh token would be accepted.
func (i *Issuer) Valid(refresh string) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	t := i.tokens[refresh]
	return t != nil && !t.dead
}
