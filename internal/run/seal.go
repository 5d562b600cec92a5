package run

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
)

// plain are the members of an entry that its hash covers as they are. They say
// nothing about a person. Any other member is a text: the hash covers a salted
// digest of it, so that it can be erased while the chain still verifies. A member
// that a newer release adds is a text unless that release lists it here.
var plain = []string{
	"seq", "event", "at", "channel", "status", "act", "act_event", "duration_seconds", "payload_sha256", "flow_version", "rules_version",
	"hooks_version", "hook_reason_by", "shadow_sha256", "state_sha256", "history_sha256", "expires_at", "prev_hash", "break_glass", "verdict",
}

// beside are the members that the hash leaves out: itself, and what the digests of
// texts are made or replaced with.
var beside = []string{"hash", "salt", "keys", "erased"}

// saltBytes is how much of an HMAC is the salt of an entry.
const saltBytes = 12

// saltOf derives the salt of an entry from the run's, which nobody is shown.
func saltOf(secret string, seq int) string {
	return base64.RawURLEncoding.EncodeToString(mac([]byte(secret), fmt.Sprintf("entry/%d", seq))[:saltBytes])
}

func mac(key []byte, message string) []byte {
	h := hmac.New(sha256.New, key)
	_, _ = h.Write([]byte(message)) // a hash takes everything
	return h.Sum(nil)
}

// textKey is the key of the digest of one text of an entry, "" if it is erased.
func textKey(e Entry, name string) string {
	if key := e.Keys[name]; key != "" || e.Salt == "" {
		return key
	}
	return hex.EncodeToString(mac([]byte(e.Salt), name))
}

// seal returns the hash of an entry: SHA-256, in hex, over the entry's canonical
// JSON with prev_hash in it. In place of its texts it has "texts", the digest of
// each: HMAC-SHA256 over the text's canonical JSON under the text's key. An entry
// without a salt is of a release before that: the hash is over all of it.
func seal(e Entry) (string, error) {
	if e.Erased[whole] != "" {
		return e.Hash, nil // covered by the erasure
	}
	members, err := membersOfEntry(e)
	if err != nil {
		return "", fmt.Errorf("seal entry %d: %w", e.Seq, err)
	}
	if digested(e) {
		if err := digestTexts(e, members); err != nil {
			return "", fmt.Errorf("seal entry %d: %w", e.Seq, err)
		}
	}
	for _, name := range beside {
		delete(members, name)
	}
	hash, err := Hash(members)
	if err != nil {
		return "", fmt.Errorf("seal entry %d: %w", e.Seq, err)
	}
	return hash, nil
}

// digested reports whether the entry's hash covers digests of its texts.
func digested(e Entry) bool { return e.Salt != "" || len(e.Keys)+len(e.Erased) > 0 }

// digestTexts replaces the texts by their digests.
func digestTexts(e Entry, members map[string]json.RawMessage) error {
	texts := map[string]string{}
	for name, value := range members {
		switch {
		case slices.Contains(plain, name) || slices.Contains(beside, name):
			continue
		case e.Erased[name] != "":
			if string(value) != standIns[name] {
				return fmt.Errorf("%s is marked as erased, and is not", name)
			}
		default:
			digest, err := textDigest(textKey(e, name), value)
			if err != nil {
				return err
			}
			texts[name] = digest
		}
		delete(members, name)
	}
	for name, digest := range e.Erased {
		texts[name] = digest
	}
	raw, err := json.Marshal(texts)
	members["texts"] = raw
	return err
}

// standIns are what is left of texts that are erased, where an entry can't do
// without.
var standIns = map[string]string{"actor": `{"type":"user","id":"erased"}`, "reason": `""`}

func textDigest(key string, value json.RawMessage) (string, error) {
	canonical, err := Canonical(value)
	if err != nil {
		return "", err
	}
	return hex.EncodeToString(mac([]byte(key), string(canonical))), nil
}

// whole marks an entry whose hash was over its texts themselves and can't be
// recomputed any more: the chain goes through it, and history_sha256 of the
// erasure covers what is left of it.
const whole = "*"
