package web

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/tasks/policy"
)

const attributesPath = "/settings/attributes"

// attributesPage lists the attributes of customers that policies may ask about, and has the form for one more.
type attributesPage struct {
	page
	Attributes []attributeRow
	Form       form
	Kinds      []option
}

// attributeRow is an attribute and whether the policy in force asks about it.
type attributeRow struct {
	policy.Attribute
	Asked bool
}

func (*attributesPage) template() string { return "attributes" }

func (s *Server) attributesRoutes() []route {
	admin := []account.Role{account.Admin}
	return []route{
		{method: http.MethodGet, path: attributesPath, roles: admin, handle: s.showAttributes},
		{method: http.MethodPost, path: attributesPath, roles: admin, handle: s.registerAttribute},
		{method: http.MethodPost, path: attributesPath + "/unregister", roles: admin, handle: s.unregisterAttribute},
	}
}

func attributesSamples() []view {
	rows := []attributeRow{
		{Attribute: policy.Attribute{Name: "tariff", Label: "Tariff", Kind: policy.TextField, CreatedAt: 1}},
		{Attribute: policy.Attribute{Name: "vip", Label: "VIP", Kind: policy.YesNoField, CreatedAt: 1}, Asked: true},
	}
	wrong := form{Error: "wrong", Errors: map[string]string{"name": "is required"}}
	return []view{&attributesPage{}, &attributesPage{Attributes: rows, Form: wrong, Kinds: []option{{Value: "text", Label: "text"}}}}
}

func (s *Server) showAttributes(c *gin.Context) error {
	return s.renderAttributes(c, http.StatusOK, form{})
}

func (s *Server) renderAttributes(c *gin.Context, status int, f form) error {
	ctx := c.Request.Context()
	attributes, err := s.Policies.Attributes(ctx)
	if err != nil {
		return err
	}
	list, err := s.Policies.List(ctx, 0)
	if err != nil {
		return err
	}
	asked := map[policy.Field]bool{}
	for _, rule := range list.InForce.Policy.Rules {
		for _, condition := range rule.When {
			asked[condition.Field] = true
		}
	}
	p := &attributesPage{Form: f}
	for _, a := range attributes {
		p.Attributes = append(p.Attributes, attributeRow{Attribute: a, Asked: asked[policy.AttributeField(a.Name)]})
	}
	for _, kind := range policy.AttributeKinds() {
		p.Kinds = append(p.Kinds, option{Value: string(kind), Label: s.t(c, "attributes.kind_"+string(kind))})
	}
	p.page = s.page(c, "attributes.title")
	return s.renderStatus(c, status, p)
}

func (s *Server) registerAttribute(c *gin.Context) error {
	f, err := formOf(c)
	if err != nil {
		return err
	}
	a := policy.Attribute{Name: f.Get("name"), Label: f.Get("label"), Kind: policy.FieldKind(f.Get("kind"))}
	if err := s.Policies.RegisterAttribute(c.Request.Context(), viewer(c), a); err != nil {
		return s.refuseAttribute(c, f, err)
	}
	return s.redirect(c, attributesPath, done("attributes.registered", "name", a.Name))
}

func (s *Server) unregisterAttribute(c *gin.Context) error {
	f, err := formOf(c)
	if err != nil {
		return err
	}
	if err := s.Policies.UnregisterAttribute(c.Request.Context(), viewer(c), f.Get("name")); err != nil {
		return s.refuseAttribute(c, form{}, err)
	}
	return s.redirect(c, attributesPath, done("attributes.unregistered", "name", f.Get("name")))
}

func (s *Server) refuseAttribute(c *gin.Context, f form, cause error) error {
	f, unmendable := s.refusedForm(c, f, cause)
	if unmendable != nil {
		return unmendable
	}
	return s.renderAttributes(c, statusOf(cause), f)
}
