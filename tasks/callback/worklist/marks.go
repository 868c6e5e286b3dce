package worklist

import (
	"context"
	"fmt"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/outcome"
)

// MarkRow is an attempt of which supervisors are told, because of a flag of its outcome.
type MarkRow struct {
	Attempt callback.Attempt
	Row     Row
	Caller  string // who made the call
	Agent   string // who resolved what it is about; empty when the source named nobody
}

// MostMarks is how many marks a list has at most.
const MostMarks = 50

// Marks returns the attempts of the viewer's teams that say something supervisors should know and nobody has seen yet, the newest first, at
// most MostMarks.
func (s *Service) Marks(ctx context.Context, viewer account.Viewer) ([]MarkRow, error) {
	tx := s.db.View(ctx)
	attempts, err := store{tx}.unseenMarks(viewer.VisibleTeams(), append(outcome.Told(), callback.MarkNote), MostMarks)
	if err != nil || len(attempts) == 0 {
		return nil, err
	}
	list, err := markRows(tx, viewer, attempts)
	if err != nil {
		return nil, fmt.Errorf("list what supervisors are told: %w", err)
	}
	return list, nil
}

func markRows(tx database.Tx, viewer account.Viewer, attempts []callback.Attempt) ([]MarkRow, error) {
	callbacks, err := store{tx}.callbacksByID(viewer.VisibleTeams(), callbackIDsOf(attempts))
	if err != nil {
		return nil, err
	}
	named, err := rows(tx, callbacks)
	if err != nil {
		return nil, err
	}
	byID := make(map[int64]Row, len(named))
	var resolutionIDs, callerIDs, agentIDs []int64
	for _, row := range named {
		byID[row.Callback.ID], resolutionIDs = row, append(resolutionIDs, row.Callback.ResolutionID)
	}
	resolutions, err := contact.ResolutionsByID(tx, resolutionIDs)
	if err != nil {
		return nil, err
	}
	for _, r := range resolutions {
		agentIDs = append(agentIDs, r.AgentID)
	}
	agents, err := contact.AgentNames(tx, agentIDs)
	if err != nil {
		return nil, err
	}
	for _, a := range attempts {
		callerIDs = append(callerIDs, a.CallerID)
	}
	callers, err := account.UserNames(tx, callerIDs)
	if err != nil {
		return nil, err
	}
	list := make([]MarkRow, 0, len(attempts))
	for _, a := range attempts {
		row := byID[a.CallbackID]
		list = append(list, MarkRow{
			Attempt: a, Row: row, Caller: callers[a.CallerID], Agent: agents[resolutions[row.Callback.ResolutionID].AgentID],
		})
	}
	return list, nil
}
