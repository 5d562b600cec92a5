package console

import (
	"cmp"
	"hash/fnv"
	"strconv"
	"strings"

	"github.com/fasttrack-dev/fasttrack/api"
)

// who returns the name by which a person is shown.
func who(p api.Person) string { return cmp.Or(p.Name, p.Email, plainID(p.ID), "somebody") }

// actor returns the name by which a person who did something is shown.
func actor(a api.Actor) string { return who(api.Person{ID: a.ID, Email: a.Email, Name: a.Name}) }

// plainID returns an id without what nobody knows by heart: of an ARN the resource, of a
// login its name.
func plainID(id string) string {
	if strings.HasPrefix(id, "arn:") {
		kind, name, found := strings.Cut(id[strings.LastIndex(id, ":")+1:], "/")
		if found {
			return "IAM " + kind + " " + name
		}
		return "AWS identity " + kind
	}
	return id[strings.LastIndex(id, "|")+1:]
}

// initials returns up to two letters for a face.
func initials(name string) string {
	name, _, _ = strings.Cut(name, "@")
	out := ""
	for word := range strings.FieldsFuncSeq(name, func(r rune) bool { return strings.ContainsRune(" .-_", r) }) {
		if len([]rune(out)) < 2 {
			out += strings.ToUpper(string([]rune(word)[0]))
		}
	}
	return out
}

// hue returns the class of one of eight colours. The policy allows no inline style.
func hue(s string) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(s)) // a hash never fails
	return "hue" + strconv.Itoa(int(h.Sum32()%8))
}
