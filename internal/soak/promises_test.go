package soak

import (
	"strings"
	"time"

	"aftercall/internal/account"
	"aftercall/tasks/callback"
	"aftercall/tasks/decision"
)

// promise is something that holds at every moment. Its statement selects whatever breaks it; @now and @grace (a minute ago,
// so that who is to act had the time) are given.
type promise struct{ name, broken string }

// openJob is a job that is not over.
const openJob = "SELECT 1 FROM jobs WHERE jobs.state IN ('due', 'queued', 'running') AND jobs.kind = "

// promises are looked at every minute. They read what is open, or indexes, so that a look costs a few milliseconds.
var promises = []promise{
	{"every resolution is decided, for each kind", `SELECT r.* FROM resolutions r WHERE r.resolved_at BETWEEN @lately AND @grace
		AND r.received_at <= @grace AND (SELECT COUNT(*) FROM decisions d WHERE d.resolution_id = r.id) <> 2`},
	{"a planned callback is there", `SELECT d.* FROM decisions d WHERE d.kind = 'callback' AND d.state = 'planned' AND d.cancelled_at = 0
		AND NOT EXISTS (SELECT 1 FROM callbacks c WHERE c.resolution_id = d.resolution_id AND c.decision_id = d.id)`},
	{"a planned survey was sent or has its job", `SELECT d.* FROM decisions d WHERE d.kind = 'survey' AND d.state = 'planned'
		AND d.cancelled_at = 0 AND NOT EXISTS (` + openJob + `'survey.send' AND jobs.ref = d.id)
		AND NOT EXISTS (SELECT 1 FROM invitations i WHERE i.resolution_id = d.resolution_id AND i.state <> 'planned')`},

	{"a due job is begun", `SELECT * FROM jobs WHERE state = 'due' AND run_at <= @grace`},
	{"a job that is in hand ends or is taken up again", `SELECT * FROM jobs WHERE state IN ('queued', 'running')
		AND (run_at <= @grace OR updated_at <= @long)`},
	{"a job is in nobody's hand for long", `SELECT * FROM jobs WHERE state IN ('queued', 'running') AND run_at > @soon`},
	{"no job fails for good", `SELECT * FROM jobs WHERE state = 'dead'`},

	{"one job looks after each open callback", `SELECT c.* FROM callbacks c WHERE c.state IN ('waiting', 'ready', 'claimed')
		AND (SELECT COUNT(*) FROM (` + openJob + `'callback.offer' AND jobs.ref = c.id)) <> 1`},
	{"a callback is offered when its time has come", `SELECT * FROM callbacks WHERE state = 'waiting' AND ready_at <= @grace`},
	{"a callback that nobody made ends", `SELECT * FROM callbacks WHERE expires_at <= @grace
		AND (state IN ('waiting', 'ready') OR state = 'claimed' AND lease_until <= @grace)`},
	{"a claim ends", `SELECT * FROM callbacks WHERE state = 'claimed' AND (lease_until = 0 OR lease_until > @lease)`},
	{"a caller calls one person", `SELECT caller_id FROM callbacks WHERE state = 'claimed' AND lease_until > @now
		GROUP BY caller_id, slot HAVING COUNT(DISTINCT person_id) > 1`},
	{"a person is called by one caller", `SELECT person_id FROM callbacks WHERE state = 'claimed' AND lease_until > @now
		GROUP BY person_id HAVING COUNT(DISTINCT caller_id) > 1`},
	{"a person is held for a claim, and no longer", `SELECT * FROM holds h WHERE until_at > @now AND slot <> 'undo'
		AND NOT EXISTS (SELECT 1 FROM callbacks c WHERE c.person_id = h.person_id AND c.caller_id = h.caller_id AND c.fence = h.fence
		AND c.state IN ('claimed', 'cancelled') AND c.lease_until = h.until_at)`},
	{"a person is held for undoing as long as that is possible", `SELECT * FROM holds WHERE slot = 'undo' AND until_at > @undo`},
	{"a callback has no more attempts than it may", `SELECT * FROM callbacks WHERE attempts > max_attempts`},

	{"nobody is called for a case that is open again", `SELECT c.* FROM callbacks c JOIN resolutions r ON r.id = c.resolution_id
		WHERE c.state IN ('waiting', 'ready', 'claimed') AND r.reopened_at BETWEEN 1 AND @grace`},
	{"nobody is asked about a case that is open again", `SELECT d.* FROM jobs JOIN decisions d ON d.id = jobs.ref
		JOIN resolutions r ON r.id = d.resolution_id
		WHERE jobs.kind = 'survey.send' AND jobs.state = 'due' AND r.reopened_at BETWEEN 1 AND @grace`},
	{"a number is called three times a day at most", `SELECT address_hash FROM touches WHERE kind = 'attempt' AND at > @yesterday
		GROUP BY address_hash HAVING COUNT(*) > 3`},
	{"an address gets one message a day, and its reminder", `SELECT address_hash FROM touches WHERE kind = 'invitation'
		AND at > @yesterday AND address_hash <> '' GROUP BY address_hash HAVING COUNT(*) > 1`},
	{"a message is not on its way for ever", `SELECT * FROM invitations WHERE state = 'sending' OR reminder_state = 'sending'`},
	{"the fate of a message is known where nobody died", `SELECT * FROM invitations
		WHERE state = 'uncertain' OR reminder_state = 'uncertain'`},
	{"a survey that has ended waits for nothing", `SELECT * FROM invitations WHERE expires_at BETWEEN 1 AND @grace
		AND (state = 'planned' OR reminder_state = 'planned')`},
	{"a reminder comes when it is due", `SELECT * FROM invitations WHERE reminder_state = 'planned' AND reminder_due_at <= @grace`},
	{"a planned reminder has its job", `SELECT i.* FROM invitations i WHERE i.reminder_state = 'planned'
		AND i.state IN ('sent', 'delivered') AND NOT EXISTS (` + openJob + `'survey.remind' AND jobs.ref = i.id)`},

	{"what counts is folded in time", `SELECT * FROM score_entries
		WHERE folded = 0 AND recorded_at <= @unfolded AND occurred_at <= @unfolded`},
}

// look holds every promise, and looks at whom was called since the last time.
func (c *centre) look() {
	now := c.Now()
	given := map[string]any{
		"now": now, "grace": now.Add(-time.Minute), "soon": now.Add(15 * time.Minute), "lease": now.Add(callback.Lease),
		"undo":   now.Add(callback.UndoTime),
		"lately": now.Add(-12 * time.Hour), "unfolded": now.Add(-3 * time.Minute), "long": now.Add(-5 * time.Minute),
		"yesterday": now.Add(-24 * time.Hour),
	}
	g := c.DB.View(c.t.Context()).Gorm()
	for _, p := range promises {
		var broken []map[string]any
		var args []any
		if strings.Contains(p.broken, "@") {
			args = append(args, given)
		}
		if err := g.Raw(p.broken, args...).Scan(&broken).Error; err != nil {
			c.t.Fatalf("%s: %v", p.name, err)
		}
		for _, row := range broken[:min(len(broken), 3)] {
			c.t.Errorf("%s: not so of %v", p.name, row)
		}
		c.counts["promises held"]++
	}
	c.lookAtCalls()
}

// lookAtCalls looks whether everybody who was called might be.
func (c *centre) lookAtCalls() {
	var attempts []callback.Attempt
	if err := c.DB.View(c.t.Context()).Gorm().Where("id > ?", c.lastAttempt).Order("id").Find(&attempts).Error; err != nil {
		c.t.Fatal(err)
	}
	for _, a := range attempts {
		c.lastAttempt = a.ID
		who := c.customerOf(a.CustomerID)
		c.mustBeReachable(who, a.StartedAt, "a call was made")
		c.mustNotHaveRefused(who, c.noContact[a.CustomerID], a.StartedAt, "a call was made")
	}
}

// addUp holds the sums: resolved is what was decided, and every figure is what its rows say. It reads everything, so it comes once an
// hour.
func (c *centre) addUp() {
	if err := c.WaitIdle(c.t.Context()); err != nil {
		c.t.Fatal(err)
	}
	summary, err := c.Decisions.Summary(c.t.Context(), account.Viewer{}, 0, 0)
	if err != nil {
		c.t.Fatal(err)
	}
	for _, k := range summary.Kinds {
		if k.Undecided != 0 || k.Resolved != k.Planned+k.SkippedTotal() {
			c.t.Errorf("%s: %d resolved, %d planned, %d skipped", k.Kind, k.Resolved, k.Planned, k.SkippedTotal())
		}
		if fate := sum(k.Fate); fate != k.Planned {
			c.t.Errorf("%s: %d planned, and the fate of %d is known", k.Kind, k.Planned, fate)
		}
	}
	wrong, err := c.Flow.VerifyScores(c.t.Context())
	if err != nil {
		c.t.Fatal(err)
	}
	for _, m := range wrong[:min(len(wrong), 5)] {
		c.t.Error(m)
	}
	c.counts["sums held"]++
}

func sum(counts []decision.ReasonCount) int {
	total := 0
	for _, r := range counts {
		total += r.Count
	}
	return total
}
