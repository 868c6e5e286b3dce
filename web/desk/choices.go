package desk

import (
	"strconv"

	"github.com/gin-gonic/gin"

	"aftercall/tasks/callback"
	"aftercall/tasks/callback/outcome"
	"aftercall/web/frame"
)

// digits is how many choices have a digit of their own.
const digits = 9

// deskChoices are what is chosen beside the outcome: when the next call is, and why a callback is passed on.
type deskChoices struct {
	Times, Skips []choice
	Anybody      bool // an appointment is for whoever is free
	Kept         int  // for how many minutes it is the caller's own else
}

func (h *handlers) deskChoices(c *gin.Context, f frame.Form, desk callback.Desk, set *outcome.Set) deskChoices {
	all := deskChoices{Kept: set.Appointments.Kept}
	for i, at := range desk.Times {
		value := strconv.FormatInt(int64(at), 10)
		all.Times = append(all.Times, choice{
			Value: value, Label: h.whenText(c, at), Digit: digitOf(i), Checked: f.Get("appointment") == value,
		})
	}
	for i, reason := range callback.SkipReasons() {
		all.Skips = append(all.Skips, choice{Value: string(reason), Label: h.T(c, "skip_reason."+string(reason)), Digit: digitOf(i)})
	}
	chosen := f.Get("business_result") == string(callback.Appointment)
	all.Anybody = chosen && f.Get("appointment_for") == string(callback.ForAnybody)
	return all
}

// digitOf is the key of a choice; 0 for those there is no digit for.
func digitOf(i int) int {
	if i < digits {
		return i + 1
	}
	return 0
}
