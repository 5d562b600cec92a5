package starter

import "github.com/fasttrack-dev/fasttrack/internal/kit/folder"

// source is a file of a starter, and the embedded file that it is made from: LANG and FLOW
// stand for the chosen ones.
type source struct{ name, from, about string }

// common are the files of every starter.
var common = []source{
	{folder.FlowsFile, "flows/FLOW.yaml", "what people may request, and who decides"},
	{folder.TemplateFile, "LANG/template.yaml", "the hook function and other AWS resources of yours"},
	{"samconfig.toml", "samconfig.toml", "the name of the stack, and the parameters of the deployment"},
}

// layouts are the other files, by language.
var layouts = map[folder.Language][]source{
	folder.Go: {
		{"hooks/main.go", "go/FLOW/main.go", "the rule that decides before people do"},
		{"hooks/main_test.go", "go/FLOW/main_test.go", "its test"},
		{"go.mod", "go/go.mod.txt", "the version of fasttrack"},
		{"Makefile", "go/Makefile", "make run, test, check and deploy"},
	},
	folder.Python: {
		{"hooks/handler.py", "python/FLOW/handler.py", "the rule that decides before people do"},
		{"hooks/test_handler.py", "python/FLOW/test_handler.py", "its test"},
		{"requirements.txt", "python/requirements.txt", "the version of fasttrack"},
		{"Makefile", "python/Makefile", "make run, test, check and deploy"},
	},
	// The scripts of package.json take the place of a Makefile. node_modules must not be
	// committed.
	folder.Node: {
		{"hooks/index.mjs", "node/FLOW/index.mjs", "the rule that decides before people do"},
		{"hooks/index.test.mjs", "node/FLOW/index.test.mjs", "its test"},
		{"package.json", "node/package.json", "the version of fasttrack; npm start, test, run check and run deploy"},
		{".gitignore", "node/gitignore", "keeps node_modules out of Git"},
	},
}

// workflows are the files that have a CI system test each change, by the system's name.
var workflows = map[string]source{
	"github": {".github/workflows/test.yml", "LANG/github.yml", "tests each change on GitHub"},
}
