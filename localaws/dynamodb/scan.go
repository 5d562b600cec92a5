package dynamodb

// scan implements Scan on a table or a global secondary index, in one segment.
func (s *Service) scan(in *scanInput) (any, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	s.schema.RLock()
	defer s.schema.RUnlock()
	t, err := s.table(in.TableName)
	if err != nil {
		return nil, err
	}
	p, err := in.page(t, false)
	if err != nil {
		return nil, err
	}
	if err := p.params.Unused(); err != nil {
		return nil, err
	}
	if err := p.start(in.ExclusiveStartKey); err != nil {
		return nil, err
	}
	return s.read(p)
}

type scanInput struct{ pageInput }
