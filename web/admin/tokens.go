package admin

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/fault"
	"aftercall/web/frame"
)

const tokensPath = "/settings/tokens"

// tokensPage lists the rights of machines and has the form for one more, which shows the new token once.
type tokensPage struct {
	frame.Page
	Tokens  []account.APIToken
	Sources map[int64]string
	Pager   frame.Pager
	Form    frame.Form
	Roles   []frame.Option
	Scopes  []frame.Option
	Plain   string // the token just made, in plain; empty otherwise
}

func (*tokensPage) Template() string { return "tokens" }

// Chosen reports whether a scope was ticked.
func (p *tokensPage) Chosen(scope string) bool { return slices.Contains(p.Form.Values["scope"], scope) }

func (h *handlers) tokensRoutes() []frame.Route {
	admin := []account.Role{account.Admin}
	return []frame.Route{
		{Method: http.MethodGet, Path: tokensPath, Roles: admin, Handle: h.showTokens},
		{Method: http.MethodPost, Path: tokensPath, Roles: admin, Handle: frame.Posted(h.createToken)},
		{Method: http.MethodPost, Path: tokensPath + "/:id/revoke", Roles: admin, Handle: frame.Numbered(h.revokeToken)},
	}
}

func (h *handlers) showTokens(c *gin.Context) error {
	return h.renderTokens(c, http.StatusOK, frame.Form{}, "")
}

func (h *handlers) renderTokens(c *gin.Context, status int, f frame.Form, plain string) error {
	ctx := c.Request.Context()
	tokens, err := h.accounts.Tokens(ctx, frame.ListKeyID(c), frame.PageSize+1)
	if err != nil {
		return err
	}
	sources, err := h.contacts.Sources(ctx)
	if err != nil {
		return err
	}
	p := &tokensPage{Form: f, Plain: plain, Sources: map[int64]string{}}
	for _, source := range sources {
		p.Sources[source.ID] = source.Name
	}
	p.Tokens, p.Pager = frame.PagedByID(c, tokens, func(t account.APIToken) int64 { return t.ID })
	for _, role := range append([]account.Role{account.Machine}, account.Roles()...) {
		p.Roles = append(p.Roles, frame.Option{Value: string(role), Label: h.T(c, "role."+string(role))})
	}
	for _, scope := range account.Scopes() {
		p.Scopes = append(p.Scopes, frame.Option{Value: string(scope), Label: h.T(c, "scope_of_token."+string(scope))})
	}
	p.Page = h.Page(c, "tokens.title").About("token", 0)
	return h.RenderStatus(c, status, p)
}

// createToken answers with the page itself, not with a redirect: the token is in this response and nowhere else.
func (h *handlers) createToken(c *gin.Context, f frame.Form) error {
	plain, err := h.newToken(c.Request.Context(), f)
	if err == nil {
		return h.renderTokens(c, http.StatusCreated, frame.Form{}, plain)
	}
	return h.Again(c, f, err, func(c *gin.Context, status int, f frame.Form) error {
		return h.renderTokens(c, status, f, "")
	})
}

func (h *handlers) newToken(ctx context.Context, f frame.Form) (string, error) {
	role, sourceID := account.Role(f.Get("role")), int64(0)
	if role == account.Machine {
		name := f.Get("source")
		if name == "" {
			return "", fault.InvalidFields(fault.Field{Name: "source", Code: "required", Problem: "is required for a machine"})
		}
		source, err := h.contacts.EnsureSource(ctx, name)
		if err != nil {
			return "", err
		}
		sourceID = source.ID
	}
	var scopes []account.Scope
	for _, word := range f.Values["scope"] {
		scopes = append(scopes, account.Scope(word))
	}
	return h.accounts.CreateToken(ctx, f.Get("name"), role, sourceID, scopes...)
}

func (h *handlers) revokeToken(c *gin.Context, id int64) error {
	if err := h.accounts.RevokeToken(c.Request.Context(), id); err != nil {
		return err
	}
	return h.Redirect(c, tokensPath, frame.Done("tokens.revoked", "id", strconv.FormatInt(id, 10)))
}
