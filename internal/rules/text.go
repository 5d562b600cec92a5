package rules

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
)

// maxText bounds a text, in bytes, as package flow does.
const maxText = 1 << 20

// maxPacked bounds a packed text, in bytes: an item of the table has 400 KB.
const maxPacked = 360 << 10

// Pack returns a text as it is stored.
func Pack(raw []byte) ([]byte, error) {
	if len(raw) > maxText {
		return nil, fmt.Errorf("must be at most %d bytes, got %d", maxText, len(raw))
	}
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(raw); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	if packed.Len() > maxPacked {
		return nil, fmt.Errorf("must be at most %d bytes when it is compressed, got %d", maxPacked, packed.Len())
	}
	return packed.Bytes(), nil
}

// unpack returns a text that was packed.
func unpack(packed []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("its text can't be unpacked: %w", err)
	}
	raw, err := io.ReadAll(io.LimitReader(r, maxText+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("its text can't be unpacked: %w", err)
	case len(raw) > maxText:
		return nil, fmt.Errorf("its text exceeds %d bytes", maxText)
	}
	return raw, nil
}

// Text returns the text of a version. The error is that it is not what was signed.
func (s Stored) Text(v Version) ([]byte, error) {
	raw, err := unpack(s.Packed)
	if err != nil {
		return nil, err
	}
	if got := Digest(raw); got != v.Digest {
		return nil, fmt.Errorf("its text has the digest %s, not %s", got, v.Digest)
	}
	return raw, nil
}
