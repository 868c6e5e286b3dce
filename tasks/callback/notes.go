package callback

import (
	"aftercall/internal/account"
	"aftercall/tasks/callback/outcome"
)

// MarkNote is the mark of an attempt that tells supervisors nothing but the note that was written for them. It is no flag of an outcome,
// and translated under "outcome_flag.<code>" with those.
const MarkNote outcome.Flag = "note_for_supervisor"

// hideNotes takes the notes for supervisors out of attempts that are about to be shown to who is none and did not write them.
func hideNotes(viewer account.Viewer, attempts []Attempt) {
	if viewer.Is(account.Supervisor) {
		return
	}
	for i := range attempts {
		if viewer.UserID == 0 || attempts[i].CallerID != viewer.UserID {
			attempts[i].NoteForSupervisor = ""
		}
	}
}
