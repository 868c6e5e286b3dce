package outcome_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"aftercall/internal/clock"
	"aftercall/internal/fault"
	"aftercall/tasks/callback/outcome"
)

func sets() map[string]outcome.Set {
	return map[string]outcome.Set{"former": outcome.Former(), "china": outcome.Stock("CN"), "elsewhere": outcome.Stock("DE")}
}

func TestSetsThatComeWithAftercallAreValid(t *testing.T) {
	t.Parallel()
	for name, s := range sets() {
		if err := s.Check(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		back, err := outcome.Parse([]byte(s.Format()))
		if diff := cmp.Diff(s, back); err != nil || diff != "" {
			t.Errorf("%s is read back as something else: %v %s", name, err, diff)
		}
	}
}

// Attempts of before name their results by these keys for ever, and the stock set has a code for each.
func TestKeysOfBeforeAreInEverySet(t *testing.T) {
	t.Parallel()
	former := outcome.Former()
	for name, s := range sets() {
		for _, layer := range outcome.Layers() {
			for i, code := range former.Codes(layer) {
				got, ok := s.Code(layer, code.Key)
				if !ok || got.Digit != code.Digit || s.Codes(layer)[i].Key != code.Key {
					t.Errorf("%s: %s is %+v", name, code.Key, got)
				}
			}
		}
	}
}

// The digits 1 to 9 reach what is used all day; everything else has a key behind a second one.
func TestEveryCodeOfTheStockSetHasAKey(t *testing.T) {
	t.Parallel()
	s := outcome.Stock("CN")
	for _, layer := range outcome.Layers() {
		for i, code := range s.Codes(layer) {
			if want := len(code.Digit) == 1; code.Digit == "" || want != (i < 9) {
				t.Errorf("%s has the digit %q", code.Key, code.Digit)
			}
		}
	}
}

func TestASetNamesEveryValueThatIsWrong(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		change func(*outcome.Set)
		want   string // field and code
	}{
		"key":          {func(s *outcome.Set) { s.Call[1].Key = "No Answer" }, "call[1].key outcome_key"},
		"key twice":    {func(s *outcome.Set) { s.Business[0].Key = "busy" }, "business.busy.key outcome_twice"},
		"reserved key": {func(s *outcome.Set) { s.Call[1].Key = "expired" }, "call.expired.key outcome_reserved"},
		"digit":        {func(s *outcome.Set) { s.Call[1].Digit = "10" }, "call.no_answer.digit outcome_digit"},
		"digit twice":  {func(s *outcome.Set) { s.Call[2].Digit = "2" }, "call.busy.digit outcome_digit_twice"},
		"no label":     {func(s *outcome.Set) { s.Call[1].Labels.English = "" }, "call.no_answer.labels.en required"},
		"long label": {
			func(s *outcome.Set) { s.Call[1].Labels.English = strings.Repeat("x", 41) },
			"call.no_answer.labels.en too_long",
		},
		"unstorable":  {func(s *outcome.Set) { s.Call[1].Labels.English = "a\nb" }, "call.no_answer.labels.en not_storable"},
		"half a hint": {func(s *outcome.Set) { s.Call[1].Hint.English = "wait" }, "call.no_answer.hint.zh-CN required"},
		"flag":        {func(s *outcome.Set) { s.Call[1].Flags = []outcome.Flag{"abuse"} }, "call.no_answer.flags outcome_flag"},
		"scope":       {func(s *outcome.Set) { s.Business[3].Suppress = "some" }, "business.declined.suppress unknown_value"},
		"solved":      {func(s *outcome.Set) { s.Call[1].Solved = outcome.Yes }, "call.no_answer.solved unknown_value"},
		"no time":     {func(s *outcome.Set) { s.Call[1].Retry.After = 0 }, "call.no_answer.retry.after_minutes number_range"},
		"many tries":  {func(s *outcome.Set) { s.Call[1].Retry.Tries = 7 }, "call.no_answer.retry.tries number_range"},
		"no end":      {func(s *outcome.Set) { s.Call[1].Retry = nil }, "call.no_answer.retry outcome_no_end"},
		"two ends": {
			func(s *outcome.Set) { s.Call[1].Flags = []outcome.Flag{outcome.Final} },
			"call.no_answer.retry outcome_two_ends",
		},
		"reached ends": {func(s *outcome.Set) { s.Call[0].Retry = &outcome.Retry{After: 5} }, "call.reached.retry outcome_end_reached"},
		"nobody":       {func(s *outcome.Set) { s.Call[0].Flags = s.Call[0].Flags[1:] }, "call.reached.flags outcome_nobody"},
		"wrong number": {
			func(s *outcome.Set) { s.Call[1].Flags = []outcome.Flag{outcome.WrongNumber} },
			"call.no_answer.flags outcome_wrong_number",
		},
		"no reached":    {func(s *outcome.Set) { s.Call[0].Key = "talked" }, "call outcome_reached_missing"},
		"never contact": {func(s *outcome.Set) { s.Business[5].Suppress = "" }, "business outcome_never_missing"},
		"long talk": {
			func(s *outcome.Set) { s.Kinds["confirm"] = outcome.Kind{MinTalk: 301} },
			"kinds.confirm.min_talk_seconds number_range",
		},
		"other attempts": {
			func(s *outcome.Set) { s.Kinds["confirm"] = outcome.Kind{Attempts: 2} },
			"kinds.confirm.attempts outcome_attempts",
		},
		"appointments": {func(s *outcome.Set) { s.Appointments.Late = 0 }, "appointments.late_minutes number_range"},
		"no number":    {func(s *outcome.Set) { s.MissedText.On = true }, "missed_text.number required"},
		"a word for a number": {
			func(s *outcome.Set) { s.MissedText.Number = "call us" },
			"missed_text.number outcome_number",
		},
		"a text to nobody": {
			func(s *outcome.Set) {
				s.MissedText = outcome.MissedText{On: true, Number: "021-6888 0000"}
				for i := range s.Call {
					s.Call[i].Flags = slices.DeleteFunc(s.Call[i].Flags, func(f outcome.Flag) bool { return f == outcome.TextAfter })
				}
			},
			"missed_text.on outcome_text_nobody",
		},
		"a text after a talk": {
			func(s *outcome.Set) { s.Call[0].Flags = append(s.Call[0].Flags, outcome.TextAfter) },
			"call.reached.flags outcome_text_after",
		},
		"kind":    {func(s *outcome.Set) { s.Kinds["offer"] = outcome.Kind{} }, "kinds unknown_value"},
		"no kind": {func(s *outcome.Set) { delete(s.Kinds, "recovery") }, "kinds.recovery required"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := outcome.Stock("CN")
			tt.change(&s)
			flt, ok := fault.Of(s.Check())
			if !ok || flt.Kind != fault.Invalid {
				t.Fatalf("got %v", flt)
			}
			var got []string
			for _, f := range flt.Fields {
				got = append(got, f.Name+" "+f.Code)
			}
			if !slices.Contains(got, tt.want) {
				t.Errorf("got %q, want %q among them", got, tt.want)
			}
		})
	}
}

func TestAFileIsRefusedWithItsLines(t *testing.T) {
	t.Parallel()
	s := outcome.Stock("CN")
	good := s.Format()
	lineOf := func(text, part string) int {
		i := strings.Index(text, part)
		if i < 0 {
			t.Fatalf("no %q", part)
		}
		return 1 + strings.Count(text[:i], "\n")
	}
	tests := map[string]struct {
		text string
		line int
		code string
	}{
		"unknown key": {strings.Replace(good, "    digit: \"2\"", "    digits: \"2\"", 1), lineOf(good, `digit: "2"`), "key_unknown"},
		"twice":       {good + "call: []\n", 1 + strings.Count(good, "\n"), "key_twice"},
		"a number": {
			strings.Replace(good, "after_minutes: 120", "after_minutes: soon", 1),
			lineOf(good, "after_minutes: 120"), "not_a_number",
		},
		"no truth": {strings.Replace(good, "spread: true", "spread: maybe", 1), lineOf(good, "spread: true"), "not_yes_or_no"},
		"a flag":   {strings.Replace(good, "final, wrong_number", "final, wrong", 1), lineOf(good, "key: wrong_number"), "outcome_flag"},
		"a range":  {strings.Replace(good, "after_minutes: 120", "after_minutes: 0", 1), lineOf(good, "key: no_answer"), "number_range"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := outcome.Parse([]byte(tt.text))
			flt, ok := fault.Of(err)
			if !ok || len(flt.Fields) == 0 || flt.Fields[0].Code != tt.code || flt.Fields[0].Line != tt.line {
				t.Errorf("got %v, want %s in line %d", err, tt.code, tt.line)
			}
		})
	}
	for _, text := range []string{
		"", "- a", "a: &b 1", "a: [", "\xff", "a: 1\n---\nb: 1", strings.Repeat("[", 100), strings.Repeat("#", 200<<10),
	} {
		if _, err := outcome.Parse([]byte(text)); err == nil || fault.KindOf(err) == fault.Internal {
			t.Errorf("%.20q: %v", text, err)
		}
	}
}

// A centre's set is what it drew: whatever Check lets pass is read back from its file as the same.
func TestASetThatIsValidIsReadBackEqual(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := drawn(t)
		if err := s.Check(); err != nil {
			t.Fatalf("drawn: %v", err)
		}
		back, err := outcome.Parse([]byte(s.Format()))
		if diff := cmp.Diff(s, back); err != nil || diff != "" {
			t.Fatalf("%v %s", err, diff)
		}
	})
}

// No outcome leaves a callback without an end, an appointment or a time that is still to come, and each code ends some day.
func TestNoOutcomeLeavesACallbackStuck(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("", 8*3600)
	rapid.Check(t, func(t *rapid.T) {
		s := drawn(t)
		now := clock.Instant(rapid.Int64Range(1.7e15, 1.8e15).Draw(t, "now"))
		shut := rapid.Bool().Draw(t, "shut")
		opening := func(at clock.Instant) clock.Instant {
			if shut {
				return 0
			}
			return at.Add(time.Hour)
		}
		call := rapid.SampledFrom(s.Call).Draw(t, "call").Key
		business := ""
		if code, _ := s.Code(outcome.CallLayer, call); code.Is(outcome.CountsAsReached) {
			business = rapid.SampledFrom(s.Business).Draw(t, "business").Key
		}
		var tried []outcome.Tried
		limit := 0
		if retry := s.Deciding(call, business).Retry; retry != nil {
			limit = retry.Tries
		}
		for n := range 8 {
			tried = append(tried, outcome.Tried{Call: call, Business: business, At: now})
			next := s.Next(call, business, tried, opening, zone, now)
			ways := 0
			for _, way := range []bool{next.Closed, next.Appointed, !next.At.IsZero()} {
				if way {
					ways++
				}
			}
			if ways != 1 || next.Key == "" || !next.At.IsZero() && !next.At.After(now) {
				t.Fatalf("try %d: %+v", n+1, next)
			}
			if next.Closed || next.Appointed {
				if next.UsedUp && n+1 != limit {
					t.Fatalf("used up after %d tries of %d", n+1, limit)
				}
				return
			}
			now = next.At
		}
	})
}

// drawn draws a set that is valid.
func drawn(t *rapid.T) outcome.Set {
	words := rapid.StringMatching(`[a-zA-Z0-9接通:#'"\-&*!%@{}\[\]|>,?~]{1,12}`)
	text := rapid.Custom(func(t *rapid.T) outcome.Text {
		return outcome.Text{Chinese: words.Draw(t, "zh"), English: words.Draw(t, "en")}
	})
	s := outcome.Stock(rapid.SampledFrom([]string{"CN", "DE"}).Draw(t, "country"))
	for _, kind := range outcome.KindNames() {
		k := s.Kinds[kind]
		k.MinTalk = rapid.IntRange(0, outcome.MaxMinTalk).Draw(t, kind)
		s.Kinds[kind] = k
	}
	s.Appointments = outcome.Appointments{
		Early: rapid.IntRange(0, 60).Draw(t, "early"), Late: rapid.IntRange(1, 240).Draw(t, "late"),
		Kept: rapid.IntRange(1, 480).Draw(t, "kept"), PerSlot: rapid.IntRange(0, 1000).Draw(t, "per slot"),
		PerCaller: rapid.IntRange(0, 1000).Draw(t, "per caller"),
	}
	if rapid.Bool().Draw(t, "text") {
		back := rapid.SampledFrom([]string{"", "95598"}).Draw(t, "back")
		s.MissedText = outcome.MissedText{On: true, Number: "+86 21 6888 0000", Back: back}
	}
	for _, layer := range outcome.Layers() {
		for i := range rapid.IntRange(0, 5).Draw(t, "more") {
			code := outcome.Code{Key: fmt.Sprintf("%s_%d", layer, i), Labels: text.Draw(t, "labels")}
			if rapid.Bool().Draw(t, "hint") {
				code.Hint = text.Draw(t, "words of the hint")
			}
			if layer == outcome.BusinessLayer {
				code.Solved = rapid.SampledFrom([]outcome.Solved{"", outcome.Yes, outcome.No}).Draw(t, "solved")
			}
			code.Suppress = rapid.SampledFrom(append(outcome.Scopes(), "")).Draw(t, "suppress")
			switch rapid.IntRange(0, 2).Draw(t, "end") {
			case 0:
				code.Flags = []outcome.Flag{outcome.Final}
			case 1:
				code.Retry = &outcome.Retry{
					After: rapid.IntRange(1, outcome.MaxMinutes).Draw(t, "after"),
					Tries: rapid.IntRange(0, outcome.MaxTries).Draw(t, "tries"),
					Grows: rapid.Bool().Draw(t, "grows"), Spread: rapid.Bool().Draw(t, "spread"),
				}
			default:
				code.Flags = []outcome.Flag{outcome.Appointment}
				if layer == outcome.CallLayer {
					code.Flags = []outcome.Flag{outcome.HumanAnswered, outcome.CountsAsReached}
				}
			}
			for _, f := range []outcome.Flag{outcome.NeedsNote, outcome.NeedsAction} {
				if rapid.Bool().Draw(t, string(f)) {
					code.Flags = append(code.Flags, f)
				}
			}
			s = s.With(layer, "", code)
		}
	}
	return s
}

func TestRetriesOfOneCode(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("", 8*3600)
	at := func(day, hour, minute int) clock.Instant {
		return clock.At(time.Date(2026, 11, day, hour, minute, 0, 0, zone))
	}
	always := func(at clock.Instant) clock.Instant { return at }
	// The customer may be called from 9 to 12 and from 13:30 to 17.
	daytime := func(from clock.Instant) clock.Instant {
		local := from.In(zone)
		for i := range 40 {
			t := local.Add(time.Duration(i) * 30 * time.Minute)
			if h := t.Hour()*60 + t.Minute(); h >= 540 && h < 720 || h >= 810 && h < 1020 {
				return clock.At(t)
			}
		}
		return 0
	}
	tests := map[string]struct {
		retry   outcome.Retry
		opening outcome.Opening
		tried   []clock.Instant // the last one is now
		want    clock.Instant   // none: closed
	}{
		"fixed": {outcome.Retry{After: 30}, always, []clock.Instant{at(2, 10, 0), at(2, 10, 30)}, at(2, 11, 0)},
		"growing": {
			outcome.Retry{After: 30, Grows: true},
			always,
			[]clock.Instant{at(2, 9, 0), at(2, 10, 0), at(2, 11, 0)},
			at(2, 13, 0),
		},
		"used up":               {outcome.Retry{After: 30, Tries: 2}, always, []clock.Instant{at(2, 9, 0), at(2, 10, 0)}, 0},
		"spread, first":         {outcome.Retry{After: 60, Spread: true}, always, []clock.Instant{at(2, 9, 0)}, at(2, 12, 0)},
		"spread, there already": {outcome.Retry{After: 240, Spread: true}, always, []clock.Instant{at(2, 9, 0)}, at(2, 13, 0)},
		"spread, second": {
			outcome.Retry{After: 60, Spread: true},
			always,
			[]clock.Instant{at(2, 9, 0), at(2, 13, 0)},
			at(2, 18, 0),
		},
		"spread, the next morning": {
			outcome.Retry{After: 60, Spread: true},
			always,
			[]clock.Instant{at(2, 13, 0), at(2, 18, 30)},
			at(3, 0, 0),
		},
		"spread, all tried": {
			outcome.Retry{After: 60, Spread: true},
			always,
			[]clock.Instant{at(2, 9, 0), at(2, 13, 0), at(2, 19, 0)},
			at(2, 20, 0),
		},
		"spread, within hours": {outcome.Retry{After: 60, Spread: true}, daytime, []clock.Instant{at(2, 10, 0)}, at(2, 13, 30)},
		"spread, evenings are shut": {
			outcome.Retry{After: 60, Spread: true},
			daytime,
			[]clock.Instant{at(2, 10, 0), at(2, 14, 0)},
			at(2, 15, 0),
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := outcome.Stock("CN")
			s.Call[1].Retry = &tt.retry
			var tried []outcome.Tried
			for _, dialled := range tt.tried {
				tried = append(tried, outcome.Tried{Call: "no_answer", At: dialled})
			}
			next := s.Next("no_answer", "", tried, tt.opening, zone, tt.tried[len(tt.tried)-1])
			if next.At != tt.want || next.Closed != tt.want.IsZero() || next.UsedUp != next.Closed {
				t.Errorf("got %+v at %v, want %v", next, next.At.In(zone), tt.want.In(zone))
			}
		})
	}
}

func TestChangesBetweenSetsAreTold(t *testing.T) {
	t.Parallel()
	before, after := outcome.Stock("CN"), outcome.Stock("CN")
	if got := outcome.Changes(&before, &after); len(got) != 0 {
		t.Errorf("of nothing: %+v", got)
	}
	after.Kinds["confirm"] = outcome.Kind{MinTalk: 9}
	after.Call[1].Labels.English = "Nobody"
	after.Call[2].Retry = &outcome.Retry{After: 10}
	after.Call[3].Flags = []outcome.Flag{outcome.NeedsNote}
	after.Appointments.PerSlot, after.MissedText = 20, outcome.MissedText{On: true, Number: "95598"}
	after = after.Without(outcome.CallLayer, "fax")
	after = after.With(outcome.BusinessLayer, "", outcome.Code{Key: "own", Labels: outcome.Text{Chinese: "自定", English: "Own"}})
	after.Business[0], after.Business[1] = after.Business[1], after.Business[0]
	var got []string
	for _, c := range outcome.Changes(&before, &after) {
		got = append(got, strings.TrimSpace(fmt.Sprintf("%s %s %s %s>%s %v", c.Layer, c.Key, c.Field, c.From, c.To, c.Added)))
	}
	want := []string{
		"confirm min_talk 5>9 false", "appointments per_slot 50>20 false", "missed_text on false>true false",
		"missed_text number >95598 false", "call no_answer label_en No answer>Nobody false", "call busy retry > false",
		"call off flag:needs_note false>true false", "call off flag:text_after true>false false",
		"call fax  > false", "business own  > true", "business  order > false",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// A set that was written before there was anything to say of appointments holds as it did then.
func TestASetOfBeforeSaysWhatHeldOfAppointments(t *testing.T) {
	t.Parallel()
	stock, former := outcome.Stock("CN"), outcome.Former()
	before, after, _ := strings.Cut(stock.Format(), "appointments:\n")
	_, after, _ = strings.Cut(after, "call:\n")
	back, err := outcome.Parse([]byte(before + "call:\n" + after))
	if err != nil || back.Appointments != former.Appointments || back.MissedText.On {
		t.Errorf("%+v %+v, %v", back.Appointments, back.MissedText, err)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range sets() {
		f.Add([]byte(s.Format()))
	}
	f.Add([]byte("kinds: {confirm: {min_talk_seconds: 5}}\ncall:\n  - key: a\n    retry: {}\n"))
	f.Fuzz(func(t *testing.T, body []byte) {
		s, err := outcome.Parse(body)
		if err != nil {
			if fault.KindOf(err) == fault.Internal {
				t.Fatalf("no kind: %v", err)
			}
			return
		}
		back, err := outcome.Parse([]byte(s.Format()))
		if diff := cmp.Diff(s, back); err != nil || diff != "" {
			t.Fatalf("read back: %v %s", err, diff)
		}
	})
}
