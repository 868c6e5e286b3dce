package desk

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/fault"
	"aftercall/tasks/callback/floor"
	"aftercall/tasks/callback/notice"
	"aftercall/web/frame"
)

// deskNotices is what supervisors pinned on a desk.
type deskNotices struct {
	Tag    string       // another one as soon as there is something to read, or something is gone
	Unread []deskNotice // to be read
	About  []deskNotice // read, and about the category of the callback at hand
	Read   []deskNotice // the others
}

// deskNotice is a notice on a desk.
type deskNotice struct {
	notice.Shown
	First bool // the first that is to be read: it has the key
}

// noticesPage is the notices alone, for the script that puts them in place.
type noticesPage struct {
	frame.Page
	Notices deskNotices
}

func (*noticesPage) Template() string { return "desk_notices" }

func (h *handlers) noticeRoutes() []frame.Route {
	caller := []account.Role{account.Caller, account.Supervisor}
	return []frame.Route{
		{Method: http.MethodGet, Path: "/desk/notices", Roles: caller, Handle: h.own(h.showNotices)},
		{Method: http.MethodPost, Path: "/desk/notices/:id/read", Roles: caller, Handle: h.own(h.readNotice)},
	}
}

// deskNotices are the notices on the viewer's desk, where a callback about a category is at hand, or none.
func (h *handlers) deskNotices(c *gin.Context, category string) (deskNotices, error) {
	shown, err := h.notices.OnDesk(c.Request.Context(), frame.Viewer(c))
	if err != nil {
		return deskNotices{}, err
	}
	n := deskNotices{Tag: noticesTag(shown)}
	for _, s := range shown {
		one := deskNotice{Shown: s, First: len(n.Unread) == 0}
		switch {
		case !s.Read:
			n.Unread = append(n.Unread, one)
		case category != "" && s.Category == category:
			n.About = append(n.About, one)
		default:
			n.Read = append(n.Read, one)
		}
	}
	return n, nil
}

// noticesTag names what is on the viewer's desk.
func (h *handlers) noticesTag(c *gin.Context) (string, error) {
	shown, err := h.notices.OnDesk(c.Request.Context(), frame.Viewer(c))
	return noticesTag(shown), err
}

func noticesTag(shown []notice.Shown) string {
	shown = slices.Clone(shown)
	slices.SortFunc(shown, func(a, b notice.Shown) int { return cmp.Compare(a.ID, b.ID) })
	var tag strings.Builder
	tag.WriteString("n")
	for _, s := range shown {
		fmt.Fprintf(&tag, ".%d-%d-%t", s.ID, s.Version, s.Read)
	}
	return tag.String()
}

// showNotices answers the desk's script, which has heard that something is pinned or gone. The callback at hand is named by its id.
func (h *handlers) showNotices(c *gin.Context) error {
	if !inPlace(c) {
		return h.Redirect(c, "/desk")
	}
	category := ""
	if id, err := strconv.ParseInt(c.Query("callback"), 10, 64); err == nil && id > 0 {
		desk, err := h.callbacks.ByID(c.Request.Context(), frame.Viewer(c), id)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		category = desk.Contact.Category
	}
	n, err := h.deskNotices(c, category)
	if err != nil {
		return err
	}
	return h.RenderPart(c, &noticesPage{Notices: n}, "desk-notices")
}

// readNotice notes that the viewer has read a wording. One that was worded anew meanwhile is shown as it is now.
func (h *handlers) readNotice(c *gin.Context) error {
	id, err := frame.PathID(c, "id")
	if err != nil {
		return err
	}
	f, err := frame.FormOf(c)
	if err != nil {
		return err
	}
	err = h.notices.Read(c.Request.Context(), frame.Viewer(c), id, int(formInt(f, "version")))
	if err != nil && !fault.Is(err, fault.Conflict) {
		return err
	}
	if inPlace(c) {
		return h.showNotices(c)
	}
	return h.Redirect(c, "/desk")
}

// lookForSupply answers an empty desk that asks every few seconds whether anything came that somebody could claim, or was pinned.
func (h *handlers) lookForSupply(c *gin.Context) error {
	pulse, err := h.floor.Pulse(c.Request.Context(), frame.Viewer(c))
	if err != nil {
		return err
	}
	tag, err := h.supplyTag(c, pulse)
	if err != nil {
		return err
	}
	if !frame.Unmoved(c, tag) {
		c.JSON(http.StatusOK, gin.H{"ready": pulse.Queue.Ready})
	}
	return nil
}

// supplyTag names what an empty desk is shown of the queue and of notices.
func (h *handlers) supplyTag(c *gin.Context, pulse floor.Pulse) (string, error) {
	tag, err := h.noticesTag(c)
	return fmt.Sprintf("%d-%s", pulse.Queue.Ready, tag), err
}
