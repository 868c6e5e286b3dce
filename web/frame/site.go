// Package frame is what every page stands on: the layout with its navigation, forms with their refusals, flash messages, pagers,
// charts, the texts of all languages, the files browsers load, and what an error means in HTTP.
//
// An Area is a part of the site, such as the desk: its routes, and beside its handlers its templates and its texts. Areas know the
// frame and never each other; what two of them show is here.
package frame

import (
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"slices"
	"time"

	"aftercall/internal/address"
	"aftercall/internal/clock"
)

// Options are the settings of the web server.
type Options struct {
	Zone       *time.Location // the centre's; pages show times in it
	Language   string         // the centre's, "zh-CN" or "en": for people whose browser asks for neither
	CentreName string         // shown to customers and at login
	PublicURL  string         // how browsers reach us, as in https://care.example.com; with https cookies are Secure
	Now        clock.Now
	Demo       bool // shows the demo's clock in the header
	Log        *slog.Logger
	// TrustedProxies are the addresses and networks of proxies whose X-Forwarded-For names the client. Of all others it is ignored:
	// anybody can write one.
	TrustedProxies []string
}

// Site is what the pages of all areas share. It keeps nothing between requests.
type Site struct {
	Options
	Origin     *url.URL // of PublicURL; nil if there is none
	Catalogue  Catalogue
	assets     assets
	views      views
	navigation []NavigationEntry
	routes     []Route
}

// Area is a part of the site with pages of its own.
type Area struct {
	Routes  []Route
	Samples []View // of every page of the area, each at least once and with content; see Site.CheckPages
	Files   fs.FS  // templates/<page>.html, templates/partials/*.html and locales/<topic>.<language>.json
}

// New returns a site without areas. It fails if the public URL is none.
func New(opts Options, navigation []NavigationEntry) (*Site, error) {
	s := &Site{Options: opts, navigation: navigation}
	if s.Log == nil {
		s.Log = slog.New(slog.DiscardHandler)
	}
	if s.Zone == nil {
		s.Zone = time.UTC
	}
	if opts.PublicURL != "" {
		origin, err := url.Parse(opts.PublicURL)
		if err != nil || !address.IsLink(opts.PublicURL) {
			return nil, fmt.Errorf("the public URL %q must look like https://care.example.com", opts.PublicURL)
		}
		s.Origin = origin
	}
	var err error
	s.assets, err = loadAssets()
	return s, err
}

// Open takes the areas in. It fails if a catalogue has a fault, and for a template without a sample: what CheckPages executes would not
// be every page.
func (s *Site) Open(areas ...Area) error {
	areas = append(areas, s.ownArea())
	files := make([]fs.FS, len(areas))
	var samples []View
	for i, a := range areas {
		files[i] = a.Files
		s.routes, samples = append(s.routes, a.Routes...), append(samples, a.Samples...)
	}
	var err error
	if s.Catalogue, err = loadCatalogue(files); err != nil {
		return err
	}
	s.views, err = s.loadViews(files, samples)
	return err
}

// Routes returns the routes of all areas.
func (s *Site) Routes() []Route { return slices.Clone(s.routes) }
