package api

import (
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"aftercall/internal/account"
	"aftercall/tasks/handoff"
)

// handoffRoutes is what machines and people do with handoffs, and what a source is told of its contacts.
func (a *API) handoffRoutes(schemas huma.Registry) []Route {
	view := schemas.Schema(reflect.TypeFor[handoffView](), true, "Handoff")
	list := schemas.Schema(reflect.TypeFor[handoffList](), true, "HandoffList")
	act := schemas.Schema(reflect.TypeFor[handoffAct](), true, "HandoffAct")
	events := schemas.Schema(reflect.TypeFor[eventList](), true, "EventList")
	describeHandoffs(schemas)
	roles := []account.Role{account.Machine, account.Admin, account.Supervisor, account.Handler}
	id := &huma.Param{Name: "id", In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeInteger, Format: "int64"}}
	query := func(name, kind, doc string) *huma.Param {
		return &huma.Param{Name: name, In: "query", Description: doc, Schema: &huma.Schema{Type: kind}}
	}
	json := func(description string, schema *huma.Schema) map[string]*huma.Response {
		return map[string]*huma.Response{
			"200": {Description: description, Content: map[string]*huma.MediaType{oneJSON: {Schema: schema}}},
		}
	}
	const who = "A machine sees the handoffs about contacts of its source, and needs the scope handoffs:work. "
	routes := []Route{
		{
			Operation: huma.Operation{
				OperationID: "list-handoffs", Method: http.MethodGet, Path: "/handoffs", Summary: "What is owed about what was not solved",
				Description: who + "The oldest first; without a state all that is not closed.",
				Parameters: []*huma.Param{
					query("state", huma.TypeString, "States with commas between them: open, taken, asked, suspended, replied, closed."),
					query("kind", huma.TypeString, "unsolved or complaint."),
					query("overdue", huma.TypeBoolean, "Only what should have been replied to by now."),
					query("after", huma.TypeString, "The next of the part before."),
					query("limit", huma.TypeInteger, "How many at most, from 1 to 50; 50 when absent."),
				},
				Responses: responses(schemas, json("A part of the list.", list), "401", "403", "422"),
			},
			Roles: roles, handle: worksHandoffs(a.listHandoffs),
		},
		{
			Operation: huma.Operation{
				OperationID: "show-handoff", Method: http.MethodGet, Path: "/handoffs/{id}", Summary: "Show a handoff with its log",
				Description: who, Parameters: []*huma.Param{id},
				Responses: responses(schemas, json("The handoff.", view), "401", "403", "404"),
			},
			Roles: roles, handle: worksHandoffs(a.showHandoff),
		},
		{
			Operation: huma.Operation{
				OperationID: "list-events", Method: http.MethodGet, Path: "/events", Summary: "What the source is told of its contacts",
				Description: "In order: contact.unresolved says that a customer says that a contact is not solved. It names ids only.",
				Parameters: []*huma.Param{
					query("after", huma.TypeInteger, "The id of the last event that is known; all when absent."),
					query("limit", huma.TypeInteger, "How many at most, from 1 to 500; 500 when absent."),
				},
				Responses: responses(schemas, json("A part of the feed.", events), "401", "403", "422"),
			},
			Roles: []account.Role{account.Machine}, handle: a.listEvents,
		},
	}
	for _, one := range []struct {
		name, summary, more string
		do                  handoffDoing
	}{
		{"claim", "Take a handoff", "Whoever replies without it takes it by that.", a.claimHandoff},
		{"reply", "Write what was done", "Takes words, remedy and links. The customer is called a second time.", a.replyToHandoff},
		{"forward", "Give a handoff to another team", "Takes team, words and wrongly. The deadline stays.", a.forwardHandoff},
		{"ask", "Ask the caller", "Takes words. The clock goes on.", a.askOfHandoff},
		{"back", "Send a handoff back", "Takes mistake and words. It is counted.", a.sendBackHandoff},
		{"close", "Close a handoff without a second call", "Takes result and words. Machines may not.", a.closeHandoff},
	} {
		routes = append(routes, Route{
			Operation: huma.Operation{
				OperationID: one.name + "-handoff", Method: http.MethodPost, Path: "/handoffs/{id}/" + one.name, Summary: one.summary,
				Description: who + one.more + " What was done on an older version is answered with 409, and nothing is written.\n\n" +
					howBodiesAreRead,
				Parameters: []*huma.Param{id},
				RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
					oneJSON: {Schema: act, Examples: map[string]*huma.Example{one.name: handoffExamples[one.name]}},
				}},
				Responses: responses(schemas, json("The handoff as it is then.", view), "401", "403", "404", "409", "415", "422"),
			},
			Roles: roles, handle: worksHandoffs(a.actOnHandoff(one.do)),
		})
	}
	return routes
}

var handoffExamples = map[string]*huma.Example{
	"claim":   example("Taken", `{"version": 1}`),
	"reply":   example("What was done", `{"version": 2, "words": "更换光猫，客户已确认可上网", "remedy": "fixed"}`),
	"forward": example("Another team's", `{"version": 2, "words": "线路问题，需外线处理", "team": "外线班"}`),
	"ask":     example("A question", `{"version": 2, "words": "客户说的是哪台设备？"}`),
	"back":    example("Sent to the wrong team", `{"version": 2, "words": "不属于本班组", "mistake": "wrong_sent"}`),
	"close":   example("Closed", `{"version": 2, "words": "客户来电说已恢复", "result": "solved_otherwise"}`),
}

// describeHandoffs adds the values of what belongs to another package.
func describeHandoffs(schemas huma.Registry) {
	known := schemas.Map()
	for _, schema := range []string{"HandoffView", "HandoffAct"} {
		for name, values := range map[string][]any{
			"kind": anys(handoff.Kinds()), "state": anys(handoff.States()), "result": anys(handoff.Results()),
		} {
			if p := known[schema].Properties[name]; p != nil {
				p.Enum = values
			}
		}
	}
}
