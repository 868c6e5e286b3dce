package app

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"aftercall/internal/database/dbtest"
)

// random are the columns of secrets that are made anew each time.
var random = []string{
	"users.password_hash", "login_sessions.token_hash", "api_tokens.token_hash", "password_links.token_hash", "handoff_contacts.sealed",
}

// useCase is something that somebody does in an office; what it returns is what they are told.
type useCase func(o *office) func() (any, error)

// play runs a use case on an office of its own, with a disturbance, and returns what came of it.
func play(t *testing.T, prepare useCase, disturb func(*dbtest.Deadlock)) (string, []string, *dbtest.Deadlock) {
	t.Helper()
	o := newOffice(t)
	do := prepare(o)
	deadlock := dbtest.WatchDeadlock(t, o.DB)
	disturb(deadlock)
	outcome := saying(do())
	dump := dbtest.Dump(t, o.DB, random...)
	o.must(o.DB.Close())
	return outcome, dump, deadlock
}

// A transaction that gave way to another one runs again, and nobody can tell: the database and the answer are what they would have
// been. Every statement of every use case loses a deadlock once, also the COMMIT behind the last one of each transaction.
func TestWhatLosesADeadlockIsDoneAsIfItHadNot(t *testing.T) {
	t.Parallel()
	newOffice(t)
	for name, prepare := range useCases() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			calm, _, watched := play(t, prepare, func(*dbtest.Deadlock) {})
			if watched.Seen() == 0 || strings.HasPrefix(calm, "refused") || strings.HasPrefix(calm, "failed") {
				t.Fatalf("%d statements, %s", watched.Seen(), calm)
			}
			for _, tx := range watched.Transactions() {
				want, dump, _ := play(t, prepare, func(d *dbtest.Deadlock) { d.SkipIDs(tx[0]) })
				check := func(statement int, after bool) {
					got, again, deadlock := play(t, prepare, func(d *dbtest.Deadlock) { d.Lose(statement, after) })
					where := fmt.Sprintf("statement %d of %d, after it: %t", statement, watched.Seen(), after)
					if !deadlock.Struck() {
						t.Fatalf("%s: was not run", where)
					}
					if diff := cmp.Diff(want, got); diff != "" {
						t.Fatalf("%s: the answer is another one:\n%s", where, diff)
					}
					if diff := changedLines(dump, again); diff != "" {
						t.Fatalf("%s: the database is another one:\n%s", where, diff)
					}
				}
				for statement := tx[0]; statement <= tx[1]; statement++ {
					check(statement, false)
				}
				check(tx[1], true)
			}
		})
	}
}

// changedLines returns the lines that are only in one of the dumps.
func changedLines(want, got []string) string {
	var lines []string
	for sign, pair := range map[string][2][]string{"-": {want, got}, "+": {got, want}} {
		rest := map[string]int{}
		for _, line := range pair[1] {
			rest[line]++
		}
		for _, line := range pair[0] {
			if rest[line]--; rest[line] < 0 {
				lines = append(lines, sign+" "+line)
			}
		}
	}
	slices.Sort(lines)
	return strings.Join(lines[:min(8, len(lines))], "\n")
}

// Every exported method that takes a context is in the table of use cases, or only reads.
func TestEveryUseCaseIsTriedWithADeadlock(t *testing.T) {
	t.Parallel()
	tried, others := useCases(), append(worked(), reads()...)
	o := newOffice(t)
	services := reflect.ValueOf(*o.Services)
	for i := range services.NumField() {
		name, service := services.Type().Field(i).Name, services.Field(i)
		if name == "DB" || name == "Now" || name == "Flow" {
			continue
		}
		for m := range service.NumMethod() {
			method := service.Type().Method(m)
			key := name + "." + method.Name
			first := method.Type.NumIn() > 1 && method.Type.In(1) == reflect.TypeFor[context.Context]()
			if _, ok := tried[key]; first && !ok && !slices.Contains(others, key) {
				t.Errorf("%s is neither tried nor known to need no trial", key)
			}
		}
	}
	for kind := range o.handlers() {
		if _, ok := tried["job "+kind]; !ok {
			t.Errorf("the job %s is not tried", kind)
		}
	}
}
