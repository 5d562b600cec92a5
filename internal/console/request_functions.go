package console

import (
	"html/template"
	"strconv"

	"github.com/fasttrack-dev/fasttrack/api"
)

// requestFunctions are what the templates of requests and forms may call.
var requestFunctions = template.FuncMap{
	"principal": principal, "after": after, "wayin": wayIn, "delivered": delivered, "failing": failing, "output": outputOf,
	"verdicts": func() []choice {
		return []choice{{Value: string(api.Justified), Label: "Yes, justified"}, {Value: string(api.Unjustified), Label: "No, unjustified"}}
	},
	"short": func(hash string) string { return hash[:min(12, len(hash))] },
	"decision": func(e api.EventName) string {
		return map[api.EventName]string{api.EventApprove: "Approved", api.EventDeny: "Denied", api.EventExpire: "Expired", api.EventCancel: "Canceled"}[e]
	},
	"entries": func(n int) string {
		if n == 1 {
			return "1 entry"
		}
		return strconv.Itoa(n) + " entries"
	},
}
