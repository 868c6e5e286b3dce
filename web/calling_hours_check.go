package web

import (
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"aftercall/internal/clock"
	"aftercall/internal/fault"
	"aftercall/internal/permission"
)

// hoursCheck asks whether a number may be called at a time, and holds the answer.
type hoursCheck struct {
	Form     form
	Purposes []option
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
	May      mayRow
}

// checkHours answers on the page itself: a number must not be part of an address.
func (s *Server) checkHours(c *gin.Context) error {
	f, err := formOf(c)
	if err != nil {
		return err
	}
	check := hoursCheck{Form: f}
	if check.Answer, err = s.checked(c, f); err == nil {
		return s.renderHours(c, http.StatusOK, form{}, check)
	}
	f, unmendable := s.refusedForm(c, f, err)
	if unmendable != nil {
		return unmendable
	}
	check.Form = f
	return s.renderHours(c, statusOf(err), form{}, check)
}

func (s *Server) checked(c *gin.Context, f form) (*checkAnswer, error) {
	var problems []fault.Field
	phone, unreadable := permission.ReadAddress(permission.PhoneAddress, f.Get("phone"), s.Contacts.Region())
	if unreadable != nil {
		problems = append(problems, *unreadable)
	}
	purpose := permission.Purpose(f.Get("purpose"))
	if !slices.Contains(permission.Purposes(), purpose) {
		problems = append(problems, fault.Field{Name: "purpose", Code: "unknown_value", Problem: "is not one of the choices"})
	}
	at, bad := s.typedTime("check_at", f.Get("check_at"))
	if problems = append(problems, bad...); len(problems) > 0 {
		return nil, fault.InvalidFields(problems...)
	}
	if at.IsZero() {
		at = s.now()
	}
	channel := permission.ByPhone
	if purpose == permission.MarketingMessage {
		channel = permission.BySMS
	}
	who := permission.Named{Kind: permission.PhoneAddress, Address: phone}
	answers, err := s.Permission.Ask(c.Request.Context(), viewer(c), []permission.Asked{{Who: who, Purpose: purpose, Channel: channel, At: at}})
	if err != nil {
		return nil, err
	}
	a := answers[0]
	window := s.Permission.Rules().CallWindow(a.Subject, phone, at)
	return &checkAnswer{
		Phone: phone, Zones: strings.Join(window.Zones, " · "), At: at, Open: window.Open, OpensAt: window.OpensAt, ClosesAt: window.ClosesAt,
		Customer: a.Subject.CustomerID, May: s.mayRow(c, way{purpose, channel}, a.Verdict, a.Subject.CustomerID),
	}, nil
}
