package fakeslack

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/local/fakeslack/blockkit"
)

// View is a modal that a user has open, or a user's App Home.
type View struct {
	ID, Hash, User string
	JSON           json.RawMessage // as the app sent it
	Updates        int
	Errors         map[string]string // what the app found wrong with what was submitted, by block
	Trouble        string            // why the app could not be called

	previous *View
	opened   int                 // counts what the workspace makes
	state    Values              // what the user has filled in so far
	offered  map[string][]Option // the options that the app sent, by block
}

// Title returns a modal's title.
func (v View) Title() string { return v.Head().Title.Text }

// Words returns all texts of a view's blocks, in order, a line each.
func (v View) Words() string { return words(v.Head().Blocks) }

// Buttons returns the buttons of a view, in order.
func (v View) Buttons() []Button { return buttons(v.Head().Blocks) }

// Head reads a view.
func (v View) Head() (h Head) {
	_ = json.Unmarshal(v.JSON, &h)
	return h
}

// Held returns what an input of a view holds now: a text, an [Option] or several of them.
func (v View) Held(blockID string) any {
	for _, f := range fields(v.Head().Blocks) {
		if f.BlockID == blockID {
			return v.held(f)
		}
	}
	return nil
}

// Offered returns the options that the app sent for an external menu, and whether it was
// called for them.
func (v View) Offered(blockID string) (options []Option, asked bool) {
	options, asked = v.offered[blockID]
	return options, asked
}

// copy returns a view that stays as it is.
func (v *View) copy() View {
	c := *v
	c.state, c.offered, c.Errors = maps.Clone(v.state), maps.Clone(v.offered), maps.Clone(v.Errors)
	return c
}

// Head is what the workspace reads of a view.
type Head struct {
	Type          string          `json:"type"`
	CallbackID    string          `json:"callback_id"`
	Title         textObject      `json:"title"`
	Submit        textObject      `json:"submit"`
	Close         textObject      `json:"close"`
	NotifyOnClose bool            `json:"notify_on_close"`
	Blocks        json.RawMessage `json:"blocks"`
}

type textObject struct {
	Text string `json:"text"`
}

// trigger lets the app open a modal once, for three seconds.
type trigger struct {
	user string
	at   time.Time
	used bool
}

// triggerLife is how long a trigger holds.
const triggerLife = 3 * time.Second

// maxStack limits how many modals lie upon each other.
const maxStack = 3

// newTrigger returns the id of a trigger of something that a user does.
func (s *Slack) newTrigger(user string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.options.Now()
	id := s.nextTS() + "." + unguessable()
	s.triggers[id] = &trigger{user: user, at: now}
	return id
}

// View returns a modal that is open, or an App Home, as it is now.
func (s *Slack) View(id string) (View, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if v, open := s.views[id]; open {
		return v.copy(), true
	}
	for _, v := range s.homes {
		if v.ID == id {
			return v.copy(), true
		}
	}
	return View{}, false
}

// Home returns a user's App Home, once the app has published it.
func (s *Slack) Home(user string) (View, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, published := s.homes[user]
	if !published {
		return View{}, false
	}
	return v.copy(), true
}

// OpenView returns the modal that a user has in front: the newest.
func (s *Slack) OpenView(user string) (View, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var newest *View
	for _, v := range s.views {
		if v.User == user && (newest == nil || v.opened > newest.opened) {
			newest = v
		}
	}
	if newest == nil {
		return View{}, false
	}
	return newest.copy(), true
}

// acceptView returns the response to a view that Slack refuses for its content.
func (s *Slack) acceptView(method, kind string, raw json.RawMessage) object {
	s.bodies = append(s.bodies, Body{Method: method, Surface: blockkit.Surface(kind), JSON: raw})
	if len(raw) > 250_000 {
		return s.problem(method, "view_too_large", nil)
	}
	found := blockkit.View(raw)
	if h := (View{JSON: raw}).Head(); h.Type != kind && len(found) == 0 {
		found = []string{"must be a view of the type " + kind + " [json-pointer:/view/type]"}
	}
	if len(found) > 0 {
		return s.problem(method, "invalid_arguments", found)
	}
	return nil
}

// exchange returns the user of a trigger, or the code of Slack's refusal.
func (s *Slack) exchange(id string) (t *trigger, code string) {
	t = s.triggers[id]
	switch {
	case t == nil:
		return nil, "invalid_trigger_id"
	case t.used:
		return nil, "exchanged_trigger_id"
	case s.options.Now().Sub(t.at) > triggerLife:
		return nil, "expired_trigger_id"
	}
	return t, ""
}

func (s *Slack) viewsOpen(in arguments) object {
	t, code := s.exchange(in.text("trigger_id"))
	if code != "" {
		return refused(code)
	}
	raw := in.structure("view")
	if bad := s.acceptView("views.open", "modal", raw); bad != nil {
		return bad
	}
	t.used = true
	return object{"ok": true, "view": s.show(t.user, raw, nil).json()}
}

func (s *Slack) viewsPush(in arguments) object {
	t, code := s.exchange(in.text("trigger_id"))
	if code != "" {
		return refused(code)
	}
	var top *View
	for _, v := range s.views {
		if v.User == t.user && (top == nil || v.opened > top.opened) {
			top = v
		}
	}
	raw := in.structure("view")
	switch {
	case top == nil:
		return refused("not_found")
	case top.depth() == maxStack:
		return refused("push_limit_reached")
	}
	if bad := s.acceptView("views.push", "modal", raw); bad != nil {
		return bad
	}
	t.used = true
	return object{"ok": true, "view": s.show(t.user, raw, top).json()}
}

// show opens a modal, upon another unless previous is nil.
func (s *Slack) show(user string, raw json.RawMessage, previous *View) *View {
	v := &View{ID: s.nextID("V"), User: user, JSON: raw, previous: previous}
	v.opened = s.serial
	v.Hash = s.nextTS() + "." + unguessable()[:8]
	s.views[v.ID] = v
	return v
}

func (v *View) depth() int {
	if v.previous == nil {
		return 1
	}
	return 1 + v.previous.depth()
}

// replace changes what a view shows. What was filled in stays where an input of the same
// ids stays.
func (s *Slack) replace(v *View, raw json.RawMessage) {
	kept := Values{}
	for _, f := range fields(View{JSON: raw}.Head().Blocks) {
		if x, filled := v.state[f.BlockID]; filled && slices.ContainsFunc(fields(v.Head().Blocks), func(old field) bool {
			return old.BlockID == f.BlockID && old.Element.ActionID == f.Element.ActionID && old.Element.Type == f.Element.Type
		}) {
			kept[f.BlockID] = x
		}
	}
	v.JSON, v.state, v.Errors, v.Trouble = raw, kept, nil, ""
	v.Hash = s.nextTS() + "." + unguessable()[:8]
	v.Updates++
}

func (s *Slack) viewsUpdate(in arguments) object {
	v := s.views[in.text("view_id")]
	if v == nil {
		return refused("not_found")
	}
	if h := in.text("hash"); h != "" && h != v.Hash {
		return refused("hash_conflict")
	}
	raw := in.structure("view")
	if bad := s.acceptView("views.update", "modal", raw); bad != nil {
		return bad
	}
	s.replace(v, raw)
	return object{"ok": true, "view": v.json()}
}

func (s *Slack) viewsPublish(in arguments) object {
	user := in.text("user_id")
	u, known := s.users[user]
	if !known || u.Deleted {
		return refused("invalid_arguments")
	}
	v := s.homes[user]
	if h := in.text("hash"); h != "" && (v == nil || h != v.Hash) {
		return refused("hash_conflict")
	}
	raw := in.structure("view")
	if bad := s.acceptView("views.publish", "home", raw); bad != nil {
		return bad
	}
	if v == nil {
		v = &View{ID: s.nextID("V"), User: user}
		s.homes[user] = v
	}
	s.replace(v, raw)
	return object{"ok": true, "view": v.json()}
}

// json returns a view as the app gets it: its own members, ids and what is filled in.
func (v *View) json() object {
	out := object{}
	_ = json.Unmarshal(v.JSON, &out)
	root, previous := v, any(nil)
	for root.previous != nil {
		root = root.previous
	}
	if v.previous != nil {
		previous = v.previous.ID
	}
	out["id"], out["hash"], out["root_view_id"], out["previous_view_id"] = v.ID, v.Hash, root.ID, previous
	out["app_id"], out["bot_id"] = appID, "B0FASTTRACK"
	out["state"] = object{"values": v.values()}
	return out
}

// close takes a modal from the screen.
func (s *Slack) close(v *View) { delete(s.views, v.ID) }

// Fill fills in inputs of a view without a call of the app, as typing does.
func (s *Slack) Fill(viewID string, values Values) error {
	v := s.locked(viewID)
	if v == nil {
		return fmt.Errorf("no view %s is open", viewID)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if wrong := v.fill(values); len(wrong) > 0 {
		v.Errors = wrong
		return fmt.Errorf("can't be filled in so: %v", wrong)
	}
	return nil
}

// State returns a text that changes with anything that a member may see.
func (s *Slack) State() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deliverDue()
	h := fnv.New64a()
	for _, m := range s.messages {
		fmt.Fprint(h, m.Channel, m.TS, m.Updates)
	}
	for _, views := range []map[string]*View{s.views, s.homes} {
		for _, id := range slices.Sorted(maps.Keys(views)) {
			fmt.Fprint(h, id, views[id].Hash)
		}
	}
	return fmt.Sprintf("%x", h.Sum64())
}
