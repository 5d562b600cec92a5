package blockkit

var style = object(members{
	"bold": boolean, "italic": boolean, "strike": boolean, "code": boolean, "underline": boolean,
	"highlight": boolean, "client_highlight": boolean, "unlink": boolean,
})

// richPart is the rule of a part of a rich text: only text and emoji are never looked up.
var richPart = byType(map[string]rule{
	"text":      object(members{"type": word("text"), "text": str(1, maxText), "style": style}, "type", "text"),
	"emoji":     object(members{"type": word("emoji"), "name": str(1, 255), "unicode": str(1, 255), "style": style}, "type", "name"),
	"link":      object(members{"type": word("link"), "url": str(1, 3000), "text": str(1, maxText), "unsafe": boolean, "style": style}, "type", "url"),
	"user":      object(members{"type": word("user"), "user_id": str(1, 255), "style": style}, "type", "user_id"),
	"usergroup": object(members{"type": word("usergroup"), "usergroup_id": str(1, 255), "style": style}, "type", "usergroup_id"),
	"channel":   object(members{"type": word("channel"), "channel_id": str(1, 255), "style": style}, "type", "channel_id"),
	"broadcast": object(members{"type": word("broadcast"), "range": word("here", "channel", "everyone")}, "type", "range"),
	"color":     object(members{"type": word("color"), "value": str(1, 255)}, "type", "value"),
	"date": object(members{
		"type": word("date"), "timestamp": whole(0, 1e11), "format": str(1, 255), "url": str(1, 3000), "fallback": str(1, maxText), "style": style,
	}, "type", "timestamp", "format"),
})

var (
	border      = whole(0, 1)
	richParts   = list(0, 1000, richPart)
	richSection = object(members{"type": word("rich_text_section"), "elements": richParts}, "type", "elements")
	richElement = byType(map[string]rule{
		"rich_text_section":      richSection,
		"rich_text_preformatted": object(members{"type": word("rich_text_preformatted"), "elements": richParts, "border": border, "language": str(1, 255)}, "type", "elements"),
		"rich_text_quote":        object(members{"type": word("rich_text_quote"), "elements": richParts, "border": border}, "type", "elements"),
		"rich_text_list": object(members{
			"type": word("rich_text_list"), "style": word("bullet", "ordered"), "indent": whole(0, 8), "offset": whole(0, 1e6), "border": border,
			"elements": list(0, 1000, richSection),
		}, "type", "style", "elements"),
	})
)
