package api

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/fault"
	"aftercall/internal/permission"
	"aftercall/internal/text"
	"aftercall/web/frame"
)

// checkRequest asks whether customers may be contacted.
type checkRequest struct {
	Questions []checkQuestion `json:"questions" doc:"At most 1,000."`
}

// checkQuestion names a customer by reference, or by phone or e-mail.
type checkQuestion struct {
	Source    string             `json:"source,omitempty" doc:"Of the reference; the token's own when absent."`
	Reference string             `json:"reference,omitempty"`
	Phone     string             `json:"phone,omitempty"`
	Email     string             `json:"email,omitempty"`
	Purpose   permission.Purpose `json:"purpose" enum:"service_callback,survey,marketing_call,marketing_message"`
	Channel   permission.Channel `json:"channel" enum:"phone,sms,email"`
	At        clock.Instant      `json:"at,omitzero" doc:"When the contact would be made; now when absent."`
}

// checkReply answers the questions in their order.
type checkReply struct {
	AsOf         clock.Instant   `json:"as_of"`
	RulesVersion int             `json:"rules_version" doc:"Of the rules in force."`
	Answers      []checkAnswered `json:"answers"`
}

// checkAnswered is one verdict.
type checkAnswered struct {
	Allowed     bool            `json:"allowed"`
	First       permission.Code `json:"first,omitempty" doc:"The reason to show."`
	Reasons     []checkReason   `json:"reasons,omitempty"`
	AllowedFrom clock.Instant   `json:"allowed_from,omitzero"`
	ConsentID   int64           `json:"consent_id,omitempty" doc:"The consent that permits marketing."`

	Known int `json:"known" doc:"Customers by that name. Of several all must allow it. An address nobody has is judged by itself."`
}

// checkReason is one reason against.
type checkReason struct {
	Code        permission.Code `json:"code"`
	Since       clock.Instant   `json:"since,omitzero"`
	AllowedFrom clock.Instant   `json:"allowed_from,omitzero" doc:"When this reason ends; absent when it does not end by itself."`
	Evidence    string          `json:"evidence,omitempty" doc:"Such as suppression 12."`
}

var errQuestions = fault.New(fault.TooLarge, "too_many_questions", "ask 1 to 1000 questions in one request").With("limit", maxQuestions)

// checkPermission answers all questions, or names what is wrong with some of them and answers none.
func (a *API) checkPermission(c *gin.Context) error {
	if _, refusal := bodyKind(c, oneJSON); refusal != nil {
		return frame.ProblemJSON(c, *refusal)
	}
	request, err := readOne[checkRequest](c)
	if err != nil {
		return err
	}
	if n := len(request.Questions); n == 0 || n > maxQuestions {
		return errQuestions
	}
	own, err := a.ownSource(c)
	if err != nil {
		return err
	}
	var problems []fault.Field
	questions := make([]permission.Asked, len(request.Questions))
	for i, q := range request.Questions {
		var bad []fault.Field
		questions[i], bad = a.askedOf(q, own, frame.Viewer(c).May(account.AskPermission))
		for _, f := range bad {
			f.Name = fmt.Sprintf("questions[%d].%s", i, f.Name)
			problems = append(problems, f)
		}
	}
	if len(problems) > 0 {
		return fault.InvalidFields(placed(problems, 0)...)
	}
	reply := checkReply{AsOf: a.Now(), Answers: make([]checkAnswered, len(questions))}
	answers, err := a.permission.Ask(c.Request.Context(), frame.Viewer(c), questions)
	if err != nil {
		return err
	}
	for i, a := range answers {
		reply.Answers[i] = verdictView(a)
	}
	reply.RulesVersion = a.permission.Rules().Version
	c.JSON(http.StatusOK, reply)
	return nil
}

// askedOf reads a question of somebody who is bound to a source, or to none, and may ask about anybody or only by reference.
func (a *API) askedOf(q checkQuestion, own string, anybody bool) (permission.Asked, []fault.Field) {
	var problems []fault.Field
	asked := permission.Asked{Purpose: q.Purpose, Channel: q.Channel, At: q.At}
	refuse := func(name, code, problem, value string) {
		problems = append(problems, fault.Field{Name: name, Code: code, Problem: problem, Value: short([]byte(value))})
	}
	if !slices.Contains(frame.PurposeChannels, frame.PurposeChannel{Purpose: q.Purpose, Channel: q.Channel}) {
		refuse("channel", "unknown_way", "is not a channel of that purpose", string(q.Purpose)+" "+string(q.Channel))
	}
	source := cmp.Or(text.ID(q.Source), own)
	given := 0
	for _, name := range []string{q.Reference, q.Phone, q.Email} {
		if text.ID(name) != "" {
			given++
		}
	}
	switch {
	case given != 1:
		refuse("reference", "one_name", "must be the only name of the customer, or a phone number or e-mail address instead", "")
	case q.Reference != "" && source == "":
		refuse("source", "required", "is required with a reference", "")
	case q.Reference != "" && own != "" && text.ID(source) != text.ID(own):
		problems = append(problems, otherSource(source))
	case q.Reference != "":
		asked.Who.Reference = permission.Reference{Source: source, Reference: q.Reference}
	default:
		kind, raw := permission.PhoneAddress, q.Phone
		if q.Email != "" {
			kind, raw = permission.EmailAddress, q.Email
		}
		who, unreadable := permission.NameBy(kind, raw, a.contacts.Region())
		switch asked.Who = who; {
		case !anybody:
			refuse(string(kind), "ask_scope", "may not be asked about by this API token: it is without the scope "+
				string(account.AskPermission)+"; name the customer by reference", "")
		case unreadable != nil:
			problems = append(problems, *unreadable)
		}
	}
	return asked, problems
}

func verdictView(a permission.Answered) checkAnswered {
	reply := checkAnswered{Allowed: a.Allowed, First: a.First, AllowedFrom: a.AllowedFrom, ConsentID: a.ConsentID, Known: a.Known}
	for _, r := range a.All {
		reply.Reasons = append(reply.Reasons, checkReason{Code: r.Code, Since: r.Since, AllowedFrom: r.From, Evidence: r.Evidence})
	}
	return reply
}
