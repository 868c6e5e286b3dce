package performance_test

import (
	"fmt"
	"testing"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/outbox"
	"aftercall/tasks/callback/outcome"
	"aftercall/tasks/callback/performance"
	"aftercall/tasks/internal/taskstest"
)

// A month of 500 callers with a million attempts is read in a second on MariaDB, told by whatever; a night counts a day in a few seconds.
// What is not counted yet, today, is read from its 33,500 attempts.
func BenchmarkMonth(b *testing.B) {
	const callers, days, perDay = 500, 30, 67
	db := dbtest.MySQL(b)
	c := taskstest.New(b, db)
	if err := c.Outcomes.EnsureBuiltIn(b.Context()); err != nil {
		b.Fatal(err)
	}
	set, err := c.Outcomes.Current(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	s := performance.New(db, c.Outcomes, nil, c.Now, shanghai)
	c.Pass(13 * time.Hour)
	today := clock.DayOf(c.Now(), shanghai)
	g := db.View(b.Context()).Gorm()
	exec := func(sql string, args ...any) {
		b.Helper()
		if err := g.Exec(sql, args...).Error; err != nil {
			b.Fatal(err)
		}
	}
	for id := range callers {
		u := account.User{ID: int64(id + 1), Login: fmt.Sprint("c", id), Name: fmt.Sprint("caller ", id), Role: account.Caller}
		if err := g.Create(&u).Error; err != nil {
			b.Fatal(err)
		}
	}
	rows := fmt.Sprintf("seq_0_to_%d", callers*days*perDay-1)
	from := int64((today - days + 1).Start(shanghai))
	at := fmt.Sprintf("(%d + (seq DIV %d) * 86400000000 + 32400000000 + (seq DIV %d %% %d) * 420000000)",
		from, callers*perDay, callers, perDay)
	exec("INSERT INTO callbacks (id, resolution_id, contact_id, customer_id, kind, state, team_id, note, note_for_next) " +
		"SELECT seq + 1, seq + 1, seq, seq, ELT(1 + seq % 3, 'confirm', 'recovery', 'complaint'), 'done', seq % 4, '', '' FROM " + rows)
	exec("INSERT INTO attempts (id, callback_id, no, caller_id, claimed_at, started_at, ended_at, answered_at, hung_up_at, call_result, "+
		"business_result, outcome_version, note, answers, callback_before, note_for_supervisor, help_tried) "+
		"SELECT seq + 1, seq + 1, 1, 1 + seq % 500, "+
		at+", "+at+" + 10000000, "+at+" + 200000000, "+at+" + 20000000, "+at+" + 150000000, IF(seq % 3 = 0, 'no_answer', 'reached'), "+
		"IF(seq % 3 = 0, '', 'solved'), ?, '', '', '', '', '' FROM "+rows, set.Version)
	exec("INSERT INTO callback_changes (callback_id, at, user_id, kind, from_state, to_state, detail) SELECT seq + 1, " + at +
		", 1 + seq % 500, 'claimed', 'ready', 'claimed', '' FROM " + rows)
	exec("INSERT INTO callback_changes (callback_id, at, user_id, kind, from_state, to_state, detail) SELECT seq + 1, " + at +
		" + 200000000, 1 + seq % 500, IF(seq % 50 = 0, 'skipped', 'outcome'), 'claimed', 'done', '' FROM " + rows)
	if _, known := set.Code(outcome.CallLayer, "reached"); !known {
		b.Fatal("nobody is reached")
	}
	b.Run("count a day", func(b *testing.B) {
		for b.Loop() {
			if err := s.Roll(b.Context(), outbox.Ticket{}, 0); err != nil {
				b.Fatal(err)
			}
		}
	})
	for range days - 1 {
		if err := s.Roll(b.Context(), outbox.Ticket{}, 0); err != nil {
			b.Fatal(err)
		}
	}
	for name, f := range map[string]performance.Filter{
		"a month": {From: today - days + 1, Last: today - 1}, "a month and today": {From: today - days + 1, Last: today},
		"today": {From: today, Last: today}, "a month of one caller": {From: today - days + 1, Last: today, CallerID: 7},
	} {
		for _, f.By = range []performance.By{performance.ByCaller, performance.ByTeam} {
			b.Run(name+" by "+string(f.By), func(b *testing.B) {
				for b.Loop() {
					r, err := s.Report(b.Context(), taskstest.Admin, f)
					if err != nil || r.Total.Attempts == 0 {
						b.Fatal(r.Total.Attempts, err)
					}
				}
			})
		}
	}
	b.Run("a page of rows", func(b *testing.B) {
		f := performance.ListFilter{What: performance.Solved, Limit: 50}
		f.Filter = performance.Filter{From: today - days + 1, Last: today, CallerID: 7}
		for b.Loop() {
			if l, err := s.Lines(b.Context(), taskstest.Admin, f); err != nil || len(l.Lines) == 0 {
				b.Fatal(err)
			}
		}
	})
}
