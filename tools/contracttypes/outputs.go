package main

// outputs are the files that are generated, each by a function of the folder of the
// schemas.
var outputs = map[string]func(dir string) (string, error){
	output:       generate,
	pythonOutput: generatePython,
}
