package outcome_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"aftercall/tasks/callback/outcome"
)

// edited is a set as somebody leaves it who changes some of it.
func edited(t *rapid.T, base outcome.Set, who string) outcome.Set {
	s := base
	s.Kinds = maps.Clone(base.Kinds)
	for range rapid.IntRange(0, 4).Draw(t, "edits of "+who) {
		layer := rapid.SampledFrom(outcome.Layers()).Draw(t, "layer")
		codes := s.Codes(layer)
		code := rapid.SampledFrom(codes).Draw(t, "code")
		switch rapid.IntRange(0, 6).Draw(t, "edit") {
		case 0:
			code.Labels.English = who
			s = s.With(layer, code.Key, code)
		case 1:
			key := fmt.Sprintf("own_%d", rapid.IntRange(1, 3).Draw(t, "own"))
			s = s.With(layer, key, outcome.Code{Key: key, Digit: who})
		case 2:
			if len(codes) > 1 {
				s = s.Without(layer, code.Key)
			}
		case 3:
			s = s.With(layer, code.Key, code) // a copy, whose order may be changed
			codes = s.Codes(layer)
			codes[0], codes[len(codes)-1] = codes[len(codes)-1], codes[0]
		case 4:
			s.Appointments.Late = rapid.IntRange(1, 9).Draw(t, "late")
		case 5:
			s.MissedText.Number = who
		default:
			s.Kinds["confirm"] = outcome.Kind{MinTalk: rapid.IntRange(0, 9).Draw(t, "talk"), Attempts: s.Kinds["confirm"].Attempts}
		}
	}
	return s
}

func TestMergingKeepsWhatEachOfTwoChanged(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		base := outcome.Stock("CN")
		theirs, mine := edited(t, base, "theirs"), edited(t, base, "mine")
		merged := outcome.Merge(&base, &theirs, &mine)
		for _, layer := range outcome.Layers() {
			keys := map[string]bool{}
			for _, s := range []outcome.Set{base, theirs, mine, merged} {
				for _, code := range s.Codes(layer) {
					keys[code.Key] = true
				}
			}
			for key := range keys {
				was, wasThere := base.Code(layer, key)
				want, there := mine.Code(layer, key)
				if there == wasThere && reflect.DeepEqual(was, want) { // I left it as it was
					want, there = theirs.Code(layer, key)
				}
				if got, is := merged.Code(layer, key); is != there || !reflect.DeepEqual(got, want) {
					t.Errorf("%s is %t %+v, not %t %+v", key, is, got, there, want)
				}
			}
		}
		for name, of := range map[string]func(outcome.Set) any{
			"least talk":  func(s outcome.Set) any { return s.Kinds["confirm"].MinTalk },
			"late":        func(s outcome.Set) any { return s.Appointments.Late },
			"from number": func(s outcome.Set) any { return s.MissedText.Number },
		} {
			want := of(mine)
			if want == of(base) {
				want = of(theirs)
			}
			if got := of(merged); got != want {
				t.Errorf("%s is %v, not %v", name, got, want)
			}
		}
	})
}

// changed returns a copy of a set in which the values that are chosen, by their place, are others, and how many values there are.
func changed(t *testing.T, s outcome.Set, chosen func(i int, path string) bool) (outcome.Set, int) {
	t.Helper()
	body, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var copied outcome.Set
	if err := json.Unmarshal(body, &copied); err != nil {
		t.Fatal(err)
	}
	n := 0
	for i := range reflect.TypeFor[outcome.Set]().NumField() {
		if name := reflect.TypeFor[outcome.Set]().Field(i).Name; name != "Version" {
			walk(t, reflect.ValueOf(&copied).Elem().Field(i), name, func(path string, change func()) {
				if chosen(n, path) {
					change()
				}
				n++
			})
		}
	}
	return copied, n
}

// walk visits every value below v that can be changed alone.
func walk(t *testing.T, v reflect.Value, path string, visit func(path string, change func())) {
	t.Helper()
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			walk(t, v.Field(i), path+"."+v.Type().Field(i).Name, visit)
		}
	case reflect.Map:
		keys := v.MapKeys()
		slices.SortFunc(keys, func(a, b reflect.Value) int { return cmp.Compare(a.String(), b.String()) })
		for _, key := range keys {
			value := reflect.New(v.Type().Elem()).Elem()
			value.Set(v.MapIndex(key))
			walk(t, value, path+"."+key.String(), visit)
			v.SetMapIndex(key, value)
		}
	case reflect.Slice:
		for i := range v.Len() {
			walk(t, v.Index(i), fmt.Sprint(path, "[", i, "]"), visit)
		}
	case reflect.Pointer:
		if !v.IsNil() {
			walk(t, v.Elem(), path, visit)
		}
	case reflect.Int:
		visit(path, func() { v.SetInt(v.Int() + 1) })
	case reflect.Bool:
		visit(path, func() { v.SetBool(!v.Bool()) })
	case reflect.String:
		visit(path, func() { v.SetString(v.String() + "x") })
	default:
		t.Fatalf("%s is a %s, which this test cannot change", path, v.Kind())
	}
}

// Each value there is in a set is changed alone, while somebody else changes every other one (of the codes, which are merged as a whole,
// none): what comes of it must have both.
func TestEveryValueOfASetIsMerged(t *testing.T) {
	t.Parallel()
	base, values := changed(t, outcome.Stock("CN"), func(int, string) bool { return false })
	codes := func(path string) bool {
		return strings.HasPrefix(path, "Call[") || strings.HasPrefix(path, "Business[")
	}
	for one := range values {
		mine, _ := changed(t, base, func(i int, _ string) bool { return i == one })
		theirs, _ := changed(t, base, func(i int, path string) bool { return i != one && !codes(path) })
		var about string
		want, _ := changed(t, base, func(i int, path string) bool {
			if i == one {
				about = path
			}
			return i == one || !codes(path)
		})
		if merged := outcome.Merge(&base, &theirs, &mine); !reflect.DeepEqual(merged, want) {
			t.Errorf("%s is not merged: %+v", about, outcome.Changes(&want, &merged))
		}
	}
}

func TestMergingWithNothingChangesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		base := outcome.Stock("CN")
		one := edited(t, base, "one")
		for name, merged := range map[string]outcome.Set{
			"mine": outcome.Merge(&base, &base, &one), "theirs": outcome.Merge(&base, &one, &base),
		} {
			if changes := outcome.Changes(&one, &merged); len(changes) > 0 {
				t.Errorf("only %s changed, and merged differs: %+v", name, changes)
			}
		}
	})
}
