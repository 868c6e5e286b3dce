package web

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/fault"
)

const tokensPath = "/settings/tokens"

// tokensPage lists the rights of machines and has the form for one more, which shows the new token once.
type tokensPage struct {
	page
	Tokens  []account.APIToken
	Sources map[int64]string
	Pager   pager
	Form    form
	Roles   []option
	Scopes  []option
	Plain   string // the token just made, in plain; empty otherwise
}

func (*tokensPage) template() string { return "tokens" }

// Chosen reports whether a scope was ticked.
func (p *tokensPage) Chosen(scope string) bool { return slices.Contains(p.Form.Values["scope"], scope) }

func (s *Server) tokensRoutes() []route {
	admin := []account.Role{account.Admin}
	return []route{
		{method: http.MethodGet, path: tokensPath, roles: admin, handle: s.showTokens},
		{method: http.MethodPost, path: tokensPath, roles: admin, handle: s.createToken},
		{method: http.MethodPost, path: tokensPath + "/:id/revoke", roles: admin, handle: s.revokeToken},
	}
}

func tokensSamples() []view {
	return []view{
		&tokensPage{},
		&tokensPage{
			Tokens:  []account.APIToken{{ID: 1, Name: "help desk", Role: account.Machine, SourceID: 2, Scopes: "consent:give permission:ask", CreatedAt: 1}, {ID: 2, Role: account.Admin, RevokedAt: 1}},
			Sources: map[int64]string{2: "zendesk"}, Form: form{Errors: map[string]string{"name": "wrong"}, Error: "wrong"},
			Roles: []option{{Value: "machine", Label: "Machine"}}, Scopes: []option{{Value: "consent:give", Label: "x"}}, Plain: "ac_x",
		},
	}
}

func (s *Server) showTokens(c *gin.Context) error {
	return s.renderTokens(c, http.StatusOK, form{}, "")
}

func (s *Server) renderTokens(c *gin.Context, status int, f form, plain string) error {
	ctx := c.Request.Context()
	tokens, err := s.Accounts.Tokens(ctx, listKeyID(c), pageSize+1)
	if err != nil {
		return err
	}
	sources, err := s.Contacts.Sources(ctx)
	if err != nil {
		return err
	}
	p := &tokensPage{Form: f, Plain: plain, Sources: map[int64]string{}}
	for _, source := range sources {
		p.Sources[source.ID] = source.Name
	}
	p.Tokens, p.Pager = pagedByID(c, tokens, func(t account.APIToken) int64 { return t.ID })
	for _, role := range append([]account.Role{account.Machine}, account.Roles()...) {
		p.Roles = append(p.Roles, option{Value: string(role), Label: s.t(c, "role."+string(role))})
	}
	for _, scope := range account.Scopes() {
		p.Scopes = append(p.Scopes, option{Value: string(scope), Label: s.t(c, "scope_of_token."+string(scope))})
	}
	p.page = s.page(c, "tokens.title")
	return s.renderStatus(c, status, p)
}

// createToken answers with the page itself, not with a redirect: the token is in this response and nowhere else.
func (s *Server) createToken(c *gin.Context) error {
	f, err := formOf(c)
	if err != nil {
		return err
	}
	plain, err := s.newToken(c.Request.Context(), f)
	if err == nil {
		return s.renderTokens(c, http.StatusCreated, form{}, plain)
	}
	f, unmendable := s.refusedForm(c, f, err)
	if unmendable != nil {
		return unmendable
	}
	return s.renderTokens(c, statusOf(err), f, "")
}

func (s *Server) newToken(ctx context.Context, f form) (string, error) {
	role, sourceID := account.Role(f.Get("role")), int64(0)
	if role == account.Machine {
		name := f.Get("source")
		if name == "" {
			return "", fault.InvalidFields(fault.Field{Name: "source", Code: "required", Problem: "is required for a machine"})
		}
		source, err := s.Contacts.EnsureSource(ctx, name)
		if err != nil {
			return "", err
		}
		sourceID = source.ID
	}
	var scopes []account.Scope
	for _, word := range f.Values["scope"] {
		scopes = append(scopes, account.Scope(word))
	}
	return s.Accounts.CreateToken(ctx, f.Get("name"), role, sourceID, scopes...)
}

func (s *Server) revokeToken(c *gin.Context) error {
	id, err := pathID(c, "id")
	if err != nil {
		return err
	}
	if err := s.Accounts.RevokeToken(c.Request.Context(), id); err != nil {
		return err
	}
	return s.redirect(c, tokensPath, done("tokens.revoked", "id", strconv.FormatInt(id, 10)))
}
