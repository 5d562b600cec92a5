package parity

import (
	"encoding/json"
)

// Broken is a definition that is to be refused.
type Broken struct {
	Name string `json:"name"`
	// At is where the interpreter's error says that the mistake is.
	At         string          `json:"at"`
	Definition json.RawMessage `json:"definition"`
}

// LoadBroken reads definitions that are to be refused.
func LoadBroken(file string) ([]Broken, error) {
	var all []Broken
	err := Read(file, &all)
	return all, err
}
