package console

import "html/template"

// paths are the icons: lines on a square of 16 by 16.
var paths = map[string]string{
	"check": `<path d="M3.5 8.5l3 3 6-7"/>`, "cross": `<path d="M4 4l8 8M12 4l-8 8"/>`, "clock": `<circle cx="8" cy="8" r="5.75"/><path d="M8 5v3.2l2.2 1.3"/>`,
	"bolt": `<path d="M9 1.8L3.8 9H8l-1 5.2L12.2 7H8z"/>`, "minus": `<path d="M4 8h8"/>`, "plus": `<path d="M8 3.5v9M3.5 8h9"/>`,
	"lock": `<rect x="3.5" y="7" width="9" height="6.5" rx="1.5"/><path d="M5.5 7V5a2.5 2.5 0 015 0v2"/>`, "hour": `<path d="M4.5 2.5h7M4.5 13.5h7M5 2.5c0 3 6 5 6 11M11 2.5c0 3-6 5-6 11"/>`,
	"alert": `<path d="M8 2.5l6 11H2z"/><path d="M8 6.5v3M8 11.6v.1"/>`, "send": `<path d="M2.5 8h9M8 4.5L11.5 8 8 11.5"/>`, "code": `<path d="M5.5 4.5L2 8l3.5 3.5M10.5 4.5L14 8l-3.5 3.5"/>`,
	"home": `<path d="M2.5 7.5L8 3l5.5 4.5M4 6.5v6.5h8V6.5"/>`, "inbox": `<path d="M2.5 9.5l2-6h7l2 6v3.5h-11z"/><path d="M2.5 9.5H6c0 2.5 4 2.5 4 0h3.5"/>`, "list": `<path d="M3 4h10M3 8h10M3 12h6"/>`,
	"flow": `<circle cx="4" cy="4" r="1.75"/><circle cx="12" cy="8" r="1.75"/><circle cx="4" cy="12" r="1.75"/><path d="M5.75 4.2C8 4.5 8 7.2 10.2 7.8M5.75 11.8C8 11.5 8 8.8 10.2 8.2"/>`,
	"bell": `<path d="M4 11V7.5a4 4 0 018 0V11l1 1H3zM6.8 14h2.4"/>`, "eye": `<path d="M1.8 8S4 3.8 8 3.8 14.2 8 14.2 8 12 12.2 8 12.2 1.8 8 1.8 8z"/><circle cx="8" cy="8" r="1.8"/>`, "text": `<path d="M2.5 4h11M2.5 8h11M2.5 12h7"/>`,
	"hash": `<path d="M6.5 2.5l-1 11M10.5 2.5l-1 11M3 6h10.5M2.5 10H13"/>`, "search": `<circle cx="7" cy="7" r="4"/><path d="M10 10l3.5 3.5"/>`, "user": `<circle cx="8" cy="5.5" r="2.5"/><path d="M3 13.5c.6-3 2.4-4 5-4s4.4 1 5 4"/>`, "right": `<path d="M6 3.5L10.5 8 6 12.5"/>`, "down": `<path d="M8 2.5v7.5M4.5 7L8 10.5 11.5 7M3 13.5h10"/>`, "out": `<path d="M9.5 3H3.5v10h6M7 8h7M11.5 5.5L14 8l-2.5 2.5"/>`,
}

// icon returns an icon. It is decoration: a word stands beside it.
func icon(name string) template.HTML {
	return template.HTML(`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">` + paths[name] + `</svg>`) // #nosec G203 -- a constant
}
