package web

import (
	"aftercall/web/admin"
	"aftercall/web/audiences"
	"aftercall/web/desk"
	"aftercall/web/floor"
	"aftercall/web/followup"
	"aftercall/web/frame"
	"aftercall/web/handoffs"
	"aftercall/web/imports"
	"aftercall/web/incidents"
	"aftercall/web/outcomes"
	"aftercall/web/performance"
	"aftercall/web/permission"
	"aftercall/web/policies"
	"aftercall/web/public"
	"aftercall/web/roster"
	"aftercall/web/scores"
	"aftercall/web/scripts"
	"aftercall/web/surveys"
)

// areas are the parts of the site. Each gets the services it needs; what it asks of them is an interface in its area.go.
func areas(site *frame.Site, s Services) []frame.Area {
	return []frame.Area{
		admin.New(site, s.Accounts, s.Contacts, s.PBX, s.Skills, s.Jobs),
		public.New(site, s.Surveys, s.Couriers, s.Handoffs),
		desk.New(
			site, s.Callbacks, s.Calls, s.Worklist, s.Pauses, s.Floor, s.Notices, s.Maintenance, s.Scripts, s.Reads, s.Surveys, s.Contacts,
			s.Performance, s.Handoffs,
		),
		floor.New(site, s.Floor, s.Notices, s.Accounts),
		followup.New(
			site, s.Accounts, s.Callbacks, s.Calls, s.Worklist, s.Bulk, s.Contacts, s.Customers, s.Decisions, s.Identity, s.Permission,
			s.Policies, s.Reads,
		),
		handoffs.New(site, s.Accounts, s.Couriers, s.Handoffs, s.Scripts, s.Reads),
		policies.New(site, s.Accounts, s.Contacts, s.Decisions, s.Figures, s.Policies, s.Surveys),
		outcomes.New(site, s.Accounts, s.Outcomes),
		performance.New(site, s.Accounts, s.Performance),
		roster.New(site, s.Accounts, s.Callbacks, s.Roster),
		permission.New(site, s.Accounts, s.Contacts, s.Lists, s.Permission),
		surveys.New(site, s.Messages),
		scripts.New(site, s.Accounts, s.Contacts, s.Scripts),
		scores.New(site, s.Worklist, s.Contacts, s.Figures, s.Reads, s.Surveys, s.Handoffs),
		audiences.New(site, s.Accounts, s.Campaigns, s.Contacts),
		imports.New(site, s.Contacts, s.Imports),
		incidents.New(site, s.Accounts, s.Contacts, s.Figures, s.Incidents, s.Policies),
	}
}
