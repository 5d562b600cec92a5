// Package identities holds the callers that may sign requests: IAM users and role
// sessions, by access key, read from a YAML file.
package identities

import (
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v4"
)

// SSOPath is the path of the roles that IAM Identity Center makes
// (https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html).
const SSOPath = "/aws-reserved/sso.amazonaws.com/"

// Identity is the owner of an access key.
type Identity struct {
	AccessKey    string `yaml:"access_key_id"`
	Secret       string `yaml:"secret_access_key"`
	SessionToken string `yaml:"session_token"`
	// ARN is of an IAM user, of a role's session, or of the account's root.
	ARN string `yaml:"arn"`
	// UniqueID is the id of the user (AIDA…) or role (AROA…); derived from the ARN if
	// empty.
	UniqueID string `yaml:"unique_id"`
	// RolePath is the path of a session's role. Empty is Identity Center's for a role
	// with a name in its form, else /.
	RolePath string `yaml:"role_path"`
	// NoInvoke is true if no policy allows execute-api:Invoke.
	NoInvoke bool `yaml:"no_invoke"`

	account, role, session string
}

// AccountID is the account of the identity.
func (i Identity) AccountID() string { return i.account }

// UserID is the id of the user or session: "AIDA…", "AROA…:session".
func (i Identity) UserID() string {
	if i.session != "" {
		return i.UniqueID + ":" + i.session
	}
	return i.UniqueID
}

// Role is a role with sessions among the identities.
type Role struct{ Path, Name, ID, ARN string }

// Set is a set of identities. Its zero value is empty.
type Set struct {
	// Organization is the id of the organization of all identities.
	Organization string

	mu    sync.RWMutex
	byKey map[string]Identity
}

// Load reads a file: see [Parse].
func Load(path string) (*Set, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read identities: %w", err)
	}
	return Parse(path, text)
}

// Parse reads identities from YAML text, whose members are organization and
// identities, a list of [Identity]. name is the text's name in errors.
func Parse(name string, text []byte) (*Set, error) {
	var file struct {
		Organization string     `yaml:"organization"`
		Identities   []Identity `yaml:"identities"`
	}
	if err := yaml.Load(text, &file, yaml.WithKnownFields()); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	s := &Set{Organization: file.Organization}
	for n, i := range file.Identities {
		if err := s.Add(i); err != nil {
			return nil, fmt.Errorf("%s: identity %d: %w", name, n+1, err)
		}
	}
	return s, nil
}

var (
	userARN    = regexp.MustCompile(`^arn:aws[a-z-]*:iam::(\d{12}):(?:root|user/[^\s]+)$`)
	sessionARN = regexp.MustCompile(`^arn:aws[a-z-]*:sts::(\d{12}):assumed-role/([\w+=,.@-]{1,64})/([\w+=,.@-]{2,64})$`)
	ssoRole    = regexp.MustCompile(`^AWSReservedSSO_.+_[0-9a-f]{16}$`)
	accessKey  = regexp.MustCompile(`^\w{1,128}$`)
	uniqueID   = regexp.MustCompile(`^A[A-Z]{3}[A-Z0-9]{1,124}$`)
)

// Add adds an identity with a new access key.
func (s *Set) Add(i Identity) error {
	user, session := userARN.FindStringSubmatch(i.ARN), sessionARN.FindStringSubmatch(i.ARN)
	switch {
	case !accessKey.MatchString(i.AccessKey):
		return fmt.Errorf("access_key_id must be 1 to 128 letters, digits and _, got %q", i.AccessKey)
	case i.Secret == "":
		return fmt.Errorf("%s: secret_access_key is missing", i.AccessKey)
	case user != nil:
		i.account, i.UniqueID = user[1], given(i.UniqueID, "AIDA", i.ARN)
	case session != nil:
		i.account, i.role, i.session = session[1], session[2], session[3]
		if i.RolePath == "" && ssoRole.MatchString(i.role) {
			i.RolePath = SSOPath
		}
		i.UniqueID = given(i.UniqueID, "AROA", i.account+i.RolePath+i.role)
	default:
		return fmt.Errorf("%s: arn must be of an IAM user (arn:aws:iam::ACCOUNT:user/NAME) or a role's session (arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION), got %q", i.AccessKey, i.ARN)
	}
	if i.RolePath == "" {
		i.RolePath = "/"
	}
	if !uniqueID.MatchString(i.UniqueID) || !strings.HasPrefix(i.RolePath, "/") || !strings.HasSuffix(i.RolePath, "/") {
		return fmt.Errorf("%s: unique_id must be such as AIDA… or AROA…, role_path begin and end with /", i.AccessKey)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, there := s.byKey[i.AccessKey]; there {
		return fmt.Errorf("duplicate access_key_id %s", i.AccessKey)
	}
	for _, other := range s.byKey {
		if i.role != "" && other.role == i.role && other.account == i.account && (other.RolePath != i.RolePath || other.UniqueID != i.UniqueID) {
			return fmt.Errorf("%s: role %s has another role_path or unique_id at %s; an account has one role of a name", i.AccessKey, i.role, other.AccessKey)
		}
	}
	if s.byKey == nil {
		s.byKey = map[string]Identity{}
	}
	s.byKey[i.AccessKey] = i
	return nil
}

// given returns an id, or derives one from a text.
func given(id, prefix, of string) string {
	if id != "" {
		return id
	}
	return MadeID(prefix, of)
}

// MadeID derives a unique id in IAM's form from a text.
func MadeID(prefix, of string) string {
	sum := sha256.Sum256([]byte(of))
	return prefix + base32.StdEncoding.EncodeToString(sum[:])[:17]
}

// Lookup finds the identity of an access key.
func (s *Set) Lookup(accessKey string) (Identity, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	i, found := s.byKey[accessKey]
	return i, found
}

// All lists the identities by access key.
func (s *Set) All() []Identity {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var all []Identity
	for _, key := range slices.Sorted(maps.Keys(s.byKey)) {
		all = append(all, s.byKey[key])
	}
	return all
}

// Roles lists the roles of an account whose sessions are identities, by name.
func (s *Set) Roles(account string) []Role {
	roles := map[string]Role{}
	for _, i := range s.All() {
		if i.role != "" && i.account == account {
			partition, _, _ := strings.Cut(strings.TrimPrefix(i.ARN, "arn:"), ":")
			roles[i.UniqueID] = Role{i.RolePath, i.role, i.UniqueID, "arn:" + partition + ":iam::" + account + ":role" + i.RolePath + i.role}
		}
	}
	return slices.SortedFunc(maps.Values(roles), func(a, b Role) int { return strings.Compare(a.Name+a.ID, b.Name+b.ID) })
}
