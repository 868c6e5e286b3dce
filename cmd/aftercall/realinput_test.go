package main

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"aftercall/internal/app"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/figures"
	"aftercall/internal/realtest"
	"aftercall/survey"
	"aftercall/tasks/decision"
	"aftercall/tasks/policy"
)

// shell runs commands against one installation.
type shell struct {
	t   *testing.T
	env map[string]string
}

// testRedis returns the address of the test's Redis, or skips the test.
func testRedis(t *testing.T) string {
	t.Helper()
	address := os.Getenv("AFTERCALL_TEST_REDIS")
	if address == "" {
		t.Skip("no Redis: AFTERCALL_TEST_REDIS is not set (make test sets it when one is installed; make deps installs one)")
	}
	return address
}

// onEachStore runs the test on SQLite with the embedded Redis, and on MySQL with a real one where both are there.
func onEachStore(t *testing.T, test func(t *testing.T, sh shell)) {
	t.Helper()
	t.Run("sqlite and embedded Redis", func(t *testing.T) {
		t.Parallel()
		test(t, shell{t, map[string]string{"AFTERCALL_DATA_DIR": t.TempDir()}})
	})
	t.Run("mysql and Redis", func(t *testing.T) {
		t.Parallel()
		redis := testRedis(t)
		test(t, shell{t, map[string]string{
			"AFTERCALL_DATA_DIR": t.TempDir(), "AFTERCALL_DATABASE": dbtest.MySQLAddress(t), "AFTERCALL_REDIS": redis,
		}})
	})
}

// config is the same installation for a test that calls its services.
func (sh shell) config() app.Config {
	c := app.Default()
	c.DataDir, c.Database = sh.env["AFTERCALL_DATA_DIR"], sh.env["AFTERCALL_DATABASE"]
	return c
}

// run runs a command that must succeed and returns what it printed.
func (sh shell) run(args ...string) string {
	sh.t.Helper()
	var stdout, stderr bytes.Buffer
	code := run(args, strings.NewReader(""), &stdout, &stderr, func(name string) (string, bool) {
		value, ok := sh.env[name]
		return value, ok
	})
	if code != 0 {
		sh.t.Fatalf("aftercall %s: exit code %d\n%s", strings.Join(args, " "), code, stderr.String())
	}
	return stdout.String()
}

// read runs a command with --json and decodes what it printed.
func read[T any](sh shell, args ...string) T {
	sh.t.Helper()
	var v T
	if err := json.Unmarshal([]byte(sh.run(append(args, "--json")...)), &v); err != nil {
		sh.t.Fatal(err)
	}
	return v
}

// decided checks that every kind of follow-up sums up, and returns the kinds.
func (sh shell) decided(resolved int) map[policy.Kind]decision.KindSummary {
	sh.t.Helper()
	kinds := map[policy.Kind]decision.KindSummary{}
	for _, k := range read[decision.Summary](sh, "decisions", "summary").Kinds {
		if k.Resolved != resolved || k.Planned+k.SkippedTotal() != resolved || k.Undecided != 0 {
			sh.t.Errorf("%s: %d resolved, %d planned, %d skipped, %d undecided; want a sum of %d",
				k.Kind, k.Resolved, k.Planned, k.SkippedTotal(), k.Undecided, resolved)
		}
		kinds[k.Kind] = k
	}
	if len(kinds) != len(policy.Kinds()) {
		sh.t.Fatalf("decisions about %d kinds", len(kinds))
	}
	return kinds
}

// reference is what an independent script computed from the tickets.
type reference struct {
	Overall    referenceGroup            `json:"overall"`
	ByChannel  map[string]referenceGroup `json:"by_channel"`
	ByType     map[string]referenceGroup `json:"by_type"`
	ByPriority map[string]referenceGroup `json:"by_priority"`
}

type referenceGroup struct {
	Responses int64      `json:"responses"`
	Sum       int64      `json:"csat_sum"`
	Mean      float64    `json:"csat_mean"`
	Top2      int64      `json:"top2"`
	Percent   float64    `json:"top2_pct"`
	Wilson    [2]float64 `json:"top2_wilson95"`
}

func readReference(t *testing.T) reference {
	t.Helper()
	b, err := os.ReadFile(realtest.File(t, "data", "support-tickets", "reference.json"))
	if err != nil {
		t.Fatal(err)
	}
	var r reference
	if err := json.Unmarshal(b, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// matches reports whether a figure is the reference's: counts exactly, the rest to the digits the reference has.
func (want referenceGroup) matches(got figures.Figure) bool {
	if got.Value == nil || got.Value.Interval == nil || got.Mean == nil {
		return false
	}
	near := func(a, b float64) bool { return math.Abs(a-b) <= 0.00005 }
	return got.N == want.Responses && got.High == want.Top2 && got.Sum == want.Sum &&
		math.Abs(got.Mean.Value-want.Mean) <= 5e-7 && near(got.Value.Value, want.Percent) &&
		near(got.Value.Interval.Lower/100, want.Wilson[0]) && near(got.Value.Interval.Upper/100, want.Wilson[1])
}

type imported struct {
	Read       int `json:"read"`
	Accepted   int `json:"accepted"`
	Resolved   int `json:"resolved"`
	Duplicates int `json:"duplicates"`
	Rejected   int `json:"rejected"`
	Warnings   int `json:"warnings"`
}

func example(name string) string { return filepath.Join("..", "..", "docs", "examples", name) }

func (sh shell) importTickets(more ...string) imported {
	sh.t.Helper()
	file := realtest.File(sh.t, "data", "support-tickets", "customer_support_tickets.csv.gz")
	args := []string{"import", "contacts", file, "--source", "shop", "--mapping", example("support-tickets.yaml")}
	return read[imported](sh, append(args, more...)...)
}

func TestRealTicketsGiveTheReferenceScores(t *testing.T) {
	want := readReference(t)
	onEachStore(t, func(t *testing.T, sh shell) {
		if got := sh.importTickets(); got != (imported{Read: 8469, Accepted: 8469, Resolved: 2769, Warnings: 1365}) {
			t.Fatalf("imported %+v", got)
		}
		sh.run("work", "--until-idle")
		for kind, k := range sh.decided(2769) {
			if k.Planned != 0 {
				t.Errorf("%s: %d planned from history", kind, k.Planned)
			}
		}
		sh.scores(want)
		if got := sh.importTickets(); got != (imported{Read: 8469, Duplicates: 8469, Warnings: got.Warnings}) {
			t.Errorf("the same file again: %+v", got)
		}
		sh.run("work", "--until-idle")
		sh.decided(2769)
		sh.scores(want)
	})
}

// scores compares every reference figure, and verifies all sums.
func (sh shell) scores(want reference) {
	sh.t.Helper()
	for by, groups := range map[string]map[string]referenceGroup{
		"channel": inOurWords(want.ByChannel, map[string]string{
			"Chat": "chat", "Email": "email", "Phone": "phone", "Social media": "social",
		}),
		"category": want.ByType,
		"severity": inOurWords(want.ByPriority, map[string]string{
			"Low": "low", "Medium": "medium", "High": "high", "Critical": "critical",
		}),
	} {
		report := read[figures.Report](sh, "scores", "show", "--metric", "csat", "--by", by)
		if !want.Overall.matches(report.Total) {
			sh.t.Errorf("overall: got %+v, want %+v", report.Total, want.Overall)
		}
		if len(report.Rows) != len(groups) || len(groups) == 0 {
			sh.t.Errorf("by %s: %d rows, want %d", by, len(report.Rows), len(groups))
		}
		for _, row := range report.Rows {
			if !groups[row.Member].matches(row.Figure) {
				sh.t.Errorf("by %s, %q: got %+v, want %+v", by, row.Member, row.Figure, groups[row.Member])
			}
		}
	}
	sh.run("scores", "verify")
}

func inOurWords(groups map[string]referenceGroup, words map[string]string) map[string]referenceGroup {
	ours := map[string]referenceGroup{}
	for theirs, group := range groups {
		ours[words[theirs]] = group
	}
	return ours
}

var surveyLink = regexp.MustCompile(`/s/([0-9A-Za-z]+)`)

func TestRealTicketsShiftedToNowArePlannedSentAndAnswered(t *testing.T) {
	realtest.File(t, "data", "support-tickets", "reference.json")
	onEachStore(t, func(t *testing.T, sh shell) {
		sh.env["AFTERCALL_SURVEY_DELAY"] = "1s"
		if got := sh.importTickets("--shift-times", "now", "--without-answers"); got.Resolved != 2769 {
			t.Fatalf("imported %+v", got)
		}
		sh.run("work", "--until-idle")
		kinds := sh.decided(2769)
		if k := kinds[policy.FollowUpSurvey]; k.Planned < 2500 {
			t.Errorf("%d surveys planned of 2,769: %+v", k.Planned, k.Skipped)
		}
		answered := sh.answerEverything()
		sh.run("work", "--until-idle")
		report := read[figures.Report](sh, "scores", "show", "--metric", "csat", "--by", "all")
		if report.Total.N != int64(answered) || answered < 2500 {
			t.Errorf("%d customers answered, %d answers are counted", answered, report.Total.N)
		}
		sh.decided(2769)
		sh.run("scores", "verify")
	})
}

// answerEverything reads every message that would have been sent and answers by its link. It returns how many there were.
func (sh shell) answerEverything() int {
	sh.t.Helper()
	ctx := sh.t.Context()
	a, err := app.New(ctx, sh.config(), app.Parts{}, slog.New(slog.DiscardHandler))
	if err != nil {
		sh.t.Fatal(err)
	}
	defer func() {
		if err := a.Stop(context.WithoutCancel(ctx)); err != nil {
			sh.t.Error(err)
		}
	}()
	answered := 0
	for before := int64(0); ; {
		page, err := a.Messages.Newest(ctx, before, 500)
		if err != nil {
			sh.t.Fatal(err)
		}
		if len(page) == 0 {
			return answered
		}
		for _, m := range page {
			before = m.ID
			found := surveyLink.FindStringSubmatch(m.Body)
			if found == nil {
				sh.t.Fatal("a message without a link")
			}
			rating := []int{5, 4, 2}[answered%3]
			given := map[string]survey.Given{survey.KeyRating: {Value: &rating}}
			if err := a.Surveys.Submit(ctx, found[1], "en", survey.Submission{Given: given}); err != nil {
				sh.t.Fatal(err)
			}
			answered++
		}
	}
}

func TestRealServiceRequestsWithoutCustomersAreTakenIn(t *testing.T) {
	file := realtest.File(t, "data", "nyc311", "311_Service_Requests_2022-05-01.csv")
	onEachStore(t, func(t *testing.T, sh shell) {
		got := read[imported](sh, "import", "contacts", file, "--source", "nyc311", "--mapping", example("nyc311.yaml"))
		if got.Read != 924 || got.Accepted != 924 || got.Resolved != 480 || got.Rejected != 0 {
			t.Fatalf("imported %+v", got)
		}
		sh.run("work", "--until-idle")
		for kind, k := range sh.decided(480) {
			if k.Planned != 0 {
				t.Errorf("%s: %d planned from history", kind, k.Planned)
			}
		}
		sh.run("scores", "verify")
	})
}
