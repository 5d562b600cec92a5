package request

import (
	"context"
	"crypto/ecdsa"
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/digest"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/signed"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// Evidence reads what a request is verified with; see [store.Store].
type Evidence interface {
	LoadWithContext(ctx context.Context, id string) (store.Record, error)
	digest.Table
}

// digestLate is how late a day's digest may be before it is missing.
const digestLate = 6 * time.Hour

// verify responds with whether a request is what its history seals, and the history what
// was signed.
func (s service) verify(ctx context.Context, c *httpapi.Call) (httpapi.Reply, error) {
	if _, err := s.visible(ctx, c); err != nil {
		return httpapi.Reply{}, err
	}
	id, _ := run.ParseID(c.Param("id")) // not the stored one, which may lie
	rec, err := s.Store.LoadWithContext(ctx, id)
	if err != nil {
		return httpapi.Reply{}, err
	}
	v := verification(id, rec)
	v.CheckedAt = s.Now().UTC()
	if s.SigningKey != nil {
		key, err := s.SigningKey(ctx)
		if err != nil {
			return httpapi.Reply{}, err
		}
		checked, err := digest.Check(ctx, s.Store, key, id, rec.Run.History, digest.Due(s.Now().Add(-digestLate)))
		if err != nil {
			return httpapi.Reply{}, err
		}
		if err := addDigests(&v, checked); err != nil {
			return httpapi.Reply{}, err
		}
	}
	return httpapi.Reply{Status: http.StatusOK, Body: v}, nil
}

// verification verifies a request by itself.
func verification(id string, rec store.Record) api.Verification {
	history := rec.Run.History
	v := api.Verification{ID: id, OK: true, Entries: []api.VerifiedEntry{}, Erased: run.WasErased(history)}
	for i, wrong := range run.VerifyEntries(history) {
		e := history[i]
		entry := api.VerifiedEntry{Seq: e.Seq, Event: e.Event, At: e.At, Hash: e.Hash, OK: wrong == nil}
		if wrong != nil {
			entry.Problem, v.OK = wrong.Error(), false
		}
		v.Entries, v.Head = append(v.Entries, entry), e.Hash
	}
	if wrong := rec.Run.VerifyRecord(id, rec.Context); wrong != nil && v.OK {
		v.Record, v.OK = wrong.Error(), false
	}
	return v
}

// addDigests adds what the digests say, and to each entry the first that covers it.
func addDigests(v *api.Verification, checked []digest.Checked) error {
	for _, c := range checked {
		d := api.VerifiedDigest{Day: string(c.Day), OK: c.Problem == "", Seq: c.Head.Seq, Problem: c.Problem, Key: c.Document.KeyID}
		if c.Document.Day != "" {
			var err error
			if d.SHA256, err = c.Document.Hash(); err != nil {
				return err
			}
		}
		v.Digests, v.OK = append(v.Digests, d), v.OK && d.OK
		for i := range v.Entries {
			if e := &v.Entries[i]; d.OK && e.SignedOn == "" && e.Seq <= d.Seq {
				e.SignedOn = d.Day
			}
		}
	}
	return nil
}

// SigningKey returns the keys that are trusted to sign digests.
type SigningKey func(ctx context.Context) (digest.Keys, error)

// NewSigningKey trusts one key of KMS, whose public half is read once; nil for an empty
// ARN.
func NewSigningKey(cfg aws.Config, arn string) SigningKey {
	if arn == "" {
		return nil
	}
	read := signed.KeptPublicKey(cfg, arn)
	return func(ctx context.Context) (digest.Keys, error) {
		key, err := read(ctx)
		if err != nil {
			return nil, fmt.Errorf("read the key that signs digests: %w", err)
		}
		return func(id string) []*ecdsa.PublicKey {
			if id != arn {
				return nil
			}
			return []*ecdsa.PublicKey{key}
		}, nil
	}
}
