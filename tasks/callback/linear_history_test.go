package callback_test

import (
	"slices"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"aftercall/internal/clock"
	"aftercall/tasks/internal/taskstest"
)

// deed is what a caller does to a person: claim, extend, look, finish or release.
type deed struct {
	name     string
	person   int64
	caller   int64
	callback int64 // none for a claim: the service chooses
	fence    int64 // that the caller has; none for a claim
}

// reply is what they are told.
type reply struct {
	refused   bool          // the claim is not theirs any more
	fence     int64         // of a claim
	callbacks [2]int64      // of a claim: what was handed out together
	at        clock.Instant // by the service's clock; of a refusal, when it came
	until     clock.Instant // when the lease ends
	lapsed    bool          // of a look
}

// claimState is what there is to know about one person, on a sheet of paper: who has them, under which fence and until when, which
// callbacks they have, and which are finished.
type claimState struct {
	caller, fence int64
	until         clock.Instant
	has, finished [2]int64
}

// aPersonAtATime is the model of one person: at most one caller has them, whatever several do at once.
func aPersonAtATime() porcupine.Model {
	return porcupine.Model{
		Partition: func(history []porcupine.Operation) [][]porcupine.Operation {
			persons := map[int64][]porcupine.Operation{}
			for _, op := range history {
				person := op.Input.(deed).person
				persons[person] = append(persons[person], op)
			}
			var parts [][]porcupine.Operation
			for _, part := range persons {
				parts = append(parts, part)
			}
			return parts
		},
		Init: func() any { return claimState{} },
		Step: func(state, input, output any) (bool, any) {
			after := state.(claimState)
			ok := after.step(input.(deed), output.(reply))
			return ok, after
		},
	}
}

// step reports whether the reply may be given in this state, and makes the state what it is then.
func (s *claimState) step(d deed, r reply) bool {
	if d.name == "claim" {
		return s.claim(d.caller, r)
	}
	// A lease that is over counts until somebody else claims the person.
	theirs := s.caller == d.caller && s.fence == d.fence && slices.Contains(s.has[:], d.callback)
	switch over := s.until <= r.at; {
	case r.refused && theirs && over && s.finished[0] != 0:
		// They were called about something else just now: a claim that met this one put it off.
		s.has[slices.Index(s.has[:], d.callback)] = 0
		return true
	case d.name == "extend" && r.refused:
		return !theirs || over // whoever has somebody else by now does not get them back
	case r.refused:
		return !theirs
	case !theirs:
		return false
	case d.name == "look":
		return r.until == s.until && r.lapsed == over
	case d.name == "extend":
		longer := r.until >= s.until
		s.until = r.until
		return longer
	case d.name == "release":
		s.caller, s.has = 0, [2]int64{}
		return true
	}
	s.finish(d.callback)
	return true
}

func (s *claimState) claim(caller int64, r reply) bool {
	if s.caller == caller && s.fence == r.fence && s.until > r.at { // what they have already
		return slices.Contains(s.has[:], r.callbacks[0])
	}
	free := s.caller == 0 || s.until <= r.at
	for _, id := range r.callbacks {
		free = free && (id == 0 || !slices.Contains(s.finished[:], id))
	}
	higher := r.fence > s.fence
	s.caller, s.fence, s.until, s.has = caller, r.fence, r.until, r.callbacks
	return free && higher
}

func (s *claimState) finish(id int64) {
	s.has[slices.Index(s.has[:], id)] = 0
	if s.finished[0] == 0 {
		s.finished[0] = id
	} else {
		s.finished[1] = id
	}
	if s.has == [2]int64{} {
		s.caller = 0
	}
}

// What must not happen is told from what may: each history has one fault, or none.
func TestTheCheckerRefusesWhatMustNotHappen(t *testing.T) {
	t.Parallel()
	at := func(minutes int) clock.Instant { return taskstest.Morning.Add(time.Duration(minutes) * time.Minute) }
	claim := func(caller, fence int64, minute int) porcupine.Operation {
		return porcupine.Operation{
			Input:  deed{name: "claim", person: 1, caller: caller},
			Output: reply{fence: fence, callbacks: [2]int64{7, 8}, at: at(minute), until: at(minute + 15)},
		}
	}
	does := func(name string, caller, fence int64, r reply) porcupine.Operation {
		return porcupine.Operation{Input: deed{name: name, person: 1, caller: caller, callback: 7, fence: fence}, Output: r}
	}
	tests := []struct {
		name    string
		history []porcupine.Operation
		may     bool
	}{
		{"claimed when the lease is over", []porcupine.Operation{claim(1, 1, 0), claim(2, 2, 15)}, true},
		{"held twice", []porcupine.Operation{claim(1, 1, 0), claim(2, 2, 14)}, false},
		{
			"held twice by what was extended",
			[]porcupine.Operation{claim(1, 1, 0), does("extend", 1, 1, reply{at: at(5), until: at(20)}), claim(2, 2, 16)},
			false,
		},
		{"the same fence again", []porcupine.Operation{claim(1, 1, 0), claim(2, 1, 15)}, false},
		{"finished late", []porcupine.Operation{claim(1, 1, 0), does("finish", 1, 1, reply{at: at(30)})}, true},
		{
			"finished under an old fence",
			[]porcupine.Operation{claim(1, 1, 0), claim(2, 2, 15), does("finish", 1, 1, reply{at: at(16)})},
			false,
		},
		{"refused for nothing", []porcupine.Operation{claim(1, 1, 0), does("finish", 1, 1, reply{refused: true, at: at(1)})}, false},
		{
			"lost though nobody was called",
			[]porcupine.Operation{claim(1, 1, 0), does("finish", 1, 1, reply{refused: true, at: at(16)})},
			false,
		},
		{
			"finished twice",
			[]porcupine.Operation{claim(1, 1, 0), does("finish", 1, 1, reply{at: at(1)}), does("finish", 1, 1, reply{at: at(2)})},
			false,
		},
		{
			"handed out once more", []porcupine.Operation{
				claim(1, 1, 0), does("finish", 1, 1, reply{at: at(1)}), does("release", 1, 1, reply{refused: true, at: at(2)}),
				claim(2, 2, 20),
			}, false,
		},
		{
			"shown as lapsed too soon",
			[]porcupine.Operation{claim(1, 1, 0), does("look", 1, 1, reply{at: at(14), until: at(15), lapsed: true})},
			false,
		},
	}
	for _, tt := range tests {
		for i := range tt.history {
			tt.history[i].Call, tt.history[i].Return = int64(2*i), int64(2*i+1)
		}
		if got := porcupine.CheckOperations(aPersonAtATime(), tt.history); got != tt.may {
			t.Errorf("%s: may be is %v", tt.name, got)
		}
	}
	at1, at2 := claim(1, 1, 0), claim(2, 2, 0)
	at1.Call, at1.Return, at2.Call, at2.Return = 0, 3, 1, 2
	if porcupine.CheckOperations(aPersonAtATime(), []porcupine.Operation{at1, at2}) {
		t.Error("two who claimed at once have the same person, and it was not noticed")
	}
}
