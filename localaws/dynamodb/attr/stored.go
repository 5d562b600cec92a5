package attr

import (
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
)

// The one-letter tags of the stored form, by kind.
var tags = map[Kind]byte{S: 'S', N: 'N', B: 'B', BOOL: 'b', NULL: '0', M: 'M', L: 'L', SS: 's', NS: 'n', BS: 'x'}

var kinds = func() map[byte]Kind {
	byTag := map[byte]Kind{}
	for kind, tag := range tags {
		byTag[tag] = kind
	}
	return byTag
}()

// Encode writes the item in the form it is stored in: compact, exact, and the
// same bytes for equal items.
func (i Item) Encode() []byte { return i.encode(nil) }

func (i Item) encode(to []byte) []byte {
	to = binary.AppendUvarint(to, uint64(len(i)))
	for _, name := range slices.Sorted(maps.Keys(i)) {
		to = text(to, name)
		to = i[name].encode(to)
	}
	return to
}

func (v Value) encode(to []byte) []byte {
	to = append(to, tags[v.Kind])
	switch v.Kind {
	case S, B:
		to = text(to, v.Text)
	case N:
		to = append(to, byte(v.Num.sign()+1)) // #nosec G115 -- a sign is -1, 0 or 1
		to = binary.AppendVarint(to, int64(v.Num.exponent))
		to = text(to, v.Num.digits)
	case BOOL:
		if v.Bool {
			return append(to, 1)
		}
		return append(to, 0)
	case M:
		to = v.Map.encode(to)
	case L, SS, NS, BS:
		to = binary.AppendUvarint(to, uint64(len(v.List)))
		for _, element := range v.List {
			to = element.encode(to)
		}
	}
	return to
}

func text(to []byte, s string) []byte {
	return append(binary.AppendUvarint(to, uint64(len(s))), s...)
}

// Decode reads what Encode wrote. It copies: the item outlives stored. An
// error means that the store's bytes are damaged.
func Decode(stored []byte) (item Item, err error) {
	d := decoder{rest: string(stored)}
	item = d.item()
	if d.broken || d.rest != "" {
		return nil, fmt.Errorf("stored item of %d bytes is damaged", len(stored))
	}
	return item, nil
}

// decoder reads from the front of rest; broken is set when it can't.
type decoder struct {
	rest   string
	broken bool
}

func (d *decoder) item() Item {
	n := d.count()
	item := make(Item, n)
	for range n {
		name := d.text()
		item[name] = d.value()
	}
	return item
}

func (d *decoder) value() Value {
	v := Value{Kind: kinds[d.byte()]}
	switch v.Kind {
	case S, B:
		v.Text = d.text()
	case N:
		v.Num.negative = d.byte() == 0
		v.Num.exponent = int(d.varint())
		v.Num.digits = d.text()
	case BOOL:
		v.Bool = d.byte() == 1
	case M:
		v.Map = d.item()
	case L, SS, NS, BS:
		n := d.count()
		v.List = make([]Value, n)
		for i := range v.List {
			v.List[i] = d.value()
		}
	case "":
		d.fail()
	}
	return v
}

func (d *decoder) fail() { d.rest, d.broken = "", true }

func (d *decoder) byte() byte {
	if d.rest == "" {
		d.fail()
		return 0
	}
	b := d.rest[0]
	d.rest = d.rest[1:]
	return b
}

func (d *decoder) varint() int64 {
	// A varint is at most ten bytes; no more of a long item is copied for it.
	v, n := binary.Varint([]byte(d.rest[:min(len(d.rest), binary.MaxVarintLen64)]))
	if n <= 0 {
		d.fail()
		return 0
	}
	d.rest = d.rest[n:]
	return v
}

// count reads a length, which can't be more than the bytes that are left.
func (d *decoder) count() int {
	v, n := binary.Uvarint([]byte(d.rest[:min(len(d.rest), binary.MaxVarintLen64)]))
	if n <= 0 || v > uint64(len(d.rest)-n) { // #nosec G115 -- n of the bytes were read
		d.fail()
		return 0
	}
	d.rest = d.rest[n:]
	return int(v) // #nosec G115 -- at most the length of a string
}

func (d *decoder) text() string {
	n := d.count()
	s := d.rest[:n]
	d.rest = d.rest[n:]
	return s
}
