package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/tasks/callback"
)

// grown are the tables that are doubled, and what must differ in the second half of each; every column not named is copied. Two ids that
// belong together are moved by as much, because all tables are moved by the highest id of any of them.
var grown = []struct {
	table   string
	columns map[string]string // ? is by how much ids are moved
}{
	{"persons", map[string]string{"id": "id + ?"}},
	{"customers", map[string]string{
		"id": "id + ?", "person_id": "person_id + ?", "reference": "CONCAT(reference, '-', id + ?)",
		"name_end": generated,
	}},
	{"customer_addresses", map[string]string{
		"id": "id + ?", "customer_id": "customer_id + ?", "raw": "''", "ending": generated,
		"normalised": "CASE kind WHEN 'phone' THEN CONCAT('+86139', LPAD(customer_id + ?, 8, '0')) " +
			"ELSE CONCAT(customer_id + ?, '@example.com') END",
	}},
	{"contacts", map[string]string{
		"id": "id + ?", "customer_id": "customer_id + ?", "external_id": "CONCAT(external_id, '-', id + ?)",
	}},
	{"resolutions", map[string]string{
		"id": "id + ?", "contact_id": "contact_id + ?", "customer_id": "customer_id + ?", "person_id": "person_id + ?",
	}},
	{"callbacks", map[string]string{
		"id": "id + ?", "decision_id": "NULL", "resolution_id": "resolution_id + ?", "contact_id": "contact_id + ?",
		"customer_id": "customer_id + ?", "person_id": "person_id + ?", "reason": generated,
	}},
}

const generated = "" // a column that the database makes of others

// double doubles what there is to call, some times over.
func double(ctx context.Context, db *database.DB, times int) error {
	g := db.View(ctx).Gorm()
	for range times {
		var by int64
		for _, of := range grown {
			var highest int64
			if err := g.Raw("SELECT MAX(id) FROM " + of.table).Scan(&highest).Error; err != nil {
				return fmt.Errorf("read the highest id of %s: %w", of.table, err)
			}
			by = max(by, highest)
		}
		for _, of := range grown {
			types, err := g.Migrator().ColumnTypes(of.table)
			if err != nil {
				return fmt.Errorf("read the columns of %s: %w", of.table, err)
			}
			var names, values []string
			for _, column := range types {
				value, moved := of.columns[column.Name()]
				if moved && value == generated {
					continue
				}
				if !moved {
					value = "`" + column.Name() + "`"
				}
				names = append(names, "`"+column.Name()+"`")
				values = append(values, strings.ReplaceAll(value, "?", strconv.FormatInt(by, 10)))
			}
			sql := fmt.Sprintf("INSERT INTO %s (%s) SELECT %s FROM %[1]s", of.table, strings.Join(names, ", "), strings.Join(values, ", "))
			if err := execute(ctx, db, sql); err != nil {
				return fmt.Errorf("double %s: %w", of.table, err)
			}
		}
	}
	for _, of := range grown {
		if err := execute(ctx, db, "ANALYZE TABLE "+of.table); err != nil {
			return fmt.Errorf("analyse %s: %w", of.table, err)
		}
	}
	return nil
}

// openPools returns the pools of each team.
func openPools(ctx context.Context, db *database.DB) (map[int64][]int64, error) {
	var pools []struct{ ID, TeamID int64 }
	err := db.View(ctx).Gorm().Raw("SELECT id, team_id FROM pools WHERE id IN (SELECT DISTINCT pool_id FROM callbacks)").Scan(&pools).Error
	if err != nil {
		return nil, fmt.Errorf("read the pools: %w", err)
	}
	byTeam := make(map[int64][]int64)
	for _, p := range pools {
		byTeam[p.TeamID] = append(byTeam[p.TeamID], p.ID)
	}
	for _, ids := range byTeam {
		slices.Sort(ids)
	}
	return byTeam, nil
}

// bareClaim is the SQL that a claim cannot do without: it picks the first callback of a pool, locks it, writes the guard row of its person,
// holds the person, and gives the callback to the caller. It reports whether there was one.
func bareClaim(ctx context.Context, db *database.DB, pool, caller int64) (claimed bool, err error) {
	err = db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		g, now := tx.Gorm(), clock.System()
		var seen struct{ ID, PersonID, Fence int64 }
		found := g.Raw("SELECT id, person_id, fence FROM callbacks WHERE pool_id = ? AND state = ? ORDER BY priority, skips, due_at, "+
			"id LIMIT 1 FOR UPDATE SKIP LOCKED", pool, callback.Ready).Scan(&seen)
		if claimed = found.RowsAffected > 0; found.Error != nil || !claimed {
			return found.Error
		}
		until := now.Add(callback.Lease)
		for _, statement := range []struct {
			sql    string
			values []any
		}{
			{"UPDATE persons SET version = version + 1 WHERE id = ?", []any{seen.PersonID}},
			{
				"INSERT INTO holds (person_id, caller_id, slot, callback_id, fence, until_at) VALUES (?, ?, ?, ?, ?, ?)",
				[]any{seen.PersonID, caller, callback.SlotCurrent, seen.ID, seen.Fence + 1, until},
			},
			{
				"UPDATE callbacks SET state = ?, caller_id = ?, fence = ?, lease_until = ?, claimed_at = ?, changed_at = ? WHERE id = ?",
				[]any{callback.Claimed, caller, seen.Fence + 1, until, now, now, seen.ID},
			},
		} {
			if err := g.Exec(statement.sql, statement.values...).Error; err != nil {
				return err
			}
		}
		return nil
	})
	return claimed, err
}
