package attr

// Size returns how many bytes the service counts for the item: its attributes'
// names and values. (AWS, "DynamoDB item sizes and formats".)
func (i Item) Size() int {
	size := 0
	for name, value := range i {
		size += len(name) + value.Size()
	}
	return size
}

// Size returns how many bytes the service counts for the value: a list or map
// has 3 bytes of its own and 1 for each element; a number has 1, and 1 for
// each two digits, and 1 when it is negative.
func (v Value) Size() int {
	switch v.Kind {
	case S, B:
		return len(v.Text)
	case N:
		size := 1 + (len(v.Num.digits)+1)/2
		if v.Num.negative {
			size++
		}
		return size
	case M:
		return 3 + len(v.Map) + v.Map.Size()
	case L:
		return 3 + len(v.List) + elementsSize(v.List)
	case SS, NS, BS:
		return elementsSize(v.List)
	}
	return 1 // BOOL, NULL
}

func elementsSize(elements []Value) int {
	size := 0
	for _, element := range elements {
		size += element.Size()
	}
	return size
}
