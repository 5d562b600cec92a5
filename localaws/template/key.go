package template

// Key is an AWS::KMS::Key that signs.
type Key struct {
	LogicalID, ARN string
}

// collectKey takes keys that sign, on the curve P-256; others, which encrypt,
// have nothing to do here.
func (r *reader) collectKey(stack *Stack, res *resource) error {
	p := r.properties(res)
	usage, err := p.text("KeyUsage", "ENCRYPT_DECRYPT")
	if err != nil || usage != "SIGN_VERIFY" {
		return err
	}
	spec, err := p.text("KeySpec", "SYMMETRIC_DEFAULT")
	if err != nil {
		return err
	}
	if spec != "ECC_NIST_P256" {
		return r.errorf(res.node, "KeySpec %s: this machine signs only with ECC_NIST_P256", spec)
	}
	arn, err := r.arn(res.node, res)
	stack.Keys = append(stack.Keys, Key{LogicalID: res.id, ARN: arn})
	return err
}
