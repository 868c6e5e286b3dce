package desk

import (
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"aftercall/tasks/callback"
	"aftercall/web/frame"
)

// digits is how many choices have a digit of their own.
const digits = 9

// deskChoices are what is chosen beside the outcome: when the next call is, and why a callback is passed on.
type deskChoices struct {
	Times, Skips []choice
	Anybody      bool // an appointment is for whoever is free
}

func (h *handlers) deskChoices(c *gin.Context, f frame.Form, desk callback.Desk) deskChoices {
	var all deskChoices
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

// markFields says of each result what follows from it.
func markFields(fields outcomeFields) {
	for i := range fields.Calls {
		fields.Calls[i].Alone = alone(callback.CallResult(fields.Calls[i].Value))
	}
	for i := range fields.Results {
		result := callback.BusinessResult(fields.Results[i].Value)
		fields.Results[i].Hides = hidesQuestions(result)
		fields.Results[i].NeedsNote = slices.ContainsFunc(callback.BusinessCodes(), func(b callback.BusinessCode) bool {
			return b.Code == result && b.NeedsNote
		})
	}
}

// alone reports whether a call result is a whole outcome: nobody was on the line.
func alone(result callback.CallResult) bool {
	return slices.ContainsFunc(callback.CallCodes(), func(code callback.CallCode) bool { return code.Code == result && !code.Reached })
}

// hidesQuestions reports whether nobody asks how satisfied the customer is, nor whether they want offers: they refused, they complain,
// or they have no time now.
func hidesQuestions(result callback.BusinessResult) bool {
	switch result {
	case callback.Declined, callback.Complaint, callback.NeverContact, callback.Appointment:
		return true
	}
	return false
}

// asked is an outcome without the answers to questions that were not shown any more when it was sent.
func asked(o callback.Outcome) callback.Outcome {
	if hidesQuestions(o.BusinessResult) {
		o.Answers.Rating, o.Answers.Reasons, o.Answers.Consent = nil, nil, false
	}
	return o
}
