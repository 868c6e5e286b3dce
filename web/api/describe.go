package api

import (
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/web/frame"
)

// contactRoutes is what machines do with contacts.
func (a *API) contactRoutes(schemas huma.Registry) []Route {
	input := schemas.Schema(reflect.TypeFor[contact.Input](), true, "Contact")
	taken := schemas.Schema(reflect.TypeFor[contactTaken](), true, "ContactTaken")
	view := schemas.Schema(reflect.TypeFor[contactView](), true, "ContactView")
	listEnums(schemas)
	describeFields(schemas, fieldWords)
	return []Route{
		{
			Operation: huma.Operation{
				OperationID: "take-contacts", Method: http.MethodPost, Path: "/contacts", Summary: "Take contacts in",
				Description: "One contact as JSON, or up to 10,000 as NDJSON, one a line. The same again is success with the same ids. " +
					"A field that is left out stays as it is known; [] and \"\" take away what is known where its description says so. " +
					"Lines are taken in their order, so that of one contact the last one counts. " +
					"A bad line, or one of more than 1 MiB, never stops the rest.\n\n" + howBodiesAreRead,
				RequestBody: linesBody(input, "A Contact on each line.", contactExamples),
				Responses: responses(schemas, map[string]*huma.Response{
					"200": {
						Description: "Known already, or the reply to NDJSON: a ContactTaken on each line.",
						Content: map[string]*huma.MediaType{
							"application/json":     {Schema: taken},
							"application/x-ndjson": {Schema: &huma.Schema{Type: huma.TypeString}},
						},
					},
					"201": {Description: "Taken in.", Content: map[string]*huma.MediaType{"application/json": {Schema: taken}}},
				}, "401", "403", "413", "415", "422"),
			},
			Roles: []account.Role{account.Machine}, handle: a.takeContacts,
		},
		{
			Operation: huma.Operation{
				OperationID: "show-contact", Method: http.MethodGet, Path: "/contacts/{id}",
				Summary: "Show a contact of the token's source",
				Parameters: []*huma.Param{
					{Name: "id", In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeInteger, Format: "int64"}},
				},
				Responses: responses(schemas, map[string]*huma.Response{
					"200": {Description: "The contact.", Content: map[string]*huma.MediaType{"application/json": {Schema: view}}},
				}, "401", "403", "404"),
			},
			Roles: []account.Role{account.Machine, account.Admin, account.Supervisor}, handle: a.showContact,
		},
	}
}

// responses adds the errors an operation answers with.
func responses(schemas huma.Registry, given map[string]*huma.Response, errors ...string) map[string]*huma.Response {
	names := map[string]string{
		"401": "No API token, or an unknown one.", "403": "The token may not do this.", "404": "There is no such thing.",
		"409": "It changed since, or is not in a state for that.",
		"413": "More than 10,000 lines or 32 MiB, or one JSON value of more than 1 MiB.",
		"415": "Neither JSON nor NDJSON, in another charset than UTF-8, or packed.", "422": "Rejected: see errors.",
	}
	body := schemas.Schema(reflect.TypeFor[frame.Problem](), true, "Problem")
	for _, status := range errors {
		given[status] = &huma.Response{Description: names[status], Content: map[string]*huma.MediaType{
			"application/problem+json": {Schema: body},
		}}
		if status == "422" {
			given[status].Content["application/problem+json"].Examples = refusalExamples
		}
	}
	return given
}

// listEnums writes the values that a field may have into the description.
func listEnums(schemas huma.Registry) {
	enums := map[string][]any{
		"status": anys(contact.Statuses()), "channel": anys(contact.Channels()), "severity": anys(contact.Severities()),
		"role": anys(contact.ParticipantRoles()), "metric": {"csat", "nps", "ces"},
	}
	for _, schema := range schemas.Map() {
		for name, values := range enums {
			if p := schema.Properties[name]; p != nil && p.Type == huma.TypeString && len(p.Enum) == 0 {
				p.Enum = values
			}
		}
	}
}

func anys[T ~string](values []T) []any {
	list := make([]any, len(values))
	for i, v := range values {
		list[i] = string(v)
	}
	return list
}
