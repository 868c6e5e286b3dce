package policies

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/tasks/policy"
	"aftercall/web/frame"
)

const attributesPath = "/settings/attributes"

// attributesPage lists the attributes of customers that policies may ask about, and has the form for one more.
type attributesPage struct {
	frame.Page
	Attributes []attributeRow
	Form       frame.Form
	Kinds      []frame.Option
}

// attributeRow is an attribute and whether the policy in force asks about it.
type attributeRow struct {
	policy.Attribute
	Asked bool
}

func (*attributesPage) Template() string { return "attributes" }

func (h *handlers) attributesRoutes() []frame.Route {
	admin := []account.Role{account.Admin}
	return []frame.Route{
		{Method: http.MethodGet, Path: attributesPath, Roles: admin, Handle: h.showAttributes},
		{Method: http.MethodPost, Path: attributesPath, Roles: admin, Handle: frame.Posted(h.registerAttribute)},
		{Method: http.MethodPost, Path: attributesPath + "/unregister", Roles: admin, Handle: frame.Posted(h.unregisterAttribute)},
	}
}

func (h *handlers) showAttributes(c *gin.Context) error {
	return h.renderAttributes(c, http.StatusOK, frame.Form{})
}

func (h *handlers) renderAttributes(c *gin.Context, status int, f frame.Form) error {
	ctx := c.Request.Context()
	attributes, err := h.policies.Attributes(ctx)
	if err != nil {
		return err
	}
	list, err := h.policies.List(ctx, 0)
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
		p.Kinds = append(p.Kinds, frame.Option{Value: string(kind), Label: h.T(c, "attributes.kind_"+string(kind))})
	}
	p.Page = h.Page(c, "attributes.title").About("attribute", 0)
	return h.RenderStatus(c, status, p)
}

func (h *handlers) registerAttribute(c *gin.Context, f frame.Form) error {
	a := policy.Attribute{Name: f.Get("name"), Label: f.Get("label"), Kind: policy.FieldKind(f.Get("kind"))}
	if err := h.policies.RegisterAttribute(c.Request.Context(), frame.Viewer(c), a); err != nil {
		return h.refuseAttribute(c, f, err)
	}
	return h.Redirect(c, attributesPath, frame.Done("attributes.registered", "name", a.Name))
}

func (h *handlers) unregisterAttribute(c *gin.Context, f frame.Form) error {
	if err := h.policies.UnregisterAttribute(c.Request.Context(), frame.Viewer(c), f.Get("name")); err != nil {
		return h.refuseAttribute(c, frame.Form{}, err)
	}
	return h.Redirect(c, attributesPath, frame.Done("attributes.unregistered", "name", f.Get("name")))
}

func (h *handlers) refuseAttribute(c *gin.Context, f frame.Form, cause error) error {
	return h.Again(c, f, cause, h.renderAttributes)
}
