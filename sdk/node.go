package sdk

import "embed"

//go:embed node/package.json node/*.mjs node/*.d.ts node/lib
var node embed.FS

// Node holds the package @fasttrack-dev/hooks: ES modules with their TypeScript types for
// Node 20 or newer, without a dependency.
var Node = sub(node, "node")
