package callback_test

import (
	"strings"
	"testing"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/worklist"
	"aftercall/tasks/internal/taskstest"
)

// noteFor returns the note for supervisors on the newest attempt as a viewer reads it.
func noteFor(t *testing.T, c taskstest.Centre, viewer account.Viewer) string {
	t.Helper()
	desk, err := c.Callbacks.ByID(t.Context(), viewer, c.Callback(t).ID)
	if err != nil || len(desk.Attempts) == 0 {
		t.Fatalf("viewer %d (%s): %d attempts, %v", viewer.UserID, viewer.Role, len(desk.Attempts), err)
	}
	return desk.Attempts[0].NoteForSupervisor
}

func TestANoteForTheSupervisorIsReadByNobodyElse(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := taskstest.AtWork(t, db)
		const words = "客户认识处理人，请换人跟进"
		said := callback.Outcome{CallResult: callback.NoAnswer, Note: "响铃", ForSupervisor: " " + words + "\n"}
		c.Finish(t, taskstest.Caller(1), desk, said)
		c.At.Store(int64(c.Callback(t).ReadyAt))
		c.Work(t, callback.JobOffer, c.Callbacks.Offer)
		colleague := c.Claim(t, taskstest.Caller(2))
		if a := colleague.Attempts[0]; a.NoteForSupervisor != "" || a.Note != "响铃" {
			t.Errorf("the colleague's desk shows %q beside %q", a.NoteForSupervisor, a.Note)
		}
		team := []int64{c.Callback(t).TeamID}
		for want, viewers := range map[string][]account.Viewer{
			"": {taskstest.Caller(2), {}},
			words: {
				taskstest.Caller(1), {UserID: 8, Role: account.Supervisor, TeamIDs: team}, {UserID: 9, Role: account.Admin},
			},
		} {
			for _, viewer := range viewers {
				if got := noteFor(t, c, viewer); got != want {
					t.Errorf("viewer %d (%s) reads %q, want %q", viewer.UserID, viewer.Role, got, want)
				}
			}
		}
		elsewhere := account.Viewer{UserID: 7, Role: account.Supervisor, TeamIDs: []int64{team[0] + 1}}
		_, err := c.Callbacks.ByID(t.Context(), elsewhere, desk.Callback.ID)
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("another team's supervisor: %v", err)
		}
		events, err := worklist.EventsOfContact(c.DB.View(t.Context()), desk.Callback.ContactID)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			for _, arg := range e.Args {
				if text, is := arg.(string); is && strings.Contains(text, words) {
					t.Errorf("the contact's story tells %q", text)
				}
			}
		}
	})
}

// Supervisors are told of a note once, and again when it was corrected.
func TestSupervisorsAreToldOfTheirNotes(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := taskstest.AtWork(t, db)
		caller, chief := taskstest.Caller(1), account.Viewer{UserID: 8, Role: account.Supervisor}
		c.Finish(t, caller, desk, callback.Outcome{CallResult: callback.NoAnswer, ForSupervisor: "first"})
		made, err := c.Callbacks.ByID(t.Context(), caller, desk.Callback.ID)
		if err != nil || len(made.Attempts) != 1 {
			t.Fatalf("%d attempts, %v", len(made.Attempts), err)
		}
		attempt := made.Attempts[0].ID
		told := func(want ...string) {
			t.Helper()
			marks, err := c.Worklist.Marks(t.Context(), chief)
			if err != nil || len(marks) != len(want) {
				t.Fatalf("told of %d, want %d: %v", len(marks), len(want), err)
			}
			for i, note := range want {
				if a := marks[i].Attempt; a.NoteForSupervisor != note || a.Mark != callback.MarkNote {
					t.Errorf("told %q by the mark %q", a.NoteForSupervisor, a.Mark)
				}
			}
		}
		told("first")
		if err := c.Callbacks.SeeMarks(t.Context(), chief, desk.Callback.ID); err != nil {
			t.Fatal(err)
		}
		told()
		c.Pass(time.Minute)
		found, err := c.Callbacks.ToCorrect(t.Context(), caller, desk.Callback.ID, attempt)
		if err != nil || found.Typed.ForSupervisor != "first" {
			t.Fatalf("to be corrected is %q, %v", found.Typed.ForSupervisor, err)
		}
		found.Typed.ForSupervisor = "second"
		if err := c.Callbacks.Correct(t.Context(), caller, attempt, found.Typed, "typo"); err != nil {
			t.Fatal(err)
		}
		told("second")
		found.Typed.ForSupervisor = ""
		if err := c.Callbacks.Correct(t.Context(), caller, attempt, found.Typed, "none"); err != nil {
			t.Fatal(err)
		}
		told()
	})
}

// What is undone comes back as it was typed, with the note for the supervisor, and nobody is told of it any more.
func TestUndoingGivesTheNoteForTheSupervisorBack(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := taskstest.AtWork(t, db)
		c.Finish(t, taskstest.Caller(1), desk, callback.Outcome{CallResult: callback.NoAnswer, ForSupervisor: "words"})
		undone, err := c.Callbacks.Undo(t.Context(), taskstest.Caller(1), desk.Callback.ID)
		if err != nil || undone.Draft.ForSupervisor != "words" {
			t.Fatalf("given back is %q, %v", undone.Draft.ForSupervisor, err)
		}
		if marks, err := c.Worklist.Marks(t.Context(), account.Viewer{Role: account.Admin}); err != nil || len(marks) != 0 {
			t.Errorf("told of %d, %v", len(marks), err)
		}
	})
}
