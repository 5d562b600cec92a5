// Package pack makes packages of a team's functions: it builds those in Go, adds the SDK
// and the dependencies of those in Python and Node.js, and writes .zip files that are the
// same bytes for the same content.
package pack
