package journal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
)

// kind says what a frame does to the records of its key.
type kind byte

const (
	add    kind = 1 // one more record
	set    kind = 2 // the one record that the key has
	remove kind = 3 // none
)

// A frame is a length and a checksum of what follows them, four bytes each,
// then the kind, the key's length in two bytes, the key and the record.
const (
	prefixSize = 8
	minBody    = 3
	// maxBody is more than any record has: a length over it is damage.
	maxBody = 256 << 20
	maxKey  = 1 << 10
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// appendFrame appends a frame to b.
func appendFrame(b []byte, k kind, key string, record []byte) ([]byte, error) {
	size := minBody + len(key) + len(record)
	if len(key) > maxKey || size > maxBody {
		return b, fmt.Errorf("a record of %d bytes with a key of %d is too long", len(record), len(key))
	}
	start := len(b)
	b = append(b, make([]byte, prefixSize)...)
	b = append(b, byte(k))
	b = binary.BigEndian.AppendUint16(b, uint16(len(key))) // #nosec G115 -- at most maxKey
	b = append(b, key...)
	b = append(b, record...)
	body := b[start+prefixSize:]
	binary.BigEndian.PutUint32(b[start:], uint32(len(body))) // #nosec G115 -- at most maxBody
	binary.BigEndian.PutUint32(b[start+4:], crc32.Checksum(body, castagnoli))
	return b, nil
}

// frame is one that was read.
type frame struct {
	kind   kind
	key    string
	record []byte
	size   int64 // of the whole frame
}

var (
	// errTorn is for a frame that stops before its end: the process that wrote
	// it was killed meanwhile.
	errTorn = errors.New("the record is not whole")
	// errDamaged is for one that was whole once.
	errDamaged = errors.New("the record is damaged")
)

// parseFrame reads the frame at the start of b. One whose checksum is wrong is
// torn if nothing but zeros follows, as a file has after a power cut.
func parseFrame(b []byte) (frame, error) {
	if len(b) < prefixSize {
		return frame{}, errTorn
	}
	length := int64(binary.BigEndian.Uint32(b))
	if length < minBody || length > maxBody {
		return frame{}, tornIf(zeros(b))
	}
	size := prefixSize + length
	if size > int64(len(b)) {
		return frame{}, errTorn
	}
	body := b[prefixSize:size]
	if crc32.Checksum(body, castagnoli) != binary.BigEndian.Uint32(b[4:]) {
		return frame{}, tornIf(zeros(b[size:]))
	}
	keyEnd := minBody + int64(binary.BigEndian.Uint16(body[1:]))
	if keyEnd > length || kind(body[0]) < add || kind(body[0]) > remove {
		return frame{}, errDamaged
	}
	return frame{kind(body[0]), string(body[minBody:keyEnd]), body[keyEnd:], size}, nil
}

func tornIf(torn bool) error {
	if torn {
		return errTorn
	}
	return errDamaged
}

func zeros(b []byte) bool {
	for _, c := range b {
		if c != 0 {
			return false
		}
	}
	return true
}
