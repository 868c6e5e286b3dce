package frame

import (
	"net/http"
	"slices"
	"strings"

	"aftercall/internal/account"
)

// SearchPath is where the search field of the header leads, by a POST: what is typed there is a number or a name.
const SearchPath = "/customers"

// NavigationItem is a link of the rail, or a heading over some of them.
type NavigationItem struct {
	Path    string // empty for a heading
	Key     string // of its text
	Current bool
}

// NavigationEntry is a place in the rail and the roles whose work it is. Who may see the page at all is the route's to say.
type NavigationEntry struct {
	Path, Key string
	Roles     []account.Role // an administrator's rail has every entry; nil: only theirs
}

// navigationOf returns the viewer's rail: the entries of their role whose page exists and lets them in.
func (s *Site) navigationOf(v account.Viewer, path string) []NavigationItem {
	if v.Role == "" {
		return nil
	}
	var items []NavigationItem
	for _, e := range s.navigation {
		if v.Role != account.Admin && !slices.Contains(e.Roles, v.Role) {
			continue
		}
		if e.Path == "" {
			items = dropHeading(items)
			items = append(items, NavigationItem{Key: e.Key})
			continue
		}
		if s.Reachable(v, e.Path) {
			items = append(items, NavigationItem{Path: e.Path, Key: e.Key, Current: path == e.Path || strings.HasPrefix(path, e.Path+"/")})
		}
	}
	return dropHeading(items)
}

// dropHeading removes a heading that has nothing below it.
func dropHeading(items []NavigationItem) []NavigationItem {
	if n := len(items); n > 0 && items[n-1].Path == "" {
		return items[:n-1]
	}
	return items
}

// Reachable reports whether there is a page at the path and the viewer may see it.
func (s *Site) Reachable(v account.Viewer, path string) bool {
	return slices.ContainsFunc(s.routes, func(r Route) bool {
		return r.Method == http.MethodGet && r.Path == path && !r.Public && r.Allows(v)
	})
}

// Landing is the first page of the viewer's rail, or their own account where the rail is empty.
func (s *Site) Landing(v account.Viewer) string {
	for _, item := range s.navigationOf(v, "") {
		if item.Path != "" {
			return item.Path
		}
	}
	return "/me"
}
