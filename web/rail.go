package web

import (
	"net/http"
	"slices"
	"strings"

	"aftercall/internal/account"
)

// searchPath is where the search field of the header leads.
const searchPath = "/contacts"

// railItem is a link of the rail, or a heading over some of them.
type railItem struct {
	Path    string // empty for a heading
	Key     string // of its text
	Current bool
}

// railEntry is a place in the rail and the roles whose work it is. Who may see the page at all is the route's to say.
type railEntry struct {
	path, key string
	roles     []account.Role // an administrator's rail has every entry; nil: only theirs
}

// railEntries is the rail in order; an entry without a path is a heading. The first page of each role's rail is where it lands.
func railEntries() []railEntry {
	var (
		caller     = []account.Role{account.Caller}
		supervisor = []account.Role{account.Supervisor}
		marketing  = []account.Role{account.Marketing}
	)
	return []railEntry{
		{"/board", "rail.board", supervisor},
		{"/desk", "rail.desk", caller},
		{"/tasks", "rail.tasks", caller},
		{"/day", "rail.day", caller},
		{"/callbacks", "rail.callbacks", supervisor},
		{"/contacts", "rail.contacts", supervisor},
		{"/decisions", "rail.decisions", supervisor},
		{"/scores", "rail.scores", supervisor},
		{"/policies", "rail.policies", supervisor},
		{"/audiences", "rail.audiences", marketing},
		{"/exports", "rail.exports", marketing},
		{permissionPath, "rail.permission", []account.Role{account.Supervisor, account.Marketing}},
		{suppressionsPath, "rail.suppressions", []account.Role{account.Supervisor, account.Marketing}},
		{"", "rail.operations", nil},
		{"/imports", "rail.imports", nil},
		{"/messages", "rail.messages", nil},
		{"/jobs", "rail.jobs", nil},
		{"", "rail.settings", nil},
		{hoursPath, "rail.hours", supervisor},
		{holidaysPath, "rail.holidays", supervisor},
		{"/settings/users", "rail.users", nil},
		{attributesPath, "rail.attributes", nil},
		{"/settings/tokens", "rail.tokens", nil},
	}
}

// rail returns the viewer's rail: the entries of their role whose page exists and lets them in.
func (s *Server) rail(v account.Viewer, path string) []railItem {
	if v.Role == "" {
		return nil
	}
	var items []railItem
	for _, e := range railEntries() {
		if v.Role != account.Admin && !slices.Contains(e.roles, v.Role) {
			continue
		}
		if e.path == "" {
			items = dropHeading(items)
			items = append(items, railItem{Key: e.key})
			continue
		}
		if s.reachable(v, e.path) {
			items = append(items, railItem{Path: e.path, Key: e.key, Current: path == e.path || strings.HasPrefix(path, e.path+"/")})
		}
	}
	return dropHeading(items)
}

// dropHeading removes a heading that has nothing below it.
func dropHeading(items []railItem) []railItem {
	if n := len(items); n > 0 && items[n-1].Path == "" {
		return items[:n-1]
	}
	return items
}

// reachable reports whether there is a page at the path and the viewer may see it.
func (s *Server) reachable(v account.Viewer, path string) bool {
	return slices.ContainsFunc(s.routes, func(r route) bool {
		return r.method == http.MethodGet && r.path == path && !r.public && r.allows(v)
	})
}

// landing is the first page of the viewer's rail, or their own account where the rail is empty.
func (s *Server) landing(v account.Viewer) string {
	for _, item := range s.rail(v, "") {
		if item.Path != "" {
			return item.Path
		}
	}
	return "/me"
}
