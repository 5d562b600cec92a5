package run

import "fmt"

// DigestVerdict returns the SHA-256, in hex, of the verdict's canonical JSON with a
// salt: a reader of the history can't find the verdict by trying.
func DigestVerdict(v Verdict, salt string) (string, error) {
	hash, err := Hash(struct {
		Verdict
		Salt string `json:"salt"`
	}{v, salt})
	if err != nil {
		return "", fmt.Errorf("hash what on_request said: %w", err)
	}
	return hash, nil
}

// SealedShadow returns the digest of the verdict in the history, "" without one.
func (r *Run) SealedShadow() string {
	for _, e := range r.History {
		if e.ShadowSHA256 != "" {
			return e.ShadowSHA256
		}
	}
	return ""
}

// verifyShadow checks the verdict against the history. One that was recorded
// before histories had its hash is believed.
func (r *Run) verifyShadow() error {
	sealed := r.SealedShadow()
	if sealed == "" {
		return nil
	}
	if r.Shadow == nil {
		return fmt.Errorf("what on_request said in shadow mode is gone")
	}
	digest, err := DigestVerdict(*r.Shadow, r.Salt)
	if err == nil && digest != sealed {
		err = fmt.Errorf("what on_request said in shadow mode is not what the history has the hash of")
	}
	return err
}

// MayAudit reports whether p may see what on_request answered in shadow mode: a
// viewer whom the flow names and who can't decide the run, at any time; other
// viewers and the admins once it is decided; its requester never.
func (r *Run) MayAudit(p Person, t *Today) bool {
	viewers := r.Flow.Review.Viewers
	if t != nil {
		viewers = t.Flows[r.Flow.Name].Viewers
	}
	admin := r.IsAdmin(p, t)
	if Same(r.Requester, p) || p.Machine || !admin && !t.meansAny(viewers, p, r.admins(t)) {
		return false
	}
	return r.Status.Decided() || !admin && !r.mayDeny(p, t) && !r.approverAsFiled(p, t)
}
