// Command contracttypes writes the TypeScript types of the hook contract, from the JSON
// schemas in schema/, into sdk/node/lib/contract.d.ts. Run it in the root of the
// repository.
package main

import (
	"log"
	"os"
)

func main() {
	types, err := generate("schema")
	if err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(output, []byte(types), 0o600); err != nil {
		log.Fatal(err)
	}
}
