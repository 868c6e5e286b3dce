package tasks

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"aftercall/internal/fault"
)

func TestAPolicyThatSaysLittleIsFilledIn(t *testing.T) {
	t.Parallel()
	p, err := ParsePolicy([]byte("rules:\n  - id: all\n    callback: {}\n    survey: {sample: 12.5%, channels: [sms]}\n"))
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
	_, err := ParsePolicy([]byte(`max_age: 200d
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
		"one: id rule_twice 14", "one: callback.priority range 16",
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
		"too long":                   "# " + strings.Repeat("x", MaxPolicyBytes),
		"a span that is none":        "max_age: soon\nrules: []\n",
		"a share that is none":       "rules:\n  - {id: a, survey: {sample: half}}\n",
		"two reasons for one kind":   "rules:\n  - {id: a, nothing: {reason: not_needed, survey: auto_closed}}\n",
	} {
		start := time.Now()
		_, err := ParsePolicy([]byte(body))
		if !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.TooLarge) {
			t.Errorf("%s: %v", name, err)
		}
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("%s: refused after %v", name, took)
		}
	}
}

func TestSpansAndSharesReadBackAsWritten(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"0": 0, "0s": 0, "90s": 90 * time.Second, "2h": 2 * time.Hour, "1d12h": 36 * time.Hour, "1d1s": day + time.Second, " 3d ": 3 * day,
	} {
		if got, err := ParseSpan(text); err != nil || got.Duration() != want {
			t.Errorf("%q is %v, %v", text, got, err)
		} else if again, err := ParseSpan(got.String()); err != nil || again != got {
			t.Errorf("%q reads back as %v, %v", got, again, err)
		}
	}
	for _, text := range []string{"", "1", "h", "1x", "-1h", "1.5h", "1h1d", "1h1h", "99999999999d", "1001d", "1000d1s", "１h"} {
		if got, err := ParseSpan(text); err == nil {
			t.Errorf("%q is %v", text, got)
		}
	}
	for text, want := range map[string]Share{"25%": 250_000, "25": 250_000, "0.5 %": 5_000, "0.0001%": 1, "100%": Everybody, "12.25%": 122_500, "0": 0} {
		if got, err := ParseShare(text); err != nil || got != want {
			t.Errorf("%q is %d, %v", text, got, err)
		} else if again, err := ParseShare(got.String()); err != nil || again != got {
			t.Errorf("%v reads back as %v, %v", got, again, err)
		}
	}
	for _, text := range []string{"", "%", ".5%", "5.%", "100.0001%", "101%", "0.00001%", "-1%", "1e2%", "half"} {
		if got, err := ParseShare(text); err == nil {
			t.Errorf("%q is %v", text, got)
		}
	}
}

func TestThePoliciesOfTheDocumentsAreValid(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join("..", "docs", "examples", "policies", "*.yaml"))
	if err != nil || len(files) < 3 {
		t.Fatalf("%d examples, %v", len(files), err)
	}
	for _, name := range files {
		body, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ParsePolicy(body); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Whatever bytes come: no panic, no long silence, and what is accepted reads back as itself.
func FuzzParsePolicy(f *testing.F) {
	policy := DefaultPolicy(time.Hour)
	f.Add([]byte(policy.Format()))
	f.Add([]byte("rules:\n  - {id: a, when: [{field: customer.attributes.x, op: is, values: [1]}], nothing: {reason: own}}\nreasons: {own: x}\n"))
	f.Add([]byte("rules: &a [*a]"))
	f.Fuzz(func(t *testing.T, body []byte) {
		p, err := ParsePolicy(body)
		if err != nil {
			return
		}
		again, err := ParsePolicy([]byte(p.Format()))
		if err != nil {
			t.Fatalf("%v\n%s", err, p.Format())
		}
		if diff := cmp.Diff(p, again, spoken); diff != "" {
			t.Fatal(diff)
		}
	})
}
