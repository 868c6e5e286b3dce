package flow_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/survey"
	"aftercall/tasks/decision"
)

// steps are those of a try that carries a message: its job is begun, its row is written, the message is about to leave, it has left, and
// what became of it is written. A try that comes to nothing has fewer.
const steps = 5

// Wherever its worker dies.
func TestEveryInvitationEndsInATrueState(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		all := newTrials(t, db)
		for _, happening := range happenings() {
			for _, answer := range repliesOn(db) {
				for step := range steps + 1 {
					t.Run(fmt.Sprintf("%s, the gateway %s, death at step %d", happening.name, answer, step), func(t *testing.T) {
						r := all.begin(t, decision.JobSendSurvey, []int{step}, answer)
						r.sendFirst()
						if step > 0 && r.deaths.died != 1 {
							t.Fatalf("died %d times", r.deaths.died)
						}
						happening.do(r)
						r.finish(t)
					})
				}
			}
		}
	})
}

func TestEveryReminderEndsInAStateThatIsTrueWhereverItsWorkerDies(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		all := newTrials(t, db)
		for _, happening := range happenings() {
			for _, answer := range []reply{takes, postpones} {
				for step := range steps + 1 {
					t.Run(fmt.Sprintf("%s, the gateway %s, death at step %d", happening.name, answer, step), func(t *testing.T) {
						r := all.begin(t, survey.JobRemind, []int{step}, takes, answer)
						r.sendFirst()
						r.runUntil(r.at.Add(3 * 24 * time.Hour))
						if step > 0 && r.deaths.died != 1 {
							t.Fatalf("died %d times", r.deaths.died)
						}
						happening.do(r)
						r.finish(t)
					})
				}
			}
		}
	})
}

// repliesOn returns every reply, and of those that leave the same to be done after a death one where each round trip takes its time.
func repliesOn(db *database.DB) []reply {
	if db.Dialect() == database.MySQL {
		return []reply{takes, postpones}
	}
	return replies()
}

// While a message is on its way its contact is reopened or corrected, and the job of that is done, or dies as well.
func TestWhatHappensWhileAMessageIsOnItsWayIsTrueInTheEnd(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		all := newTrials(t, db)
		for _, happening := range happenings() {
			for _, answer := range repliesOn(db) {
				for _, step := range []int{0, 4, 5} {
					t.Run(fmt.Sprintf("%s, the gateway %s, death at step %d", happening.name, answer, step), func(t *testing.T) {
						r := all.begin(t, decision.JobSendSurvey, []int{step}, answer)
						r.during = func() {
							happening.do(r)
							r.work(contact.JobReopened, contact.JobCorrected)
						}
						r.sendFirst()
						r.finish(t)
					})
				}
			}
		}
	})
}

// Whatever happens, in whatever order, and wherever workers die, once or so often that their job is dead.
func TestWhateverHappensNobodyIsAskedTwiceAndEveryRowIsTrue(t *testing.T) {
	t.Parallel()
	all := newTrials(t, dbtest.SQLite(t))
	rapid.Check(t, func(rt *rapid.T) {
		kinds := []string{decision.JobSendSurvey, survey.JobRemind, contact.JobReopened, contact.JobCorrected}
		kind := rapid.SampledFrom(kinds).Draw(rt, "kind")
		at := rapid.SliceOfN(rapid.IntRange(0, steps), 1, 6).Draw(rt, "deaths")
		r := all.begin(t, kind, at, rapid.SliceOfN(rapid.SampledFrom(replies()), 0, 7).Draw(rt, "replies")...)
		r.sendFirst()
		var happened []string
		for _, what := range rapid.SliceOfN(rapid.SampledFrom(happenings()), 0, 3).Draw(rt, "happens") {
			if what.name == "a merge" && slices.Contains(happened, what.name) {
				continue
			}
			happened = append(happened, what.name)
			what.do(r)
			r.runUntil(r.at.Add(time.Duration(rapid.IntRange(0, 100).Draw(rt, "hours")) * time.Hour))
			if rapid.Bool().Draw(rt, "taken up") {
				r.takeUp()
			}
		}
		r.finish(rt)
	})
}
