package lambda

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/localaws/wire"
)

// Has reports whether a function of that name or ARN exists.
func (s *Service) Has(function string) bool {
	_, _, err := s.lookup(function, "")
	return err == nil
}

// configuration describes a function in responses
// (https://docs.aws.amazon.com/lambda/latest/api/API_FunctionConfiguration.html), as
// far as this machine knows it. CodeSize is that of the binary.
type configuration struct {
	FunctionName     string
	FunctionArn      string
	Runtime          string `json:",omitempty"`
	Role             string `json:",omitempty"`
	Handler          string `json:",omitempty"`
	CodeSize         int64
	Timeout          int
	MemorySize       int    `json:",omitempty"`
	LastModified     string `json:",omitempty"`
	Version          string
	State            string
	LastUpdateStatus string
	PackageType      string
	Environment      *environmentOutput `json:",omitempty"`
	LoggingConfig    struct{ LogFormat, LogGroup string }
}

type environmentOutput struct{ Variables map[string]string }

// describe returns the configuration of a version; arn is as the function was
// named, with a qualifier or without.
func (f *function) describe(arn string) configuration {
	f.mu.Lock()
	defer f.mu.Unlock()
	c := configuration{
		FunctionName: f.cfg.Name, FunctionArn: arn, Role: f.cfg.Role, Handler: f.cfg.Handler, Timeout: int(f.cfg.Timeout / time.Second),
		MemorySize: f.cfg.MemoryMB, Version: "$LATEST", State: "Active", LastUpdateStatus: "Successful", PackageType: "Zip",
	}
	if _, qualifier := splitName(arn); qualifier != "" && qualifier != "$LATEST" {
		c.Version = f.version
	}
	if len(f.cfg.Environment) > 0 {
		c.Environment = &environmentOutput{f.cfg.Environment}
	}
	if f.kind == kindProcess {
		c.Runtime = f.cfg.Runtime
	}
	if f.binary != nil {
		c.CodeSize, c.LastModified = f.binary.Size(), f.binary.ModTime().UTC().Format("2006-01-02T15:04:05.000-0700")
	}
	c.LoggingConfig.LogFormat, c.LoggingConfig.LogGroup = "Text", f.cfg.logGroup()
	return c
}

// serveRead answers the calls that read, all with GET; false if r is another.
func (s *Service) serveRead(w http.ResponseWriter, r *http.Request, path string) bool {
	if r.Method != http.MethodGet {
		return false
	}
	name, what, _ := strings.Cut(strings.Trim(path, "/"), "/")
	name, err := url.PathUnescape(name)
	if err != nil {
		return false
	}
	var answer any
	query := r.URL.Query()
	kind, alias, _ := strings.Cut(what, "/")
	switch {
	case name == "":
		answer, err = s.listFunctions(query)
	case what == "" || what == "configuration":
		answer, err = s.getFunction(name, query, what == "")
	case what == "aliases" || what == "versions":
		answer, err = s.listOf(name, what, query)
	case kind == "aliases" && alias != "" && !strings.Contains(alias, "/"):
		answer, err = s.getAlias(name, alias, query)
	default:
		return false
	}
	if err != nil {
		writeError(w, err)
		return true
	}
	writeJSON(w, answer)
	return true
}

// only refuses a member of the query string that is not served.
func only(query url.Values, served ...string) error {
	if err := wire.OnlyQuery(query, served...); err != nil {
		return &ServiceError{"InvalidParameterValueException", err.Error()}
	}
	return nil
}

func (s *Service) listFunctions(query url.Values) (any, error) {
	if err := only(query, "FunctionVersion", "Marker", "MaxItems"); err != nil {
		return nil, err
	}
	if v := query.Get("FunctionVersion"); v != "" && v != "ALL" {
		return nil, &ServiceError{"InvalidParameterValueException", "FunctionVersion must be ALL, got " + v}
	}
	s.mu.Lock()
	var all []*function
	for _, f := range s.functions {
		all = append(all, f)
	}
	s.mu.Unlock()
	slices.SortFunc(all, func(a, b *function) int { return strings.Compare(a.cfg.Name, b.cfg.Name) })
	var list []configuration
	for _, f := range all {
		if !f.answersTo("") {
			continue
		}
		list = append(list, f.describe(s.arn(f.cfg.Name, "")))
		if version, _ := s.Version(f.cfg.Name); query.Get("FunctionVersion") == "ALL" && version != "$LATEST" {
			list = append(list, f.describe(s.arn(f.cfg.Name, version)))
		}
	}
	return page(query, "Functions", list)
}

func (s *Service) getFunction(name string, query url.Values, whole bool) (any, error) {
	if err := only(query, "Qualifier"); err != nil {
		return nil, err
	}
	f, arn, err := s.lookup(name, query.Get("Qualifier"))
	if err != nil {
		return nil, err
	}
	c := f.describe(arn)
	if !whole {
		return c, nil
	}
	answer := map[string]any{"Configuration": c}
	if f.kind == kindProcess {
		answer["Code"] = map[string]string{"RepositoryType": "file", "Location": "file://" + f.cfg.Command}
	}
	if f.cfg.Reserved > 0 {
		answer["Concurrency"] = map[string]int{"ReservedConcurrentExecutions": f.cfg.Reserved}
	}
	return answer, nil
}

type aliasOutput struct{ AliasArn, Name, FunctionVersion, Description string }

// getAlias answers GetAlias. Every alias on this machine is of the function's
// present version.
func (s *Service) getAlias(name, alias string, query url.Values) (any, error) {
	if err := only(query); err != nil {
		return nil, err
	}
	f, arn, err := s.lookup(name, alias)
	if err != nil {
		return nil, err
	}
	version, _ := s.Version(f.cfg.Name)
	f.mu.Lock()
	known := f.kind == kindAttached || slices.Contains(f.cfg.Aliases, alias)
	f.mu.Unlock()
	if !known {
		return nil, &ServiceError{"ResourceNotFoundException", "Cannot find alias arn: " + arn}
	}
	return aliasOutput{arn, alias, version, ""}, nil
}

// listOf lists the aliases of a function, or its versions: $LATEST and what is
// published of it, the one that is there.
func (s *Service) listOf(name, what string, query url.Values) (any, error) {
	if err := only(query, "Marker", "MaxItems"); err != nil {
		return nil, err
	}
	f, _, err := s.lookup(name, "")
	if err != nil {
		return nil, err
	}
	version, _ := s.Version(f.cfg.Name)
	if what == "aliases" {
		var list []aliasOutput
		for _, alias := range f.cfg.Aliases {
			list = append(list, aliasOutput{s.arn(f.cfg.Name, alias), alias, version, ""})
		}
		return page(query, "Aliases", list)
	}
	list := []configuration{f.describe(s.arn(f.cfg.Name, "$LATEST"))}
	if version != "$LATEST" {
		list = append(list, f.describe(s.arn(f.cfg.Name, version)))
	}
	return page(query, "Versions", list)
}

// maxItems is how many items a page has unless the call says.
const maxItems = 50

func page[T any](query url.Values, name string, all []T) (any, error) {
	size, from := maxItems, 0
	var err error
	if text := query.Get("MaxItems"); text != "" {
		if size, err = strconv.Atoi(text); err != nil || size < 1 || size > 10000 {
			return nil, &ServiceError{"InvalidParameterValueException", "MaxItems must be 1 to 10000, got " + text}
		}
		size = min(size, maxItems)
	}
	if marker := query.Get("Marker"); marker != "" {
		raw, _ := base64.RawURLEncoding.DecodeString(marker)
		if from, err = strconv.Atoi(string(raw)); err != nil || from < 0 {
			return nil, &ServiceError{"InvalidParameterValueException", "Marker is not one of this list"}
		}
	}
	from = min(from, len(all))
	to := min(from+size, len(all))
	answer := map[string]any{name: append([]T{}, all[from:to]...)}
	if to < len(all) {
		answer["NextMarker"] = base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(to)))
	}
	return answer, nil
}
