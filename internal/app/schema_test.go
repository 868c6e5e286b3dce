package app_test

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm/schema"

	"aftercall/campaign"
	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/contact/identity"
	"aftercall/internal/contact/imports"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/delivery"
	"aftercall/internal/figures"
	"aftercall/internal/outbox"
	"aftercall/internal/permission"
	"aftercall/internal/tie"
	"aftercall/internal/upkeep"
	"aftercall/internal/whose"
	"aftercall/survey"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/bulk"
	"aftercall/tasks/callback/missed"
	"aftercall/tasks/callback/notice"
	"aftercall/tasks/callback/pause"
	"aftercall/tasks/callback/roster"
	"aftercall/tasks/callback/script"
	"aftercall/tasks/callback/skill"
	"aftercall/tasks/callback/worklist"
	"aftercall/tasks/decision"
	"aftercall/tasks/handoff"
	"aftercall/tasks/handoff/courier"
	"aftercall/tasks/incident"
	"aftercall/tasks/policy"
)

// models are the Go types that are rows.
func models() []any {
	return []any{
		&account.User{}, &account.Team{}, &account.Session{}, &account.APIToken{}, &account.AuditEntry{},
		&contact.Source{}, &contact.Person{}, &contact.Customer{},
		&identity.PersonChange{}, &contact.Address{}, &contact.Agent{}, &contact.Batch{},
		&whose.Description{}, &whose.Contested{}, &upkeep.Correction{},
		&contact.Contact{}, &contact.Participant{}, &contact.Resolution{}, &contact.ImportedAnswer{}, &contact.Correction{},
		&contact.SourceEvent{},
		&imports.Run{}, &imports.Issue{}, &imports.Reject{}, &imports.SavedMapping{},
		&outbox.Job{},
		&permission.ConsentEvent{}, &permission.Suppression{}, &permission.Touch{}, &permission.Standing{},
		&figures.Entry{},
		&decision.Decision{}, &decision.Change{}, &decision.DryRun{}, &policy.Attribute{},
		&callback.Callback{}, &callback.Attempt{}, &callback.Change{}, &pause.Pause{}, &callback.Freed{}, &missed.Text{},
		&roster.Shift{}, &roster.Entry{}, &roster.Change{}, &handoff.Handoff{}, &handoff.Entry{}, &handoff.Notice{},
		&courier.Contact{}, &courier.Link{},
		&notice.Notice{}, &notice.Version{},
		&script.Script{}, &skill.Skill{}, &skill.Rule{}, &bulk.Act{}, &bulk.Row{}, &worklist.SavedFilter{},
		&survey.Survey{}, &survey.Version{}, &survey.Invitation{}, &survey.Response{}, &survey.Answer{},
		&tie.Tie{}, &incident.Incident{}, &incident.Event{}, &incident.Notice{},
		&delivery.Kept{},
		&campaign.Audience{}, &campaign.Snapshot{}, &campaign.Member{}, &campaign.Export{},
	}
}

// private are tables whose row type is private to one store: the tests of that package write and read all their columns.
var private = []string{
	"address_guards", "bursts", "caller_beats", "caller_days", "caller_hours", "caller_skills", "contact_hours", "customers_apart",
	"drafts", "guards", "handoff_terms", "holds", "import_chunks", "login_tries", "notice_reads", "notice_teams", "outcome_sets",
	"password_links", "permission_rules", "person_change_records", "person_scan", "phrases", "policies", "pools", "rollup_state",
	"rollups", "settings", "suspended_callbacks", "user_teams", "worker_beats",
}

// waiting are columns that nothing uses before the feature comes that does.
var waiting = map[string][]string{"touches": {"reserved_until"}}

// made are columns that the database makes of others for an index, and that nobody reads.
var made = map[string][]string{"callbacks": {"reason"}, "customers": {"name_end"}}

// column is what both dialects must agree on: the rest is a matter of spelling.
type column struct {
	Name     string
	Nullable bool
	Kind     string // integer, text or bytes
}

type index struct {
	Name    string
	Unique  bool
	Columns string
}

type table struct {
	Columns []column
	Indexes []index
}

// tables reads the schema of a migrated database.
func tables(t *testing.T, db *database.DB) map[string]table {
	t.Helper()
	m := db.View(t.Context()).Gorm().Migrator()
	names, err := m.GetTables()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]table{}
	for _, name := range names {
		if strings.HasPrefix(name, "goose_") || strings.HasPrefix(name, "sqlite_") {
			continue
		}
		all[name] = table{columnsOf(t, db, name), indexesOf(t, db, name)}
	}
	return all
}

func columnsOf(t *testing.T, db *database.DB, name string) []column {
	t.Helper()
	types, err := db.View(t.Context()).Gorm().Migrator().ColumnTypes(name)
	if err != nil {
		t.Fatal(err)
	}
	var columns []column
	for _, c := range types {
		nullable, _ := c.Nullable()
		if primary, _ := c.PrimaryKey(); primary {
			nullable = false // SQLite does not say so of an INTEGER PRIMARY KEY
		}
		columns = append(columns, column{c.Name(), nullable, kindOf(c.DatabaseTypeName())})
	}
	return columns
}

func kindOf(databaseType string) string {
	switch upper := strings.ToUpper(databaseType); {
	case strings.Contains(upper, "INT"):
		return "integer"
	case strings.Contains(upper, "BLOB"), strings.Contains(upper, "BINARY"):
		return "bytes"
	case strings.Contains(upper, "CHAR"), strings.Contains(upper, "TEXT"):
		return "text"
	}
	return databaseType
}

// indexesOf reads the named indexes; primary keys are compared with the columns.
func indexesOf(t *testing.T, db *database.DB, name string) []index {
	t.Helper()
	query := `SELECT index_name AS name, non_unique = 0 AS is_unique, GROUP_CONCAT(column_name ORDER BY seq_in_index) AS columns
		FROM information_schema.statistics WHERE table_schema = DATABASE() AND table_name = ? AND index_name <> 'PRIMARY' GROUP BY 1, 2`
	if db.Dialect() == database.SQLite {
		query = `SELECT l.name AS name, l."unique" AS is_unique, group_concat(i.name) AS columns
			FROM pragma_index_list(?) l, pragma_index_info(l.name) i WHERE l.origin = 'c' GROUP BY 1, 2`
	}
	var rows []struct {
		Name     string
		IsUnique bool
		Columns  string
	}
	if err := db.View(t.Context()).Gorm().Raw(query, name).Scan(&rows).Error; err != nil {
		t.Fatal(err)
	}
	var indexes []index
	for _, r := range rows {
		indexes = append(indexes, index{r.Name, r.IsUnique, r.Columns})
	}
	slices.SortFunc(indexes, func(a, b index) int { return strings.Compare(a.Name, b.Name) })
	return indexes
}

func TestBothDialectsHaveTheSameSchema(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff(tables(t, dbtest.SQLite(t)), tables(t, dbtest.MySQL(t))); diff != "" {
		t.Errorf("SQLite (-) and MySQL (+) differ:\n%s", diff)
	}
}

func TestTheSchemaIsTheGoTypes(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		left := tables(t, db)
		for _, model := range models() {
			parsed, err := schema.Parse(model, &sync.Map{}, schema.NamingStrategy{})
			if err != nil {
				t.Fatal(err)
			}
			found, ok := left[parsed.Table]
			if !ok {
				t.Errorf("there is no table %s", parsed.Table)
				continue
			}
			delete(left, parsed.Table)
			var names []string
			for _, c := range found.Columns {
				if !slices.Contains(waiting[parsed.Table], c.Name) && !slices.Contains(made[parsed.Table], c.Name) {
					names = append(names, c.Name)
				}
			}
			want := slices.Sorted(slices.Values(parsed.DBNames))
			if diff := cmp.Diff(want, slices.Sorted(slices.Values(names))); diff != "" {
				t.Errorf("%s: the type (-) and the table (+) differ:\n%s", parsed.Table, diff)
			}
		}
		for _, name := range private {
			delete(left, name)
		}
		for name := range left {
			t.Errorf("table %s belongs to no type", name)
		}
	})
}
