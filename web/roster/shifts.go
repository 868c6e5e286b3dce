package roster

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/tasks/callback/roster"
	"aftercall/web/frame"
)

func (h *handlers) shiftRoutes() []frame.Route {
	keepers, path := []account.Role{account.Supervisor}, rosterPath+"/shifts"
	return []frame.Route{
		{Method: http.MethodPost, Path: path, Roles: keepers, Handle: frame.Posted(h.addShift)},
		{Method: http.MethodPost, Path: path + "/start", Roles: keepers, Handle: h.startShifts},
		{Method: http.MethodPost, Path: path + "/:id", Roles: keepers, Handle: frame.Numbered(h.editShift)},
		{Method: http.MethodPost, Path: path + "/:id/remove", Roles: keepers, Handle: frame.Numbered(h.removeShift)},
	}
}

func typedShift(f frame.Form) roster.Typed {
	return roster.Typed{Name: f.Get("name"), From: f.Get("from"), Until: f.Get("until")}
}

// keptShift leads back to the week, or shows it with what is wrong with the form of a shift.
func (h *handlers) keptShift(c *gin.Context, f frame.Form, id int64, message string, err error) error {
	if err == nil {
		return h.Redirect(c, rosterPath+"#shifts", frame.Done(message))
	}
	f, unmendable := h.RefusedForm(c, f, err)
	if unmendable != nil {
		return unmendable
	}
	asked, _ := h.asked(func(string) string { return "" })
	return h.renderWeek(c, frame.StatusOf(err), asked, &weekPage{Shift: f, Open: true, EditingShift: id})
}

func (h *handlers) addShift(c *gin.Context, f frame.Form) error {
	_, err := h.roster.AddShift(c.Request.Context(), frame.Viewer(c), typedShift(f))
	return h.keptShift(c, f, 0, "roster.shift_added", err)
}

func (h *handlers) startShifts(c *gin.Context) error {
	err := h.roster.StartShifts(c.Request.Context(), frame.Viewer(c), h.Lang(c))
	return h.keptShift(c, frame.Form{}, 0, "roster.shift_added", err)
}

func (h *handlers) editShift(c *gin.Context, id int64) error {
	f, err := frame.FormOf(c)
	if err != nil {
		return err
	}
	return h.keptShift(c, f, id, "flash.saved", h.roster.EditShift(c.Request.Context(), frame.Viewer(c), id, typedShift(f)))
}

func (h *handlers) removeShift(c *gin.Context, id int64) error {
	return h.keptShift(c, frame.Form{}, 0, "roster.shift_removed", h.roster.RemoveShift(c.Request.Context(), frame.Viewer(c), id))
}
