package signin

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The cookies. The prefix __Host- binds them to the host and the path /, so that neither
// another host of the domain nor a page without TLS can set one.
const (
	sessionCookie = "__Host-ft-session-" // and the number of the part
	startCookie   = "__Host-ft-start-"   // and the number of the sign-in
	turnCookie    = "__Host-ft-turn"
	holdCookie    = "__Host-ft-hold"
)

const (
	// chunk is the longest value of a cookie. Browsers store 4,096 bytes of name, value
	// and attributes.
	chunk = 3800
	// maxChunks keeps the headers of a request below the 10,240 bytes of API Gateway.
	maxChunks = 2
)

// setCookie sets a cookie; one with no value is deleted. SameSite=Lax, because Strict
// would withhold it from the page on which the provider's page ends.
func setCookie(w http.ResponseWriter, name, value string, life time.Duration) {
	age := int(life.Seconds())
	if value == "" || age <= 0 {
		value, age = "", -1
	}
	http.SetCookie(w, &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: age,
		Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

// cookie returns the value of the one cookie of that name; "" if there are several.
func cookie(r *http.Request, name string) string {
	all := r.CookiesNamed(name)
	if len(all) != 1 {
		return ""
	}
	return all[0].Value
}

// errTooLarge is the error of a session that does not fit into cookies.
var errTooLarge = errors.New("the tokens are too large for two cookies")

// write puts a session into cookies. The first begins with their number, which is
// authenticated, so that a cookie left of a longer session does no harm.
func (d *Door) write(w http.ResponseWriter, r *http.Request, s session) error {
	raw, err := deflate(s.encode())
	if err != nil {
		return err
	}
	var value string
	for n := 1; n <= maxChunks; n++ {
		count := strconv.Itoa(n)
		if value, err = d.seal(r.Context(), sessionCookie+count, raw); err != nil {
			return err
		}
		if value = count + value; len(value) <= n*chunk {
			break
		}
	}
	if len(value) > maxChunks*chunk {
		return errTooLarge
	}
	for i := range maxChunks {
		part := value[:min(len(value), chunk)]
		value = value[len(part):]
		setCookie(w, sessionCookie+strconv.Itoa(i), part, s.ends.Sub(d.Now()))
	}
	return nil
}

// read returns the session of a browser. found is false if it has none, or one that is
// over, forged or not whole. The error says that the keys can't be read.
func (d *Door) read(r *http.Request) (s session, found bool, err error) {
	count, value := cookie(r, sessionCookie+"0"), ""
	if count == "" {
		return s, false, nil
	}
	count, value = count[:1], count[1:]
	n, err := strconv.Atoi(count)
	if err != nil || n < 1 || n > maxChunks {
		return s, false, nil
	}
	var rest strings.Builder
	rest.WriteString(value)
	for i := 1; i < n; i++ {
		rest.WriteString(cookie(r, sessionCookie+strconv.Itoa(i)))
	}
	raw, err := d.open(r.Context(), sessionCookie+count, rest.String())
	if errors.Is(err, errForged) {
		return s, false, nil
	}
	if err != nil {
		return s, false, err
	}
	if raw, err = inflate(raw); err == nil {
		s, err = decodeSession(raw)
	}
	return s, err == nil && !s.over(d.Now()), nil
}

// deleteSession deletes the session of a browser.
func deleteSession(w http.ResponseWriter) {
	for i := range maxChunks {
		setCookie(w, sessionCookie+strconv.Itoa(i), "", 0)
	}
}
