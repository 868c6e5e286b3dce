package demo

import (
	"strings"
	"time"

	"aftercall/internal/clock"
	"aftercall/tasks/callback"
)

// Results of the stock set that package callback has no names for.
const (
	phoneSolved callback.BusinessResult = "phone_solved"
	praise      callback.BusinessResult = "praise"
	suggestion  callback.BusinessResult = "suggestion"
	callLater   callback.BusinessResult = "call_later"
)

// notReached is how often in a hundred calls a line ends a call: of a centre's numbers in China about half are not reached.
var notReached = []struct {
	result callback.CallResult
	share  int
}{
	{callback.NoAnswer, 21},
	{callback.Rejected, 5},
	{callback.Busy, 4},
	{callback.Off, 3},
	{"unavailable", 3},
	{"hung_up", 2},
	{"assistant", 2},
	{callback.WrongNumber, 2},
	{callback.OutOfService, 1},
	{"voicemail", 1},
	{callback.NotThePerson, 1},
	{"silent", 1},
}

// appointmentHours are whole hours at which customers may be called on every day: nobody is at noon.
var appointmentHours = []int{10, 11, 14, 15, 16, 17, 18}

// outcome draws how a call ends.
func (l *life) outcome(desk callback.Desk) callback.Outcome {
	n := l.random.IntN(100)
	for _, line := range notReached {
		if n -= line.share; n < 0 {
			o := callback.Outcome{CallResult: line.result}
			if l.random.IntN(4) == 0 {
				o.NoteForNext = pick(l.random, l.words.forNext)
			}
			return o
		}
	}
	switch {
	case n < 4:
		return l.appointment(l.tomorrow(pick(l.random, appointmentHours)))
	case n < 6:
		return callback.Outcome{
			CallResult: callback.Reached, BusinessResult: callLater, NoteForNext: pick(l.random, l.words.forNext),
		}
	case n < 9:
		return callback.Outcome{CallResult: callback.Reached, BusinessResult: callback.Declined}
	case n < 10:
		return callback.Outcome{CallResult: callback.Reached, BusinessResult: callback.NeverContact}
	}
	return l.talk(desk)
}

// appointment is the outcome of a customer who named a time.
func (l *life) appointment(at clock.Instant) callback.Outcome {
	return callback.Outcome{
		CallResult: callback.Reached, BusinessResult: callback.Appointment, AppointmentAt: at, NoteForNext: pick(l.random, l.words.forNext),
	}
}

func (l *life) talk(desk callback.Desk) callback.Outcome {
	who := l.byPhone[desk.Phone]
	rating := l.rating(l.hardship[desk.Resolution.Category]*.6, l.skill[desk.Resolver], who.mood+.1)
	solved := rating >= 3 || l.random.IntN(3) == 0
	o := callback.Outcome{
		CallResult: callback.Reached, BusinessResult: callback.Solved, Note: pick(l.random, l.words.callNotes),
		Answers: callback.Answers{Rating: &rating, Solved: &solved, Consent: l.random.IntN(100) < 12},
	}
	n := l.random.IntN(100)
	switch {
	case !solved:
		o.BusinessResult = callback.NotSolved
		o.Note = strings.TrimSpace(pick(l.random, l.words.comments[false]) + " " + desk.Contact.Subcategory)
	case n < 5:
		o.BusinessResult = phoneSolved
	case n < 8 && rating == 5:
		o.BusinessResult, o.Note = praise, l.words.comments[true][0]
	case n < 11:
		o.BusinessResult, o.Note = suggestion, l.words.comments[false][0]
	case n < 14:
		o.CallResult = "family"
	}
	if rating <= 2 {
		o.Answers.Reasons = []string{l.reason(solved)}
	}
	return o
}

// tomorrow returns an hour of the next day in the centre's zone.
func (l *life) tomorrow(hour int) clock.Instant {
	y, m, d := l.Clock.Now().In(l.Zone).Date()
	return clock.At(time.Date(y, m, d+1, hour, 0, 0, 0, l.Zone))
}
