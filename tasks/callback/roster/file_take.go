package roster

import (
	"context"
	"fmt"
	"slices"

	"aftercall/internal/account"
	"aftercall/internal/database"
	"aftercall/internal/fault"
)

// name finds the people of a file, and refuses those who are not of the viewer's teams.
func (s *Service) name(tx database.Tx, viewer account.Viewer, l *lines) error {
	logins := make([]string, 0, len(l.order))
	for _, p := range l.order {
		logins = append(logins, p.login)
	}
	users, err := account.UsersByLogin(tx, database.Distinct(logins))
	if err != nil {
		return fmt.Errorf("find the people of a roster: %w", err)
	}
	people, err := s.staff(tx, viewer)
	if err != nil {
		return fmt.Errorf("find the people of a roster: %w", err)
	}
	ids := make(map[string]int64, len(users))
	for _, u := range users {
		if slices.ContainsFunc(people, func(p account.Viewer) bool { return p.UserID == u.ID }) {
			ids[u.Login] = u.ID
		}
	}
	told := map[string]bool{}
	now := s.now()
	for _, p := range l.order {
		id, known := ids[p.login]
		switch {
		case !known && !told[p.login]:
			told[p.login] = true
			l.read.refuse(l.found[p].line, fault.Field{
				Name: "login", Code: "roster_login", Value: p.login, Problem: "is no login of a caller or supervisor of your teams",
			})
		case known && s.outside(p.day, now):
			l.read.refuse(l.found[p].line, fault.Field{
				Name: "date", Code: "roster_far", Value: p.day.String(), Problem: "is more than 400 days away",
			})
		case known:
			c := Cell{UserID: id, Day: p.day, Entries: l.found[p].entries}
			s.fill(&c)
			l.read.Cells = append(l.read.Cells, c)
		}
	}
	return nil
}

// Import makes days of people what a file says: as Set, for what was read by ReadFile.
func (s *Service) Import(ctx context.Context, viewer account.Viewer, edit Edit) (Outcome, error) {
	return s.apply(ctx, viewer, Imported, edit)
}

// Export writes days of people as ReadFile reads them, with words of a language: a row for each day that says something, below the names
// of the columns. It returns fault.NotFound for people whose roster the viewer does not keep.
func (s *Service) Export(ctx context.Context, viewer account.Viewer, list []Cell, language string) ([][]string, error) {
	tx := s.db.View(ctx)
	var ids []int64
	for _, c := range list {
		ids = append(ids, c.UserID)
	}
	if err := s.checkPeople(tx, viewer, ids); err != nil {
		return nil, err
	}
	users, err := account.UsersByID(tx, database.Distinct(ids))
	if err != nil {
		return nil, fmt.Errorf("name who is in a roster: %w", err)
	}
	byID := make(map[int64]account.User, len(users))
	for _, u := range users {
		byID[u.ID] = u
	}
	rows := [][]string{{"login", "name", "date", "shift", "from", "until"}}
	for _, c := range list {
		for _, e := range c.Entries {
			one := Cell{Entries: []Entry{e}}
			row := []string{byID[c.UserID].Login, byID[c.UserID].Name, c.Day.String(), one.Text(language), "", ""}
			if e.Kind == Work {
				row[4], row[5] = minuteText(e.FromMinute), minuteText(e.UntilMinute)
			}
			rows = append(rows, row)
		}
	}
	return rows, nil
}
