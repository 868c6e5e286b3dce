package handoff

import (
	"context"
	"fmt"
	"strconv"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
)

// NoticeCode is why somebody is told of a handoff. It is translated under "handoff_notice.<code>".
type NoticeCode string

// Why somebody is told, beside the steps of the escalation, which are "step_1" to "step_4".
const (
	NoticeUnreachable NoticeCode = "unreachable" // the second call reached nobody, or said nothing, or may not be made
	NoticeClosed      NoticeCode = "closed"      // its team closed it by hand without a second call
	NoticeCorrected   NoticeCode = "corrected"   // the outcome in which it was said was corrected: nobody said so
)

func noticeOf(step Step) NoticeCode { return NoticeCode("step_" + strconv.Itoa(int(step))) }

// NoticeCodes returns every code.
func NoticeCodes() []NoticeCode {
	codes := []NoticeCode{NoticeUnreachable, NoticeClosed, NoticeCorrected}
	for _, step := range Steps() {
		codes = append(codes, noticeOf(step))
	}
	return codes
}

// Notice is something that somebody is told of a handoff: once for each code.
type Notice struct {
	ID         int64
	HandoffID  int64
	Code       NoticeCode
	Told       account.Role // handlers of the team; supervisors of it, or of the one that opened it; administrators
	ForUserID  int64        // who alone is told; 0: all of the role
	TeamID     int64
	FromTeamID int64
	At         clock.Instant
	SeenAt     clock.Instant
	SeenBy     int64
}

// TableName names the table.
func (Notice) TableName() string { return "handoff_notices" }

// Told is a notice with its handoff.
type Told struct {
	Notice
	Row
}

// Notices returns what the viewer is told and nobody has seen yet, the newest first, at most MaxRows.
func (s *Service) Notices(ctx context.Context, viewer account.Viewer) ([]Told, error) {
	tx := s.db.View(ctx)
	notices, err := store{tx}.notices(viewer, MaxRows)
	if err != nil {
		return nil, err
	}
	ids := make([]int64, len(notices))
	for i, n := range notices {
		ids[i] = n.HandoffID
	}
	found, err := store{tx}.byIDs(ids)
	if err != nil {
		return nil, err
	}
	named, err := s.rows(tx, found)
	if err != nil {
		return nil, err
	}
	byID := make(map[int64]Row, len(named))
	for _, row := range named {
		byID[row.Handoff.ID] = row
	}
	told := make([]Told, len(notices))
	for i, n := range notices {
		told[i] = Told{Notice: n, Row: byID[n.HandoffID]}
	}
	return told, nil
}

// SeeNotices notes that the viewer knows what they are told of a handoff: it is not listed any more. Notices of somebody else stay.
func (s *Service) SeeNotices(ctx context.Context, viewer account.Viewer, handoffID int64) error {
	now := s.now()
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		return store{tx}.seeNotices(viewer, handoffID, now)
	})
	if err != nil {
		return fmt.Errorf("see the notices of handoff %d: %w", handoffID, err)
	}
	return nil
}
