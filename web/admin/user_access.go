package admin

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/web/frame"
)

// disablePage asks whether somebody is to be disabled, and says what that does.
type disablePage struct {
	frame.Page
	User userRow
	Held []heldRow
	All  int
	Form frame.Form
}

func (*disablePage) Template() string { return "disable" }

// passwordPage is the form for a new password of one user.
type passwordPage struct {
	frame.Page
	User account.User
	Form frame.Form
}

func (*passwordPage) Template() string { return "password" }

func (h *handlers) askToDisable(c *gin.Context, id int64) error {
	return h.renderDisable(c, http.StatusOK, id, frame.Form{})
}

func (h *handlers) renderDisable(c *gin.Context, status int, id int64, f frame.Form) error {
	user, err := h.userOf(c)
	if err != nil {
		return err
	}
	held, err := h.accounts.HeldBy(c.Request.Context(), frame.Viewer(c), id)
	if err != nil {
		return err
	}
	p := &disablePage{User: user, Form: f}
	p.Held, p.All = heldRows(id, held)
	p.Page = h.Page(c, "users.disable_title", "name", user.Name)
	p.Crumbs = append(h.userCrumbs(c), frame.Crumb{Text: user.Name, Href: userPath(id)})
	return h.RenderStatus(c, status, p)
}

func (h *handlers) disableUser(c *gin.Context, id int64) error {
	err := h.accounts.DisableUser(c.Request.Context(), id)
	if err == nil {
		return h.Redirect(c, userPath(id), frame.Done("users.disabled").Undo(userPath(id)+"/enable"))
	}
	return h.Again(c, frame.Form{}, err, func(c *gin.Context, status int, f frame.Form) error {
		return h.renderDisable(c, status, id, f)
	})
}

func (h *handlers) enableUser(c *gin.Context, id int64) error {
	if err := h.accounts.EnableUser(c.Request.Context(), id); err != nil {
		return err
	}
	return h.Redirect(c, userPath(id), frame.Done("users.enabled"))
}

// linkPassword answers with the page itself, not with a redirect: the link is in this answer and nowhere else.
func (h *handlers) linkPassword(c *gin.Context, id int64) error {
	user, err := h.userOf(c)
	if err != nil {
		return err
	}
	secret, err := h.accounts.LinkPassword(c.Request.Context(), frame.Viewer(c), id)
	if err == nil {
		return h.renderUser(c, http.StatusCreated, userPage{Link: h.linkFor(c, user.User, secret)})
	}
	return h.Again(c, frame.Form{}, err, func(c *gin.Context, status int, f frame.Form) error {
		return h.renderUser(c, status, userPage{Edit: userFields{Form: f}})
	})
}

func (h *handlers) showPassword(c *gin.Context) error {
	return h.renderPassword(c, http.StatusOK, frame.Form{})
}

func (h *handlers) renderPassword(c *gin.Context, status int, f frame.Form) error {
	user, err := h.userOf(c)
	if err != nil {
		return err
	}
	p := &passwordPage{Page: h.Page(c, "password.title"), User: user.User, Form: f}
	p.Crumbs = append(h.userCrumbs(c), frame.Crumb{Text: user.Name, Href: userPath(user.ID)})
	return h.RenderStatus(c, status, p)
}

func (h *handlers) setPassword(c *gin.Context, id int64) error {
	f, err := frame.FormOf(c)
	if err != nil {
		return err
	}
	err = h.accounts.SetPassword(c.Request.Context(), id, f.Get("password"))
	if err == nil {
		return h.Redirect(c, userPath(id), frame.Done("password.done"))
	}
	return h.Again(c, f, err, h.renderPassword)
}
