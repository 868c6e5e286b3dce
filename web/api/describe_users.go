package api

import (
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
)

// userRoutes is what the system that knows who works at the centre does with its users.
func (a *API) userRoutes(schemas huma.Registry) []Route {
	input := schemas.Schema(reflect.TypeFor[userInput](), true, "UserInput")
	view := schemas.Schema(reflect.TypeFor[userView](), true, "User")
	list := schemas.Schema(reflect.TypeFor[userList](), true, "UserList")
	answer := func(words string, schema *huma.Schema, errors ...string) map[string]*huma.Response {
		return responses(schemas, map[string]*huma.Response{
			"200": {Description: words, Content: map[string]*huma.MediaType{oneJSON: {Schema: schema}}},
		}, append([]string{"401", "403"}, errors...)...)
	}
	id := &huma.Param{Name: "id", In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeInteger, Format: "int64"}}
	word := func(name, doc string, values ...any) *huma.Param {
		return &huma.Param{Name: name, In: "query", Description: doc, Schema: &huma.Schema{Type: huma.TypeString, Enum: values}}
	}
	const scope = "It needs the scope users:manage. Administrators are shown and never changed."
	route := func(op huma.Operation, handle func(*gin.Context) error) Route {
		if op.Description == "" {
			op.Description = scope
		}
		return Route{Operation: op, Roles: []account.Role{account.Machine}, handle: handle}
	}
	return []Route{
		route(huma.Operation{
			OperationID: "list-users", Method: http.MethodGet, Path: "/users", Summary: "List users, by login",
			Parameters: []*huma.Param{
				word("after", "The login of the last user that is known; from the beginning when absent."),
				word("role", "Those of a role.", anys(account.Roles())...),
				word("state", "Those in a state.", anys(account.UserStates())...),
				{
					Name: "limit", In: "query", Description: "How many at most, from 1 to 200; 200 when absent.",
					Schema: &huma.Schema{Type: huma.TypeInteger},
				},
			},
			Responses: answer("A part of the users.", list, "422"),
		}, a.managing(a.listUsers)),
		route(huma.Operation{
			OperationID: "take-user", Method: http.MethodPost, Path: "/users", Summary: "Add a user, or edit who has the login",
			Description: "Who is new gets a link by which they set their password, and is a caller where no role is said. Of who is " +
				"there, what is absent stays as it is; what they may have in hand no more is handed back. The same again changes " +
				"nothing. " + scope + "\n\n" + howBodiesAreRead,
			RequestBody: &huma.RequestBody{
				Required: true, Content: map[string]*huma.MediaType{oneJSON: {Schema: input, Examples: userExamples}},
			},
			Responses: responses(schemas, map[string]*huma.Response{
				"200": {Description: "The user as they are now.", Content: map[string]*huma.MediaType{oneJSON: {Schema: view}}},
				"201": {
					Description: "The user who was added, with the link by which they set their password.",
					Content:     map[string]*huma.MediaType{oneJSON: {Schema: view}},
				},
			}, "401", "403", "413", "415", "422"),
		}, a.managing(a.takeUser)),
		route(huma.Operation{
			OperationID: "show-user", Method: http.MethodGet, Path: "/users/{id}", Summary: "Show a user",
			Parameters: []*huma.Param{id}, Responses: answer("The user.", view, "404"),
		}, a.onUser(func(*gin.Context, account.Managed) error { return nil })),
		route(huma.Operation{
			OperationID: "disable-user", Method: http.MethodPost, Path: "/users/{id}/disable", Summary: "Disable a user",
			Description: "Their sessions end, and what they have in hand goes back to their colleagues in the same moment. " + scope,
			Parameters:  []*huma.Param{id}, Responses: answer("The user as they are now.", view, "404"),
		}, a.onUser(a.disableUser)),
		route(huma.Operation{
			OperationID: "enable-user", Method: http.MethodPost, Path: "/users/{id}/enable", Summary: "Enable a user again",
			Parameters: []*huma.Param{id}, Responses: answer("The user as they are now.", view, "404"),
		}, a.onUser(a.enableUser)),
		route(huma.Operation{
			OperationID: "link-user", Method: http.MethodPost, Path: "/users/{id}/password-link",
			Summary:    "Make a link by which a user sets their password",
			Parameters: []*huma.Param{id}, Responses: answer("The user, with the link.", view, "404"),
		}, a.managing(a.linkUser)),
	}
}
