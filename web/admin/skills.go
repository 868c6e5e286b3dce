package admin

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/tasks/callback/skill"
	"aftercall/web/frame"
)

const skillsPath = "/settings/skills"

// skillService is what these pages ask of skills.
type skillService interface {
	Add(ctx context.Context, viewer account.Viewer, name string) (skill.Skill, error)
	AddRule(ctx context.Context, viewer account.Viewer, r skill.Rule) error
	All(ctx context.Context) (skill.Kept, error)
	ByID(ctx context.Context, id int64) (skill.Skill, []account.User, error)
	Edit(ctx context.Context, viewer account.Viewer, id int64, e skill.Edited) error
	Kinds() []string
	RaiseRule(ctx context.Context, viewer account.Viewer, id int64) error
	Remove(ctx context.Context, viewer account.Viewer, id int64) error
	RemoveRule(ctx context.Context, viewer account.Viewer, id int64) error
	SetFallThrough(ctx context.Context, viewer account.Viewer, minutes int) error
}

// skillsPage is what callers can be good at, and which callbacks need it.
type skillsPage struct {
	frame.Page
	Skills            []skillRow
	Rules             []ruleRow
	Sorting           bool
	Minutes           int // of the fall-through
	Add, Rule, Wait   frame.Form
	Remove            frame.Form // why a skill is not removed
	Kinds, NeedChoice []frame.Option
}

// skillRow is a skill with how many callers have it.
type skillRow struct {
	skill.Skill
	Callers  int
	NeededBy int // the place of the first rule that needs it; 0 for none. It cannot be removed before that rule
}

// ruleRow is a rule with its place and the name of its skill.
type ruleRow struct {
	skill.Rule
	No    int
	Needs string
}

func (*skillsPage) Template() string { return "skills" }

// skillPage is the name of one skill and who has it.
type skillPage struct {
	frame.Page
	Skill   skill.Skill
	Form    frame.Form
	Callers []account.User
}

func (*skillPage) Template() string { return "skill" }

func (h *handlers) skillsRoutes() []frame.Route {
	admin := []account.Role{account.Admin}
	return []frame.Route{
		{Method: http.MethodGet, Path: skillsPath, Roles: admin, Handle: h.showSkills},
		{Method: http.MethodPost, Path: skillsPath, Roles: admin, Handle: h.addSkill},
		{Method: http.MethodGet, Path: skillsPath + "/:id", Roles: admin, Handle: h.showSkill},
		{Method: http.MethodPost, Path: skillsPath + "/:id", Roles: admin, Handle: h.editSkill},
		{Method: http.MethodPost, Path: skillsPath + "/:id/remove", Roles: admin, Handle: h.removeSkill},
		{Method: http.MethodPost, Path: "/settings/skill-wait", Roles: admin, Handle: h.setSkillWait},
		{Method: http.MethodPost, Path: "/settings/skill-rules", Roles: admin, Handle: h.addSkillRule},
		{Method: http.MethodPost, Path: "/settings/skill-rules/:id/raise", Roles: admin, Handle: h.changeSkillRule(h.skills.RaiseRule)},
		{Method: http.MethodPost, Path: "/settings/skill-rules/:id/remove", Roles: admin, Handle: h.changeSkillRule(h.skills.RemoveRule)},
	}
}

func (h *handlers) showSkills(c *gin.Context) error {
	return h.renderSkills(c, http.StatusOK, skillsPage{})
}

func (h *handlers) renderSkills(c *gin.Context, status int, p skillsPage) error {
	kept, err := h.skills.All(c.Request.Context())
	if err != nil {
		return err
	}
	p.Sorting, p.Minutes = kept.Sorting, int(kept.FallThrough.Minutes())
	p.Kinds = append([]frame.Option{{Label: h.T(c, "skills.any")}}, frame.EnumOptions(h.Site, c, "callback_kind.", h.skills.Kinds())...)
	p.NeedChoice = []frame.Option{{Label: h.T(c, "skills.choose")}}
	names := make(map[int64]string, len(kept.Skills))
	for _, s := range kept.Skills {
		names[s.ID] = s.Name
		first := slices.IndexFunc(kept.Rules, func(r skill.Rule) bool { return r.SkillID == s.ID })
		p.Skills = append(p.Skills, skillRow{Skill: s, Callers: kept.Holders[s.ID], NeededBy: first + 1})
		p.NeedChoice = append(p.NeedChoice, frame.Option{Value: strconv.FormatInt(s.ID, 10), Label: s.Name})
	}
	for i, r := range kept.Rules {
		p.Rules = append(p.Rules, ruleRow{Rule: r, No: i + 1, Needs: names[r.SkillID]})
	}
	p.Page = h.Page(c, "skills.title").About("skill", 0)
	return h.RenderStatus(c, status, &p)
}

// keepSkills does what a form of the page of skills asks for. A refused form comes back in its place.
func (h *handlers) keepSkills(c *gin.Context, done string, place func(*skillsPage) *frame.Form, do func(f frame.Form) error) error {
	f, err := frame.FormOf(c)
	if err != nil {
		return err
	}
	err = do(f)
	if err == nil {
		return h.Redirect(c, skillsPath, frame.Done(done))
	}
	f, unmendable := h.RefusedForm(c, f, err)
	if unmendable != nil {
		return unmendable
	}
	var p skillsPage
	*place(&p) = f
	return h.renderSkills(c, frame.StatusOf(err), p)
}

func (h *handlers) addSkill(c *gin.Context) error {
	return h.keepSkills(c, "skills.added", func(p *skillsPage) *frame.Form { return &p.Add }, func(f frame.Form) error {
		_, err := h.skills.Add(c.Request.Context(), frame.Viewer(c), f.Get("name"))
		return err
	})
}

func (h *handlers) setSkillWait(c *gin.Context) error {
	return h.keepSkills(c, "flash.saved", func(p *skillsPage) *frame.Form { return &p.Wait }, func(f frame.Form) error {
		minutes, _ := strconv.Atoi(strings.TrimSpace(f.Get("fall_through"))) // 0 is refused
		return h.skills.SetFallThrough(c.Request.Context(), frame.Viewer(c), minutes)
	})
}

func (h *handlers) addSkillRule(c *gin.Context) error {
	return h.keepSkills(c, "skills.rule_added", func(p *skillsPage) *frame.Form { return &p.Rule }, func(f frame.Form) error {
		id, _ := strconv.ParseInt(f.Get("skill"), 10, 64) // 0 is refused
		return h.skills.AddRule(c.Request.Context(), frame.Viewer(c), skill.Rule{
			Kind: f.Get("kind"), Category: f.Get("category"), Product: f.Get("product"), Language: f.Get("language"), SkillID: id,
		})
	})
}

func (h *handlers) changeSkillRule(do func(ctx context.Context, viewer account.Viewer, id int64) error) func(*gin.Context) error {
	return func(c *gin.Context) error {
		id, err := frame.PathID(c, "id")
		if err != nil {
			return err
		}
		if err := do(c.Request.Context(), frame.Viewer(c), id); err != nil {
			return err
		}
		return h.Redirect(c, skillsPath, frame.Done("skills.rules_changed"))
	}
}

func (h *handlers) showSkill(c *gin.Context) error {
	return h.renderSkill(c, http.StatusOK, frame.Form{})
}

func (h *handlers) renderSkill(c *gin.Context, status int, f frame.Form) error {
	id, err := frame.PathID(c, "id")
	if err != nil {
		return err
	}
	p := &skillPage{Form: f}
	if p.Skill, p.Callers, err = h.skills.ByID(c.Request.Context(), id); err != nil {
		return err
	}
	if p.Form.Values == nil {
		var had, lines []string
		for _, u := range p.Callers {
			line := u.Login
			if u.Name != u.Login {
				line += " " + u.Name
			}
			had, lines = append(had, u.Login), append(lines, line)
		}
		p.Form.Values = url.Values{"name": {p.Skill.Name}, "had": {strings.Join(had, " ")}, "have": {strings.Join(lines, "\n")}}
	}
	p.Page = h.Page(c, "skills.title").About("skill", p.Skill.ID)
	p.Title = p.Skill.Name
	p.Crumbs = []frame.Crumb{{Text: h.T(c, "skills.title"), Href: skillsPath}}
	return h.RenderStatus(c, status, p)
}

// editSkill takes the login from each line: what stands behind it is for whoever reads the list.
func (h *handlers) editSkill(c *gin.Context) error {
	id, err := frame.PathID(c, "id")
	if err != nil {
		return err
	}
	f, err := frame.FormOf(c)
	if err != nil {
		return err
	}
	edited := skill.Edited{Name: f.Get("name"), Had: strings.Fields(f.Get("had"))}
	for line := range strings.Lines(f.Get("have")) {
		if words := strings.Fields(line); len(words) > 0 {
			edited.Have = append(edited.Have, words[0])
		}
	}
	err = h.skills.Edit(c.Request.Context(), frame.Viewer(c), id, edited)
	if err == nil {
		return h.Redirect(c, skillsPath, frame.Done("flash.saved"))
	}
	f, unmendable := h.RefusedForm(c, f, err)
	if unmendable != nil {
		return unmendable
	}
	return h.renderSkill(c, frame.StatusOf(err), f)
}

func (h *handlers) removeSkill(c *gin.Context) error {
	id, err := frame.PathID(c, "id")
	if err != nil {
		return err
	}
	return h.keepSkills(c, "skills.removed", func(p *skillsPage) *frame.Form { return &p.Remove }, func(frame.Form) error {
		return h.skills.Remove(c.Request.Context(), frame.Viewer(c), id)
	})
}

func skillsSamples() []frame.View {
	choices := []frame.Option{{Value: "1", Label: "x"}}
	wrong := func(names ...string) frame.Form {
		f := frame.Form{Error: "e", Errors: map[string]string{}}
		for _, name := range names {
			f.Errors[name] = "e"
		}
		return f
	}
	return []frame.View{
		&skillsPage{},
		&skillsPage{
			Skills: []skillRow{
				{skill.Skill{ID: 1, Name: "粤语"}, 3, 1}, {skill.Skill{ID: 2, Name: "英语"}, 0, 0}, {skill.Skill{ID: 3, Name: "俄语"}, 2, 0},
			},
			Sorting: true, Remove: frame.Form{Error: "e"},
			Rules: []ruleRow{
				{skill.Rule{ID: 1, Kind: "confirm", Category: "c", Product: "p"}, 1, "粤语"}, {skill.Rule{ID: 2, Language: "en"}, 2, "英语"},
			},
			Minutes: 120, Kinds: choices, NeedChoice: choices,
			Add: wrong("name"), Rule: wrong("kind", "category", "product", "language", "skill"), Wait: wrong("fall_through"),
		},
		&skillPage{Skill: skill.Skill{ID: 1, Name: "粤语"}, Form: wrong("name", "have")},
	}
}
