package template

// Key is an AWS::KMS::Key.
type Key struct {
	LogicalID, ARN string
	// Encrypts is set for a symmetric key; any other signs.
	Encrypts bool
}

// collectKey takes keys that sign, on the curve P-256, and symmetric keys that
// encrypt.
func (r *reader) collectKey(stack *Stack, res *resource) error {
	p := r.properties(res)
	usage, err := p.text("KeyUsage", "ENCRYPT_DECRYPT")
	if err != nil {
		return err
	}
	spec, err := p.text("KeySpec", "SYMMETRIC_DEFAULT")
	if err != nil {
		return err
	}
	encrypts := usage == "ENCRYPT_DECRYPT" && spec == "SYMMETRIC_DEFAULT"
	switch {
	case encrypts, usage == "SIGN_VERIFY" && spec == "ECC_NIST_P256":
	case usage == "SIGN_VERIFY":
		return r.errorf(res.node, "KeySpec %s: this machine signs only with ECC_NIST_P256", spec)
	default:
		return r.errorf(res.node, "KeyUsage %s, KeySpec %s: this machine encrypts only with SYMMETRIC_DEFAULT", usage, spec)
	}
	arn, err := r.arn(res.node, res)
	stack.Keys = append(stack.Keys, Key{LogicalID: res.id, ARN: arn, Encrypts: encrypts})
	return err
}

// KeyAlias is an AWS::KMS::Alias.
type KeyAlias struct {
	// Name begins with alias/; Key is the id of the key, or its ARN.
	Name, Key string
}

func (r *reader) collectKeyAlias(stack *Stack, res *resource) (err error) {
	p := r.properties(res)
	var a KeyAlias
	if a.Name, err = p.text("AliasName", ""); err != nil {
		return err
	}
	if a.Key, err = p.text("TargetKeyId", ""); err != nil {
		return err
	}
	stack.KeyAliases = append(stack.KeyAliases, a)
	return nil
}
