package localaws

import (
	"maps"
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/fasttrack-dev/fasttrack/localaws/cloudformation"
	"github.com/fasttrack-dev/fasttrack/localaws/iam"
	"github.com/fasttrack-dev/fasttrack/localaws/identities"
	"github.com/fasttrack-dev/fasttrack/localaws/lambda"
	"github.com/fasttrack-dev/fasttrack/localaws/partition"
	"github.com/fasttrack-dev/fasttrack/localaws/sts"
	"github.com/fasttrack-dev/fasttrack/localaws/template"
	"github.com/fasttrack-dev/fasttrack/localaws/wire"
)

// serve registers the services by the names in signatures.
func (s *Stack) serve() {
	s.services = map[string]http.Handler{
		"cloudformation": cloudformation.New(cloudformation.Stack{
			Name: s.opts.StackName, ID: template.StackID(s.opts.Region, AccountID, s.opts.StackName), Created: s.started, Template: s.Template,
		}),
		"dynamodb":       http.HandlerFunc(s.dynamoDB),
		"events":         s.EventBridge,
		"iam":            iam.New(s.started, s.roles),
		"kms":            s.KMS,
		"lambda":         http.HandlerFunc(s.lambda),
		"logs":           s.Logs,
		"secretsmanager": s.Secrets,
		"ses":            s.SES,
		"sns":            s.SNS,
		"sqs":            s.SQS,
		"states":         s.StepFunctions,
		"sts":            sts.Service{Who: s.caller},
	}
}

// Served lists the operations of each service.
func (s *Stack) Served() map[string][]string {
	served := map[string][]string{}
	for name, h := range s.services {
		if service, ok := h.(interface{ Served() []string }); ok {
			served[name] = service.Served()
		}
	}
	served["dynamodb"], served["lambda"] = s.DynamoDB.Served(), s.Lambda.Served()
	return served
}

// aws routes a call to its service.
func (s *Stack) aws(w http.ResponseWriter, r *http.Request) {
	c := wire.Of(r)
	if s.opts.OnCall != nil {
		s.reportCalls(r, c)
	}
	if h, served := s.services[c.Service]; served {
		h.ServeHTTP(w, r)
		return
	}
	wire.UnknownService(w, c, slices.Sorted(maps.Keys(s.services)))
}

func (s *Stack) dynamoDB(w http.ResponseWriter, r *http.Request) {
	if s.opts.OnCapacity != nil {
		s.meter(w, r)
		return
	}
	s.DynamoDB.ServeHTTP(w, r)
}

func (s *Stack) lambda(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, lambda.ConfigPath) {
		s.Lambda.ServeConfig(w, r)
		return
	}
	s.Lambda.ServeHTTP(w, r)
}

// roles returns the roles of the template and those of the identities.
func (s *Stack) roles() []iam.Role {
	var all []iam.Role
	for _, r := range s.Template.Roles {
		all = append(all, iam.Role{Path: "/", Name: path.Base(r.ARN), ID: identities.MadeID("AROA", r.ARN), ARN: r.ARN})
	}
	for _, r := range s.opts.Identities.Roles(AccountID) {
		all = append(all, iam.Role(r))
	}
	return all
}

// caller returns the owner of an access key: a function, an identity, or a made-up user,
// since the services accept any credentials.
func (s *Stack) caller(accessKey string) sts.Caller {
	if id, is := s.Lambda.CallerOf(accessKey); is {
		for _, f := range s.Template.Functions {
			if f.LogicalID == id {
				role := path.Base(f.RoleARN)
				return sts.Caller{
					Arn: "arn:" + partition.Of(s.opts.Region) + ":sts::" + AccountID + ":assumed-role/" + role + "/" + f.Name, UserId: identities.MadeID("AROA", f.RoleARN) + ":" + f.Name, Account: AccountID,
				}
			}
		}
	}
	if i, known := s.opts.Identities.Lookup(accessKey); known {
		return sts.Caller{Arn: i.ARN, UserId: i.UserID(), Account: i.AccountID()}
	}
	local := "arn:" + partition.Of(s.opts.Region) + ":iam::" + AccountID + ":user/local"
	return sts.Caller{Arn: local, UserId: identities.MadeID("AIDA", local), Account: AccountID}
}
