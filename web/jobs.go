package web

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/outbox"
	"aftercall/tasks/queue"
)

// Jobs is what the jobs page needs of the queue.
type Jobs interface {
	// CountsUpTo returns how many jobs of each kind are in each of queue.OpenStates, or how many at least.
	CountsUpTo(ctx context.Context) ([]queue.KindCount, error)
	// Dead returns jobs that were given up, the newest first, with ids below beforeID (0: from the start), at most limit.
	Dead(ctx context.Context, beforeID int64, limit int) ([]outbox.Job, error)
	// Requeue gives a dead job another round of tries. It returns fault.Conflict if the job is not dead.
	Requeue(ctx context.Context, viewer account.Viewer, id int64) error
}

// jobsPage shows the deferred work that is not done: how much of each kind is where, and what was given up.
type jobsPage struct {
	page
	States []outbox.State
	Kinds  []kindRow
	More   bool // some lanes hold more than were counted
	Dead   []deadRow
	Pager  pager
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

func (*jobsPage) template() string { return "jobs" }

func (s *Server) jobsRoutes() []route {
	admin := []account.Role{account.Admin}
	return []route{
		{method: http.MethodGet, path: "/jobs", roles: admin, handle: s.showJobs},
		{method: http.MethodPost, path: "/jobs/:id/requeue", roles: admin, handle: s.requeueJob},
	}
}

func jobsSamples() []view {
	return []view{
		&jobsPage{},
		&jobsPage{
			More: true, States: queue.OpenStates(), Kinds: []kindRow{{Kind: "survey.send", Name: "Send", Counts: []jobCount{{1, false}, {2, true}, {3, false}, {4, false}}}},
			Dead:  []deadRow{{Job: outbox.Job{ID: 7, Kind: "survey.send", LastError: "internal", UpdatedAt: clock.Instant(1)}, Name: "Send", Why: "why"}},
			Pager: pager{Older: "/jobs?older=7"},
		},
	}
}

func (s *Server) showJobs(c *gin.Context) error {
	ctx := c.Request.Context()
	counts, err := s.Jobs.CountsUpTo(ctx)
	if err != nil {
		return err
	}
	dead, err := s.Jobs.Dead(ctx, listKeyID(c), pageSize+1)
	if err != nil {
		return err
	}
	p := &jobsPage{States: queue.OpenStates(), Kinds: kindRows(counts)}
	p.More = slices.ContainsFunc(counts, func(n queue.KindCount) bool { return n.More })
	for i := range p.Kinds {
		p.Kinds[i].Name = s.jobName(c, p.Kinds[i].Kind)
	}
	dead, p.Pager = pagedByID(c, dead, func(j outbox.Job) int64 { return j.ID })
	for _, j := range dead {
		p.Dead = append(p.Dead, deadRow{Job: j, Name: s.jobName(c, j.Kind), Why: s.jobError(c, j.LastError)})
	}
	p.page = s.page(c, "jobs.title")
	return s.render(c, p)
}

// kindRows turns counts by kind and state into a table, kinds by name.
func kindRows(counts []queue.KindCount) []kindRow {
	states := queue.OpenStates()
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
func (s *Server) jobName(c *gin.Context, kind string) string {
	return s.messages.textOr(s.language(c), kind, nil, "jobs.kind_"+kind)
}

// jobError is the text of what a job keeps of its last error: "kind: code", or a kind alone.
func (s *Server) jobError(c *gin.Context, lastError string) string {
	words := strings.Fields(lastError)
	if len(words) == 0 {
		return ""
	}
	return s.messages.textOr(s.language(c), lastError, nil, "fault."+words[len(words)-1])
}

func (s *Server) requeueJob(c *gin.Context) error {
	id, err := pathID(c, "id")
	if err != nil {
		return err
	}
	if err := s.Jobs.Requeue(c.Request.Context(), viewer(c), id); err != nil {
		return err
	}
	return s.redirect(c, "/jobs", done("jobs.requeued", "id", id))
}
