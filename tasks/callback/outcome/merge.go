package outcome

import (
	"maps"
	"slices"
)

// Merge returns theirs with what mine changes of base, from which both were edited. Where both changed a code, a number of a kind or the
// order of a layer, mine holds. It need not be valid: a key may now be given twice.
func Merge(base, theirs, mine *Set) Set {
	merged := *theirs
	merged.Version, merged.Kinds = 0, maps.Clone(theirs.Kinds)
	for name, is := range mine.Kinds {
		was, kind := base.Kinds[name], merged.Kinds[name]
		if is.MinTalk != was.MinTalk {
			kind.MinTalk = is.MinTalk
		}
		if is.Attempts != was.Attempts {
			kind.Attempts = is.Attempts
		}
		merged.Kinds[name] = kind
	}
	for _, layer := range Layers() {
		for _, change := range changesOf(layer, base, mine) {
			code, stays := mine.Code(layer, change.Key)
			switch {
			case change.Field == "order":
			case stays:
				merged = merged.With(layer, change.Key, code)
			default:
				merged = merged.Without(layer, change.Key)
			}
		}
		if moved(base.Codes(layer), mine.Codes(layer)) {
			merged = merged.edited(layer, func(codes []Code) []Code { return inOrderOf(codes, mine.Codes(layer)) })
		}
	}
	return merged
}

// moved reports whether codes are in another order than they were, with new ones at the end.
func moved(was, is []Code) bool {
	return !slices.EqualFunc(is, inOrderOf(slices.Clone(is), was), func(a, b Code) bool { return a.Key == b.Key })
}

// inOrderOf sorts codes as others are; those they lack come last, as they were.
func inOrderOf(codes, others []Code) []Code {
	place := func(code Code) int {
		if i := slices.IndexFunc(others, func(c Code) bool { return c.Key == code.Key }); i >= 0 {
			return i
		}
		return len(others)
	}
	slices.SortStableFunc(codes, func(a, b Code) int { return place(a) - place(b) })
	return codes
}
