package flow

import (
	"context"
	"fmt"
	"strconv"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/figures"
)

// ScoreReport computes a figure and its breakdown as figures does, with the names of agents, teams and sources.
func (s *Service) ScoreReport(ctx context.Context, q figures.Query, by string) (figures.Report, error) {
	report, err := s.Figures.Report(ctx, q, by)
	if err != nil {
		return figures.Report{}, err
	}
	members := make([]string, len(report.Rows))
	for i, r := range report.Rows {
		members[i] = r.Member
	}
	names, err := NewReads(s.DB, s.Contacts).MemberNames(ctx, figures.Dimension(by), members)
	if err != nil {
		return figures.Report{}, err
	}
	for i, r := range report.Rows {
		report.Rows[i].Name = names[r.Member]
	}
	return report, nil
}

// MemberNames returns the names of members of a dimension whose members are ids; other dimensions have none. A member without a
// name is left out; agents of the same name are told apart by their source.
func (r Reads) MemberNames(ctx context.Context, d figures.Dimension, members []string) (map[string]string, error) {
	if !d.Named() {
		return nil, nil
	}
	ids := make([]int64, 0, len(members))
	for _, m := range members {
		if id, err := strconv.ParseInt(m, 10, 64); err == nil && id != 0 {
			ids = append(ids, id)
		}
	}
	byID, err := namesOf(r.db.View(ctx), d, ids)
	if err != nil {
		return nil, fmt.Errorf("names of %s: %w", d, err)
	}
	names := make(map[string]string, len(byID))
	for id, name := range byID {
		names[figures.IDMember(id)] = name
	}
	return names, nil
}

func namesOf(tx database.Tx, d figures.Dimension, ids []int64) (map[int64]string, error) {
	switch d {
	case figures.Agent:
		return contact.AgentNamesApart(tx, ids)
	case figures.Team:
		return account.TeamNames(tx, ids)
	case figures.Source:
		return contact.SourceNames(tx, ids)
	case figures.All, figures.Channel, figures.Category, figures.Product, figures.Severity:
	}
	return nil, nil
}
