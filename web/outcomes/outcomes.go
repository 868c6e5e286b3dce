package outcomes

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/versions"
	"aftercall/tasks/callback/outcome"
	"aftercall/web/frame"
)

const outcomesPath = "/settings/outcomes"

// setPage shows the outcomes in force, and the versions there were.
type setPage struct {
	frame.Page
	Layers  []layerTable
	Kinds   []kindRow
	Around  around
	Form    frame.Form // of the kinds and what is around
	MayEdit bool
	History frame.History
	BasedOn int
}

func (*setPage) Template() string { return "outcomes" }

// around is what a set says besides its codes and the kinds of callback.
type around struct {
	outcome.Appointments
	outcome.MissedText
	Edit bool
	Form frame.Form
}

// TextOn reports whether the form says that a missed call sends a text: as it was typed, or as it is.
func (a around) TextOn() bool {
	if a.Form.Values != nil {
		return a.Form.Get("text_on") != ""
	}
	return a.On
}

// shown are the layers of a set, with ways to edit them.
type shown struct {
	Layers []layerTable
	Edit   bool
}

// Shown is what the table of the page is about.
func (p *setPage) Shown() shown { return shown{p.Layers, p.MayEdit} }

// Shown is what the table of the page is about; a version that was published is not edited.
func (p *versionPage) Shown() shown { return shown{Layers: p.Layers} }

// layerTable are the outcomes of a layer in words.
type layerTable struct {
	Layer outcome.Layer
	Title string
	Rows  []codeRow
}

// codeRow is one outcome in words.
type codeRow struct {
	Key, Label, Digit, Follows, Hint string
	Flags                            []string
	Href                             string
}

// kindRow is what holds for one kind of callback.
type kindRow struct {
	Name, Label string
	outcome.Kind
}

// MinTalkField names the field of the least time of a talk.
func (k kindRow) MinTalkField() string { return "min_talk_" + k.Name }

// AttemptsField names the field of the attempts at a kind that no policy plans.
func (k kindRow) AttemptsField() string { return "attempts_" + k.Name }

func (h *handlers) routes() []frame.Route {
	admin, readers := []account.Role{account.Admin}, []account.Role{account.Supervisor}
	return []frame.Route{
		{Method: http.MethodGet, Path: outcomesPath, Roles: readers, Handle: h.showSet},
		{Method: http.MethodGet, Path: outcomesPath + "/code", Roles: admin, Handle: h.showCode},
		{Method: http.MethodPost, Path: outcomesPath + "/code", Roles: admin, Handle: frame.Posted(h.changeCode)},
		{Method: http.MethodPost, Path: outcomesPath + "/code/remove", Roles: admin, Handle: frame.Posted(h.removeCode)},
		{Method: http.MethodPost, Path: outcomesPath + "/kinds", Roles: admin, Handle: frame.Posted(h.changeKinds)},
		{Method: http.MethodGet, Path: outcomesPath + "/import", Roles: admin, Handle: h.showImport},
		{Method: http.MethodPost, Path: outcomesPath + "/import", Roles: admin, Handle: h.importSet},
		{Method: http.MethodPost, Path: outcomesPath + "/publish", Roles: admin, Handle: frame.Posted(h.publish)},
		{Method: http.MethodGet, Path: outcomesPath + "/versions/:id", Roles: readers, Handle: frame.Numbered(h.showVersion)},
		{Method: http.MethodGet, Path: outcomesPath + "/versions/:id/yaml", Roles: readers, Handle: frame.Numbered(h.exportVersion)},
	}
}

func (h *handlers) showSet(c *gin.Context) error { return h.renderSet(c, http.StatusOK, frame.Form{}) }

func (h *handlers) renderSet(c *gin.Context, status int, f frame.Form) error {
	set, err := h.outcomes.Current(c.Request.Context())
	if err != nil {
		return err
	}
	p := &setPage{Layers: h.layers(c, set), Kinds: h.kinds(c, set), Form: f, MayEdit: frame.Viewer(c).Is(account.Admin)}
	p.BasedOn = f.BasedOn(set.Version)
	p.Around = around{set.Appointments, set.MissedText, p.MayEdit, f}
	if p.History, err = frame.HistoryOf(c, h.accounts, h.outcomes.Versions, set.Version, outcomesPath); err != nil {
		return err
	}
	p.Page = h.Page(c, "outcomes.title").About("outcome_set", 0)
	return h.RenderStatus(c, status, p)
}

func (h *handlers) layers(c *gin.Context, set *outcome.Set) []layerTable {
	var tables []layerTable
	for _, layer := range outcome.Layers() {
		table := layerTable{Layer: layer, Title: h.T(c, "outcome_layer."+string(layer))}
		for _, code := range set.Codes(layer) {
			table.Rows = append(table.Rows, h.codeRow(c, layer, code))
		}
		tables = append(tables, table)
	}
	return tables
}

func (h *handlers) codeRow(c *gin.Context, layer outcome.Layer, code outcome.Code) codeRow {
	row := codeRow{
		Key: code.Key, Label: code.Labels.In(h.Lang(c)), Digit: code.Digit, Hint: code.Hint.In(h.Lang(c)),
		Follows: h.followsText(c, layer, code), Href: codePath(layer, code.Key),
	}
	for _, flag := range outcome.Flags(layer) {
		if code.Is(flag) && !slices.Contains(saidByEnd(), flag) {
			row.Flags = append(row.Flags, h.T(c, "outcome_flag."+string(flag)))
		}
	}
	if code.Suppress != outcome.Nothing {
		row.Flags = append(row.Flags, h.T(c, "outcomes.suppresses", "scope", h.T(c, "scope."+string(code.Suppress))))
	}
	if code.Solved != outcome.Unsaid {
		row.Flags = append(row.Flags, h.T(c, "outcomes.solved_"+string(code.Solved)))
	}
	return row
}

func (h *handlers) kinds(c *gin.Context, set *outcome.Set) []kindRow {
	var rows []kindRow
	for _, name := range outcome.KindNames() {
		rows = append(rows, kindRow{Name: name, Label: h.T(c, "callback_kind."+name), Kind: set.Kinds[name]})
	}
	return rows
}

// versionPage shows one version of the outcomes and what it changed.
type versionPage struct {
	frame.Page
	Version frame.VersionLine
	Layers  []layerTable
	Kinds   []kindRow
	Around  around
	Changes []string // against the version before; none for the first
	YAML    string
	BasedOn int
	MayEdit bool
}

func (*versionPage) Template() string { return "outcomes_version" }

func (h *handlers) showVersion(c *gin.Context, id int64) error {
	ctx := c.Request.Context()
	version, set, err := h.outcomes.Version(ctx, int(id))
	if err != nil {
		return err
	}
	current, err := h.outcomes.Current(ctx)
	if err != nil {
		return err
	}
	rows, err := frame.VersionLines(ctx, h.accounts, []versions.Line{version}, current.Version, outcomesPath)
	if err != nil {
		return err
	}
	p := &versionPage{Version: rows[0], Layers: h.layers(c, set), Kinds: h.kinds(c, set), YAML: set.Format(), BasedOn: current.Version}
	p.MayEdit = frame.Viewer(c).Is(account.Admin) && !p.Version.Current
	p.Around = around{Appointments: set.Appointments, MissedText: set.MissedText}
	if version.Version > 1 {
		_, before, err := h.outcomes.Version(ctx, version.Version-1)
		if err != nil {
			return err
		}
		p.Changes = h.changesInWords(c, before, set)
	}
	p.Page = h.Page(c, "outcomes.version", "n", version.Version)
	p.Crumbs = h.crumbs(c)
	return h.Render(c, p)
}

func (h *handlers) crumbs(c *gin.Context) []frame.Crumb {
	return []frame.Crumb{{Text: h.T(c, "outcomes.title"), Href: outcomesPath}}
}

func (h *handlers) exportVersion(c *gin.Context, id int64) error {
	version, set, err := h.outcomes.Version(c.Request.Context(), int(id))
	if err != nil {
		return err
	}
	return frame.SendYAML(c, fmt.Sprintf("outcomes-v%d.yaml", version.Version), set.Format())
}
