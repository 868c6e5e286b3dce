package outcome

import (
	"maps"
	"slices"
	"strconv"
)

// Change is one difference between two sets. Field is empty where a whole code came or went; it is translated under
// "outcome_field.<field>".
type Change struct {
	Layer Layer  // empty: what a set says besides its codes
	Key   string // of the code, or the kind of callback, KeyAppointments or KeyMissedText
	Label Text   // of the code
	Field string // what of it changed
	From  string // as an editor would read it; empty: nothing
	To    string
	Was   *Retry // of Field "retry"
	Is    *Retry
	Added bool // the whole code is new; with Field empty and not Added it is gone
}

// Changes returns what is different in a newer set, in the order of its codes.
func Changes(before, after *Set) []Change {
	var list []Change
	for _, kind := range slices.Sorted(maps.Keys(after.Kinds)) {
		was, is := before.Kinds[kind], after.Kinds[kind]
		if was.MinTalk != is.MinTalk {
			list = append(list, Change{Key: kind, Field: "min_talk", From: strconv.Itoa(was.MinTalk), To: strconv.Itoa(is.MinTalk)})
		}
		if was.Attempts != is.Attempts {
			list = append(list, Change{Key: kind, Field: "attempts", From: strconv.Itoa(was.Attempts), To: strconv.Itoa(is.Attempts)})
		}
	}
	list = append(list, changesAround(before, after)...)
	for _, layer := range Layers() {
		list = append(list, changesOf(layer, before, after)...)
	}
	return list
}

// The keys of changes of what a set says besides its codes, beside the kinds of callback.
const (
	KeyAppointments = "appointments"
	KeyMissedText   = "missed_text"
)

func changesAround(before, after *Set) []Change {
	var list []Change
	add := func(key, field, from, to string) {
		if from != to {
			list = append(list, Change{Key: key, Field: field, From: from, To: to})
		}
	}
	was, is := before.Appointments, after.Appointments
	for _, number := range []struct {
		field   string
		was, is int
	}{
		{"early_minutes", was.Early, is.Early},
		{"late_minutes", was.Late, is.Late},
		{"kept_minutes", was.Kept, is.Kept},
		{"per_slot", was.PerSlot, is.PerSlot},
		{"per_caller", was.PerCaller, is.PerCaller},
	} {
		add(KeyAppointments, number.field, strconv.Itoa(number.was), strconv.Itoa(number.is))
	}
	add(KeyMissedText, "on", strconv.FormatBool(before.MissedText.On), strconv.FormatBool(after.MissedText.On))
	add(KeyMissedText, "number", before.MissedText.Number, after.MissedText.Number)
	add(KeyMissedText, "call_back", before.MissedText.Back, after.MissedText.Back)
	return list
}

func changesOf(layer Layer, before, after *Set) []Change {
	var list []Change
	order := func(s *Set) []string { return s.Keys(layer, func(Code) bool { return true }) }
	for _, code := range after.Codes(layer) {
		was, known := before.Code(layer, code.Key)
		if !known {
			list = append(list, Change{Layer: layer, Key: code.Key, Label: code.Labels, Added: true})
			continue
		}
		list = append(list, changesIn(layer, was, code)...)
	}
	for _, code := range before.Codes(layer) {
		if _, stays := after.Code(layer, code.Key); !stays {
			list = append(list, Change{Layer: layer, Key: code.Key, Label: code.Labels})
		}
	}
	kept := func(keys []string, in *Set) []string {
		return slices.DeleteFunc(keys, func(key string) bool { _, ok := in.Code(layer, key); return !ok })
	}
	if !slices.Equal(kept(order(before), after), kept(order(after), before)) {
		list = append(list, Change{Layer: layer, Field: "order"})
	}
	return list
}

// changesIn compares the parts of one code.
func changesIn(layer Layer, was, is Code) []Change {
	var list []Change
	add := func(field, from, to string) {
		if from != to {
			list = append(list, Change{Layer: layer, Key: is.Key, Label: is.Labels, Field: field, From: from, To: to})
		}
	}
	add("label_zh", was.Labels.Chinese, is.Labels.Chinese)
	add("label_en", was.Labels.English, is.Labels.English)
	add("digit", was.Digit, is.Digit)
	add("hint_zh", was.Hint.Chinese, is.Hint.Chinese)
	add("hint_en", was.Hint.English, is.Hint.English)
	add("suppress", string(was.Suppress), string(is.Suppress))
	add("solved", string(was.Solved), string(is.Solved))
	for _, f := range Flags(layer) {
		if was.Is(f) != is.Is(f) {
			add("flag:"+string(f), strconv.FormatBool(was.Is(f)), strconv.FormatBool(is.Is(f)))
		}
	}
	if !sameRetry(was.Retry, is.Retry) {
		list = append(list, Change{Layer: layer, Key: is.Key, Label: is.Labels, Field: "retry", Was: was.Retry, Is: is.Retry})
	}
	return list
}

func sameRetry(a, b *Retry) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}
