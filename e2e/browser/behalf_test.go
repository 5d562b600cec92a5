package browser

import "github.com/fasttrack-dev/fasttrack/api"

// forOthers is an API whose caller may request a flow for other people only.
func forOthers() map[string]any {
	m := me()
	desk := software
	desk.Name, desk.Label, desk.Description = "laptop", "Administrator of a laptop", "For people who call the help desk."
	desk.Fields = []api.Field{{Name: "laptop", Type: api.FieldString, Label: "Laptop", Required: true, Allowed: raws("LT-1042", "LT-2210")}}
	desk.May = []string{api.MayRequestFor}
	m.Flow = &desk
	return map[string]any{"GET /me": m}
}

// forAda is a request that Grace made for Ada.
func forAda(n int) api.Request {
	r := own(n)
	r.Title, r.Reason = "LT-1042", "Ada needs a driver for the new screen."
	r.For = &ada
	r.History[0].Reason, r.History[0].For = r.Reason, &ada
	return r
}
