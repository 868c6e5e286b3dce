package outcome

import (
	"maps"
	"reflect"
	"slices"
)

// Merge returns theirs with what mine changes of base, from which both were edited. Where both changed a code, a value that a set says
// besides its codes or the order of a layer, mine holds. It need not be valid: a digit may now be given twice.
func Merge(base, theirs, mine *Set) Set {
	merged := *theirs
	merged.Version, merged.Kinds = 0, maps.Clone(theirs.Kinds)
	for name, is := range mine.Kinds {
		merged.Kinds[name] = mergedValues(base.Kinds[name], theirs.Kinds[name], is)
	}
	merged.Appointments = mergedValues(base.Appointments, theirs.Appointments, mine.Appointments)
	merged.MissedText = mergedValues(base.MissedText, theirs.MissedText, mine.MissedText)
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

// mergedValues returns a struct of theirs with every field that mine has otherwise than base. It goes by the fields there are, so that a
// new one is merged too.
func mergedValues[T any](base, theirs, mine T) T {
	was, is, merged := reflect.ValueOf(base), reflect.ValueOf(mine), reflect.ValueOf(&theirs).Elem()
	for i := range merged.NumField() {
		if !reflect.DeepEqual(was.Field(i).Interface(), is.Field(i).Interface()) {
			merged.Field(i).Set(is.Field(i))
		}
	}
	return theirs
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
