package console_test

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
)

// now is the time at which tests look at the console.
var now = time.Date(2026, 11, 28, 14, 2, 0, 0, time.UTC)

// enums are the values of types that have few. Every other string is a text.
var enums = map[reflect.Type][]string{
	reflect.TypeFor[api.ActorType](): {"user", "hook", "engine"},
	reflect.TypeFor[api.EventName](): {"request", "approve", "deny", "cancel", "expire", "forward", "escalate", "deescalate", "revoke", "fail", "ignore", "withdraw", "erase"},
	reflect.TypeFor[api.Status]():    {"requested", "pending", "approved", "denied", "expired", "canceled", "active", "ended", "revoked", "failed"},
	reflect.TypeFor[api.Decider]():   {"code", "people", "nobody"},
	reflect.TypeFor[api.LimitName](): {"max_per_hour", "max_per_person_per_day", "quiet_after_denial"},
}

// filler fills values of the API's types. Two with the same seed differ in their texts
// alone.
type filler struct {
	random *rand.Rand
	// text returns the next text.
	text func() string
}

func newFiller(seed uint64, texts []string) *filler {
	f := &filler{random: rand.New(rand.NewPCG(seed, 17))}
	n := int(seed)
	f.text = func() string { n++; return texts[n%len(texts)] }
	return f
}

// fill fills v, up to a depth.
func (f *filler) fill(v reflect.Value, depth int) {
	switch v.Type() {
	case reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(now.Add(time.Duration(f.random.IntN(7200)-3600) * time.Second)))
		return
	case reflect.TypeFor[json.RawMessage]():
		raw, err := json.Marshal(f.text())
		if err != nil {
			panic(err) // a string
		}
		v.SetBytes(raw)
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(f.word(v.Type()))
	case reflect.Bool:
		v.SetBool(f.random.IntN(2) == 0)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(f.random.IntN(200)))
	case reflect.Float64:
		v.SetFloat(f.random.Float64() * 100)
	case reflect.Pointer:
		if f.random.IntN(4) > 0 && depth > 0 {
			v.Set(reflect.New(v.Type().Elem()))
			f.fill(v.Elem(), depth-1)
		}
	case reflect.Slice:
		n := f.random.IntN(4)
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			f.fill(v.Index(i), depth-1)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range f.random.IntN(3) {
			key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			f.fill(key, depth-1)
			f.fill(value, depth-1)
			v.SetMapIndex(key, value)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				f.fill(v.Field(i), depth-1)
			}
		}
	}
}

// word returns a value of an enumeration, and at times a text in its place: a newer API
// may send what is unknown here.
func (f *filler) word(of reflect.Type) string {
	known := enums[of]
	if len(known) == 0 || f.random.IntN(8) == 0 {
		return f.text()
	}
	return known[f.random.IntN(len(known))]
}

// filled returns a filled value.
func filled[T any](f *filler) *T {
	v := new(T)
	f.fill(reflect.ValueOf(v).Elem(), 9)
	return v
}
