package blockkit

// block returns the rule of a block, with the members that all have.
func block(kind string, may members, required ...string) rule {
	all := members{"type": word(kind), "block_id": blockID}
	for name, r := range may {
		all[name] = r
	}
	return object(all, append([]string{"type"}, required...)...)
}

// blockID is the rule of block_id: no two blocks of a body have the same.
func blockID(c *check, at string, v any) {
	str(1, 255)(c, at, v)
	id, _ := v.(string)
	if c.blockIDs[id] {
		c.fail(at, "block_id %.40q is not unique", id)
	}
	if c.blockIDs == nil {
		c.blockIDs = map[string]bool{}
	}
	c.blockIDs[id] = true
}

// kinds are the blocks that fasttrack's surfaces may hold, by type. Others (video, file,
// table, markdown) are refused: this checker doesn't know their limits.
var kinds map[string]rule

func init() {
	kinds = map[string]rule{
		"divider": block("divider", nil),
		"header":  block("header", members{"text": plain(150)}, "text"),
		"section": also(block("section", members{
			"text": text(maxText), "fields": list(1, 10, text(2000)), "accessory": besideSection, "expand": boolean,
		}), func(c *check, at string, m map[string]any) {
			if m["text"] == nil && m["fields"] == nil {
				c.fail(at, "must define either `text` or `fields`")
			}
		}),
		"context": block("context", members{"elements": list(1, 10, inContext)}, "elements"),
		"image": block("image", members{
			"image_url": str(1, 3000), "alt_text": str(1, 2000), "title": plain(2000),
		}, "image_url", "alt_text"),
		"actions": also(block("actions", members{"elements": list(1, 25, inActions)}, "elements"), func(c *check, at string, m map[string]any) {
			seen := map[any]bool{}
			items, _ := m["elements"].([]any)
			for _, x := range items {
				e, _ := x.(map[string]any)
				if id := e["action_id"]; id != nil {
					if seen[id] {
						c.fail(at+"/elements", "action_id %q is not unique", id)
					}
					seen[id] = true
				}
			}
		}),
		"input": block("input", members{
			"label": plain(2000), "element": inInput, "hint": plain(2000), "optional": boolean, "dispatch_action": boolean,
		}, "label", "element"),
		"rich_text": block("rich_text", members{"elements": list(1, 1000, richElement)}, "elements"),
	}
}

func inContext(c *check, at string, v any) {
	if m, is := v.(map[string]any); is && m["type"] == "image" {
		picture(c, at, v)
		return
	}
	text(maxText)(c, at, v)
}

// blocks checks the blocks of one body.
func (c *check) blocks(at string, v any) {
	list(0, maxBlocks[c.surface], byType(kinds))(c, at, v)
}

// view checks a modal or an App Home.
func view(c *check, at string, v any) {
	m, is := v.(map[string]any)
	if !is {
		c.fail(at, "must provide an object")
		return
	}
	blocks := func(c *check, at string, v any) { c.blocks(at, v) }
	may := members{
		"type": word("modal", "home"), "blocks": blocks, "private_metadata": str(0, 3000), "callback_id": str(0, 255), "external_id": str(0, 255),
	}
	required := []string{"type", "blocks"}
	switch m["type"] {
	case "home":
		c.surface = Home
	case "modal":
		c.surface = Modal
		for name, r := range (members{
			"title": plain(24), "submit": plain(24), "close": plain(24),
			"clear_on_close": boolean, "notify_on_close": boolean, "submit_disabled": boolean,
		}) {
			may[name] = r
		}
		required = append(required, "title")
	}
	object(may, required...)(c, at, v)
	if c.surface == Modal && m["submit"] == nil && hasInput(m["blocks"]) {
		c.fail(at, "missing required field: submit, since there is an input block")
	}
}

func hasInput(blocks any) bool {
	items, _ := blocks.([]any)
	for _, x := range items {
		if m, _ := x.(map[string]any); m["type"] == "input" {
			return true
		}
	}
	return false
}
