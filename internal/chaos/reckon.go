package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"aftercall/internal/clock"
)

// waitsFor is how far ahead work counts as still to be done: what is tried again comes due within it, a reminder does not.
const waitsFor = 30 * time.Minute

// reckon compares what people were told and what the relay was given with what is stored.
func (t *trial) reckon(ctx context.Context) error {
	stored, err := invitations(ctx, t.db)
	if err != nil {
		return err
	}
	wrong := &findings{}
	if err := t.reckonContacts(ctx, wrong); err != nil {
		return err
	}
	t.reckonMessages(stored, wrong)
	t.reckonAnswers(stored, wrong)
	if err := t.reckonCallbacks(ctx, wrong); err != nil {
		return err
	}
	jobs, err := stuckJobs(ctx, t.db)
	if err != nil {
		return err
	}
	for _, j := range jobs {
		wrong.add("jobs stuck: %s", j)
	}
	differ, err := t.app.Flow.VerifyScores(ctx)
	if err != nil {
		return err
	}
	for _, d := range differ {
		wrong.add("scores differ: %v", d)
	}
	if len(wrong.all) > 0 {
		for i, w := range wrong.all {
			if i == 20 {
				fmt.Fprintf(t.stdout, "… and %d more\n", len(wrong.all)-i)
				break
			}
			fmt.Fprintln(t.stdout, "WRONG", w)
		}
		return fmt.Errorf("%d things are wrong (seed %d)", len(wrong.all), t.seed)
	}
	fmt.Fprintln(t.stdout, "nothing acknowledged was lost, nothing was doubled, nothing is stuck, "+
		"every message has its invitation, all sums are right")
	return nil
}

type findings struct{ all []string }

func (f *findings) add(format string, args ...any) {
	f.all = append(f.all, fmt.Sprintf(format, args...))
}

// reckonContacts looks for contacts that were taken and are not there, and for resolutions without their decisions.
func (t *trial) reckonContacts(ctx context.Context, wrong *findings) error {
	ids, err := externalIDs(ctx, t.db)
	if err != nil {
		return err
	}
	there := make(map[string]bool, len(ids))
	for _, id := range ids {
		there[id] = true
	}
	for id := range t.people.contacts {
		if !there[id] {
			wrong.add("contact %s was taken and is lost", id)
		}
	}
	odd, err := undecided(ctx, t.db)
	if err != nil {
		return err
	}
	if odd > 0 {
		wrong.add("%d resolutions have not one decision for each kind", odd)
	}
	fmt.Fprintf(t.stdout, "contacts  acknowledged %d, stored %d\n", len(t.people.contacts), len(ids))
	return nil
}

// reckonMessages holds the invitations against the messages that the relay was given.
func (t *trial) reckonMessages(stored []invitation, wrong *findings) {
	byHash := make(map[string]invitation, len(stored))
	states := map[string]int{}
	for _, i := range stored {
		byHash[i.TokenHash] = i
		states[i.State]++
		if i.State == "planned" || i.State == "sending" {
			wrong.add("invitation %d is still %s (%s)", i.ID, i.State, i.Reason)
		}
		if refused, ok := t.people.refused[i.ExternalID]; ok && i.CreatedAt > refused {
			wrong.add("invitation %d was begun %s after a refusal was acknowledged", i.ID, clock.Instant.Sub(i.CreatedAt, refused))
		}
	}
	given := t.relay.given()
	for token, n := range given {
		i, known := byHash[hashOf(token)]
		switch {
		case !known:
			wrong.add("a message at the relay belongs to no invitation")
		case i.SentAt.IsZero() && i.State != "uncertain":
			wrong.add("invitation %d went out and is %s (%s)", i.ID, i.State, i.Reason)
		}
		if n > 1 {
			wrong.add("invitation %d went out %d times", i.ID, n)
		}
		delete(byHash, hashOf(token))
	}
	for _, i := range byHash { // those of which the relay has nothing
		if !i.SentAt.IsZero() && !i.Answered {
			wrong.add("invitation %d never went out and is said to have been sent", i.ID)
		}
	}
	fmt.Fprintf(t.stdout, "messages  at the relay %d, invitations %d %v, refusals acknowledged %d\n",
		len(given), len(stored), states, len(t.people.refused))
}

func hashOf(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// reckonAnswers looks for answers that were taken and are not there.
func (t *trial) reckonAnswers(stored []invitation, wrong *findings) {
	answered := map[string]bool{}
	for _, i := range stored {
		if i.Answered {
			answered[i.TokenHash] = true
		}
	}
	for token := range t.people.answers {
		if !answered[hashOf(token)] {
			wrong.add("an answer was taken and is lost")
		}
	}
	fmt.Fprintf(t.stdout, "answers   acknowledged %d, stored %d\n", len(t.people.answers), len(answered))
}

// reckonCallbacks looks for outcomes that were taken and are not there, and for callbacks worked twice.
func (t *trial) reckonCallbacks(ctx context.Context, wrong *findings) error {
	all, err := callbacks(ctx, t.db)
	if err != nil {
		return err
	}
	worked := 0
	for _, c := range all {
		switch {
		case c.Outcomes > 1:
			wrong.add("callback %d has %d outcomes", c.ID, c.Outcomes)
		case c.Outcomes == 0 && t.people.finished[c.ID]:
			wrong.add("callback %d was finished and its outcome is lost", c.ID)
		case c.Outcomes == 1 && c.State != "done":
			wrong.add("callback %d has an outcome and is %s", c.ID, c.State)
		}
		worked += c.Outcomes
	}
	fmt.Fprintf(t.stdout, "callbacks finishes acknowledged %d, stored %d of %d\n", len(t.people.finished), worked, len(all))
	return nil
}
