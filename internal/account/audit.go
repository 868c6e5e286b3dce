package account

import (
	"encoding/json"
	"fmt"

	"aftercall/internal/clock"
	"aftercall/internal/database"
)

// AuditEntry is one line of who did what. Detail is a short text without personal data.
type AuditEntry struct {
	ID          int64
	At          clock.Instant
	UserID      int64 // 0: the command line, a machine, or the program itself
	Action      string
	SubjectKind string
	SubjectID   int64
	Detail      string
}

// TableName names the table.
func (AuditEntry) TableName() string { return "audit_entries" }

// Audit writes an entry in the transaction of the change it is about, so that neither exists without the other. detail must not
// hold personal data.
func Audit(tx database.Tx, at clock.Instant, viewer Viewer, action, subjectKind string, subjectID int64, detail string) error {
	return store{tx}.insertAudit(AuditEntry{
		At: at, UserID: viewer.UserID, Action: action, SubjectKind: subjectKind, SubjectID: subjectID, Detail: detail,
	})
}

// auditDetail writes named values as JSON with sorted keys.
func auditDetail(values map[string]any) string {
	b, err := json.Marshal(values)
	if err != nil {
		return fmt.Sprint(values)
	}
	return string(b)
}
