package table

// NumberText is numberText, for a property.
var NumberText = numberText

// Work returns how many bytes a reader has looked at: a byte that was looked at twice counts twice.
func (r *Reader) Work() int64 { return r.work() }
