package web

import (
	"aftercall/internal/account"
	"aftercall/web/frame"
)

// navigation is the rail in order; an entry without a path is a heading. The first page of each role's rail is where it lands.
func navigation() []frame.NavigationEntry {
	var (
		caller     = []account.Role{account.Caller}
		supervisor = []account.Role{account.Supervisor}
		marketing  = []account.Role{account.Marketing}
	)
	return []frame.NavigationEntry{
		{Path: "/board", Key: "rail.board", Roles: supervisor},
		{Path: "/floor", Key: "rail.floor", Roles: supervisor},
		{Path: "/desk", Key: "rail.desk", Roles: caller},
		{Path: "/tasks", Key: "rail.tasks", Roles: caller},
		{Path: "/day", Key: "rail.day", Roles: caller},
		{Path: "/roster/mine", Key: "rail.my_roster", Roles: caller},
		{Path: "/callbacks", Key: "rail.callbacks", Roles: supervisor},
		{Path: "/handoffs", Key: "rail.handoffs", Roles: []account.Role{account.Supervisor, account.Handler}},
		{Path: "/roster", Key: "rail.roster", Roles: supervisor},
		{Path: "/performance", Key: "rail.performance", Roles: supervisor},
		{Path: "/contacts", Key: "rail.contacts", Roles: []account.Role{account.Supervisor, account.Handler}},
		{Path: "/decisions", Key: "rail.decisions", Roles: supervisor},
		{Path: "/incidents", Key: "rail.incidents", Roles: supervisor},
		{Path: "/scores", Key: "rail.scores", Roles: supervisor},
		{Path: "/policies", Key: "rail.policies", Roles: supervisor},
		{Path: "/scripts", Key: "rail.scripts", Roles: supervisor},
		{Path: "/audiences", Key: "rail.audiences", Roles: marketing},
		{Path: "/exports", Key: "rail.exports", Roles: marketing},
		{Path: "/permission", Key: "rail.permission", Roles: []account.Role{account.Supervisor, account.Marketing}},
		{Path: "/suppressions", Key: "rail.suppressions", Roles: []account.Role{account.Supervisor, account.Marketing}},
		{Key: "rail.operations"},
		{Path: "/imports", Key: "rail.imports"},
		{Path: "/messages", Key: "rail.messages"},
		{Path: "/jobs", Key: "rail.jobs"},
		{Key: "rail.settings"},
		{Path: "/settings/calling-hours", Key: "rail.hours", Roles: supervisor},
		{Path: "/settings/holidays", Key: "rail.holidays", Roles: supervisor},
		{Path: "/settings/working-hours", Key: "rail.working_hours", Roles: supervisor},
		{Path: "/settings/outcomes", Key: "rail.outcomes", Roles: supervisor},
		{Path: "/settings/dialer", Key: "rail.dialer"},
		{Path: "/settings/users", Key: "rail.users", Roles: supervisor},
		{Path: "/settings/skills", Key: "rail.skills"},
		{Path: "/settings/attributes", Key: "rail.attributes"},
		{Path: "/settings/tokens", Key: "rail.tokens"},
		{Path: "/audit", Key: "rail.audit", Roles: supervisor},
	}
}
