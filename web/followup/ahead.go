package followup

import (
	"strconv"

	"github.com/gin-gonic/gin"

	"aftercall/internal/contact"
	"aftercall/internal/flow"
	"aftercall/survey"
	"aftercall/tasks/callback"
	"aftercall/tasks/handoff"
	"aftercall/web/frame"
)

// ahead says in words what is open for a customer, what concerns them most first: complaints, callbacks, handoffs, surveys, other contacts.
func (h *handlers) ahead(c *gin.Context, customerID int64) (aheadOf, error) {
	viewer, now := frame.Viewer(c), h.Now()
	found, err := h.customers.Ahead(c.Request.Context(), viewer, customerID)
	if err != nil {
		return aheadOf{}, err
	}
	a := aheadOf{Ahead: found}
	if step, planned := found.Next(now); planned {
		a.Next, a.Now = h.stepLine(c, step), step.At <= now
	}
	about := func(line aheadLine, contactID int64) aheadLine {
		if of := found.Named[contactID]; of.ID != 0 {
			line.Contact, line.ContactHref = contactLabel(of), h.pathOf(viewer, "/contacts/:id", of.ID)
		}
		return line
	}
	var complaints, others []aheadLine
	for _, of := range found.Contacts {
		line := h.openContact(c, of)
		if of.Complaint {
			complaints = append(complaints, line)
		} else {
			others = append(others, line)
		}
	}
	a.Lines = complaints
	for _, row := range found.Callbacks {
		cb := row.Callback
		line := aheadLine{
			Text: h.T(c, "callback_kind."+string(cb.Kind)), Href: h.pathOf(viewer, "/callbacks/:id", cb.ID),
			State: h.T(c, "callback_state."+string(cb.State)), Tone: callbackTones[cb.State],
			When: "callbacks.due", At: cb.DueAt, Who: row.Caller, Overdue: cb.Overdue(now),
		}
		if cb.State == callback.Waiting && cb.WaitReason != "" {
			line.State = h.T(c, "reason."+string(cb.WaitReason))
		}
		a.Lines = append(a.Lines, about(line, cb.ContactID))
	}
	for _, of := range found.Handoffs {
		line := aheadLine{
			Text:  h.T(c, "ahead.handoff", "kind", h.T(c, "handoff_kind."+string(of.Kind))),
			State: h.T(c, "handoff_state."+string(of.State)), Tone: "wait",
			When: "callbacks.due", At: of.DueAt, Who: frame.Joined(" · ", found.Teams[of.TeamID], found.Owners[of.OwnerID]),
			Overdue: of.State != handoff.Replied && of.DueAt < now,
		}
		if found.Openable[of.ID] {
			line.Href = h.pathOf(viewer, "/handoffs/:id", of.ID)
		}
		a.Lines = append(a.Lines, about(line, of.ContactID))
	}
	for _, i := range found.Invitations {
		line := h.openInvitation(c, i)
		line.Href = h.placeOf(c, i.ContactID, contact.AboutInvitation, i.ID)
		a.Lines = append(a.Lines, about(line, i.ContactID))
	}
	for _, d := range found.Surveys {
		a.Lines = append(a.Lines, about(aheadLine{
			Text: h.T(c, "follow_up.survey"), State: h.T(c, "decisions.planned"), When: "ahead.from", At: d.DueAt,
			Href: h.placeOf(c, d.ContactID, contact.AboutDecision, d.ID),
		}, d.ContactID))
	}
	a.Lines = append(a.Lines, others...)
	return a, nil
}

var callbackTones = map[callback.State]string{callback.Ready: "ok", callback.Claimed: "wait"}

func (h *handlers) openContact(c *gin.Context, of contact.Contact) aheadLine {
	line := aheadLine{
		Text: h.T(c, "callbacks.contact"), State: h.T(c, "status."+string(of.Status)), Tone: "wait", When: "ahead.opened",
		At: max(of.OpenedAt, 0), Contact: contactLabel(of), ContactHref: h.pathOf(frame.Viewer(c), "/contacts/:id", of.ID),
	}
	if of.OpenedAt.IsZero() {
		line.When, line.At = "ahead.received", of.ReceivedAt
	}
	if of.Complaint {
		line.Text, line.Tone = h.T(c, "contacts.complaint"), "bad"
	}
	return line
}

func (h *handlers) openInvitation(c *gin.Context, i survey.Invitation) aheadLine {
	line := aheadLine{Text: h.T(c, "ahead.invitation"), State: h.T(c, "ahead.sending"), When: "ahead.created", At: i.CreatedAt}
	if !i.SentAt.IsZero() {
		line.State, line.Tone, line.When, line.At = h.T(c, "ahead.unanswered"), "wait", "ahead.until", i.ExpiresAt
	}
	return line
}

// placeOf leads to a thing on the page of its contact.
func (h *handlers) placeOf(c *gin.Context, contactID int64, kind contact.ObjectKind, id int64) string {
	if path := h.pathOf(frame.Viewer(c), "/contacts/:id", contactID); path != "" {
		return path + "#" + string(kind) + "-" + strconv.FormatInt(id, 10)
	}
	return ""
}

// stepLine says what comes next.
func (h *handlers) stepLine(c *gin.Context, step flow.Step) frame.TimelineLine {
	line := frame.TimelineLine{At: step.At, Text: h.T(c, "follow_up.survey")}
	switch {
	case step.CallbackID != 0:
		line.Text = h.T(c, "callback_kind."+string(step.Kind))
		line.Href = h.pathOf(frame.Viewer(c), "/callbacks/:id", step.CallbackID)
	case step.Reminder:
		line.Text = h.T(c, "ahead.reminder")
	}
	return line
}
