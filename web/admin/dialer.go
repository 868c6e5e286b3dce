package admin

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/delivery"
	"aftercall/web/frame"
)

const dialerPath = "/settings/dialer"

// pbxService is what these pages ask of the PBX.
type pbxService interface {
	Set(ctx context.Context, viewer account.Viewer, s delivery.PBXSettings) error
	Settings(ctx context.Context) (delivery.PBXSettings, error)
	Try(ctx context.Context, viewer account.Viewer, number string) error
}

// dialerPage is how calls are made: by a PBX that is asked over HTTP, or by the caller's own telephone.
type dialerPage struct {
	frame.Page
	Form      frame.Form
	HasSecret bool
	On        bool // as kept: what can be tried
	Methods   []frame.Option
	Links     []frame.Option
	Variables []string
	Extension string // the viewer's own, which a try rings
	Try       frame.Form
}

func (*dialerPage) Template() string { return "dialer" }

func (h *handlers) dialerRoutes() []frame.Route {
	admin := []account.Role{account.Admin}
	return []frame.Route{
		{Method: http.MethodGet, Path: dialerPath, Roles: admin, Handle: h.showDialer},
		{Method: http.MethodPost, Path: dialerPath, Roles: admin, Handle: frame.Posted(h.saveDialer)},
		{Method: http.MethodPost, Path: dialerPath + "/try", Roles: admin, Handle: frame.Posted(h.tryDialer)},
	}
}

func (h *handlers) showDialer(c *gin.Context) error {
	return h.renderDialer(c, http.StatusOK, dialerPage{})
}

func (h *handlers) renderDialer(c *gin.Context, status int, p dialerPage) error {
	ctx := c.Request.Context()
	kept, err := h.pbx.Settings(ctx)
	if err != nil {
		return err
	}
	user, err := h.accounts.User(ctx, frame.Viewer(c).UserID)
	if err != nil {
		return err
	}
	if p.Form.Values == nil {
		p.Form = frame.Form{Values: dialerValues(kept)}
	}
	p.HasSecret, p.On, p.Extension, p.Variables = kept.HasSecret, kept.On, user.Extension, delivery.PBXVariables()
	for _, method := range delivery.PBXMethods() {
		p.Methods = append(p.Methods, frame.Option{Value: method, Label: method})
	}
	p.Links = frame.EnumOptions(h.Site, c, "dialer.link_", delivery.PBXLinks())
	p.Page = h.Page(c, "dialer.title").About("setting", 0)
	return h.RenderStatus(c, status, &p)
}

func dialerValues(kept delivery.PBXSettings) url.Values {
	values := url.Values{
		"method": {kept.Method}, "url": {kept.URL}, "headers": {kept.Headers}, "body": {kept.Body},
		"hosts": {strings.Join(kept.Hosts, "\n")},
		"link":  {kept.Link}, "domain": {kept.Domain},
	}
	if kept.On {
		values.Set("on", "yes")
	}
	return values
}

func (h *handlers) saveDialer(c *gin.Context, f frame.Form) error {
	err := h.pbx.Set(c.Request.Context(), frame.Viewer(c), delivery.PBXSettings{
		On: f.Get("on") != "", Method: f.Get("method"), URL: f.Get("url"), Headers: f.Get("headers"), Body: f.Get("body"),
		Hosts: strings.FieldsFunc(f.Get("hosts"), func(r rune) bool { return strings.ContainsRune(" \r\n\t,，;；", r) }),
		Link:  f.Get("link"), Domain: f.Get("domain"), Secret: f.Get("secret"), NoSecret: f.Get("no_secret") != "",
	})
	if err == nil {
		return h.Redirect(c, dialerPath, frame.Done("flash.saved"))
	}
	return h.Again(c, f, err, func(c *gin.Context, status int, f frame.Form) error {
		return h.renderDialer(c, status, dialerPage{Form: f})
	})
}

// tryDialer asks the PBX for a call to a number the administrator typed.
func (h *handlers) tryDialer(c *gin.Context, f frame.Form) error {
	err := h.pbx.Try(c.Request.Context(), frame.Viewer(c), strings.TrimSpace(f.Get("number")))
	if err == nil {
		return h.Redirect(c, dialerPath, frame.Done("dialer.tried"))
	}
	return h.Again(c, f, err, func(c *gin.Context, status int, f frame.Form) error {
		return h.renderDialer(c, status, dialerPage{Try: f})
	})
}

func dialerSamples() []frame.View {
	options := []frame.Option{{Value: "tel", Label: "tel"}}
	return []frame.View{
		&dialerPage{},
		&dialerPage{
			Form:      frame.Form{Values: url.Values{"on": {"yes"}}, Errors: map[string]string{"url": "e", "secret": "e"}, Error: "e"},
			HasSecret: true,
			On:        true, Methods: options, Links: options, Variables: delivery.PBXVariables(), Extension: "8001",
			Try: frame.Form{Error: "e", Errors: map[string]string{"number": "e"}},
		},
	}
}
