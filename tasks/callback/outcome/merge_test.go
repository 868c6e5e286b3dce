package outcome_test

import (
	"fmt"
	"maps"
	"reflect"
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
		switch rapid.IntRange(0, 4).Draw(t, "edit") {
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
		want := mine.Kinds["confirm"].MinTalk
		if want == base.Kinds["confirm"].MinTalk {
			want = theirs.Kinds["confirm"].MinTalk
		}
		if got := merged.Kinds["confirm"].MinTalk; got != want {
			t.Errorf("least talk is %d, not %d", got, want)
		}
	})
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
