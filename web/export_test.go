package web

import (
	"github.com/danielgtaylor/huma/v2"

	"aftercall/web/api"
	"aftercall/web/frame"
)

// What the tests see of the inside.
const ContentPolicy = contentPolicy

// APIRoutes returns the operations of the JSON API.
func (s *Server) APIRoutes(schemas huma.Registry) []api.Route { return s.api.Routes(schemas) }

// Areas returns the areas of a site without services behind them, with their routes and templates.
func Areas(site *frame.Site) []frame.Area { return areas(site, Services{}) }
