package followup

import (
	"strings"

	"github.com/gin-gonic/gin"

	"aftercall/internal/contact"
	"aftercall/tasks/callback/worklist"
	"aftercall/web/frame"
)

// followedUp is what was decided and done about a contact, in words.
type followedUp struct {
	Decisions []contactDecision
	Callbacks []contactCallback
	Handoffs  []frame.TimelineLine
	Surveys   []frame.TimelineLine
}

// Nothing reports whether nothing was.
func (f followedUp) Nothing() bool {
	return len(f.Decisions)+len(f.Callbacks)+len(f.Handoffs)+len(f.Surveys) == 0
}

// contactDecision is a decision about one of the resolutions of a contact.
type contactDecision struct {
	decisionRow
	No int // of the resolution
}

// contactCallback is a callback about a contact.
type contactCallback struct {
	worklist.Row
	Href string // empty for those who may not open it
}

func (h *handlers) followedUp(c *gin.Context, of contact.Detail) (followedUp, error) {
	viewer := frame.Viewer(c)
	found, err := h.customers.FollowedUp(c.Request.Context(), viewer, of.ID)
	if err != nil {
		return followedUp{}, err
	}
	numbers := make(map[int64]int, len(of.Resolutions))
	for _, r := range of.Resolutions {
		numbers[r.ID] = r.No
	}
	var f followedUp
	for _, d := range found.Decisions {
		row := decisionRow{
			Row: d, Rule: h.DecisionRuleName(c, d.Decision.Rule, d.RuleName), Reason: h.ReasonText(c, d.Decision.Reason, d.ReasonText),
			Fate: h.ReasonText(c, d.Fate, ""),
		}
		f.Decisions = append(f.Decisions, contactDecision{row, numbers[d.Decision.ResolutionID]})
	}
	for _, row := range found.Callbacks {
		one := contactCallback{Row: row}
		if viewer.SeesTeam(row.Callback.TeamID) {
			one.Href = h.pathOf(viewer, "/callbacks/:id", row.Callback.ID)
		}
		f.Callbacks = append(f.Callbacks, one)
	}
	f.Handoffs = h.TimelineLines(c, found.Handoffs)
	f.Surveys = h.TimelineLines(c, found.Surveys)
	anchored := map[string]bool{}
	for i := range f.Surveys {
		line := &f.Surveys[i] // where a link from elsewhere leads
		if _, place, found := strings.Cut(line.Href, "#"); found && !anchored[place] {
			line.ID, anchored[place] = place, true
		}
		line.Href = ""
	}
	return f, nil
}
