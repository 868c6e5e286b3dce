package api

import (
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"aftercall/internal/account"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/worklist"
)

// callbackRoutes are the work list and what is done to one callback. A machine sees those about contacts of its source, and cancels and
// moves them, because the source knows what the customer told it.
func (a *API) callbackRoutes(schemas huma.Registry) []Route {
	list := schemas.Schema(reflect.TypeFor[callbackList](), true, "CallbackList")
	view := schemas.Schema(reflect.TypeFor[callbackView](), true, "CallbackView")
	asked := schemas.Schema(reflect.TypeFor[callbackAct](), true, "CallbackAct")
	people := []account.Role{account.Admin, account.Supervisor}
	all := append([]account.Role{account.Machine}, people...)
	id := &huma.Param{Name: "id", In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeInteger, Format: "int64"}}
	one := func(summary string) map[string]*huma.Response {
		return map[string]*huma.Response{
			"200": {Description: summary, Content: map[string]*huma.MediaType{"application/json": {Schema: view}}},
		}
	}
	routes := []Route{
		{
			Operation: huma.Operation{
				OperationID: "list-callbacks", Method: http.MethodGet, Path: "/callbacks", Summary: "List callbacks",
				Description: "What is open, by due time, unless something else is asked for. A machine gets those about contacts of its " +
					"source, people those of all teams. What is closed comes the newest first, whatever the order.",
				Parameters: listParameters(),
				Responses: responses(schemas, map[string]*huma.Response{
					"200": {Description: "A part of the list.", Content: map[string]*huma.MediaType{"application/json": {Schema: list}}},
				}, "401", "403", "422"),
			},
			Roles: all, handle: a.listCallbacks,
		},
		{
			Operation: huma.Operation{
				OperationID: "show-callback", Method: http.MethodGet, Path: "/callbacks/{id}", Summary: "Show a callback",
				Parameters: []*huma.Param{id}, Responses: responses(schemas, one("The callback."), "401", "403", "404"),
			},
			Roles: all, handle: a.showCallback,
		},
	}
	for _, act := range []struct {
		kind    callback.ActKind
		summary string
		roles   []account.Role
	}{
		{callback.ActReassign, "Keep a callback for one caller, or for anybody", people},
		{callback.ActRelease, "Take a callback out of whoever's hands", people},
		{callback.ActMove, "Give a callback another time", all},
		{callback.ActCancel, "Cancel a callback", all},
	} {
		answers := responses(schemas, one("The callback as it is then."), "401", "403", "404", "422")
		answers["409"] = &huma.Response{
			Description: "It is not in a state for that any more, or in a caller's hands.",
			Content:     answers["404"].Content,
		}
		routes = append(routes, Route{
			Operation: huma.Operation{
				OperationID: string(act.kind) + "-callback", Method: http.MethodPost, Path: "/callbacks/{id}/" + string(act.kind),
				Summary: act.summary, Description: "Who did it and why stands in the story of the callback.\n\n" + howBodiesAreRead,
				Parameters: []*huma.Param{id}, Responses: answers,
				RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
					oneJSON: {Schema: asked, Examples: actExamples[act.kind]},
				}},
			},
			Roles: act.roles, handle: a.actOn(act.kind),
		})
	}
	return routes
}

func listParameters() []*huma.Param {
	text := func(name, doc string, values ...any) *huma.Param {
		return &huma.Param{Name: name, In: "query", Description: doc, Schema: &huma.Schema{Type: huma.TypeString, Enum: values}}
	}
	at := func(name, doc string) *huma.Param {
		return &huma.Param{Name: name, In: "query", Description: doc, Schema: &huma.Schema{Type: huma.TypeString, Format: "date-time"}}
	}
	return []*huma.Param{
		text("set", "Open when absent, but any where a reason is asked for, and closed where a closed state is.", anys(worklist.Sets())...),
		text("state", "Only those in this state.", anys(callback.States())...),
		text("kind", "Only those of this kind.", anys(callback.Kinds())...),
		text("reason", "Only those that wait for this, or were closed by it."),
		text("category", "Only those about contacts of this category, spelt exactly so."),
		text("sort", "Of what is open: by due time when absent.", anys(worklist.Sorts())...),
		text("period", "What from and before are about: when it is due if absent.", anys(worklist.Periods())...),
		at("from", "From this instant on."), at("before", "Before this instant."),
		text("after", "What the part before said as next."),
		{
			Name: "limit", In: "query", Description: "How many at most, from 1 to 499; 499 when absent.",
			Schema: &huma.Schema{Type: huma.TypeInteger, Format: "int64"},
		},
	}
}
