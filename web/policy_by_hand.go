package web

import (
	"fmt"
	"net/url"
	"strconv"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/fault"
	"aftercall/tasks/decision"
	"aftercall/tasks/policy"
)

// handPlan is the form on a contact's page that plans a callback whatever the policy said.
type handPlan struct {
	Form              form
	Open              bool // something was typed
	Kinds, Priorities []option
	Teams             []string
}

func sampleHandPlan() *handPlan {
	options := []option{{Value: "confirm", Label: "Confirmation"}}
	return &handPlan{Form: form{Values: url.Values{"due": {"2026-11-22T15:00"}}, Error: "refused"}, Open: true, Kinds: options, Priorities: options, Teams: []string{"A"}}
}

// handPlan returns the form, or nil where the viewer may not plan or the contact is not resolved.
func (s *Server) handPlan(c *gin.Context, about contact.Contact, f form) (*handPlan, error) {
	if !viewer(c).Is(account.Supervisor) || about.Status != contact.Resolved {
		return nil, nil //nolint:nilnil // a page without the form is no error
	}
	plan := &handPlan{Form: f, Open: f.Values != nil}
	plan.Kinds, plan.Priorities = callbackChoices(func(key string, args ...any) string { return s.t(c, key, args...) })
	teams, err := s.Accounts.Teams(c.Request.Context())
	for _, t := range teams {
		plan.Teams = append(plan.Teams, t.Name)
	}
	return plan, err
}

// planByHand plans a callback for a contact. A refusal says why, and from when it would be allowed.
func (s *Server) planByHand(c *gin.Context) error {
	id, err := pathID(c, "id")
	if err != nil {
		return err
	}
	f, err := formOf(c)
	if err != nil {
		return err
	}
	priority, _ := strconv.Atoi(f.Get("priority")) // anything else is no priority there is
	plan := decision.HandPlan{Kind: policy.CallbackKind(f.Get("kind")), Priority: priority, Team: f.Get("team"), Reason: f.Get("reason")}
	var problems []fault.Field
	if plan.Due, problems = s.typedTime("due", f.Get("due")); len(problems) > 0 {
		err = fault.InvalidFields(problems...)
	} else {
		err = s.Decisions.PlanByHand(c.Request.Context(), viewer(c), id, plan)
	}
	if err == nil {
		return s.redirect(c, fmt.Sprintf("/contacts/%d", id), done("by_hand.planned"))
	}
	f, unmendable := s.refusedForm(c, f, err)
	if unmendable != nil {
		return unmendable
	}
	return s.renderContact(c, statusOf(err), f)
}
