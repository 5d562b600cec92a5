package digest

import (
	"cmp"
	"crypto/ecdsa"
	"encoding/base64"
	"errors"
	"fmt"
)

// Finding is one problem of the record.
type Finding struct {
	Day Day `json:"day,omitempty"`
	// Run is the run with the problem; "" if it is the digest.
	Run     string `json:"run,omitempty"`
	Problem string `json:"problem"`
}

// Stored is a document as it is stored under its day.
type Stored struct {
	Day      Day
	Document []byte
}

// Read parses the document, which must be of the day that it is stored under.
func (s Stored) Read() (Document, error) {
	d, err := Parse(s.Document)
	if err == nil && d.Day != s.Day {
		err = fmt.Errorf("its document is of %s", d.Day)
	}
	return d, err
}

// Verify is Read, and checks the signature.
func (s Stored) Verify(keys Keys) (Document, error) {
	d, err := s.Read()
	if err == nil {
		err = d.verifySignature(keys(d.KeyID))
	}
	return d, err
}

// Keys returns the public keys that are trusted for a key id.
type Keys func(keyID string) []*ecdsa.PublicKey

// VerifyChain reads the documents, in the order of their days. It checks the
// signature of each, and that each follows the one before. due is the last day that
// must have a digest; "" leaves that open. It returns the readable documents.
func VerifyChain(stored []Stored, keys Keys, due Day) ([]Document, []Finding) {
	var documents []Document
	var findings []Finding
	find := func(day Day, format string, args ...any) {
		findings = append(findings, Finding{Day: day, Problem: fmt.Sprintf(format, args...)})
	}
	var previous *Document
	for i, s := range stored {
		d, err := s.Read()
		if err != nil {
			find(s.Day, "the digest can't be read: %v", err)
			previous = nil
			continue
		}
		if err := d.verifySignature(keys(d.KeyID)); err != nil {
			find(d.Day, "%v", err)
		}
		if previous != nil {
			if err := d.follows(*previous); err != nil {
				find(d.Day, "%v", err)
			}
		} else if i == 0 && (d.Previous != "" || d.PreviousDay != "") {
			find(d.Day, "the digest before it, of %s, is missing", d.PreviousDay)
		}
		documents = append(documents, d)
		previous = &d
	}
	if n := len(stored); n > 0 && due != "" && stored[n-1].Day < due {
		find(stored[n-1].Day, "digests are missing after it, up to %s", due)
	}
	return documents, findings
}

// FirstOf returns the day of the first digest, "" if that is not among the documents;
// see [Heads.First].
func FirstOf(stored []Stored) Day {
	if len(stored) == 0 {
		return ""
	}
	if d, err := Parse(stored[0].Document); err != nil || d.Previous != "" {
		return ""
	}
	return stored[0].Day
}

func (d Document) verifySignature(keys []*ecdsa.PublicKey) error {
	if len(keys) == 0 {
		return fmt.Errorf("it is signed by an untrusted key: %s", d.KeyID)
	}
	message, err := d.Message()
	if err != nil {
		return err
	}
	signature, err := base64.StdEncoding.Strict().DecodeString(d.Signature)
	if err == nil {
		for _, k := range keys {
			if ecdsa.VerifyASN1(k, message, signature) {
				return nil
			}
		}
	}
	return errors.New("its signature is invalid")
}

// follows checks that a document is the next after previous.
func (d Document) follows(previous Document) error {
	hash, err := previous.Hash()
	switch {
	case err != nil:
		return err
	case d.PreviousDay != previous.Day:
		return fmt.Errorf("it follows the digest of %s, which is missing", cmp.Or(string(d.PreviousDay), "no day"))
	case d.Previous != hash:
		return fmt.Errorf("it follows another digest of %s than the stored one", previous.Day)
	case d.Day != previous.Day.Next():
		return fmt.Errorf("the digests between %s and it are missing", previous.Day)
	}
	return nil
}

// VerifyHeads checks the chunks of a document, and compares the signed heads with
// those of that day now: sorted by run id, as [Heads.Of] returns them. exists
// reports whether a run of that id exists, and scope whether to look at it.
func (d Document) VerifyHeads(chunks []string, now []Head, exists, scope func(id string) bool) []Finding {
	if len(chunks) != d.Chunks || hashOf(chunks) != d.HeadsSHA256 {
		return []Finding{{Day: d.Day, Problem: "its chunks are not those that were signed: heads_sha256 differs"}}
	}
	signed, err := ReadChunks(chunks)
	if err == nil && len(signed) != d.Count {
		err = fmt.Errorf("%d heads, want %d", len(signed), d.Count)
	}
	if err != nil {
		return []Finding{{Day: d.Day, Problem: fmt.Sprintf("its chunks can't be read: %v", err)}}
	}
	var findings []Finding
	find := func(id, problem string) {
		if problem != "" && scope(id) {
			findings = append(findings, Finding{Day: d.Day, Run: id, Problem: problem})
		}
	}
	// Both are sorted.
	for len(signed) > 0 || len(now) > 0 {
		switch {
		case len(now) == 0 || len(signed) > 0 && signed[0].Run < now[0].Run:
			if exists(signed[0].Run) {
				find(signed[0].Run, fmt.Sprintf("its signed entry of %s is missing", d.Day))
			} else {
				find(signed[0].Run, fmt.Sprintf("it is missing: its entries up to %d were signed on %s", signed[0].Seq, d.Day))
			}
			signed = signed[1:]
		case len(signed) == 0 || now[0].Run < signed[0].Run:
			find(now[0].Run, fmt.Sprintf("it has entries up to %s that did not exist when that day was signed", d.Day))
			now = now[1:]
		default:
			find(now[0].Run, d.compare(signed[0], now[0]))
			signed, now = signed[1:], now[1:]
		}
	}
	return findings
}

// compare returns the problem of a run's head, "" if it has none.
func (d Document) compare(signed, now Head) string {
	switch {
	case now.Seq < signed.Seq:
		return fmt.Sprintf("its entries from %d to %d are missing, which were signed on %s", now.Seq+1, signed.Seq, d.Day)
	case now.Seq > signed.Seq:
		return fmt.Sprintf("its entries from %d on did not exist when %s was signed", signed.Seq+1, d.Day)
	case now.Hash != signed.Hash:
		return fmt.Sprintf("entry %d, or one before it, is not what was signed on %s", signed.Seq, d.Day)
	}
	return ""
}
