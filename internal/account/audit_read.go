package account

import (
	"context"
	"fmt"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
)

// Who reads the audit: administrators all of it. Supervisors what the people of their teams did and what was done to them, themselves
// among them, and what was done to things that the whole centre shares (SharedKinds). A supervisor without teams is one of all people.

// SharedKinds returns the kinds of things that no team owns, whose history every supervisor reads.
func SharedKinds() []string {
	return []string{"policy", "script", "phrases", "outcome_set", "permission_rules", "skill", "attribute"}
}

// AuditFilter narrows the audit; its zero value narrows nothing.
type AuditFilter struct {
	UserID      int64
	TokenID     int64
	Door        Door
	Action      string
	SubjectKind string
	SubjectID   int64         // of SubjectKind
	From, Until clock.Instant // Until is not in it
}

// AuditKey is a place in the audit, which is in descending order of time. Its zero value is the beginning.
type AuditKey struct {
	At clock.Instant
	ID int64
}

// AuditLine is an entry with the names of who and what it is about.
type AuditLine struct {
	AuditEntry
	By    string // the user; empty for none
	Token string // the API token; empty for none
	Whom  string // the user it is about; empty where it is about something else
}

// Key is the place of the entry.
func (l AuditLine) Key() AuditKey { return AuditKey{l.At, l.ID} }

var errNoAudit = fault.New(fault.Forbidden, "audit_role", "the audit is for administrators and supervisors")

// AuditEntries returns the entries a viewer may read, the newest first, those before a place, at most limit. It returns fault.Forbidden
// for who may read none.
func (s *Service) AuditEntries(ctx context.Context, viewer Viewer, f AuditFilter, before AuditKey, limit int) ([]AuditLine, error) {
	if !viewer.Is(Supervisor) && viewer.Role != "" {
		return nil, errNoAudit
	}
	tx := s.db.View(ctx)
	entries, err := store{tx}.auditEntries(viewer, f, before, limit)
	if err != nil {
		return nil, err
	}
	return auditLines(tx, entries)
}

// auditLines adds the names to entries.
func auditLines(tx database.Tx, entries []AuditEntry) ([]AuditLine, error) {
	var users, tokens []int64
	for _, e := range entries {
		users, tokens = append(users, e.UserID), append(tokens, e.TokenID)
		if e.SubjectKind == "user" {
			users = append(users, e.SubjectID)
		}
	}
	names, err := UserNames(tx, database.DistinctNonzero(users))
	if err != nil {
		return nil, fmt.Errorf("name who is in the audit: %w", err)
	}
	tokenNames, err := store{tx}.names("api_tokens", database.DistinctNonzero(tokens))
	if err != nil {
		return nil, fmt.Errorf("name the tokens in the audit: %w", err)
	}
	lines := make([]AuditLine, len(entries))
	for i, e := range entries {
		lines[i] = AuditLine{AuditEntry: e, By: names[e.UserID], Token: tokenNames[e.TokenID]}
		if e.SubjectKind == "user" {
			lines[i].Whom = names[e.SubjectID]
		}
	}
	return lines, nil
}

// MaxAuditExport is how many entries one file has at most.
const MaxAuditExport = 200_000

// ExportAudit gives every entry that a filter leaves to a function, the newest first, at most MaxAuditExport, and returns how many those
// were. That it was exported, and of what, is written down before the first one is given. It returns fault.Forbidden for anybody but
// administrators, and the function's error.
func (s *Service) ExportAudit(ctx context.Context, viewer Viewer, f AuditFilter, each func(AuditLine) error) (int, error) {
	if viewer.Role != Admin {
		return 0, fault.New(fault.Forbidden, "audit_export_role", "only administrators export the audit")
	}
	now := s.now()
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		return Audit(tx, now, viewer, "audit.exported", "audit", 0, Detail(f.detail()))
	})
	if err != nil {
		return 0, fmt.Errorf("write down that the audit is exported: %w", err)
	}
	n := 0
	for before := (AuditKey{}); n < MaxAuditExport; {
		lines, err := s.AuditEntries(ctx, viewer, f, before, min(batch, MaxAuditExport-n))
		if err != nil {
			return n, err
		}
		for _, line := range lines {
			if err := each(line); err != nil {
				return n, err
			}
		}
		n += len(lines)
		if len(lines) < batch {
			return n, nil
		}
		before = lines[len(lines)-1].Key()
	}
	return n, nil
}

// detail is what a filter leaves, as the audit has it.
func (f AuditFilter) detail() map[string]any {
	detail := map[string]any{}
	for name, value := range map[string]string{"action": f.Action, "kind": f.SubjectKind, "door": string(f.Door)} {
		if value != "" {
			detail[name] = value
		}
	}
	for name, value := range map[string]int64{
		"user": f.UserID, "token": f.TokenID, "id": f.SubjectID, "from": int64(f.From), "until": int64(f.Until),
	} {
		if value != 0 {
			detail[name] = value
		}
	}
	return detail
}
