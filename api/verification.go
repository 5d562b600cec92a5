package api

import "time"

// Verification is the response of GET /requests/{id}/verify: whether the stored request
// is what its history seals, and the history what was signed.
type Verification struct {
	ID string `json:"id"`
	// OK reports whether nothing is wrong: every entry, the rest of the stored request,
	// and every digest that was compared.
	OK        bool      `json:"ok"`
	CheckedAt time.Time `json:"checked_at"`
	// Head is the hash of the last entry. Kept elsewhere, it later proves that no entry
	// has changed.
	Head string `json:"head"`
	// Entries has a result for each entry of the history. Never null.
	Entries []VerifiedEntry `json:"entries"`
	// Record is what is wrong with the rest of the stored request, such as its fields or
	// its decision. Empty if nothing is.
	Record string `json:"record,omitempty"`
	// Erased reports that texts were erased. Their digests stand in for them.
	Erased bool `json:"erased,omitempty"`
	// Digests has a result for each day on which the request has an entry, once the day's
	// signed digest is due. Absent in a deployment without digests.
	Digests []VerifiedDigest `json:"digests,omitempty"`
}

// VerifiedEntry is the result for one entry of a history.
type VerifiedEntry struct {
	Seq   int       `json:"seq"`
	Event EventName `json:"event"`
	At    time.Time `json:"at"`
	Hash  string    `json:"hash"`
	OK    bool      `json:"ok"`
	// Problem says what is wrong. Empty if OK.
	Problem string `json:"problem,omitempty"`
	// SignedOn is the day, such as 2026-11-23, whose digest covers the entry and was
	// found in order. Empty until then.
	SignedOn string `json:"signed_on,omitempty"`
}

// VerifiedDigest is the result for the digest of one day.
type VerifiedDigest struct {
	// Day is a day in UTC, such as 2026-11-23.
	Day string `json:"day"`
	OK  bool   `json:"ok"`
	// Seq is the last entry of the request that the digest covers. 0 if it could not be
	// read.
	Seq int `json:"seq,omitempty"`
	// SHA256 is the hash of the digest, which functions/digest also logs.
	SHA256 string `json:"sha256,omitempty"`
	// Key is the ARN of the key that signed.
	Key string `json:"key,omitempty"`
	// Problem says what is wrong. Empty if OK.
	Problem string `json:"problem,omitempty"`
}
