package template

import "strconv"

// Secret is an AWS::SecretsManager::Secret.
type Secret struct {
	LogicalID, Name, ARN string
	// Text is its SecretString; empty if its text is generated.
	Text string `json:"-"`
	// Length is that of the text to generate, Punctuation whether it has some.
	Length      int
	Punctuation bool
}

// collectSecret takes a secret with a text, and one whose text is generated whole.
func (r *reader) collectSecret(stack *Stack, res *resource) error {
	p := r.properties(res)
	s := Secret{LogicalID: res.id, Length: 32, Punctuation: true}
	var err error
	if s.Name, err = r.name(res.node, res); err != nil {
		return err
	}
	if s.ARN, err = r.arn(res.node, res); err != nil {
		return err
	}
	if s.Text, err = p.text("SecretString", ""); err != nil {
		return err
	}
	v, at, given, err := p.get("GenerateSecretString")
	if err != nil {
		return err
	}
	members, isMapping := v.(map[string]any)
	if given && !isMapping {
		return r.errorf(at, "GenerateSecretString must be a mapping")
	}
	for name, value := range members {
		text := texts(value)[0]
		switch name {
		case "PasswordLength":
			if s.Length, err = strconv.Atoi(text); err != nil || s.Length < 1 || s.Length > 4096 {
				return r.errorf(at, "PasswordLength must be 1 to 4096, got %s", text)
			}
		case "ExcludePunctuation":
			s.Punctuation = text != "true"
		default:
			return r.errorf(at, "%s of GenerateSecretString is not supported on this machine", name)
		}
	}
	stack.Secrets = append(stack.Secrets, s)
	return nil
}
