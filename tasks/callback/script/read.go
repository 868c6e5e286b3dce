package script

import (
	"context"

	"aftercall/internal/account"
)

// List is every script in force and every draft.
type List struct {
	InForce []Script
	Drafts  []Script
	By      map[int64]string // names of who saved or published them
}

// All returns the scripts in force and the drafts, by kind, language, category and product.
func (s *Service) All(ctx context.Context) (List, error) {
	tx := s.db.View(ctx)
	all, err := store{tx}.all()
	if err != nil {
		return List{}, err
	}
	var list List
	ids := make([]int64, 0, len(all))
	for _, one := range all {
		ids = append(ids, one.UpdatedBy)
		switch {
		case one.Draft():
			list.Drafts = append(list.Drafts, one)
		case !one.Retired:
			list.InForce = append(list.InForce, one)
		}
	}
	list.By, err = account.UserNames(tx, ids)
	return list, err
}

// ByID returns one version or draft; it returns fault.NotFound for an unknown one.
func (s *Service) ByID(ctx context.Context, id int64) (Script, error) {
	return scripts.ByID(s.db.View(ctx), id)
}

// versionsShown is how many versions of a script its page lists.
const versionsShown = 50

// History returns the published versions of a script, the newest first, at most 50, with the names of who published them.
func (s *Service) History(ctx context.Context, m Match) ([]Script, map[int64]string, error) {
	tx := s.db.View(ctx)
	versions, err := store{tx}.versions(m, versionsShown)
	if err != nil {
		return nil, nil, err
	}
	ids := make([]int64, len(versions))
	for i, v := range versions {
		ids[i] = v.UpdatedBy
	}
	names, err := account.UserNames(tx, ids)
	return versions, names, err
}

// Preview fills a text in for a call as the desk would. The text must have passed Checked.
func (s *Service) Preview(ctx context.Context, version Script, about About) (Spoken, error) {
	return s.Fill(s.db.View(ctx), version, about)
}

// Say returns what to say in a call.
func (s *Service) Say(ctx context.Context, about About) (Spoken, error) {
	tx := s.db.View(ctx)
	version, err := s.InForce(tx, about)
	if err != nil {
		return Spoken{}, err
	}
	return s.Fill(tx, version, about)
}
