package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// rated brings contacts of two sources into a data directory: both have an agent Li, one contact has no agent, one is not resolved.
func rated(t *testing.T) (dir string, days []string) {
	t.Helper()
	dir = t.TempDir()
	mapping := filepath.Join(dir, "mapping.yaml")
	const body = `
zone: Asia/Shanghai
columns: {external_id: id, status: state, resolved_at: done, opened_at: opened, customer.emails: mail}
participants: [{role: handled, agent: agent}]
answers: [{metric: csat, column: score}]
`
	if err := os.WriteFile(mapping, []byte(body), 0o600); err != nil {
		t.Fatal(err)
	}
	shanghai := time.FixedZone("", 8*60*60)
	for _, ago := range []int{9, 2} {
		days = append(days, time.Now().AddDate(0, 0, -ago).In(shanghai).Format(time.DateOnly))
	}
	for source, rows := range map[string][]string{
		"desk": {
			"1,resolved,%[1]s 10:00,,a@example.com,Li,5", "2,resolved,%[2]s 10:00,,b@example.com,,4",
			"3,open,,%[2]s 09:00,c@example.com,Li,1",
		},
		"pbx": {"1,resolved,%[2]s 10:00,,d@example.com,Li,2", "2,resolved,%[2]s 11:00,,e@example.com,Wang,"},
	} {
		file := filepath.Join(dir, source+".csv")
		text := fmt.Sprintf("id,state,done,opened,mail,agent,score\n"+strings.Join(rows, "\n"), days[0], days[1])
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if code, _, stderr := command(t, dir, "", "import", "contacts", file, "--source", source, "--mapping", mapping); code != exitDone {
			t.Fatal(stderr)
		}
	}
	return dir, days
}

// wantLines fails the test unless a command prints each of the texts, with any blanks between words, and none of the others.
func wantLines(t *testing.T, dir string, args, want, unwanted []string) {
	t.Helper()
	code, stdout, stderr := command(t, dir, "", args...)
	if code != exitDone {
		t.Fatalf("%v: exit code %d: %s", args, code, stderr)
	}
	printed := strings.Join(strings.Fields(stdout), " ")
	for _, text := range want {
		if !strings.Contains(printed, text) {
			t.Errorf("%v: no %q in\n%s", args, text, stdout)
		}
	}
	for _, text := range unwanted {
		if strings.Contains(printed, text) {
			t.Errorf("%v: %q in\n%s", args, text, stdout)
		}
	}
}

func TestFiguresSayWhatTheyLackAndWhoseTheyAre(t *testing.T) {
	t.Parallel()
	dir, days := rated(t)
	const waits = "4 resolutions wait to be decided: `aftercall serve` or `aftercall work` does it"
	wantLines(t, dir, []string{"decisions", "summary"}, []string{"= planned 0", waits}, []string{"scored", "folded"})
	wantLines(t, dir, []string{"scores", "show", "--metric", "resolved"}, []string{
		waits, "4 answers wait to be scored", "4 entries are counted and not folded yet",
	}, nil)
	if code, stdout, stderr := command(t, dir, "", "work", "--until-idle"); code != exitDone {
		t.Fatal(stdout, stderr)
	}
	wantLines(t, dir, []string{"decisions", "summary"}, []string{"= planned 1 1 handed_over"}, []string{"wait"})
	wantLines(t, dir, []string{"scores", "show", "--by", "agent"},
		[]string{"(no agent) 1", "Li · desk 2", "Li · pbx 1"}, []string{"Wang", "wait to be"})
	wantLines(t, dir, []string{"scores", "show", "--by", "product"}, []string{"(no product) 4"}, nil)
	wantLines(t, dir, []string{"scores", "show", "--metric", "resolved", "--by", "agent"}, []string{"Wang 1"}, []string{"Wang ·"})
	wantLines(t, dir, []string{"scores", "show", "--metric", "coverage"},
		[]string{"all 4", "counted apart: answers about contacts that are not resolved: 1"}, nil)
	between, err := time.Parse(time.DateOnly, days[0])
	if err != nil {
		t.Fatal(err)
	}
	empty := between.AddDate(0, 0, 1).Format(time.DateOnly) + " 0"
	wantLines(t, dir, []string{"scores", "show", "--by", "day"}, []string{days[0] + " 1", days[1] + " 3"}, []string{empty})
	wantLines(t, dir, []string{"scores", "show", "--by", "day", "--empty"}, []string{days[0] + " 1", empty}, nil)
}

func TestWhatScoresCanBeBrokenDownByIsListed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	const all = "all, source, agent, team, channel, category, product, severity, day, week, month"
	wantLines(t, dir, []string{"scores", "show", "--help"}, []string{"breakdown by " + all, "what to break it down by: " + all}, nil)
	code, _, stderr := command(t, dir, "", "scores", "show", "--by", "moon")
	if code != exitUsage || !strings.Contains(stderr, "is none of "+all) {
		t.Errorf("exit code %d: %s", code, stderr)
	}
}
