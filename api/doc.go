// Package api holds the types of the fasttrack HTTP API and of its EventBridge
// events, and a [Client] that calls the API.
//
// The server builds its responses and events from these types, and a test holds
// them against the OpenAPI document that it serves at GET /openapi.json.
//
// Times are in UTC. Durations are whole seconds. A member that is absent from a
// response has its zero value here, unless its comment says otherwise.
//
// # Compatibility
//
// The package follows the module's version. A minor release may add members,
// statuses, events, problem types and methods; it removes and renames none. Programs
// must ignore members and handle values that they don't know: [Status.Known] reports
// whether this release knows a status.
package api
