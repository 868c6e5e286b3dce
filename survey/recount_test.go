package survey_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/figures"
)

// counted is one answer as somebody would count it who only reads the deliveries, one after the other.
type counted struct {
	value     int
	at, first clock.Instant
	timed     bool
}

// told is a contact as the deliveries told it.
type told struct {
	resolvedAt clock.Instant // none: not resolved
	answers    map[string]*counted
}

func (c *told) deliver(in contact.Input, opened, now clock.Instant) {
	if !in.ResolvedAt.IsZero() {
		c.resolvedAt = in.ResolvedAt
	}
	dated := opened
	if !c.resolvedAt.IsZero() {
		dated = c.resolvedAt
	}
	for _, a := range in.Answers {
		c.answer(a, dated, now)
	}
	for _, a := range c.answers {
		if !a.timed && !c.resolvedAt.IsZero() {
			a.at = c.resolvedAt
		}
	}
}

func (c *told) answer(a contact.InputAnswer, dated, now clock.Instant) {
	timed, value := !a.AnsweredAt.IsZero(), *a.Value
	known := c.answers[a.Metric]
	if known == nil {
		at := dated
		if timed {
			at = a.AnsweredAt
		}
		c.answers[a.Metric] = &counted{value: value, at: at, first: at, timed: timed}
		return
	}
	if value == known.value && (!timed || known.timed && a.AnsweredAt <= known.at) || timed && known.timed && a.AnsweredAt < known.at {
		return
	}
	when := now
	if timed {
		when = a.AnsweredAt
	}
	if a.RevisableDays != nil && when > known.first.Add(time.Duration(*a.RevisableDays)*24*time.Hour) {
		return
	}
	known.value = value
	if timed {
		known.at, known.timed = a.AnsweredAt, true
	}
}

// counts is what a centre's figures are made of.
type counts struct {
	N, Sum                   map[figures.Metric]int64
	Days                     map[clock.Day]int64 // answers about satisfaction
	Resolved, Covered, Apart int64
}

func recount(contacts map[string]*told, now clock.Instant) counts {
	c := counts{N: map[figures.Metric]int64{}, Sum: map[figures.Metric]int64{}, Days: map[clock.Day]int64{}}
	for _, of := range contacts {
		happened := !of.resolvedAt.IsZero() && of.resolvedAt <= now
		if happened {
			c.Resolved++
		}
		if happened && len(of.answers) > 0 {
			c.Covered++
		}
		for metric, a := range of.answers {
			if of.resolvedAt.IsZero() && a.first <= now {
				c.Apart++
			}
			if a.at > now {
				continue
			}
			c.N[figures.Metric(metric)]++
			c.Sum[figures.Metric(metric)] += int64(a.value)
			if metric == string(figures.CSAT) {
				c.Days[clock.DayOf(a.at, shanghai)]++
			}
		}
	}
	return c
}

// figured is the same as the service has it.
func (c *centre) figured(r *rapid.T) counts {
	got := counts{N: map[figures.Metric]int64{}, Sum: map[figures.Metric]int64{}, Days: map[clock.Day]int64{}}
	today := clock.DayOf(c.now, shanghai)
	query := func(m figures.Metric) figures.Query {
		return figures.Query{Metric: m, From: today - 60, To: today + 60}
	}
	for _, m := range []figures.Metric{figures.CSAT, figures.NPS, figures.Covered} {
		f, err := c.figures.Score(c.t.Context(), query(m))
		if err != nil {
			r.Fatal(err)
		}
		switch {
		case m == figures.Covered:
			got.Resolved, got.Covered, got.Apart = f.N, f.High, f.Unresolved
		case f.N > 0:
			got.N[m], got.Sum[m] = f.N, f.Sum
		}
	}
	points, err := c.figures.Series(c.t.Context(), query(figures.CSAT), figures.Daily)
	if err != nil {
		r.Fatal(err)
	}
	for _, p := range points {
		if p.N > 0 {
			got.Days[p.Period.From] = p.N
		}
	}
	return got
}

// Whatever sources tell, in whatever order the jobs run and however often: scores are what a count of the deliveries by hand comes to.
func TestScoresWithRevisionsAndUnresolvedContactsEqualARecount(t *testing.T) {
	t.Parallel()
	c := newCentre(t, dbtest.SQLite(t))
	begin := c.now
	round := 0
	known := map[string]*told{}
	rapid.Check(t, func(r *rapid.T) {
		round++
		c.now = begin
		opened := begin.Add(-20 * 24 * time.Hour)
		hours := rapid.IntRange(1, 19*24)
		resolvedAt := map[string]clock.Instant{}
		for i := range 3 {
			resolvedAt[fmt.Sprint(round, "-", i)] = opened.Add(time.Duration(rapid.IntRange(1, 22*24).Draw(r, "resolved")) * time.Hour)
		}
		keys := slices.Sorted(func(yield func(string) bool) {
			for key := range resolvedAt {
				if !yield(key) {
					return
				}
			}
		})
		answer := rapid.Custom(func(r *rapid.T) contact.InputAnswer {
			a := contact.InputAnswer{Metric: rapid.SampledFrom([]string{"csat", "nps"}).Draw(r, "metric")}
			a.Value = new(rapid.IntRange(1, 5).Draw(r, "value"))
			if rapid.Bool().Draw(r, "timed") {
				a.AnsweredAt = opened.Add(time.Duration(hours.Draw(r, "answered")) * time.Hour)
			}
			if rapid.Bool().Draw(r, "window") {
				a.RevisableDays = new(rapid.IntRange(0, 9).Draw(r, "days"))
			}
			return a
		})
		for range rapid.IntRange(1, 8).Draw(r, "deliveries") {
			key := rapid.SampledFrom(keys).Draw(r, "contact")
			in := contact.Input{ExternalID: key, OpenedAt: opened, Category: rapid.SampledFrom([]string{"a", "b"}).Draw(r, "category")}
			if known[key] == nil {
				known[key] = &told{answers: map[string]*counted{}}
			}
			if rapid.Bool().Draw(r, "resolved now") || !known[key].resolvedAt.IsZero() {
				in.Status, in.ResolvedAt = contact.Resolved, resolvedAt[key]
			}
			if rapid.Bool().Draw(r, "rated") {
				in.Answers = rapid.SliceOfNDistinct(answer, 1, 2, func(a contact.InputAnswer) string { return a.Metric }).Draw(r, "answers")
			}
			c.deliver(in)
			known[key].deliver(in, opened, c.now)
			batches := c.batches()
			if len(batches) > 0 && rapid.Bool().Draw(r, "record some") {
				c.record(rapid.SampledFrom(batches[max(0, len(batches)-4):]).Draw(r, "batch"))
			}
		}
		batches := rapid.Permutation(c.batches()).Draw(r, "order")
		c.record(batches...)
		check := func(when string) {
			if diff := cmp.Diff(recount(known, c.now), c.figured(r)); diff != "" {
				r.Fatalf("%s: %s", when, diff)
			}
		}
		check("now")
		if err := c.figures.FoldAll(c.t.Context()); err != nil {
			r.Fatal(err)
		}
		check("folded")
		c.now = begin.Add(30 * 24 * time.Hour)
		check("in a month")
		c.reconcile()
		if err := c.db.View(c.t.Context()).Gorm().Exec("DELETE FROM jobs").Error; err != nil {
			r.Fatal(err)
		}
	})
}
