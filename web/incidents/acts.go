package incidents

import (
	"net/http"
	"strconv"
	"strings"
	"unicode"

	"github.com/gin-gonic/gin"

	"aftercall/internal/fault"
	"aftercall/web/frame"
)

// act is what a form of the page does with an incident; it returns what is said when it was done.
type act func(c *gin.Context, id int64, f frame.Form) (frame.Flash, error)

func (h *handlers) actRoutes() []frame.Route {
	var routes []frame.Route
	for _, a := range []struct {
		name string
		do   act
	}{
		{"begin", h.begin},
		{"dismiss", h.dismiss},
		{"release", h.release},
		{"stop", h.stop},
		{"call-off", h.callOff},
		{"tie", h.tie},
		{"remove", h.remove},
	} {
		routes = append(routes, frame.Route{
			Method: http.MethodPost, Path: incidentsPath + "/:id/" + a.name, Roles: supervisors(), Handle: h.doing(a.name, a.do),
		})
	}
	return routes
}

// doing makes a handler of an act: the page says what was done, or shows the form again with what is wrong.
func (h *handlers) doing(name string, do act) func(c *gin.Context) error {
	return frame.Numbered(func(c *gin.Context, id int64) error {
		f, err := frame.FormOf(c)
		if err != nil {
			return err
		}
		flash, err := do(c, id, f)
		if err == nil {
			return h.Redirect(c, incidentPath(id), flash)
		}
		return h.Again(c, f, err, func(c *gin.Context, status int, f frame.Form) error {
			return h.renderDetail(c, status, id, f, name)
		})
	})
}

func (h *handlers) begin(c *gin.Context, id int64, _ frame.Form) (frame.Flash, error) {
	return frame.Done("incidents.begun"), h.incidents.Begin(c.Request.Context(), frame.Viewer(c), id)
}

func (h *handlers) dismiss(c *gin.Context, id int64, f frame.Form) (frame.Flash, error) {
	return frame.Done("incidents.dismissed"), h.incidents.Dismiss(c.Request.Context(), frame.Viewer(c), id, f.Get("why"))
}

func (h *handlers) release(c *gin.Context, id int64, f frame.Form) (frame.Flash, error) {
	rate, err := strconv.Atoi(strings.TrimSpace(f.Get("per_hour")))
	if err != nil {
		return frame.Flash{}, fault.InvalidFields(fault.Field{
			Name: "per_hour", Code: "not_a_number", Problem: "is not a number", Value: f.Get("per_hour"),
		})
	}
	return frame.Done("incidents.releasing"), h.incidents.Release(c.Request.Context(), frame.Viewer(c), id, rate)
}

func (h *handlers) stop(c *gin.Context, id int64, f frame.Form) (frame.Flash, error) {
	return frame.Done("incidents.stopped"), h.incidents.Stop(c.Request.Context(), frame.Viewer(c), id, f.Get("why"))
}

func (h *handlers) callOff(c *gin.Context, id int64, f frame.Form) (frame.Flash, error) {
	return frame.Done("incidents.called_off"), h.incidents.CallOff(c.Request.Context(), frame.Viewer(c), id, f.Get("why"))
}

// tie ties one contact, by its id, or several by their numbers.
func (h *handlers) tie(c *gin.Context, id int64, f frame.Form) (frame.Flash, error) {
	ctx, viewer := c.Request.Context(), frame.Viewer(c)
	if one, err := strconv.ParseInt(f.Get("contact"), 10, 64); err == nil {
		return frame.Done("incidents.tied_one"), h.incidents.TieContact(ctx, viewer, id, one)
	}
	numbers := strings.FieldsFunc(f.Get("numbers"), func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",;，；、", r) })
	named, err := h.incidents.TieNamed(ctx, viewer, id, numbers)
	if len(named.Unknown) > 0 {
		return frame.Done("incidents.tied_some", "n", named.Tied, "already", named.Already, "unknown", len(named.Unknown),
			"numbers", fault.Shorten(strings.Join(named.Unknown, ", "), fault.MaxShown)), err
	}
	return frame.Done("incidents.tied", "n", named.Tied, "already", named.Already), err
}

func (h *handlers) remove(c *gin.Context, id int64, f frame.Form) (frame.Flash, error) {
	contactID, _ := strconv.ParseInt(f.Get("contact"), 10, 64)
	return frame.Done("incidents.removed"), h.incidents.Remove(c.Request.Context(), frame.Viewer(c), id, contactID, f.Get("why"))
}
