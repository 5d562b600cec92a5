package local_test

import "github.com/fasttrack-dev/fasttrack/localaws/template"

const account = "123456789012"

// options are what the tests of template.yaml read it with.
func options(parameters map[string]string) template.Options {
	return template.Options{
		Parameters:      parameters,
		Region:          "eu-central-1",
		AccountID:       account,
		StackName:       "app",
		FunctionVersion: func(string) (string, error) { return "7", nil },
		APIEndpoint:     "http://127.0.0.1:8080",
	}
}
