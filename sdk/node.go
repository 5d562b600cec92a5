package sdk

import "embed"

//go:embed node/package.json
var node embed.FS

// Node holds the package @fasttrack-dev/hooks: ES modules for Node 20 or newer, without a
// dependency.
var Node = sub(node, "node")
