// Package ekstest serves the access entries of Amazon EKS, for tests: the operations,
// limits and errors of its API reference. moto knows no access entries.
package ekstest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// Server is one account's clusters.
type Server struct {
	*httptest.Server

	mu       sync.Mutex
	clusters map[string]map[string]*Entry
	// people are the principals that IAM knows; nil for all.
	people []string
	calls  []string
	faults []Fault
	// Late is how many reads show what was before each change.
	late int
}

// Entry is an access entry.
type Entry struct {
	Type     string
	Groups   []string
	Tags     map[string]string
	Policies map[string]Scope
	// before is what reads show for some time after a change.
	before *Entry
	left   int
	gone   bool
}

// Scope is the scope of a policy.
type Scope struct {
	Type       string   `json:"type"`
	Namespaces []string `json:"namespaces,omitempty"`
}

// Fault is what happens to the n-th call of an operation, "" for any.
type Fault struct {
	Operation string
	N         int
	// Status and Code are those of the response. After has it come once the operation
	// was done.
	Status int
	Code   string
	After  bool
	// Do is called before it, as something that happens meanwhile.
	Do func()
}

// New starts a server with these clusters, which ends with the test.
func New(t testing.TB, clusters ...string) *Server {
	s := &Server{clusters: map[string]map[string]*Entry{}}
	for _, name := range clusters {
		s.clusters[name] = map[string]*Entry{}
	}
	s.Server = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(s.Close)
	return s
}

// Know has IAM know these principals alone.
func (s *Server) Know(arns ...string) { s.mu.Lock(); s.people = arns; s.mu.Unlock() }

// Late has so many reads after a change show what was before.
func (s *Server) Late(reads int) { s.mu.Lock(); s.late = reads; s.mu.Unlock() }

// Fail adds faults, and forgets the calls so far.
func (s *Server) Fail(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults, s.calls = faults, nil
}

// Calls lists the operations since the last call to Fail.
func (s *Server) Calls() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// Set makes an entry as somebody does by hand, nil for none.
func (s *Server) Set(cluster, principal string, e *Entry) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e == nil {
		delete(s.clusters[cluster], principal)
		return
	}
	s.clusters[cluster][principal] = e
}

// Edit changes an entry as somebody does by hand.
func (s *Server) Edit(cluster, principal string, edit func(*Entry)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := s.clusters[cluster][principal]; e != nil {
		edit(e)
	}
}

// Text describes an entry, "" for none: its policies with their scopes.
func (s *Server) Text(cluster, principal string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.clusters[cluster][principal]
	if e == nil || e.gone {
		return ""
	}
	parts := []string{"entry"}
	for arn, scope := range e.Policies {
		names := slices.Sorted(slices.Values(scope.Namespaces))
		parts = append(parts, fmt.Sprintf("%s:%s%v", arn[strings.LastIndexByte(arn, '/')+1:], scope.Type, names))
	}
	slices.Sort(parts[1:])
	return strings.Join(parts, " ")
}

var route = regexp.MustCompile(`^/clusters/([^/]+)/access-entries(?:/([^/]+)(?:/access-policies(?:/([^/]+))?)?)?$`)

func operation(r *http.Request) string {
	policies := strings.Contains(r.URL.EscapedPath(), "/access-policies")
	switch {
	case policies && r.Method == http.MethodGet:
		return "ListAssociatedAccessPolicies"
	case policies && r.Method == http.MethodPost:
		return "AssociateAccessPolicy"
	case policies && r.Method == http.MethodDelete:
		return "DisassociateAccessPolicy"
	case r.Method == http.MethodGet:
		return "DescribeAccessEntry"
	case r.Method == http.MethodPost:
		return "CreateAccessEntry"
	}
	return "DeleteAccessEntry"
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	op := operation(r)
	s.mu.Lock()
	s.calls = append(s.calls, op)
	n, all := 0, len(s.calls)
	for _, c := range s.calls {
		if c == op {
			n++
		}
	}
	var fault Fault
	for _, f := range s.faults {
		if f.Operation == op && f.N == n || f.Operation == "" && f.N == all {
			fault = f
		}
	}
	s.mu.Unlock()
	if fault.Do != nil {
		fault.Do()
	}
	if fault.Status != 0 && !fault.After {
		refuse(w, fault.Status, fault.Code, "it did not work")
		return
	}
	status, body := s.answer(op, r)
	if fault.Status != 0 {
		refuse(w, fault.Status, fault.Code, "it did not work")
		return
	}
	if code, is := body.(failure); is {
		refuse(w, status, code.code, code.message)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

type failure struct{ code, message string }

func refuse(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Amzn-ErrorType", code)
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"message": message})
}

type object = map[string]any

// answer does an operation.
func (s *Server) answer(op string, r *http.Request) (int, any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	parts := route.FindStringSubmatch(r.URL.EscapedPath())
	if parts == nil {
		return 404, failure{"UnknownOperationException", "no such route"}
	}
	for i := range parts {
		parts[i], _ = url.PathUnescape(parts[i])
	}
	entries := s.clusters[parts[1]]
	if entries == nil {
		return 404, failure{"ResourceNotFoundException", "No cluster found for name: " + parts[1] + "."}
	}
	var in struct {
		PrincipalArn, PolicyArn, Type string
		KubernetesGroups              []string
		Tags                          map[string]string
		AccessScope                   Scope
	}
	if r.Method == http.MethodPost {
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
			return 400, failure{"InvalidRequestException", err.Error()}
		}
	}
	if op == "CreateAccessEntry" {
		return s.create(parts[1], in.PrincipalArn, &Entry{Type: in.Type, Groups: in.KubernetesGroups, Tags: in.Tags, Policies: map[string]Scope{}})
	}
	reads := r.Method == http.MethodGet
	e := entries[parts[2]].seen(reads)
	if e == nil {
		return 404, failure{"ResourceNotFoundException", "The specified principalArn could not be found. You can view your available access entries with 'list-access-entries'."}
	}
	switch op {
	case "DescribeAccessEntry":
		return 200, object{"accessEntry": e.shown(parts[1], parts[2])}
	case "DeleteAccessEntry":
		e.changed(s.late)
		e.gone = true
		return 200, object{}
	case "ListAssociatedAccessPolicies":
		return e.list(r.URL.Query().Get("nextToken"))
	case "AssociateAccessPolicy":
		return e.associate(in.PolicyArn, in.AccessScope, s.late)
	}
	if _, is := e.Policies[parts[3]]; !is {
		return 404, failure{"ResourceNotFoundException", "The specified policyArn is not associated."}
	}
	e.changed(s.late)
	delete(e.Policies, parts[3])
	return 200, object{}
}

func (s *Server) create(cluster, principal string, e *Entry) (int, any) {
	now := s.clusters[cluster][principal]
	switch {
	case now != nil && !now.gone:
		return 409, failure{"ResourceInUseException", "The specified access entry resource is already in use on this cluster."}
	case s.people != nil && !slices.Contains(s.people, principal):
		return 400, failure{"InvalidParameterException", "The specified principalArn is invalid: invalid principal."}
	}
	if e.Type == "" {
		e.Type = "STANDARD"
	}
	e.before, e.left = &Entry{gone: true}, s.late
	s.clusters[cluster][principal] = e
	return 200, object{"accessEntry": e.shown(cluster, principal)}
}

// seen is the entry as a read, or a change, sees it; nil if it sees none.
func (e *Entry) seen(reads bool) *Entry {
	if e == nil {
		return nil
	}
	if reads && e.left > 0 {
		e.left--
		e = e.before
	}
	if e.gone {
		return nil
	}
	return e
}

// changed keeps what the entry was, for so many reads.
func (e *Entry) changed(reads int) {
	before := *e
	before.Policies = map[string]Scope{}
	for arn, scope := range e.Policies {
		before.Policies[arn] = scope
	}
	e.before, e.left = &before, reads
}

func (e *Entry) shown(cluster, principal string) object {
	return object{
		"clusterName": cluster, "principalArn": principal, "type": e.Type, "kubernetesGroups": e.Groups, "tags": e.Tags,
		"createdAt": float64(time.Now().Unix()), "username": principal,
	}
}

// pageSize is small, so that a few policies take pages.
const pageSize = 2

func (e *Entry) list(token string) (int, any) {
	var all []object
	names := make([]string, 0, len(e.Policies))
	for arn := range e.Policies {
		names = append(names, arn)
	}
	slices.Sort(names)
	from := 0
	if token != "" {
		from = slices.Index(names, token)
	}
	for _, arn := range names[from:min(len(names), from+pageSize)] {
		all = append(all, object{"policyArn": arn, "accessScope": e.Policies[arn], "associatedAt": float64(time.Now().Unix())})
	}
	out := object{"associatedAccessPolicies": all}
	if from+pageSize < len(names) {
		out["nextToken"] = names[from+pageSize]
	}
	return 200, out
}

func (e *Entry) associate(policy string, scope Scope, late int) (int, any) {
	switch {
	case e.Type != "STANDARD":
		return 400, failure{"InvalidRequestException", "The specified access entry type does not support access policies."}
	case scope.Type == "namespace" && len(scope.Namespaces) == 0, scope.Type == "cluster" && len(scope.Namespaces) > 0, scope.Type != "namespace" && scope.Type != "cluster":
		return 400, failure{"InvalidParameterException", "The accessScope is invalid."}
	case !strings.Contains(policy, ":eks::aws:cluster-access-policy/AmazonEKS"):
		return 404, failure{"ResourceNotFoundException", "The specified policyArn could not be found."}
	}
	e.changed(late)
	e.Policies[policy] = scope
	return 200, object{"associatedAccessPolicy": object{"policyArn": policy, "accessScope": scope}}
}
