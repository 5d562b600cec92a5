package flow

import (
	"bytes"
	"encoding/json"
)

// Changes are the flows that differ between two files, by name.
type Changes struct {
	Added   []string `json:"added"`
	Changed []string `json:"changed"`
	Removed []string `json:"removed"`
	// Directory, Admins and Stages report whether what stands beside the flows differs.
	Directory bool `json:"directory,omitempty"`
	Admins    bool `json:"admins,omitempty"`
	Stages    bool `json:"stages,omitempty"`
}

// Compare compares two files. One that can't be read has no flows.
func Compare(before, after []byte) Changes {
	c := Changes{Added: []string{}, Changed: []string{}, Removed: []string{}}
	old, now := readable(before), readable(after)
	for i := range now.Flows {
		f := &now.Flows[i]
		was, there := old.Find(f.Name)
		switch {
		case !there:
			c.Added = append(c.Added, f.Name)
		case !sameJSON(was, f) || !sameJSON(was.StageVars, f.StageVars):
			c.Changed = append(c.Changed, f.Name)
		}
	}
	for i := range old.Flows {
		if _, there := now.Find(old.Flows[i].Name); !there {
			c.Removed = append(c.Removed, old.Flows[i].Name)
		}
	}
	c.Directory, c.Admins, c.Stages = !sameJSON(old.Directory, now.Directory), !sameJSON(old.Admins, now.Admins), !sameJSON(old.Stages, now.Stages)
	return c
}

// Lines say what differs, a line each.
func (c Changes) Lines() (lines []string) {
	for _, name := range c.Added {
		lines = append(lines, "added    "+name)
	}
	for _, name := range c.Changed {
		lines = append(lines, "changed  "+name)
	}
	for _, name := range c.Removed {
		lines = append(lines, "removed  "+name)
	}
	if c.Directory {
		lines = append(lines, "changed  the directory")
	}
	if c.Admins {
		lines = append(lines, "changed  the file's admins")
	}
	if c.Stages {
		lines = append(lines, "changed  the stages")
	}
	return lines
}

func readable(raw []byte) *File {
	if raw == nil {
		return &File{}
	}
	file, err := Parse("", raw)
	if err != nil {
		return &File{}
	}
	return file
}

func sameJSON(a, b any) bool {
	one, err := json.Marshal(a)
	if err != nil {
		return false
	}
	other, err := json.Marshal(b)
	return err == nil && bytes.Equal(one, other)
}
