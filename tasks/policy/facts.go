package policy

import (
	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/contact/history"
	"aftercall/internal/database"
)

// LoadFacts fills the facts that the rules of p ask about, for many resolutions at once. Each item must come with its
// Resolution and Now; what happened after Now is left out. The number of queries does not grow with the number of items, up to
// some hundreds of them.
func (s *Service) LoadFacts(tx database.Tx, p *Policy, items []*Facts) error {
	if len(items) == 0 {
		return nil
	}
	l := factLoader{Service: s, tx: tx, items: items}
	needs := p.needs()
	for _, part := range []struct {
		need need
		load func() error
	}{
		{needContact, l.contacts},
		{needCustomer, l.customers},
		{needSource, l.sources},
		{needTeam, l.teams},
		{needResolver, l.resolvers},
		{needHistory, l.history},
		{needAnswers, l.scores},
		{needAttributes, l.attributeKinds},
	} {
		if needs&part.need == 0 {
			continue
		}
		if err := part.load(); err != nil {
			return err
		}
	}
	return nil
}

type factLoader struct {
	*Service
	tx    database.Tx
	items []*Facts
}

// ids collects one id of each item.
func (l factLoader) ids(of func(*contact.Resolution) int64) []int64 {
	ids := make([]int64, len(l.items))
	for i, f := range l.items {
		ids[i] = of(&f.Resolution)
	}
	return ids
}

func customerOf(r *contact.Resolution) int64 { return r.CustomerID }

func (l factLoader) contacts() error {
	found, err := contact.ContactsByID(l.tx, l.ids(func(r *contact.Resolution) int64 { return r.ContactID }))
	for _, f := range l.items {
		f.Contact = found[f.Resolution.ContactID]
	}
	return err
}

func (l factLoader) customers() error {
	found, err := contact.CustomersByID(l.tx, l.ids(customerOf))
	for _, f := range l.items {
		c := found[f.Resolution.CustomerID]
		f.Language, f.Zone, f.Region, f.Tags, f.Attributes = c.Language, c.Zone, c.Region, c.TagList(), c.AttributeMap()
	}
	return err
}

func (l factLoader) attributeKinds() error {
	registered, err := store{l.tx}.attributes()
	kinds := make(map[string]FieldKind, len(registered))
	for _, a := range registered {
		kinds[a.Name] = a.Kind
	}
	for _, f := range l.items {
		f.AttributeKinds = kinds
	}
	return err
}

func (l factLoader) sources() error {
	names, err := contact.SourceNames(l.tx, l.ids(func(r *contact.Resolution) int64 { return r.SourceID }))
	for _, f := range l.items {
		f.Source = names[f.Resolution.SourceID]
	}
	return err
}

func (l factLoader) teams() error {
	names, err := account.TeamNames(l.tx, l.ids(func(r *contact.Resolution) int64 { return r.TeamID }))
	for _, f := range l.items {
		f.Team = names[f.Resolution.TeamID]
	}
	return err
}

func (l factLoader) resolvers() error {
	names, err := contact.AgentNames(l.tx, l.ids(func(r *contact.Resolution) int64 { return r.AgentID }))
	for _, f := range l.items {
		f.Resolver = names[f.Resolution.AgentID]
	}
	return err
}

func (l factLoader) history() error {
	moments := make([]history.Moment, len(l.items))
	for i, f := range l.items {
		r := &f.Resolution
		moments[i] = history.Moment{ContactID: r.ContactID, CustomerID: r.CustomerID, ResolvedAt: r.ResolvedAt, At: f.Now}
	}
	past, err := history.Of(l.tx, moments)
	if err != nil {
		return err
	}
	for i, f := range l.items {
		f.FirstContact, f.Repeat, f.OpenComplaint = past[i].First, past[i].Repeat, past[i].OpenComplaint
	}
	return nil
}

func (l factLoader) scores() error {
	found, err := l.surveys.Scores(l.tx, l.ids(customerOf))
	if err != nil {
		return err
	}
	for _, f := range l.items {
		for _, score := range found[f.Resolution.CustomerID] {
			if score.At.After(f.Now) {
				continue
			}
			f.AnsweredAt = max(f.AnsweredAt, score.At)
			switch {
			case score.Metric == "csat" && f.CSAT == nil:
				f.CSAT = &score
			case score.Metric == "nps" && f.NPS == nil:
				f.NPS = &score
			}
		}
	}
	return nil
}
