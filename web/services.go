package web

import (
	"aftercall/campaign"
	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/contact/identity"
	"aftercall/internal/contact/imports"
	"aftercall/internal/contact/maintenance"
	"aftercall/internal/delivery"
	"aftercall/internal/figures"
	"aftercall/internal/flow"
	"aftercall/internal/permission"
	"aftercall/internal/permission/lists"
	"aftercall/survey"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/bulk"
	"aftercall/tasks/callback/call"
	"aftercall/tasks/callback/floor"
	"aftercall/tasks/callback/notice"
	"aftercall/tasks/callback/outcome"
	"aftercall/tasks/callback/pause"
	"aftercall/tasks/callback/performance"
	"aftercall/tasks/callback/roster"
	"aftercall/tasks/callback/script"
	"aftercall/tasks/callback/skill"
	"aftercall/tasks/callback/worklist"
	"aftercall/tasks/decision"
	"aftercall/tasks/handoff"
	"aftercall/tasks/handoff/courier"
	"aftercall/tasks/incident"
	"aftercall/tasks/policy"
	"aftercall/web/admin"
	"aftercall/web/surveys"
)

// Services are the use cases behind the pages.
type Services struct {
	Accounts    *account.Service
	Contacts    *contact.Service
	Identity    *identity.Service
	Maintenance *maintenance.Service
	Imports     *imports.Service
	Permission  *permission.Service
	Lists       *lists.Service
	Policies    *policy.Service
	Callbacks   *callback.Service
	Calls       *call.Service
	Worklist    *worklist.Service
	Bulk        *bulk.Service
	Pauses      *pause.Service
	Roster      *roster.Service
	Performance *performance.Service
	Floor       *floor.Service
	Notices     *notice.Service
	Outcomes    *outcome.Service
	Decisions   *decision.Service
	Handoffs    *handoff.Service
	Incidents   *incident.Service
	Couriers    *courier.Service
	Scripts     *script.Service
	Skills      *skill.Service
	Surveys     *survey.Service
	Campaigns   *campaign.Service
	Messages    surveys.Messages
	PBX         *delivery.PBX
	Figures     *figures.Service
	Jobs        admin.Jobs
	Reads       flow.Reads
	Customers   flow.Customers
}
