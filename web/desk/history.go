package desk

import (
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/fault"
	"aftercall/survey"
	"aftercall/tasks/callback"
	"aftercall/web/frame"
)

// shownContacts is how many other contacts of the customer the desk shows.
const shownContacts = 5

// contactLine is another contact of the customer.
type contactLine struct {
	At                           clock.Instant
	ExternalID, About, Href, Who string
	Status                       contact.Status
	Complaint                    bool
}

// history returns the customer's other contacts that the viewer sees, those changed last first.
func (h *handlers) history(c *gin.Context, desk callback.Desk) ([]contactLine, error) {
	rows, err := h.contacts.List(c.Request.Context(), frame.Viewer(c),
		contact.Filter{CustomerID: desk.Callback.CustomerID, Limit: shownContacts + 1})
	if err != nil {
		return nil, err
	}
	opens := h.Reachable(frame.Viewer(c), "/contacts/:id")
	var lines []contactLine
	for _, row := range rows {
		if row.ID == desk.Callback.ContactID || len(lines) == shownContacts {
			continue
		}
		line := contactLine{
			At: row.OpenedAt, ExternalID: row.ExternalID, About: frame.Joined(" · ", row.Category, row.Product),
			Who: row.ResolverName, Status: row.Status, Complaint: row.Complaint,
		}
		if opens {
			line.Href = "/contacts/" + strconv.FormatInt(row.ID, 10)
		}
		lines = append(lines, line)
	}
	return lines, nil
}

// lowScore is why a customer was dissatisfied, for the caller who is to mend it.
type lowScore struct {
	Reasons []string
	Comment string
}

// lowScore returns what came with the low score of a recovery, and nothing for other callbacks.
func (h *handlers) lowScore(c *gin.Context, cb callback.Callback, questions survey.Questionnaire) (lowScore, error) {
	if cb.OriginRef == 0 {
		return lowScore{}, nil
	}
	answered, err := h.surveys.Answered(c.Request.Context(), cb.OriginRef)
	switch {
	case fault.Is(err, fault.NotFound): // the score stands on the callback; why it was given is not known any more
		return lowScore{}, nil
	case err != nil:
		return lowScore{}, err
	}
	low := lowScore{Comment: answered.Comment}
	question, _ := questions.Question(survey.KeyReasons)
	for _, key := range answered.Reasons {
		text := key
		if i := slices.IndexFunc(question.Options, func(o survey.Option) bool { return o.Key == key }); i >= 0 {
			text = question.Options[i].Text.In(h.Lang(c))
		}
		low.Reasons = append(low.Reasons, text)
	}
	return low, nil
}
