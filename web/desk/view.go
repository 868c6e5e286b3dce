package desk

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/nyaruka/phonenumbers"

	"aftercall/internal/clock"
	"aftercall/tasks/callback"
	"aftercall/web/frame"
)

// deskFacts are the facts about a claimed callback that need more than a format.
type deskFacts struct {
	Phone    string // as people write it
	Local    string // time of day where the customer is, with seconds; empty when nobody knows where
	Zone     string // of the customer, where it is not the centre's
	Until    string // time of day until which they may be called, there
	Subject  string // category and product
	Contact  string // address of the contact, for those who may open it
	Due      string
	Overdue  bool
	Wished   string // the time the customer asked for
	Lease    string
	Last     callback.Attempt // the newest attempt with an outcome
	LastBy   string
	Heard    []heardAttempt
	ForNext  string // what the last caller left for this one
	Attempt  int    // number of the attempt to be made
	Severe   bool
	Language string // of the customer, where it is not the caller's
}

// heardAttempt is an attempt of which the caller may hear the recording.
type heardAttempt struct {
	No   int
	Href string // of the page that leads to it, which is audited
}

func (h *handlers) deskFacts(c *gin.Context, desk callback.Desk) deskFacts {
	cb := desk.Callback
	f := deskFacts{
		Phone: phoneText(desk.Phone), Subject: frame.Joined(" · ", desk.Contact.Category, desk.Contact.Product),
		Due: h.byText(c, cb.DueAt), Overdue: cb.Overdue(desk.At),
		Lease: h.clockTime(cb.LeaseUntil), ForNext: cb.NoteForNext, Attempt: cb.Attempts + 1,
		Language: languageName(otherLanguage(desk.Customer.Language, h.Lang(c)), h.Lang(c)),
		Severe:   desk.Resolution.Severity == "high" || desk.Resolution.Severity == "critical",
	}
	if h.Reachable(frame.Viewer(c), "/contacts/:id") {
		f.Contact = "/contacts/" + strconv.FormatInt(cb.ContactID, 10)
	}
	if !cb.DialledAt.IsZero() {
		f.Attempt = cb.Attempts
	}
	if !cb.AppointmentAt.IsZero() {
		f.Wished = h.spanText(c, cb.AppointmentAt, cb.AppointmentUntil)
	}
	if len(desk.Window.Zones) == 1 {
		if zone, err := time.LoadLocation(desk.Window.Zones[0]); err == nil {
			f.Local = desk.At.In(zone).Format("15:04:05")
			if !desk.Window.ClosesAt.IsZero() {
				f.Until = desk.Window.ClosesAt.In(zone).Format("15:04")
			}
			if desk.At.In(zone).Format("15:04") != desk.At.In(h.Zone).Format("15:04") {
				f.Zone = desk.Window.Zones[0]
			}
		}
	}
	if i := slices.IndexFunc(desk.Attempts, func(a callback.Attempt) bool { return a.CallResult != "" }); i >= 0 {
		f.Last, f.LastBy = desk.Attempts[i], desk.Callers[desk.Attempts[i].CallerID]
	}
	for _, a := range desk.Attempts {
		if desk.Recordings[a.ID] {
			f.Heard = append(f.Heard, heardAttempt{a.No, fmt.Sprintf("%s/recordings/%d", callbackPath(cb.ID), a.ID)})
		}
	}
	return f
}

// otherLanguage returns the customer's language if it is known and not the caller's own, whatever the country.
func otherLanguage(customer, caller string) string {
	base := func(tag string) string {
		language, _, _ := strings.Cut(strings.ToLower(tag), "-")
		return language
	}
	if base(customer) == base(caller) {
		return ""
	}
	return customer
}

// phoneText writes an E.164 number with its groups, as people read it out.
func phoneText(e164 string) string {
	number, err := phonenumbers.Parse(e164, "")
	if err != nil {
		return e164
	}
	if number.GetCountryCode() == 86 && len(e164) == 14 { // a mobile of mainland China: 139 1234 8000
		return e164[3:6] + " " + e164[6:10] + " " + e164[10:]
	}
	return phonenumbers.Format(number, phonenumbers.INTERNATIONAL)
}

// clockTime is the time of day of the centre.
func (h *handlers) clockTime(at clock.Instant) string {
	if at.IsZero() {
		return "–"
	}
	return at.In(h.Zone).Format("15:04:05")
}

// byText is an instant that something has to be done by: the time of today, or the day with it; never how many minutes are left.
func (h *handlers) byText(c *gin.Context, at clock.Instant) string {
	if clock.DayOf(at, h.Zone) == clock.DayOf(h.Now(), h.Zone) {
		return at.In(h.Zone).Format("15:04")
	}
	return h.whenText(c, at)
}

// whenText is the template function "when" without markup, for texts and options.
func (h *handlers) whenText(c *gin.Context, at clock.Instant) string {
	text, err := h.Format(h.Lang(c)).Relative(at)
	if err != nil {
		return at.In(h.Zone).Format("2006-01-02 15:04")
	}
	return text
}

// spanText is the template function "span": what the customer named.
func (h *handlers) spanText(c *gin.Context, at, until clock.Instant) string {
	text, err := h.Format(h.Lang(c)).Span(at, until)
	if err != nil {
		return h.whenText(c, at)
	}
	return text
}
