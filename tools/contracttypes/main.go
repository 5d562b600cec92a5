// Command contracttypes writes the types of the hook contract, from the JSON schemas in
// schema/: those of TypeScript into sdk/node/lib/contract.d.ts, those of Python into
// sdk/python/fasttrack_hooks/contract.py. Run it in the root of the repository.
package main

import (
	"log"
	"os"
)

func main() {
	for output, generate := range outputs {
		types, err := generate("schema")
		if err != nil {
			log.Fatal(err)
		}
		if err := os.WriteFile(output, []byte(types), 0o600); err != nil {
			log.Fatal(err)
		}
	}
}
