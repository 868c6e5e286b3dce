package roster

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"aftercall/internal/fault"
	"aftercall/tasks/callback/roster"
	"aftercall/web/frame"
)

// saveWeek makes the cells what was typed into those that were changed. What frees callbacks is asked once more.
func (h *handlers) saveWeek(c *gin.Context, form frame.Form) error {
	f, err := h.asked(form.Get)
	if err != nil {
		return err
	}
	edit, wrong, err := h.typed(c, f, form)
	if err != nil {
		return err
	}
	if len(wrong) > 0 {
		return h.refuseWeek(c, f, form, fault.InvalidFields(wrong...))
	}
	edit.Known, _ = strconv.Atoi(form.Get("known"))
	came, err := h.roster.Set(c.Request.Context(), frame.Viewer(c), edit)
	if _, frees := roster.IsFreeing(err); frees {
		return h.askAgain(c, f, form, edit)
	}
	if err != nil {
		return h.refuseWeek(c, f, form, err)
	}
	return h.Redirect(c, weekURL(f), h.savedFlash(came, "roster.saved"))
}

// savedFlash says what was changed, and offers to undo it.
func (h *handlers) savedFlash(came roster.Outcome, key string) frame.Flash {
	if came.ChangeID == 0 {
		return frame.Done("roster.unchanged")
	}
	done := frame.Done(key, "days", came.Days, "people", came.People, "freed", len(came.Freed))
	return done.Undo(fmt.Sprintf("%s/changes/%d/undo", rosterPath, came.ChangeID))
}

// typed reads the cells that were changed. A cell that somebody else has changed since is refused.
func (h *handlers) typed(c *gin.Context, f roster.Filter, form frame.Form) (roster.Edit, []fault.Field, error) {
	ctx := c.Request.Context()
	g, err := h.roster.Grid(ctx, frame.Viewer(c), f)
	if err != nil {
		return roster.Edit{}, nil, err
	}
	shifts, err := h.roster.Shifts(ctx)
	if err != nil {
		return roster.Edit{}, nil, err
	}
	var edit roster.Edit
	var wrong []fault.Field
	edit.Seen, _ = strconv.ParseInt(form.Get("seen"), 10, 64)
	for _, row := range g.Rows {
		for _, cell := range row.Cells {
			field := fmt.Sprintf("cell-%d-%d", cell.UserID, cell.Day)
			text, was := form.Get(field), form.Get("was-"+field)
			if !form.Values.Has(field) || strings.TrimSpace(text) == was {
				continue
			}
			entries, problem := roster.ReadCell(shifts, text)
			switch {
			case problem != nil:
				problem.Name = field
				wrong = append(wrong, *problem)
				continue
			case cell.Text(h.Lang(c)) != was:
				wrong = append(wrong, fault.Field{
					Name: field, Code: "roster_meanwhile", Problem: "was changed by somebody else meanwhile; look at it and save again",
				})
				continue
			}
			cell.Entries = entries
			edit.Cells = append(edit.Cells, cell)
		}
	}
	return edit, wrong, nil
}

// refuseWeek shows the week again with what was typed.
func (h *handlers) refuseWeek(c *gin.Context, f roster.Filter, form frame.Form, cause error) error {
	form, unmendable := h.RefusedForm(c, form, cause)
	if unmendable != nil {
		return unmendable
	}
	return h.renderWeek(c, frame.StatusOf(cause), f, &weekPage{Form: form})
}

// askAgain shows the week again with what would become anybody's.
func (h *handlers) askAgain(c *gin.Context, f roster.Filter, form frame.Form, edit roster.Edit) error {
	would, err := h.roster.Rehearse(c.Request.Context(), frame.Viewer(c), edit)
	if err != nil {
		return err
	}
	frees, err := h.freed(c, would.Freed)
	if err != nil {
		return err
	}
	return h.renderWeek(c, http.StatusConflict, f, &weekPage{Form: form, Frees: frees})
}

func (h *handlers) freed(c *gin.Context, list []roster.Promise) ([]freed, error) {
	ids := make([]int64, len(list))
	for i, p := range list {
		ids[i] = p.CallerID
	}
	names, err := h.accounts.UserNames(c.Request.Context(), ids)
	rows := make([]freed, len(list))
	for i, p := range list {
		rows[i] = freed{p.CallbackID, names[p.CallerID], p.From, 0}
		if p.Until-p.From > 1 {
			rows[i].Until = p.Until
		}
	}
	return rows, err
}

func (h *handlers) copyWeek(c *gin.Context, form frame.Form) error {
	f, err := h.asked(form.Get)
	if err != nil {
		return err
	}
	came, err := h.roster.CopyWeek(c.Request.Context(), frame.Viewer(c), f.Team, f.From)
	if err != nil {
		return h.refuseWeek(c, f, form, err)
	}
	if came.ChangeID == 0 {
		return h.Redirect(c, weekURL(f), frame.Refused("roster.nothing_to_copy"))
	}
	return h.Redirect(c, weekURL(f), h.savedFlash(came, "roster.copied"))
}

// undo takes a change back, and leads to the week it was about.
func (h *handlers) undo(c *gin.Context, id int64) error {
	came, err := h.roster.Undo(c.Request.Context(), frame.Viewer(c), id)
	if f, ok := fault.Of(err); ok && f.Kind == fault.Conflict {
		return h.Redirect(c, rosterPath, frame.Refused("fault."+f.Code))
	}
	if err != nil {
		return err
	}
	to := rosterPath
	if came.Days > 0 {
		to = weekURL(roster.Filter{From: roster.Monday(came.From)})
	}
	return h.Redirect(c, to, frame.Done("roster.undone", "days", came.Days))
}

func (h *handlers) seeFreed(c *gin.Context, form frame.Form) error {
	upTo, _ := strconv.ParseInt(form.Get("up_to"), 10, 64)
	if err := h.callbacks.SeeFreed(c.Request.Context(), frame.Viewer(c), upTo); err != nil {
		return err
	}
	return h.Redirect(c, rosterPath)
}

// exportWeeks writes the week shown and the three after it, of everybody of the team.
func (h *handlers) exportWeeks(c *gin.Context) error {
	f, err := h.asked(c.Query)
	if err != nil {
		return err
	}
	f.Behind, f.Limit, f.Days = 0, 1000, 28
	ctx, viewer := c.Request.Context(), frame.Viewer(c)
	g, err := h.roster.Grid(ctx, viewer, f)
	if err != nil {
		return err
	}
	var list []roster.Cell
	for _, row := range g.Rows {
		list = append(list, row.Cells...)
	}
	rows, err := h.roster.Export(ctx, viewer, list, h.Lang(c))
	if err != nil {
		return err
	}
	return frame.SendCSV(c, "roster-"+f.From.String()+".csv", rows)
}
