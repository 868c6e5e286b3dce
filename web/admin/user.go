package admin

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/web/frame"
)

// userPage is one user: what can be edited of them, and how they log in.
type userPage struct {
	frame.Page
	User userRow
	Edit userFields
	Self bool // it is the viewer: their role and teams are for somebody else to change
	Link *onceFor
	Acts string // where it is read what they did
}

func (*userPage) Template() string { return "user" }

// userFields is the form of what can be edited of a user, also of a new one.
type userFields struct {
	Form      frame.Form
	New       bool
	Roles     []frame.Option
	Languages []frame.Option
	Teams     []frame.Checkbox // of whom may choose among their own; others type names
	Skills    []frame.Checkbox
	Unsure    unsure
}

// unsure is what a form does that its sender may not have meant: it is done when the form is sent again.
type unsure struct {
	NewTeams []string
	Held     []heldRow
	HeldAll  int
}

// Any reports whether there is something to ask about.
func (u unsure) Any() bool { return len(u.NewTeams) > 0 || u.HeldAll > 0 }

// heldRow is how much of one kind a user hands back, and where it can be looked at.
type heldRow struct {
	account.Held
	Href string
}

func userPath(id int64) string { return usersPath + "/" + strconv.FormatInt(id, 10) }

func (h *handlers) userCrumbs(c *gin.Context) []frame.Crumb {
	return []frame.Crumb{{Text: h.T(c, "users.title"), Href: usersPath}}
}

// userOf returns the user that the address names, if the viewer sees them.
func (h *handlers) userOf(c *gin.Context) (userRow, error) {
	id, err := frame.PathID(c, "id")
	if err != nil {
		return userRow{}, err
	}
	user, err := h.accounts.UserFor(c.Request.Context(), frame.Viewer(c), id)
	if err != nil {
		return userRow{}, err
	}
	rows, err := h.userRows(c.Request.Context(), []account.Managed{user})
	if err != nil {
		return userRow{}, err
	}
	return rows[0], nil
}

func (h *handlers) showUser(c *gin.Context) error {
	return h.renderUser(c, http.StatusOK, userPage{})
}

func (h *handlers) renderUser(c *gin.Context, status int, p userPage) error {
	user, err := h.userOf(c)
	if err != nil {
		return err
	}
	viewer := frame.Viewer(c)
	p.User, p.Self = user, user.ID == viewer.UserID
	teams, err := h.accounts.TeamsToGive(c.Request.Context(), viewer)
	if err != nil {
		return err
	}
	if p.Edit.Form.Values == nil {
		p.Edit.Form.Values = url.Values{
			"name": {user.Name}, "role": {string(user.Role)}, "language": {user.Language}, "extension": {user.Extension},
			"teams": strings.Split(user.Teams, " · "), "revision": {strconv.Itoa(user.Revision)},
		}
		for _, id := range user.SkillIDs {
			p.Edit.Form.Values.Add("skills", strconv.FormatInt(id, 10))
		}
	}
	if err := h.fillFields(c, &p.Edit, teams); err != nil {
		return err
	}
	p.Edit.New = false
	p.Page = h.Page(c, "users.one").About("user", user.ID)
	p.Title, p.Crumbs = user.Name, h.userCrumbs(c)
	p.Acts = frame.AuditPath + "?user=" + strconv.FormatInt(user.ID, 10)
	return h.RenderStatus(c, status, &p)
}

// fillFields fills in what can be chosen in the form of a user.
func (h *handlers) fillFields(c *gin.Context, f *userFields, teams []account.Team) error {
	viewer := frame.Viewer(c)
	f.New = true
	f.Roles = frame.EnumOptions(h.Site, c, "role.", viewer.GivesRoles())
	f.Languages = []frame.Option{{Label: h.T(c, "users.centre_language")}, {Value: "zh-CN", Label: "中文"}, {Value: "en", Label: "English"}}
	if !viewer.Is(account.Admin) && len(viewer.TeamIDs) > 0 {
		chosen := splitTeams(f.Form)
		for _, team := range teams {
			f.Teams = append(f.Teams, frame.Checkbox{
				Name: "teams", Value: team.Name, Label: team.Name, Checked: slices.Contains(chosen, team.Name) || len(teams) == 1,
			})
		}
	} else if f.Form.Values != nil {
		f.Form.Values["teams"] = []string{strings.Join(splitTeams(f.Form), h.T(c, "users.comma"))}
	}
	skills, err := h.accounts.SkillNames(c.Request.Context())
	if err != nil {
		return err
	}
	for id, name := range skills {
		value := strconv.FormatInt(id, 10)
		f.Skills = append(f.Skills, frame.Checkbox{
			Name: "skills", Value: value, Label: name, Checked: slices.Contains(f.Form.Values["skills"], value),
		})
	}
	slices.SortFunc(f.Skills, func(a, b frame.Checkbox) int { return cmp.Compare(a.Label, b.Label) })
	return nil
}

// splitTeams returns the names of teams that were ticked or typed.
func splitTeams(f frame.Form) (names []string) {
	for _, typed := range f.Values["teams"] {
		names = append(names, frame.SplitNames(typed)...)
	}
	return names
}

// typedUser reads the form of a user, and what should be asked about it before it is done. Nothing is handed back by a user who is added.
func (h *handlers) typedUser(c *gin.Context, f frame.Form, u account.User) (account.UserEdit, unsure, error) {
	ctx, viewer := c.Request.Context(), frame.Viewer(c)
	e := account.UserEdit{
		Name: f.Get("name"), Role: account.Role(f.Get("role")), Teams: splitTeams(f), Language: f.Get("language"),
		Extension: strings.TrimSpace(f.Get("extension")), Revision: f.RevisionOr(u.Revision),
	}
	for _, value := range f.Values["skills"] {
		id, _ := strconv.ParseInt(value, 10, 64) // 0 is refused
		e.SkillIDs = append(e.SkillIDs, id)
	}
	var ask unsure
	known, err := h.accounts.TeamsToGive(ctx, viewer)
	if err != nil {
		return e, ask, err
	}
	for _, name := range e.Teams {
		if !slices.ContainsFunc(known, func(t account.Team) bool { return t.Name == name }) && viewer.Is(account.Admin) {
			ask.NewTeams = append(ask.NewTeams, name)
		}
	}
	if f.Get("new_teams") == strings.Join(ask.NewTeams, ",") {
		ask.NewTeams = nil
	}
	if u.ID == 0 {
		return e, ask, nil
	}
	held, err := h.accounts.HeldIf(ctx, viewer, u.ID, e)
	if err != nil {
		return e, ask, err
	}
	if ask.Held, ask.HeldAll = heldRows(u.ID, held); f.Get("hand_back") == strconv.Itoa(ask.HeldAll) {
		ask.Held, ask.HeldAll = nil, 0
	}
	return e, ask, nil
}

// heldRows returns what a user hands back, without what is nothing, and how much that is.
func heldRows(userID int64, held []account.Held) (rows []heldRow, all int) {
	states := map[string]string{"in_hand": "&state=claimed", "appointments": "&state=waiting", "paused": "&state=waiting"}
	for _, one := range held {
		if one.Count > 0 {
			rows = append(rows, heldRow{one, "/callbacks?caller=" + strconv.FormatInt(userID, 10) + states[one.What]})
			all += one.Count
		}
	}
	return rows, all
}

func (h *handlers) editUser(c *gin.Context, id int64) error {
	f, err := frame.FormOf(c)
	if err != nil {
		return err
	}
	user, err := h.userOf(c)
	if err != nil {
		return err
	}
	if user.ID == frame.Viewer(c).UserID { // these fields are not in the form
		f.Values["role"], f.Values["teams"] = []string{string(user.Role)}, strings.Split(user.Teams, " · ")
	}
	e, ask, err := h.typedUser(c, f, user.User)
	if err == nil && ask.Any() {
		return h.renderUser(c, http.StatusConflict, userPage{Edit: userFields{Form: f, Unsure: ask}})
	}
	if err == nil {
		err = h.accounts.EditUser(c.Request.Context(), frame.Viewer(c), id, e)
	}
	if err == nil {
		return h.Redirect(c, userPath(id), frame.Done("flash.saved"))
	}
	return h.Again(c, f, err, func(c *gin.Context, status int, f frame.Form) error {
		f.Now("revision", user.Revision) // the page tells what there is by now
		return h.renderUser(c, status, userPage{Edit: userFields{Form: f}})
	})
}
