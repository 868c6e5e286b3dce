package floor

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/floor"
	"aftercall/tasks/callback/worklist"
	"aftercall/web/frame"
)

// floorPage is the floor at an instant. Its script looks again each second.
type floorPage struct {
	frame.Page
	*floor.Snapshot
	Supply     []frame.SupplyRow
	Ages       []age
	Up         *frame.UpstreamView
	Chart      hourChart
	States     []stateCount
	HandoffsAt string // address of those that are overdue; empty while there is no such page
	Tag        string
	Now        int64 // in milliseconds: a browser's clock may be wrong
}

func (*floorPage) Template() string { return "floor" }

// MostCounted is up to how many callbacks are counted.
func (*floorPage) MostCounted() int { return worklist.MostCounted }

// Waiting is how many callbacks wait, for whatever reason.
func (p *floorPage) Waiting() int {
	n := p.Queue.Kept
	for _, w := range p.Queue.Waiting {
		n += w.Count
	}
	for _, l := range p.Queue.Lacking {
		n += l.Count
	}
	return n
}

// Due is what was promised and is overdue or due soon, appointments first.
func (p *floorPage) Due() []worklist.Row { return slices.Concat(p.Promises.Rows, p.Recoveries.Rows) }

// age is how many callbacks have been ready for so long.
type age struct {
	Text  string
	Count int
	Late  bool // the oldest
}

// stateCount is how many callers are in a state.
type stateCount struct {
	State floor.State
	Count int
}

// queuePage is the callbacks behind one number of the floor.
type queuePage struct {
	frame.Page
	What  string
	Rows  []worklist.Row
	Pager frame.Pager
	At    clock.Instant
}

func (*queuePage) Template() string { return "floor_queue" }

func (h *handlers) floorRoutes() []frame.Route {
	supervisor := []account.Role{account.Supervisor}
	return []frame.Route{
		{Method: http.MethodGet, Path: "/floor", Roles: supervisor, Handle: h.showFloor},
		{Method: http.MethodGet, Path: "/floor/live", Roles: supervisor, Handle: h.floorLive},
		{Method: http.MethodGet, Path: frame.SupplyPath, Roles: supervisor, Handle: h.showQueue},
	}
}

func (h *handlers) showFloor(c *gin.Context) error {
	picture, err := h.floor.Watch(c.Request.Context(), frame.Viewer(c))
	if err != nil {
		return err
	}
	p := h.floorPage(c, picture)
	p.Page = h.Page(c, "floor.title")
	return h.Render(c, p)
}

// floorLive answers a script that shows the floor: with what there is now, or that it has it already. Who opens its address is led to the
// floor.
func (h *handlers) floorLive(c *gin.Context) error {
	if c.GetHeader("Accept") != "application/json" {
		return h.Redirect(c, "/floor")
	}
	picture, err := h.floor.Watch(c.Request.Context(), frame.Viewer(c))
	if err != nil {
		return err
	}
	if frame.Unmoved(c, h.tag(c, picture)) {
		return nil
	}
	return h.RenderPart(c, h.floorPage(c, picture), "floor-live")
}

// tag names what a viewer is shown of a picture: in their language, with what their role may do, on this day.
func (h *handlers) tag(c *gin.Context, picture *floor.Snapshot) string {
	return fmt.Sprintf("%s-%s-%s-%s", picture.Tag, h.Lang(c), frame.Viewer(c).Role, clock.DayOf(picture.At, h.Zone))
}

func (h *handlers) floorPage(c *gin.Context, picture *floor.Snapshot) *floorPage {
	p := &floorPage{
		Snapshot: picture, Supply: h.SupplyRows(c, picture.Queue), Up: h.UpstreamOf(c, picture.Upstream), Tag: h.tag(c, picture),
		Now: int64(h.Now()) / 1000, Chart: h.hourChart(c, picture.Today),
	}
	if h.Reachable(frame.Viewer(c), "/handoffs") {
		p.HandoffsAt = "/handoffs?overdue=1"
	}
	for i, n := range picture.Queue.Ages {
		p.Ages = append(p.Ages, age{Text: h.T(c, "floor.age_"+strconv.Itoa(i)), Count: n, Late: i == len(picture.Queue.Ages)-1})
	}
	for _, state := range floor.States() {
		n := 0
		for _, caller := range picture.Callers {
			if caller.State == state {
				n++
			}
		}
		if n > 0 {
			p.States = append(p.States, stateCount{state, n})
		}
	}
	return p
}

// showQueue lists the callbacks behind a number of the floor, as they are now.
func (h *handlers) showQueue(c *gin.Context) error {
	part, reason := callback.SupplyPart(c.Query("part")), callback.Reason(c.Query("reason"))
	if !slices.Contains(floor.Parts(), part) || (part == callback.SupplyWaiting) != (reason != "") {
		return frame.ErrNoPage
	}
	at, id := frame.ListKeyAt(c)
	rows, err := h.floor.Behind(c.Request.Context(), frame.Viewer(c), callback.SupplyFilter{
		Part: part, Reason: reason, After: callback.SupplyKey{At: at, ID: id}, Limit: frame.PageSize + 1,
	})
	if err != nil {
		return err
	}
	p := &queuePage{What: h.T(c, "floor.part_"+string(part)), At: h.Now()}
	if reason != "" {
		p.What += " · " + h.Catalogue.TextOr(h.Lang(c), string(reason), nil, "reason."+string(reason))
	}
	p.Rows, p.Pager = frame.PagedAt(c, rows, func(r worklist.Row) (clock.Instant, int64) {
		key := floor.Key(part, r)
		return key.At, key.ID
	})
	p.Page = h.Page(c, "floor.queue_title")
	p.Crumbs = []frame.Crumb{{Text: h.T(c, "floor.title"), Href: "/floor"}}
	return h.Render(c, p)
}
