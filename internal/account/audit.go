package account

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/database"
)

// AuditLife is how long it is known who did what. Prune deletes what is older.
const AuditLife = 2 * 365 * 24 * time.Hour

// AuditEntry is one line of who did what, and from where. Detail has no personal data: see Detail.
type AuditEntry struct {
	ID          int64
	At          clock.Instant
	UserID      int64  // 0: the command line, a machine, or the service itself
	Action      string // translated under "audit.action_<action>"
	SubjectKind string // translated under "audit.kind_<kind>"
	SubjectID   int64
	Detail      string
	Door        Door
	Network     string // as NetworkOf has it
	TokenID     int64  // of the API token that was used; 0 for none
}

// TableName names the table.
func (AuditEntry) TableName() string { return "audit_entries" }

// Audit writes an entry in the transaction of the change it is about, so that neither exists without the other. The detail is made by
// Detail, or a code; it must not hold personal data.
func Audit(tx database.Tx, at clock.Instant, viewer Viewer, action, subjectKind string, subjectID int64, detail string) error {
	return store{tx}.insertAudit(AuditEntry{
		At: at, UserID: viewer.UserID, Action: action, SubjectKind: subjectKind, SubjectID: subjectID, Detail: detail,
		Door: viewer.Door, Network: viewer.Network, TokenID: viewer.TokenID,
	})
}

// Detail writes what an entry says beside its action: values by name, each translated under "audit.detail_<name>". A value is a number, a
// code, or Changed for what was and what is.
func Detail(values map[string]any) string {
	if len(values) == 0 {
		return ""
	}
	b, err := json.Marshal(values)
	if err != nil {
		return fmt.Sprint(values)
	}
	return string(b)
}

// Changed is a value of a detail: what it was, and what it is.
func Changed(was, is string) any { return map[string]string{"was": was, "is": is} }

// DetailValue is one value of a detail as it is read.
type DetailValue struct {
	Name    string // "" for a detail that is one code
	Was     string // of what changed
	Value   string
	Changed bool
}

// Details returns what the entry says beside its action, by name.
func (e AuditEntry) Details() []DetailValue {
	if e.Detail == "" {
		return nil
	}
	var values map[string]any
	decoder := json.NewDecoder(strings.NewReader(e.Detail))
	decoder.UseNumber()
	if err := decoder.Decode(&values); err != nil {
		return []DetailValue{{Value: e.Detail}}
	}
	list := make([]DetailValue, 0, len(values))
	for name, value := range values {
		d := DetailValue{Name: name}
		switch v := value.(type) {
		case map[string]any:
			d.Was, d.Value, d.Changed = said(v["was"]), said(v["is"]), true
		case []any:
			words := make([]string, len(v))
			for i, one := range v {
				words[i] = said(one)
			}
			d.Value = strings.Join(words, ", ")
		default:
			d.Value = said(value)
		}
		list = append(list, d)
	}
	slices.SortFunc(list, func(a, b DetailValue) int { return strings.Compare(a.Name, b.Name) })
	return list
}

func said(value any) string {
	if value == nil {
		return ""
	}
	return fmt.Sprint(value)
}
