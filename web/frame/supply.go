package frame

import (
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/permission"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/floor"
	"aftercall/tasks/policy"
)

// SupplyRow is one reason why callbacks are not to be had, with how many there are and what helps.
type SupplyRow struct {
	Text   string
	Detail string // such as how many of them are kept for somebody
	Count  int
	Href   string        // what is counted; empty for those who may not open it
	Next   clock.Instant // the first of them; none where that is not known
	Now    bool          // can be had
	Help   Crumb         // what helps, for those who may; no address for nobody
}

// SupplyPath is where the callbacks behind a count are listed.
const SupplyPath = "/floor/queue"

// SupplyRows says what there is to call and what keeps the rest, in the words of a reader, with what they may do about it.
func (s *Site) SupplyRows(c *gin.Context, supply callback.Supply) []SupplyRow {
	viewer := Viewer(c)
	lists := s.Reachable(viewer, SupplyPath)
	behind := func(part callback.SupplyPart, reason callback.Reason) string {
		if !lists {
			return ""
		}
		q := url.Values{"part": {string(part)}}
		if reason != "" {
			q.Set("reason", string(reason))
		}
		return SupplyPath + "?" + q.Encode()
	}
	var rows []SupplyRow
	if supply.Ready > 0 {
		rows = append(rows, SupplyRow{
			Text: s.T(c, "supply.ready"), Count: supply.Ready, Href: behind(callback.SupplyReady, ""), Now: true,
		})
	}
	for _, w := range supply.Waiting {
		row := SupplyRow{
			Text: s.T(c, "reason."+string(w.Reason)), Count: w.Count, Href: behind(callback.SupplyWaiting, w.Reason), Next: w.Next,
			Help: s.help(c, viewer, w.Reason),
		}
		if w.Kept > 0 {
			row.Detail = s.T(c, "supply.kept_of", "count", w.Kept)
		}
		rows = append(rows, row)
	}
	for _, l := range supply.Lacking {
		rows = append(rows, SupplyRow{
			Text: s.T(c, "supply.other_skill", "skill", l.Skill), Count: l.Count, Href: behind(callback.SupplyLacking, ""), Next: l.Next,
			Help: s.first(c, viewer, way{"supply.help_skills", "/settings/skills"}),
		})
	}
	if supply.InHand > 0 {
		row := SupplyRow{Text: s.T(c, "supply.in_hand"), Count: supply.InHand, Href: behind(callback.SupplyInHand, "")}
		if !strings.HasPrefix(c.FullPath(), "/floor") {
			row.Help = s.first(c, viewer, way{"supply.help_floor", "/floor"})
		}
		rows = append(rows, row)
	}
	if supply.Kept > 0 {
		rows = append(rows, SupplyRow{
			Text: s.T(c, "supply.kept"), Count: supply.Kept, Href: behind(callback.SupplyKept, ""), Next: supply.KeptNext,
		})
	}
	return rows
}

// way is a page that may help, and what its button says.
type way struct{ key, path string }

// first is the first of the ways that the viewer may go.
func (s *Site) first(c *gin.Context, viewer account.Viewer, ways ...way) Crumb {
	for _, w := range ways {
		if s.Reachable(viewer, pathOf(w.path)) {
			return Crumb{Text: s.T(c, w.key), Href: w.path}
		}
	}
	return Crumb{}
}

func pathOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.Path
}

// help is what helps against a reason to wait.
func (s *Site) help(c *gin.Context, viewer account.Viewer, reason callback.Reason) Crumb {
	switch permission.Code(reason) {
	case permission.OutsideHours:
		return s.first(c, viewer, way{"supply.help_hours", "/settings/calling-hours"})
	case permission.Suppressed, permission.Refused:
		return s.first(c, viewer, way{"supply.help_suppressions", "/suppressions"})
	case permission.ZoneUnknown, permission.AttemptGap, permission.AttemptCap, permission.DailyCap, permission.NoAddress:
		return s.first(c, viewer, way{"supply.help_permission", "/permission"})
	default:
		return s.helpWithin(c, viewer, reason)
	}
}

// helpWithin is what helps against a reason of the centre's own, which no permission gives.
func (s *Site) helpWithin(c *gin.Context, viewer account.Viewer, reason callback.Reason) Crumb {
	switch reason {
	case callback.ReasonHandoff:
		return s.first(c, viewer, way{"supply.help_handoffs", "/handoffs"})
	case callback.ReasonAppointment:
		return s.mine(c, viewer, way{"supply.help_appointments", "/tasks?list=today"})
	case callback.ReasonPaused:
		return s.mine(c, viewer, way{"supply.help_in_progress", "/tasks?list=in_progress"})
	default:
		return Crumb{}
	}
}

// mine is a way to one's own tasks, of those whose tasks they are.
func (s *Site) mine(c *gin.Context, viewer account.Viewer, w way) Crumb {
	if viewer.Role != account.Caller {
		return Crumb{}
	}
	return s.first(c, viewer, w)
}

// UpstreamView is what the queue lives on, in words.
type UpstreamView struct {
	floor.Upstream
	Skips     []SupplyRow // why what was resolved today gets no callback
	Decisions string      // address of what was decided today; empty for those who may not open it
	Help      struct{ Source, Jobs Crumb }
}

// UpstreamOf says what the queue lives on, with what the viewer may do about it; nil for nothing.
func (s *Site) UpstreamOf(c *gin.Context, up *floor.Upstream) *UpstreamView {
	if up == nil {
		return nil
	}
	viewer := Viewer(c)
	v := &UpstreamView{Upstream: *up}
	today := clock.DayOf(s.Now(), s.Zone).String()
	lists := s.Reachable(viewer, "/decisions/list")
	decided := func(state, reason string) string {
		if !lists {
			return ""
		}
		return "/decisions/list?" + With(url.Values{}, "kind", string(policy.FollowUpCallback), "state", state, "reason", reason,
			"from", today, "to", today).Encode()
	}
	v.Decisions = decided("resolved", "")
	for _, skip := range up.Skipped {
		v.Skips = append(v.Skips, SupplyRow{
			Text: s.ReasonText(c, policy.Reason(skip.Reason), skip.Text), Count: skip.Count, Href: decided("skipped", skip.Reason),
		})
	}
	v.Help.Source = s.first(c, viewer, way{"supply.help_tokens", "/settings/tokens"}, way{"supply.help_contacts", "/contacts"})
	v.Help.Jobs = s.first(c, viewer, way{"supply.help_jobs", "/jobs"})
	return v
}
