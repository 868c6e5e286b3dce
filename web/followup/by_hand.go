package followup

import (
	"fmt"
	"strconv"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/fault"
	"aftercall/tasks/decision"
	"aftercall/tasks/policy"
	"aftercall/web/frame"
)

// handPlan is the form on a contact's page that plans a callback whatever the policy said.
type handPlan struct {
	Form              frame.Form
	Open              bool // something was typed
	Kinds, Priorities []frame.Option
	Teams             []string
}

// handPlan returns the form, or nil where the viewer may not plan or the contact is not resolved.
func (h *handlers) handPlan(c *gin.Context, about contact.Contact, f frame.Form) (*handPlan, error) {
	if !frame.Viewer(c).Is(account.Supervisor) || about.Status != contact.Resolved {
		return nil, nil //nolint:nilnil // a page without the form is no error
	}
	plan := &handPlan{Form: f, Open: f.Values != nil}
	plan.Kinds, plan.Priorities = frame.CallbackChoices(func(key string, args ...any) string { return h.T(c, key, args...) })
	teams, err := h.accounts.Teams(c.Request.Context())
	for _, t := range teams {
		plan.Teams = append(plan.Teams, t.Name)
	}
	return plan, err
}

// planByHand plans a callback for a contact. A refusal says why, and from when it would be allowed.
func (h *handlers) planByHand(c *gin.Context) error {
	id, err := frame.PathID(c, "id")
	if err != nil {
		return err
	}
	f, err := frame.FormOf(c)
	if err != nil {
		return err
	}
	priority, _ := strconv.Atoi(f.Get("priority")) // anything else is no priority there is
	plan := decision.HandPlan{Kind: policy.CallbackKind(f.Get("kind")), Priority: priority, Team: f.Get("team"), Reason: f.Get("reason")}
	var problems []fault.Field
	if plan.Due, problems = h.TypedTime("due", f.Get("due")); len(problems) > 0 {
		err = fault.InvalidFields(problems...)
	} else {
		err = h.decisions.PlanByHand(c.Request.Context(), frame.Viewer(c), id, plan)
	}
	if err == nil {
		return h.Redirect(c, fmt.Sprintf("/contacts/%d", id), frame.Done("by_hand.planned"))
	}
	return h.Again(c, f, err, h.renderContact)
}
