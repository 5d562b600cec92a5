package asl

import (
	"crypto/md5" // #nosec G501 -- States.Hash has it
	"crypto/rand"
	"crypto/sha1" // #nosec G505 -- States.Hash has it
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash"
	"math"
	mathrand "math/rand"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"
)

// intrinsic is one intrinsic function; most is -1 for any number of arguments.
type intrinsic struct {
	least, most int
	apply       func(args []any) (any, error)
}

// maxCharacters is how many characters Hash, Base64Encode and Base64Decode take.
const maxCharacters = 10000

// intrinsics are those of the service
// (https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html).
var intrinsics map[string]intrinsic

func init() {
	intrinsics = map[string]intrinsic{
		"States.Format":         {1, -1, format},
		"States.StringToJson":   {1, 1, stringToJSON},
		"States.JsonToString":   {1, 1, func(a []any) (any, error) { return string(encode(a[0])), nil }},
		"States.Array":          {0, -1, func(a []any) (any, error) { return append([]any{}, a...), nil }},
		"States.ArrayPartition": {2, 2, arrayPartition},
		"States.ArrayContains":  {2, 2, arrayContains},
		"States.ArrayRange":     {3, 3, arrayRange},
		"States.ArrayGetItem":   {2, 2, arrayGetItem},
		"States.ArrayLength":    {1, 1, arrayLength},
		"States.ArrayUnique":    {1, 1, arrayUnique},
		"States.Base64Encode":   {1, 1, base64Encode},
		"States.Base64Decode":   {1, 1, base64Decode},
		"States.Hash":           {2, 2, hashOf},
		"States.JsonMerge":      {3, 3, jsonMerge},
		"States.MathRandom":     {2, 3, mathRandom},
		"States.MathAdd":        {2, 2, mathAdd},
		"States.StringSplit":    {2, 2, stringSplit},
		"States.UUID":           {0, 0, func([]any) (any, error) { return uuid(), nil }},
	}
}

// format fills each {} of a template; \{ and \} stand for braces.
func format(args []any) (any, error) {
	template, ok := args[0].(string)
	if !ok {
		return nil, fmt.Errorf("the template must be a string")
	}
	var b strings.Builder
	next := 1
	for i := 0; i < len(template); i++ {
		switch {
		case template[i] == '\\' && i+1 < len(template) && (template[i+1] == '{' || template[i+1] == '}'):
			i++
			b.WriteByte(template[i])
		case strings.HasPrefix(template[i:], "{}"):
			if next == len(args) {
				return nil, fmt.Errorf("there are more {} than arguments")
			}
			b.WriteString(display(args[next]))
			next++
			i++
		default:
			b.WriteByte(template[i])
		}
	}
	if next != len(args) {
		return nil, fmt.Errorf("there are fewer {} than arguments")
	}
	return b.String(), nil
}

// display writes a value as the service's States.Format does: objects as
// {a=1, b=[]}.
func display(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case []any:
		parts := make([]string, len(v))
		for i := range v {
			parts[i] = display(v[i])
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case map[string]any:
		names := make([]string, 0, len(v))
		for name := range v {
			names = append(names, name)
		}
		sort.Strings(names)
		for i, name := range names {
			names[i] = name + "=" + display(v[name])
		}
		return "{" + strings.Join(names, ", ") + "}"
	}
	return string(encode(v))
}

func stringToJSON(args []any) (any, error) {
	s, ok := args[0].(string)
	if !ok {
		return nil, fmt.Errorf("must be a string")
	}
	if strings.TrimSpace(s) == "" {
		return nil, nil
	}
	return decode([]byte(s))
}

// chunk is the length that partitions have: whole and at least 1.
func chunk(v any) (int, error) {
	n, err := rounded(v)
	if err == nil && n < 1 {
		err = fmt.Errorf("must be a number of at least 1")
	}
	return int(n), err
}

func arrayPartition(args []any) (any, error) {
	list, err := listOf(args[0])
	if err != nil {
		return nil, err
	}
	size, err := chunk(args[1])
	if err != nil {
		return nil, err
	}
	out := []any{}
	for len(list) > 0 {
		n := min(size, len(list))
		out = append(out, append([]any{}, list[:n]...))
		list = list[n:]
	}
	return out, nil
}

func arrayContains(args []any) (any, error) {
	list, err := listOf(args[0])
	if err != nil {
		return nil, err
	}
	for _, v := range list {
		if equal(v, args[1]) {
			return true, nil
		}
	}
	return false, nil
}

// arrayRange makes at most 1,000 items.
func arrayRange(args []any) (any, error) {
	var n [3]int64
	for i := range n {
		var err error
		if n[i], err = rounded(args[i]); err != nil {
			return nil, err
		}
	}
	first, last, step := n[0], n[1], n[2]
	if step == 0 {
		return nil, fmt.Errorf("the step is 0")
	}
	out := []any{}
	for v := first; step > 0 && v <= last || step < 0 && v >= last; v += step {
		if len(out) == 1000 {
			return nil, fmt.Errorf("more than 1000 items")
		}
		out = append(out, v)
	}
	return out, nil
}

func arrayGetItem(args []any) (any, error) {
	list, err := listOf(args[0])
	if err != nil {
		return nil, err
	}
	i, err := rounded(args[1])
	if err != nil {
		return nil, err
	}
	if i < 0 || i >= int64(len(list)) {
		return nil, fmt.Errorf("index %d is outside of %d items", i, len(list))
	}
	return list[i], nil
}

func arrayLength(args []any) (any, error) {
	list, err := listOf(args[0])
	return int64(len(list)), err
}

func arrayUnique(args []any) (any, error) {
	list, err := listOf(args[0])
	if err != nil {
		return nil, err
	}
	out := []any{}
	for _, v := range list {
		if there, _ := arrayContains([]any{out, v}); there == false {
			out = append(out, v)
		}
	}
	return out, nil
}

func base64Encode(args []any) (any, error) {
	s, err := shortText(args[0])
	return base64.StdEncoding.EncodeToString([]byte(s)), err
}

func base64Decode(args []any) (any, error) {
	s, err := shortText(args[0])
	if err != nil {
		return nil, err
	}
	raw, err := base64.StdEncoding.DecodeString(s)
	return string(raw), err
}

func hashOf(args []any) (any, error) {
	name, _ := args[1].(string)
	var h hash.Hash
	switch name {
	case "MD5":
		h = md5.New() // #nosec G401 -- States.Hash has it
	case "SHA-1":
		h = sha1.New() // #nosec G401 -- States.Hash has it
	case "SHA-256":
		h = sha256.New()
	case "SHA-384":
		h = sha512.New384()
	case "SHA-512":
		h = sha512.New()
	default:
		return nil, fmt.Errorf("%q is no algorithm", name)
	}
	data, ok := args[0].(string)
	if !ok {
		data = string(encode(args[0]))
	}
	if utf8.RuneCountInString(data) > maxCharacters {
		return nil, fmt.Errorf("more than 10,000 characters")
	}
	h.Write([]byte(data))
	return hex.EncodeToString(h.Sum(nil)), nil
}

// jsonMerge merges at the top alone: the service has no deep merge yet.
func jsonMerge(args []any) (any, error) {
	a, okA := args[0].(map[string]any)
	b, okB := args[1].(map[string]any)
	if !okA || !okB {
		return nil, fmt.Errorf("must be two objects")
	}
	if args[2] != false {
		return nil, fmt.Errorf("only the shallow merge is there")
	}
	out := make(map[string]any, len(a)+len(b))
	for k, v := range a {
		out[k] = v
	}
	for k, v := range b {
		out[k] = v
	}
	return out, nil
}

func mathRandom(args []any) (any, error) {
	low, err := rounded(args[0])
	if err != nil {
		return nil, err
	}
	high, err := rounded(args[1])
	if err != nil {
		return nil, err
	}
	if high <= low {
		return nil, fmt.Errorf("the end %d is not above the start %d", high, low)
	}
	if len(args) == 3 {
		seed, err := rounded(args[2])
		if err != nil {
			return nil, err
		}
		return low + mathrand.New(mathrand.NewSource(seed)).Int63n(high-low), nil // #nosec G404 -- States.MathRandom, as the service has it
	}
	return low + mathrand.Int63n(high-low), nil // #nosec G404 -- States.MathRandom, as the service has it
}

func mathAdd(args []any) (any, error) {
	a, err := rounded(args[0])
	if err != nil {
		return nil, err
	}
	b, err := rounded(args[1])
	return a + b, err
}

// stringSplit splits at each of the delimiters and leaves out what is empty.
func stringSplit(args []any) (any, error) {
	s, okS := args[0].(string)
	delimiters, okD := args[1].(string)
	if !okS || !okD {
		return nil, fmt.Errorf("must be two strings")
	}
	out := []any{}
	for _, part := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(delimiters, r) }) {
		out = append(out, part)
	}
	return out, nil
}

func uuid() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// rounded returns a number rounded half up, as Java's Math.round does.
func rounded(v any) (int64, error) {
	if i, ok := v.(int64); ok {
		return i, nil
	}
	f, ok := number(v)
	if !ok {
		return 0, fmt.Errorf("must be a number")
	}
	return int64(math.Floor(f + 0.5)), nil
}

func listOf(v any) ([]any, error) {
	list, ok := v.([]any)
	if !ok {
		return nil, fmt.Errorf("must be an array")
	}
	return list, nil
}

func shortText(v any) (string, error) {
	s, ok := v.(string)
	if !ok {
		return "", fmt.Errorf("must be a string")
	}
	if utf8.RuneCountInString(s) > maxCharacters {
		return "", fmt.Errorf("more than 10,000 characters")
	}
	return s, nil
}
