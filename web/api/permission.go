package api

import (
	"cmp"
	"strings"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/fault"
	"aftercall/internal/permission"
	"aftercall/internal/text"
	"aftercall/web/frame"
)

// maxQuestions is how many questions one request may ask.
const maxQuestions = 1000

// consentTaken is what became of one consent: the reply to one, and a line of the reply to many.
type consentTaken struct {
	Line      int           `json:"line,omitempty" doc:"Line of the request, from 1; only in NDJSON."`
	Status    string        `json:"status" enum:"recorded,known,nobody,rejected"`
	Customers int           `json:"customers,omitempty" doc:"For how many customers it was recorded now."`
	Problems  []fault.Field `json:"problems,omitempty" doc:"Why it was rejected."`
}

func (t *consentTaken) place(line int) []fault.Field {
	t.Line, t.Problems = line, placed(t.Problems, line)
	return t.Problems
}

func (t *consentTaken) made() string { return "" }

// suppressionInput is one address that must not be contacted, as another system knows it.
type suppressionInput struct {
	Phone    string           `json:"phone,omitempty"`
	Email    string           `json:"email,omitempty"`
	Scope    permission.Scope `json:"scope,omitempty" enum:"everything,marketing,surveys" doc:"Everything when absent."`
	Until    clock.Instant    `json:"until,omitzero" doc:"For ever when absent."`
	Reason   string           `json:"reason,omitempty" enum:"customer_request,complaint,wrong_number,register,import"`
	Evidence string           `json:"evidence,omitempty" doc:"Where it can be looked up."`
}

// suppressionTaken is what became of one suppression.
type suppressionTaken struct {
	Line     int           `json:"line,omitempty" doc:"Line of the request, from 1; only in NDJSON."`
	Status   string        `json:"status" enum:"added,covered,rejected"`
	Problems []fault.Field `json:"problems,omitempty" doc:"Why it was rejected."`
}

func (t *suppressionTaken) place(line int) []fault.Field {
	t.Line, t.Problems = line, placed(t.Problems, line)
	return t.Problems
}

func (t *suppressionTaken) made() string { return "" }

// takeConsents takes one consent or withdrawal as JSON, or many as NDJSON.
func (a *API) takeConsents(c *gin.Context) error {
	return takeLines(c, func(inputs []permission.ConsentInput) ([]*consentTaken, error) {
		own, err := a.ownSource(c)
		if err != nil {
			return nil, err
		}
		replies, places := make([]*consentTaken, len(inputs)), []int{}
		var good []permission.ConsentInput
		for i := range inputs {
			in := &inputs[i]
			if text.ID(in.Source) == text.ID(own) || in.Reference != "" && text.ID(in.Source) == "" {
				in.Source = own
			}
			if own != "" && in.Word == permission.WordGiven { // whose word it is stays with it, of whichever source the customer is
				in.Evidence = strings.TrimSuffix(own+": "+in.Evidence, ": ")
			}
			if own != "" && in.Source != "" && in.Source != own {
				replies[i] = &consentTaken{Status: string(permission.ConsentRejected), Problems: []fault.Field{otherSource(in.Source)}}
				continue
			}
			good, places = append(good, *in), append(places, i)
		}
		results, err := a.permission.TakeConsents(c.Request.Context(), frame.Viewer(c), "api", a.contacts.Region(), good)
		if err != nil {
			return nil, err
		}
		for i, r := range results {
			replies[places[i]] = &consentTaken{Status: string(r.Status), Customers: r.Customers, Problems: r.Problems}
		}
		return replies, nil
	}, func(problems []fault.Field) *consentTaken {
		return &consentTaken{Status: string(permission.ConsentRejected), Problems: problems}
	})
}

// takeSuppressions takes one suppression as JSON, or many as NDJSON. Nothing here ever lifts one.
func (a *API) takeSuppressions(c *gin.Context) error {
	return takeLines(c, func(inputs []suppressionInput) ([]*suppressionTaken, error) {
		replies, places := make([]*suppressionTaken, len(inputs)), []int{}
		var good []permission.Suppression
		for i, in := range inputs {
			sup, problems := a.suppressionOf(in)
			if len(problems) > 0 {
				replies[i] = &suppressionTaken{Status: "rejected", Problems: problems}
				continue
			}
			good, places = append(good, sup), append(places, i)
		}
		added, err := a.permission.TakeSuppressions(c.Request.Context(), frame.Viewer(c), good)
		if err != nil {
			return nil, err
		}
		for i, fresh := range added {
			replies[places[i]] = &suppressionTaken{Status: "covered"}
			if fresh {
				replies[places[i]].Status = "added"
			}
		}
		return replies, nil
	}, func(problems []fault.Field) *suppressionTaken {
		return &suppressionTaken{Status: "rejected", Problems: problems}
	})
}

func (a *API) suppressionOf(in suppressionInput) (permission.Suppression, []fault.Field) {
	sup := permission.Suppression{
		Kind: permission.PhoneAddress, Scope: cmp.Or(in.Scope, permission.Everything),
		Reason: cmp.Or(in.Reason, "customer_request"), Evidence: in.Evidence, UntilAt: in.Until,
	}
	problems := a.permission.Problems(sup)
	raw := in.Phone
	if in.Email != "" {
		sup.Kind, raw = permission.EmailAddress, in.Email
	}
	address, unreadable := permission.ReadAddress(sup.Kind, raw, a.contacts.Region())
	switch sup.Address = address; {
	case in.Phone != "" && in.Email != "":
		problems = append(problems,
			fault.Field{Name: "email", Code: "one_address", Problem: "must not be given beside a phone number: send two suppressions"})
	case raw == "":
		problems = append(problems, fault.Field{Name: "phone", Code: "required", Problem: "is required, or an e-mail address"})
	case unreadable != nil:
		problems = append(problems, *unreadable)
	}
	return sup, problems
}

// ownSource is the name of the source a machine's token is bound to; "" for people, whose tokens are bound to none.
func (a *API) ownSource(c *gin.Context) (string, error) {
	v := frame.Viewer(c)
	if v.Role != account.Machine {
		return "", nil
	}
	names, err := a.contacts.SourceNames(c.Request.Context(), []int64{v.SourceID})
	return names[v.SourceID], err
}

func otherSource(name string) fault.Field {
	return fault.Field{Name: "source", Code: "other_source", Problem: "is not the source of this API token", Value: name}
}
