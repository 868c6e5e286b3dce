package admin

import (
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/outbox"
	"aftercall/web/frame"
)

// jobsPage shows the deferred work that is not done: how much of each kind is where, and what was given up.
type jobsPage struct {
	frame.Page
	States []outbox.State
	Kinds  []kindRow
	More   bool // some lanes hold more than were counted
	Dead   []deadRow
	Pager  frame.Pager
}

// kindRow is one kind of job with its counts in the order of jobsPage.States.
type kindRow struct {
	Kind   string
	Name   string // in the reader's language
	Counts []jobCount
}

// jobCount is how many jobs there are, or that there are more.
type jobCount struct {
	N    int
	More bool
}

// deadRow is a job that was given up, with what it does and why it failed in the reader's language.
type deadRow struct {
	outbox.Job
	Name, Why string
}

func (*jobsPage) Template() string { return "jobs" }

func (h *handlers) jobsRoutes() []frame.Route {
	admin := []account.Role{account.Admin}
	return []frame.Route{
		{Method: http.MethodGet, Path: "/jobs", Roles: admin, Handle: h.showJobs},
		{Method: http.MethodPost, Path: "/jobs/:id/requeue", Roles: admin, Handle: frame.Numbered(h.requeueJob)},
	}
}

func (h *handlers) showJobs(c *gin.Context) error {
	ctx := c.Request.Context()
	counts, err := h.jobs.CountsUpTo(ctx)
	if err != nil {
		return err
	}
	dead, err := h.jobs.Dead(ctx, frame.ListKeyID(c), frame.PageSize+1)
	if err != nil {
		return err
	}
	p := &jobsPage{States: outbox.OpenStates(), Kinds: kindRows(counts)}
	p.More = slices.ContainsFunc(counts, func(n outbox.KindCount) bool { return n.More })
	for i := range p.Kinds {
		p.Kinds[i].Name = h.jobName(c, p.Kinds[i].Kind)
	}
	dead, p.Pager = frame.PagedByID(c, dead, func(j outbox.Job) int64 { return j.ID })
	for _, j := range dead {
		p.Dead = append(p.Dead, deadRow{Job: j, Name: h.jobName(c, j.Kind), Why: h.jobError(c, j.LastError)})
	}
	p.Page = h.Page(c, "jobs.title").About("job", 0)
	return h.Render(c, p)
}

// kindRows turns counts by kind and state into a table, kinds by name.
func kindRows(counts []outbox.KindCount) []kindRow {
	states := outbox.OpenStates()
	byKind := map[string][]jobCount{}
	for _, n := range counts {
		if byKind[n.Kind] == nil {
			byKind[n.Kind] = make([]jobCount, len(states))
		}
		if i := slices.Index(states, n.State); i >= 0 {
			byKind[n.Kind][i].N += n.Count
			byKind[n.Kind][i].More = byKind[n.Kind][i].More || n.More
		}
	}
	rows := make([]kindRow, 0, len(byKind))
	for kind, n := range byKind {
		rows = append(rows, kindRow{Kind: kind, Counts: n})
	}
	slices.SortFunc(rows, func(a, b kindRow) int { return strings.Compare(a.Kind, b.Kind) })
	return rows
}

// jobName is what a kind of job does, in words; the kind itself where there are none.
func (h *handlers) jobName(c *gin.Context, kind string) string {
	return h.Catalogue.TextOr(h.Lang(c), kind, nil, "jobs.kind_"+kind)
}

// jobError is the text of what a job keeps of its last error: "kind: code", or a kind alone.
func (h *handlers) jobError(c *gin.Context, lastError string) string {
	words := strings.Fields(lastError)
	if len(words) == 0 {
		return ""
	}
	return h.Catalogue.TextOr(h.Lang(c), lastError, nil, "fault."+words[len(words)-1])
}

func (h *handlers) requeueJob(c *gin.Context, id int64) error {
	if err := h.jobs.Requeue(c.Request.Context(), frame.Viewer(c), id); err != nil {
		return err
	}
	return h.Redirect(c, "/jobs", frame.Done("jobs.requeued", "id", id))
}
