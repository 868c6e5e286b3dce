package permission

import (
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"aftercall/internal/clock"
	"aftercall/internal/fault"
	"aftercall/internal/permission"
	"aftercall/web/frame"
)

// hoursCheck asks whether a number may be called at a time, and holds the answer.
type hoursCheck struct {
	Form     frame.Form
	Purposes []frame.Option
	Answer   *checkAnswer
}

// checkAnswer is what is known about a number: where it may be, when it may be called there, and the verdict.
type checkAnswer struct {
	Phone    string
	Zones    string
	At       clock.Instant
	Open     bool
	OpensAt  clock.Instant
	ClosesAt clock.Instant
	Customer int64 // who has the number; 0 for nobody, or for several
	May      frame.MayRow
}

// checkHours answers on the page itself: a number must not be part of an address.
func (h *handlers) checkHours(c *gin.Context, f frame.Form) error {
	check := hoursCheck{Form: f}
	var err error
	if check.Answer, err = h.checked(c, f); err == nil {
		return h.renderHours(c, http.StatusOK, frame.Form{}, check)
	}
	f, unmendable := h.RefusedForm(c, f, err)
	if unmendable != nil {
		return unmendable
	}
	check.Form = f
	return h.renderHours(c, frame.StatusOf(err), frame.Form{}, check)
}

func (h *handlers) checked(c *gin.Context, f frame.Form) (*checkAnswer, error) {
	var problems []fault.Field
	phone, unreadable := permission.ReadAddress(permission.PhoneAddress, f.Get("phone"), h.contacts.Region())
	if unreadable != nil {
		problems = append(problems, *unreadable)
	}
	purpose := permission.Purpose(f.Get("purpose"))
	if !slices.Contains(permission.Purposes(), purpose) {
		problems = append(problems, fault.Field{Name: "purpose", Code: "unknown_value", Problem: "is not one of the choices"})
	}
	at, bad := h.TypedTime("check_at", f.Get("check_at"))
	if problems = append(problems, bad...); len(problems) > 0 {
		return nil, fault.InvalidFields(problems...)
	}
	if at.IsZero() {
		at = h.Now()
	}
	channel := permission.ByPhone
	if purpose == permission.MarketingMessage {
		channel = permission.BySMS
	}
	who := permission.Named{Kind: permission.PhoneAddress, Address: phone}
	answers, err := h.permission.Ask(c.Request.Context(), frame.Viewer(c),
		[]permission.Asked{{Who: who, Purpose: purpose, Channel: channel, At: at}})
	if err != nil {
		return nil, err
	}
	a := answers[0]
	window := h.permission.Rules().CallWindow(a.Subject, phone, at)
	return &checkAnswer{
		Phone: phone, Zones: strings.Join(window.Zones, " · "), At: at,
		Open: window.Open, OpensAt: window.OpensAt, ClosesAt: window.ClosesAt,
		Customer: a.Subject.CustomerID,
		May:      h.MayRow(c, frame.PurposeChannel{Purpose: purpose, Channel: channel}, a.Verdict, a.Subject.CustomerID),
	}, nil
}
