// Package api is the JSON API: contacts, consents and suppressions come in, and whether somebody may be contacted is answered. Its
// operations describe themselves; bodies are read as a stream, line by line, each with its own reply.
package api

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/fault"
	"aftercall/web/frame"
)

// Base is where version 1 of the JSON API begins.
const Base = frame.APIPrefix + "v1"

// Route is one operation of the API: how it is described, who may call it, and what answers. A handler that returns an error
// has written nothing.
type Route struct {
	huma.Operation
	Roles  []account.Role
	handle func(*gin.Context) error
}

// Mount adds the JSON API and its description, which is public: GET /openapi.json. Operations take an API token and no cookie.
func (a *API) Mount(engine *gin.Engine) error {
	config := huma.DefaultConfig("aftercall", "1")
	config.Info.Description = "Contacts in; consents and suppressions in; may we contact whom; what there is to call; " +
		"callbacks listed, moved and cancelled; replies to handoffs. " +
		"Times are RFC 3339 with an offset; errors are RFC 9457 and name field, value and line. " +
		"503 with Retry-After means that nothing is wrong with the request: send the same again."
	config.OpenAPIPath, config.DocsPath, config.SchemasPath = "", "", "" // no page that loads scripts from elsewhere
	config.CreateHooks = nil
	config.Servers = []*huma.Server{{URL: Base}}
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{"token": {
		Type: "http", Scheme: "bearer",
		Description: "An API token, made by `aftercall token create` or on the page of tokens; it is bound to one source. " +
			"Recording consents given and asking about anybody by number or e-mail need scopes of their own, " +
			"consent:give and permission:ask; managing users needs users:manage, working on handoffs handoffs:work.",
	}}
	config.Components.Schemas.RegisterTypeAlias(reflect.TypeFor[clock.Instant](), reflect.TypeFor[time.Time]())
	api := humagin.NewWithGroup(engine, engine.Group(Base), config)
	for _, r := range a.Routes(config.Components.Schemas) {
		a.addAPI(api, r)
	}
	description, err := json.Marshal(api.OpenAPI())
	if err != nil {
		return err
	}
	for _, path := range []string{"/openapi.json", Base + "/openapi.json"} {
		engine.GET(path, func(c *gin.Context) { c.Data(http.StatusOK, "application/json", description) })
	}
	return nil
}

// addAPI registers an operation. huma describes and routes it; bodies are read by us, as a stream and with our own errors.
func (a *API) addAPI(api huma.API, r Route) {
	r.Security = []map[string][]string{{"token": {}}}
	if r.DefaultStatus == 0 {
		r.DefaultStatus = http.StatusOK
	}
	api.OpenAPI().AddOperation(&r.Operation)
	api.Adapter().Handle(&r.Operation, func(ctx huma.Context) {
		c := humagin.Unwrap(ctx)
		viewer, err := a.bearer(c, r.Roles)
		if err == nil {
			c.Request = c.Request.WithContext(account.WithViewer(c.Request.Context(), viewer.Through(account.ByAPI, c.ClientIP())))
			err = r.handle(c)
		}
		if err != nil {
			a.Fail(c, err)
		}
	})
}

var (
	errTokenNeeded = fault.New(fault.Unauthenticated, "token_needed", "send an API token, as in Authorization: Bearer ac_…")
	errTokenRole   = fault.New(fault.Forbidden, "token_role", "this API token may not do this")
)

// bearer returns whom the request's API token stands for.
func (a *API) bearer(c *gin.Context, roles []account.Role) (account.Viewer, error) {
	scheme, token, _ := strings.Cut(c.GetHeader("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || token == "" {
		return account.Viewer{}, errTokenNeeded
	}
	viewer, err := a.accounts.ViewerByToken(c.Request.Context(), strings.TrimSpace(token))
	if err != nil {
		return account.Viewer{}, err
	}
	for _, role := range roles {
		if viewer.Role == role {
			return viewer, nil
		}
	}
	return account.Viewer{}, errTokenRole
}
