package upgrade

import (
	"strings"

	"golang.org/x/mod/semver"
)

// Entry is a line of the changelog.
type Entry struct {
	// Version is the release, Section the part of it.
	Version string `json:"version"`
	Section string `json:"section,omitempty"`
	Text    string `json:"text"`
	// ToDo reports that somebody may have to do something: the entry has words in bold.
	ToDo bool `json:"to_do"`
}

// Between returns the entries of the releases after one version up to another, in the
// order of the changelog. What is not released yet belongs to the newer version if the
// changelog has no section for that. For a way back the two versions are swapped: the
// entries are those that are given up.
func Between(changelog, from, to string) (entries []Entry) {
	if semver.Compare(from, to) > 0 {
		from, to = to, from
	}
	unreleased := !strings.Contains(changelog, "\n## "+to+"\n") && !strings.Contains(changelog, "\n## "+to+" ")
	var e Entry
	wanted := false
	for text := range strings.Lines(changelog) {
		text = strings.TrimRight(text, "\n")
		switch {
		case strings.HasPrefix(text, "## "):
			name, _, _ := strings.Cut(strings.TrimPrefix(text, "## "), " ")
			e = Entry{Version: name}
			if wanted = semver.IsValid(name) && semver.Compare(name, from) > 0 && semver.Compare(name, to) <= 0; name == "Unreleased" {
				e.Version, wanted = to, unreleased
			}
		case strings.HasPrefix(text, "### "):
			e.Section = strings.TrimPrefix(text, "### ")
		case wanted && strings.HasPrefix(text, "- "):
			e.Text = strings.TrimPrefix(text, "- ")
			e.ToDo = strings.Contains(text, "**")
			entries = append(entries, e)
		}
	}
	return entries
}
