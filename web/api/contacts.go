package api

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"aftercall/internal/contact"
	"aftercall/internal/fault"
	"aftercall/web/frame"
)

// contactTaken is what became of one contact: the reply to one, and a line of the reply to many.
type contactTaken struct {
	Line        int     `json:"line,omitempty" doc:"Line of the request, from 1; only in NDJSON."`
	Status      string  `json:"status" enum:"accepted,updated,duplicate,rejected"`
	ContactID   int64   `json:"contact_id,omitempty"`
	Resolutions []int64 `json:"resolutions,omitempty" doc:"All resolutions of the contact, by number; the same again for a duplicate."`

	Problems []fault.Field `json:"problems,omitempty" doc:"Why it was rejected."`
	Warnings []fault.Field `json:"warnings,omitempty" doc:"What was corrected or looks wrong; it was taken all the same."`
}

func takenOf(o contact.Outcome) *contactTaken {
	return &contactTaken{
		Status: string(o.Status), ContactID: o.ContactID, Resolutions: o.Resolutions, Problems: o.Problems, Warnings: o.Warnings,
	}
}

func (t *contactTaken) place(line int) []fault.Field {
	t.Line, t.Problems, t.Warnings = line, placed(t.Problems, line), placed(t.Warnings, line)
	return t.Problems
}

func (t *contactTaken) made() string {
	if t.Status == string(contact.Accepted) {
		return contactPath(t.ContactID)
	}
	return ""
}

// takeContacts takes one contact as JSON, or many as NDJSON.
func (a *API) takeContacts(c *gin.Context) error {
	return takeLines(c, func(inputs []contact.Input) ([]*contactTaken, error) {
		outcomes, err := a.contacts.Take(c.Request.Context(), frame.Viewer(c).SourceID, inputs)
		replies := make([]*contactTaken, len(outcomes))
		for i, o := range outcomes {
			replies[i] = takenOf(o)
		}
		return replies, err
	}, func(problems []fault.Field) *contactTaken {
		return takenOf(contact.Outcome{Status: contact.Rejected, Problems: problems})
	})
}

// showContact answers with a contact of the token's source.
func (a *API) showContact(c *gin.Context) error {
	id, err := frame.PathID(c, "id")
	if err != nil {
		return err
	}
	d, err := a.contacts.Contact(c.Request.Context(), frame.Viewer(c), id)
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, viewOf(d))
	return nil
}
