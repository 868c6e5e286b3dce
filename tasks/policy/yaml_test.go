package policy

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"aftercall/internal/fault"
)

// The salt of a policy is not part of what it says.
var spoken = cmp.Options{cmpopts.IgnoreUnexported(Policy{}), cmpopts.EquateEmpty()}

func TestAPolicyThatSaysLittleIsFilledIn(t *testing.T) {
	t.Parallel()
	p, err := Parse([]byte("rules:\n  - id: all\n    callback: {}\n    survey: {sample: 12.5%, channels: [sms]}\n"))
	if err != nil {
		t.Fatal(err)
	}
	callback, survey := DefaultCallback(), DefaultSurvey()
	survey.Share, survey.Channels = 125_000, survey.Channels[1:]
	want := Policy{MaxAge: Span(7 * day), Rules: []Rule{{ID: "all", Callback: &callback, Survey: &survey}}}
	if diff := cmp.Diff(want, p, spoken); diff != "" {
		t.Error(diff)
	}
}

func TestWhatIsWrongIsNamedWithItsRuleAndLine(t *testing.T) {
	t.Parallel()
	_, err := Parse([]byte(`max_age: 200d
reasons:
  suppressed: mine
rules:
  - id: one
    when:
      - {field: contact.weather, op: is, values: [rain]}
      - {field: contact.severity, op: at_least, values: [huge]}
      - field: contact.category
        op: at_least
        values: [a]
      - {field: contact.category, op: known, values: [a]}
    nothing: {callback: because}
  - id: one
    callback:
      priority: 9
      delay: 8d
  - id: Two
  - id: by_hand
    survey:
      channels: [phone]
      sample: 0%
      family: "?"
    nothing: {survey: not_needed}
`))
	f, ok := fault.Of(err)
	if !ok || f.Kind != fault.Invalid {
		t.Fatalf("got %v", err)
	}
	var got []string
	for _, field := range f.Fields {
		got = append(got, strings.Join([]string{field.Name, field.Code, strconv.Itoa(field.Line)}, " "))
	}
	want := []string{
		"max_age span_range 1", "reasons.suppressed reason_reserved 3",
		"one: when[0].field policy_field_unknown 7", "one: when[1].values unknown_value 8", "one: when[2].op policy_op 10",
		"one: when[3].values policy_values 12", "one: nothing.callback reason_unknown 13",
		"one: id rule_twice 14", "one: callback.priority number_range 16",
		"Two: id code_form 18", "Two: id rule_empty 18",
		"by_hand: id rule_reserved 19", "by_hand: nothing.survey rule_contradicts 24", "by_hand: survey.family code_form 23",
		"by_hand: survey.channels unknown_value 21", "by_hand: survey.sample share_range 22",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestWhatIsNoPolicyIsRefused(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"an unknown key":             "rules: []\nrule: []\n",
		"a key twice":                "max_age: 1d\nmax_age: 2d\nrules: []\n",
		"a list where a text stands": "rules:\n  - id: [a]\n",
		"brackets in brackets":       "rules: " + strings.Repeat("[", 1000),
		"dashes upon dashes":         strings.Repeat("- ", 5000),
		"indented for ever":          strings.Repeat(" ", 400) + "a: b",
		"too long":                   "# " + strings.Repeat("x", MaxBytes),
		"a span that is none":        "max_age: soon\nrules: []\n",
		"a share that is none":       "rules:\n  - {id: a, survey: {sample: half}}\n",
		"two reasons for one kind":   "rules:\n  - {id: a, nothing: {reason: not_needed, survey: auto_closed}}\n",
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			_, err := Parse([]byte(body))
			if !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.TooLarge) {
				t.Error(err)
			}
			if took := time.Since(start); took > 5*time.Second {
				t.Errorf("refused after %v", took)
			}
		})
	}
}

// What stands in the file is what is compared, whatever YAML takes an unquoted value for.
func TestUnquotedValuesStayAsTheyAreWritten(t *testing.T) {
	t.Parallel()
	for _, written := range []string{
		"007", "1.0", "1.50", "0x10", "0o17", "1_000", "+3", "1e3", ".inf", ".nan", "true", "yes", "2026-11-22",
	} {
		t.Run(written, func(t *testing.T) {
			body := "rules:\n  - {id: a, when: [{field: contact.order_reference, op: is, values: [" + written + "]}], callback: {}}\n"
			p, err := Parse([]byte(body))
			if err != nil {
				t.Fatalf("%s: %v", written, err)
			}
			if got := p.Rules[0].When[0].Values; !slices.Equal(got, []string{written}) {
				t.Errorf("%s is read as %q", written, got)
			}
			if again, err := Parse([]byte(p.Format())); err != nil || !cmp.Equal(p, again, spoken) {
				t.Errorf("%s does not come back: %v\n%s", written, err, p.Format())
			}
		})
	}
}

func TestOneValueIsAListOfOne(t *testing.T) {
	t.Parallel()
	p, err := Parse(
		[]byte("rules:\n  - id: a\n    when: [{field: contact.category, op: is, values: 宽带报修}]\n    survey: {channels: sms}\n"),
	)
	if err != nil {
		t.Fatal(err)
	}
	if got := p.Rules[0].When[0].Values; !slices.Equal(got, []string{"宽带报修"}) ||
		!slices.Equal(p.Rules[0].Survey.Channels, SurveyChannels()[1:]) {
		t.Errorf("read as %q and %q", got, p.Rules[0].Survey.Channels)
	}
}

// Nothing of a file is left out without a word, and what its writer has to change is named.
func TestWhatTheFileSaysIsTakenOrRefused(t *testing.T) {
	t.Parallel()
	const rule = "rules:\n  - id: a\n    survey: {}\n"
	for body, want := range map[string]string{
		rule + "    callback:\n":                  "a: callback key_empty 4",
		rule + "    nothing: ~\n":                 "a: nothing key_empty 4",
		rule + "    nothing: {}\n":                "a: nothing required 4",
		rule + "    surveys: {}\n":                "a: surveys key_unknown 4",
		rule + "    callbacks:\n":                 "a: callbacks key_unknown 4",
		rule + "    survey: {}\n":                 "a: survey key_twice 4",
		rule + "    callback: call\n":             "a: callback needs_keys 4",
		rule + "    when: always\n":               "a: when needs_list 4",
		rule + "    when: [always]\n":             "a: when[0] needs_keys 4",
		rule + "    name: [a, b]\n":               "a: name needs_text 4",
		rule + "    name: |\n      a\n      b\n":  "a: name not_storable 4",
		rule + "    callback: {priority: 3.7}\n":  "a: callback.priority not_a_number 4",
		rule + "    callback: {delay: {h: 1}}\n":  "a: callback.delay needs_text 4",
		"rules:\n  - when: [{values: {a: b}}]\n":  "rule 1: when[0].values needs_list 2",
		"rules:\n  - when: [{values: [12:30]}]\n": "rule 1: when[0].values needs_text 2",
		"rules:\n  - {id: {a: b}, survey: {}}\n":  "rule 1: id needs_text 2",
		"rules:\n":                                "rules key_empty 1",
		"rules: []\nreasons: [a]\n":               "reasons needs_keys 2",
	} {
		t.Run(strings.TrimPrefix(body, rule), func(t *testing.T) {
			_, err := Parse([]byte(body))
			f, ok := fault.Of(err)
			if !ok || len(f.Fields) != 1 {
				t.Fatalf("%q: %v", body, err)
			}
			if got := strings.Join([]string{f.Fields[0].Name, f.Fields[0].Code, strconv.Itoa(f.Fields[0].Line)}, " "); got != want {
				t.Errorf("%q: %s, want %s", body, got, want)
			}
		})
	}
}

func TestWhatIsNoYAMLIsRefusedInOneWord(t *testing.T) {
	t.Parallel()
	const rule = "rules:\n  - {id: a, survey: {}}\n"
	for body, want := range map[string]string{
		"# 宽\n# \xbf\xed\xb4\xf8\n" + rule:  "policy_encoding 2", // GBK
		"\xff\xfer\x00":                     "policy_encoding 1", // UTF-16
		rule + "---\n" + rule:               "policy_documents 4",
		"rules: [\n":                        "policy_yaml 1",
		"rules:\n\t- id: a\n":               "policy_yaml 2",
		"rules:\n  - id: 'a\n":              "policy_yaml 2",
		"rules: &a []\n":                    "policy_anchor 1",
		"# only this\n":                     "policy_empty <nil>",
		"":                                  "policy_empty <nil>",
		"hello":                             "policy_keys 1",
		"- a\n":                             "policy_keys 1",
		"rules: " + strings.Repeat("[", 99): "policy_deep <nil>",
	} {
		t.Run(want, func(t *testing.T) {
			_, err := Parse([]byte(body))
			f, ok := fault.Of(err)
			if !ok {
				t.Fatalf("%q: %v", body, err)
			}
			if got := fmt.Sprint(f.Code, " ", f.Args["line"]); got != want {
				t.Errorf("%q: %s, want %s", body, got, want)
			}
		})
	}
	for _, body := range []string{
		"\ufeff" + rule, "---\n" + rule, rule + "...\n", rule + "---\n", "%YAML 1.2\n---\n" + rule,
		strings.ReplaceAll(rule, "\n", "\r\n"),
	} {
		t.Run(strings.ReplaceAll(body, rule, "RULE"), func(t *testing.T) {
			if p, err := Parse([]byte(body)); err != nil || len(p.Rules) != 1 {
				t.Errorf("%q: %v", body, err)
			}
		})
	}
}

func TestOutOfRangeNamesTheRange(t *testing.T) {
	t.Parallel()
	_, err := Parse([]byte("rules:\n  - id: a\n    callback: {attempts: 9, delay: 8d, within: 31d, expiry: 40d}\n"))
	f, _ := fault.Of(err)
	got := map[string]string{}
	for _, field := range f.Fields {
		got[field.Name] = fmt.Sprint(field.Code, " ", field.Args["least"], " ", field.Args["most"])
	}
	want := map[string]string{
		"a: callback.attempts": "number_range 1 6",
		"a: callback.delay":    "delay_range <nil> 7d",
		"a: callback.within":   "span_range 10m 30d",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestSpansAndSharesReadBackAsWritten(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"0": 0, "0s": 0, "90s": 90 * time.Second, "2h": 2 * time.Hour, "1d12h": 36 * time.Hour, "1d1s": day + time.Second, " 3d ": 3 * day,
	} {
		t.Run(text, func(t *testing.T) {
			if got, err := ParseSpan(text); err != nil || got.Duration() != want {
				t.Errorf("%q is %v, %v", text, got, err)
			} else if again, err := ParseSpan(got.String()); err != nil || again != got {
				t.Errorf("%q reads back as %v, %v", got, again, err)
			}
		})
	}
	for _, text := range []string{"", "1", "h", "1x", "-1h", "1.5h", "1h1d", "1h1h", "99999999999d", "1001d", "1000d1s", "１h"} {
		t.Run(text, func(t *testing.T) {
			if got, err := ParseSpan(text); err == nil {
				t.Errorf("%q is %v", text, got)
			}
		})
	}
	for text, want := range map[string]Share{
		"25%": 250_000, "25": 250_000, "0.5 %": 5_000, "0.0001%": 1, "100%": Everybody, "12.25%": 122_500, "0": 0,
	} {
		t.Run(text, func(t *testing.T) {
			if got, err := ParseShare(text); err != nil || got != want {
				t.Errorf("%q is %d, %v", text, got, err)
			} else if again, err := ParseShare(got.String()); err != nil || again != got {
				t.Errorf("%v reads back as %v, %v", got, again, err)
			}
		})
	}
	for _, text := range []string{"", "%", ".5%", "5.%", "100.0001%", "101%", "0.00001%", "-1%", "1e2%", "half"} {
		t.Run(text, func(t *testing.T) {
			if got, err := ParseShare(text); err == nil {
				t.Errorf("%q is %v", text, got)
			}
		})
	}
}

func TestThePoliciesOfTheDocumentsAreValid(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join("..", "..", "docs", "examples", "policies", "*.yaml"))
	if err != nil || len(files) < 3 {
		t.Fatalf("%d examples, %v", len(files), err)
	}
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			body, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := Parse(body); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
}

// Whatever bytes come: no panic, no long silence, and what is accepted reads back as itself.
func FuzzParsePolicy(f *testing.F) {
	policy := Default(time.Hour)
	f.Add([]byte(policy.Format()))
	f.Add([]byte(
		"rules:\n  - {id: a, when: [{field: customer.attributes.x, op: is, values: [1]}], nothing: {reason: own}}\nreasons: {own: x}\n",
	))
	f.Add([]byte("rules: &a [*a]"))
	f.Add([]byte("\ufeffrules: [{id: 1_0, name: .inf, when: [{field: contact.tags, op: has, values: 007}], survey: }]\n---\n"))
	f.Fuzz(func(t *testing.T, body []byte) {
		p, err := Parse(body)
		if err != nil {
			return
		}
		again, err := Parse([]byte(p.Format()))
		if err != nil {
			t.Fatalf("%v\n%s", err, p.Format())
		}
		if diff := cmp.Diff(p, again, spoken); diff != "" {
			t.Fatal(diff)
		}
	})
}
