package template

import (
	"slices"
	"strconv"
)

// cors reads the CorsConfiguration of an API. One that lets any page in, or pages with
// their cookies, is refused: whoever reaches this machine's stack can be anyone.
func (r *reader) cors(p properties) (*CORS, error) {
	v, at, ok, err := p.get("CorsConfiguration")
	if err != nil || !ok {
		return nil, err
	}
	members, isMapping := v.(map[string]any)
	if !isMapping {
		return nil, r.errorf(at, "CorsConfiguration must be a mapping")
	}
	c := &CORS{}
	for name, value := range members {
		switch name {
		case "AllowOrigins":
			c.AllowOrigins = texts(value)
		case "AllowMethods":
			c.AllowMethods = texts(value)
		case "AllowHeaders":
			c.AllowHeaders = texts(value)
		case "ExposeHeaders":
			c.ExposeHeaders = texts(value)
		case "MaxAge":
			if c.MaxAge, err = strconv.Atoi(texts(value)[0]); err != nil {
				return nil, r.errorf(at, "MaxAge must be a whole number")
			}
		default:
			return nil, r.errorf(at, "%s of CorsConfiguration is not supported on this machine", name)
		}
	}
	if slices.Contains(c.AllowOrigins, "*") {
		return nil, r.errorf(at, "AllowOrigins * is not served on this machine: name the origins")
	}
	return c, nil
}
