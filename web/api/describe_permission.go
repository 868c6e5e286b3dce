package api

import (
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"aftercall/internal/account"
	"aftercall/internal/permission"
)

// permissionRoutes is what machines record about being contacted, and what they ask.
func (a *API) permissionRoutes(schemas huma.Registry) []Route {
	writers := []account.Role{account.Machine, account.Admin, account.Supervisor}
	consent := schemas.Schema(reflect.TypeFor[permission.ConsentInput](), true, "Consent")
	consentReply := schemas.Schema(reflect.TypeFor[consentTaken](), true, "ConsentTaken")
	suppression := schemas.Schema(reflect.TypeFor[suppressionInput](), true, "Suppression")
	suppressionReply := schemas.Schema(reflect.TypeFor[suppressionTaken](), true, "SuppressionTaken")
	check := schemas.Schema(reflect.TypeFor[checkRequest](), true, "Check")
	reply := schemas.Schema(reflect.TypeFor[checkReply](), true, "CheckReply")
	describePermission(schemas)
	return []Route{
		{
			Operation: huma.Operation{
				OperationID: "take-consents", Method: http.MethodPost, Path: "/consents", Summary: "Record consents and withdrawals",
				Description: "One as JSON, or up to 10,000 as NDJSON, one a line. They are only ever appended: " +
					"a correction is a new one. A machine's token needs the scope consent:give to record a consent given, " +
					"and its source is put before the evidence; withdrawals are open to every token. " +
					"A consent given needs at, when it was said; by an address that several customers have it is refused. " +
					"A withdrawal counts for every record of the person, " +
					"and by an address of more than 5 customers it suppresses the address. " +
					"With a key the same again is recorded once. A bad line never stops the rest.\n\n" + howBodiesAreRead,
				RequestBody: linesBody(consent, "A Consent on each line.", consentExamples),
				Responses:   linesReply(schemas, consentReply, "A ConsentTaken on each line."),
			},
			Roles: append(writers, account.Marketing), handle: a.takeConsents,
		},
		{
			Operation: huma.Operation{
				OperationID: "take-suppressions", Method: http.MethodPost, Path: "/suppressions",
				Summary: "Add addresses that must not be contacted",
				Description: "One as JSON, or up to 10,000 as NDJSON, one a line. They hold from the reply on. " +
					"Nothing is ever lifted or shortened here: the same again is covered. " +
					"Only a keyed hash of the address is kept. A bad line never stops the rest.\n\n" + howBodiesAreRead,
				RequestBody: linesBody(suppression, "A Suppression on each line.", suppressionExamples),
				Responses:   linesReply(schemas, suppressionReply, "A SuppressionTaken on each line."),
			},
			Roles: writers, handle: a.takeSuppressions,
		},
		{
			Operation: huma.Operation{
				OperationID: "check-permission", Method: http.MethodPost, Path: "/permission/check",
				Summary: "Ask whether customers may be contacted",
				Description: "A machine's token asks about the customers of its source, by reference, " +
					"and with the scope permission:ask about anybody, by phone or e-mail. " +
					"For a purpose, over a channel, at a time: every reason against, with its evidence, " +
					"and the first instant at which it is allowed. " +
					"The answer holds for the moment it is given; ask again at the moment of contact.\n\n" + howBodiesAreRead,
				RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
					oneJSON: {Schema: check, Examples: checkExamples},
				}},
				Responses: responses(schemas, map[string]*huma.Response{
					"200": {Description: "The answers, in the order of the questions.", Content: map[string]*huma.MediaType{
						"application/json": {Schema: reply},
					}},
				}, "401", "403", "413", "415", "422"),
			},
			Roles: append(writers, account.Marketing), handle: a.checkPermission,
		},
	}
}

func linesBody(one *huma.Schema, each string, examples map[string]*huma.Example) *huma.RequestBody {
	return &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
		oneJSON:  {Schema: one, Examples: examples},
		manyJSON: {Schema: &huma.Schema{Type: huma.TypeString, Description: each}},
	}}
}

func linesReply(schemas huma.Registry, one *huma.Schema, each string) map[string]*huma.Response {
	return responses(schemas, map[string]*huma.Response{
		"200": {Description: "What became of it; in NDJSON a line for each.", Content: map[string]*huma.MediaType{
			"application/json":     {Schema: one},
			"application/x-ndjson": {Schema: &huma.Schema{Type: huma.TypeString, Description: each}},
		}},
	}, "401", "403", "413", "415", "422")
}

// permissionWords describes the fields of bodies about being contacted. Nothing there replaces anything: "" is the same as absent.
var permissionWords = map[string]map[string]string{
	"ConsentInput": {
		"source":    "Source of the reference; a machine's token has one of its own.",
		"reference": "The customer's id at the source; or a phone, or an e-mail.",
		"phone":     "Every customer who has the number.", "email": "Every customer who has the address.",
		"purpose": "What for; required.", "channel": "Over what; every channel when absent or \"\".",
		"word": "given or withdrawn; required.", "basis": "On what grounds; consent when absent or \"\".",
		"wording": "Version of the text that was read or shown.", "evidence": "Where it can be looked up.",
		"at":         "When it was said; required of a consent given, now when absent of a withdrawal.",
		"expires_at": "When it ends by itself; never when absent.",
		"key":        "Of the sender: the same again is not recorded twice.",
	},
	"SuppressionInput": {
		"phone": "The number that must not be contacted; or an e-mail address, not both.",
		"email": "The address that must not be contacted.",
		"scope": "From what it is kept; everything when absent or \"\".", "reason": "Why; customer_request when absent or \"\".",
	},
	"CheckQuestion": {
		"reference": "The customer's id at the source; or a phone, or an e-mail.",
		"phone":     "A phone number.", "email": "An e-mail address.",
		"purpose": "What for; required.", "channel": "Over what; required.",
	},
}

// describePermission adds what the tags of fields do not say: the values of a consent, whose type belongs to another package, and
// long texts.
func describePermission(schemas huma.Registry) {
	describeFields(schemas, permissionWords)
	known := schemas.Map()
	known["CheckAnswered"].Properties["allowed_from"].Description = "The first instant at which it is allowed; " +
		"absent when it does not end by itself."
	known["SuppressionTaken"].Properties["status"].Description = "Covered: it was forbidden already, " +
		"as much and as long, for the same reason and by the same evidence."
	for name, values := range map[string][]any{
		"purpose": anys(permission.Purposes()), "channel": anys(permission.Channels()), "basis": anys(permission.Bases()),
		"word": anys([]permission.Word{permission.WordGiven, permission.WordWithdrawn}),
	} {
		known["ConsentInput"].Properties[name].Enum = values
	}
}
