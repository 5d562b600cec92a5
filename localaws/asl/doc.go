// Package asl interprets Amazon States Language as AWS Step Functions does. It supports
// the JSONPath query language, refuses unsupported definitions when it parses them, and
// runs on a clock that tests can advance.
package asl
