package iamgroup

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/fasttrack-dev/fasttrack/internal/strategy"
)

// membership is one user in one group, by their names.
type membership struct {
	user, group string
	// from says what of the person the user's name is.
	from string
}

// noteUser is before a user's unique id among the notes.
const noteUser = "user:"

// is reports of members whether they are the user of that id.
func is(id string) func(types.User) bool {
	return func(u types.User) bool { return aws.ToString(u.UserId) == id }
}

// names reports whether the user has the name. Names of users differ in more than
// case (https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateUser.html).
func (m membership) names(u types.User) bool {
	return strings.EqualFold(aws.ToString(u.UserName), m.user)
}

// ours reports of members whether they were put into the group: by their ids, or
// by the name where none is noted, as before there were notes.
func (m membership) ours(a strategy.Access) func(types.User) bool {
	var ids []string
	for _, note := range a.Requests {
		if id, is := strings.CutPrefix(note, noteUser); is {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return m.names
	}
	return func(u types.User) bool { return slices.Contains(ids, aws.ToString(u.UserId)) }
}

func (m membership) String() string { return fmt.Sprintf("user %s in group %s", m.user, m.group) }

// membershipOf reads the membership of an access; the error is a [strategy.Refused].
func membershipOf(a strategy.Access) (membership, error) {
	var config struct {
		User    string `json:"user"`
		Account string `json:"account"`
	}
	var settings struct {
		Group string `json:"group"`
	}
	if err := read(a.Config, &config); err != nil {
		return membership{}, strategy.Refuse("the flow's strategy: %v", err)
	}
	if err := read(a.Target.Settings, &settings); err != nil {
		return membership{}, strategy.Refuse("the settings of target %s: %v", a.Target.ID, err)
	}
	if !isName(settings.Group) {
		return membership{}, strategy.Refuse("the settings of target %s: group: must be the name of an IAM group, got %q", a.Target.ID, settings.Group)
	}
	m := membership{group: settings.Group}
	switch config.User {
	case "", "email":
		m.user, m.from = a.Person.Email, "e-mail"
	case "name":
		m.user, m.from = a.Person.Name, "name"
	case "id":
		m.user, m.from = a.Person.ID, "id"
		if strings.HasPrefix(m.user, "arn:") {
			name, ok := userOf(m.user, config.Account)
			if !ok {
				return membership{}, strategy.Refuse("the requester's id %s is no IAM user%s", m.user, of(config.Account))
			}
			m.user = name
		}
	default:
		return membership{}, strategy.Refuse("the flow's strategy: user: must be email, name or id, got %q", config.User)
	}
	if !isName(m.user) {
		return membership{}, strategy.Refuse("the requester's %s %q can't be the name of an IAM user", m.from, m.user)
	}
	return m, nil
}

func read(raw json.RawMessage, into any) error {
	if len(raw) == 0 {
		return nil
	}
	return json.Unmarshal(raw, into)
}

// userOf takes the name out of arn:PARTITION:iam::ACCOUNT:user/PATH/NAME. A role
// or a session is not a user's, whatever its name. An account that the strategy names
// must be the ARN's: a user of the same name in another one is somebody else.
func userOf(arn, account string) (name string, ok bool) {
	parts := strings.Split(arn, ":")
	if len(parts) != 6 || parts[2] != "iam" || account != "" && parts[4] != account || !strings.HasPrefix(parts[5], "user/") {
		return "", false
	}
	return parts[5][strings.LastIndex(parts[5], "/")+1:], true
}

func of(account string) string {
	if account == "" {
		return ""
	}
	return " of account " + account
}

// isName reports whether IAM takes the name of a user or group: letters, digits and
// _+=,.@-, at most 128 (https://docs.aws.amazon.com/IAM/latest/APIReference/API_AddUserToGroup.html).
func isName(s string) bool {
	return s != "" && len(s) <= 128 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+=,.@-") == ""
}
