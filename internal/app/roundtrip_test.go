package app_test

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"aftercall/internal/contact"
	"aftercall/internal/contact/imports"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/webtest"
)

// door is a way in: it takes the facts of a centre for a source, in a random but legal spelling, and returns what became of each row.
type door func(c *crossing, h hand, source string, facts []fact) []contact.OutcomeStatus

// crossing is a server whose doors are tried.
type crossing struct {
	*webtest.Server
	t *testing.T
}

// The contacts of a random centre are the same rows, whichever door they come through and however they are written; and the same
// contacts again, by any door in any other spelling, change nothing.
func TestTheSameContactsAreTheSameRowsByEveryDoor(t *testing.T) {
	t.Parallel()
	c := &crossing{webtest.NewServerOn(t, dbtest.SQLite(t), nil), t}
	doors := map[string]door{
		"CSV": throughText, "TSV": throughTabs, "XLSX": throughExcelize, "POI": throughBook, "API": throughAPI,
		"NDJSON": throughLines,
	}
	names := slices.Sorted(maps.Keys(doors))
	round := 0
	rapid.Check(t, func(r *rapid.T) {
		h := hand{r}
		facts := drawFacts(h)
		round++
		plain := fmt.Sprintf("plain-%d", round)
		c.takePlain(plain, facts)
		want := c.rowsOf(plain)
		for i := range 2 {
			source := fmt.Sprintf("source-%d-%d", round, i)
			first, second := rapid.SampledFrom(names).Draw(r, "door"), rapid.SampledFrom(names).Draw(r, "door again")
			for _, status := range doors[first](c, h, source, shuffled(h, facts)) {
				if status != contact.Accepted {
					r.Errorf("%s: %s", first, status)
				}
			}
			if diff := cmp.Diff(want, c.rowsOf(source)); diff != "" {
				r.Fatalf("%s:\n%s", first, diff)
			}
			for _, status := range doors[second](c, h, source, shuffled(h, facts)) {
				if status != contact.Duplicate && status != contact.Updated {
					r.Errorf("%s after %s: %s", second, first, status)
				}
			}
			if diff := cmp.Diff(want, c.rowsOf(source)); diff != "" {
				r.Fatalf("%s after %s:\n%s", second, first, diff)
			}
		}
	})
}

func shuffled(h hand, facts []fact) []fact { return rapid.Permutation(facts).Draw(h.T, "order") }

// takePlain takes facts as they are.
func (c *crossing) takePlain(source string, facts []fact) {
	src, err := c.Contacts.EnsureSource(c.t.Context(), source)
	webtest.Must(c.t, err)
	inputs := make([]contact.Input, len(facts))
	for i, f := range facts {
		inputs[i] = f.input()
	}
	outcomes, err := c.Contacts.Take(c.t.Context(), src.ID, inputs)
	webtest.Must(c.t, err)
	for i, o := range outcomes {
		if o.Status != contact.Accepted {
			c.t.Fatalf("%+v: %+v", facts[i], o)
		}
	}
}

// importFile imports a file, and returns what became of its contacts.
func (c *crossing) importFile(source, mapping, file string) []contact.OutcomeStatus {
	src, err := c.Contacts.EnsureSource(c.t.Context(), source)
	webtest.Must(c.t, err)
	m, err := imports.ParseMapping([]byte(mapping))
	webtest.Must(c.t, err)
	open := func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(file)), nil }
	run, err := c.Imports.ImportFile(c.t.Context(), imports.NewRun{SourceID: src.ID, Mapping: m}, open, nil)
	webtest.Must(c.t, err)
	var all []contact.OutcomeStatus
	for status, n := range map[contact.OutcomeStatus]int64{
		contact.Accepted: run.Accepted, contact.Updated: run.Updated, contact.Duplicate: run.Duplicates, contact.Rejected: run.Rejected,
	} {
		all = append(all, slices.Repeat([]contact.OutcomeStatus{status}, int(n))...)
	}
	for _, g := range run.Report().Groups {
		if g.Severity != imports.RowSkipped && g.Code != "customer_shared_address" {
			c.t.Errorf("%s: %+v", source, g)
		}
	}
	return all
}

// rowsOf returns what is stored of a source, as sorted lines, without ids and without what says how a value was spelt. What stands for
// the reference of a customer who has none depends on the order of the rows: customers are known by their contacts.
func (c *crossing) rowsOf(source string) []string {
	src, err := c.Contacts.EnsureSource(c.t.Context(), source)
	webtest.Must(c.t, err)
	var lines []string
	add := func(parts ...any) {
		lines = append(lines, strings.TrimSpace(fmt.Sprintf(strings.Repeat("%+v ", len(parts)), parts...)))
	}
	agents, names, of := map[int64]string{}, map[int64]string{}, map[int64][]string{}
	for _, a := range stored[contact.Agent](c, "source_id", src.ID) {
		agents[a.ID] = a.Name
	}
	for _, k := range stored[contact.Contact](c, "source_id", src.ID) {
		names[k.ID], of[k.CustomerID] = k.ExternalID, append(of[k.CustomerID], k.ExternalID)
		numbers := said(k.TalkSeconds) + said(k.HoldSeconds)
		k.ID, k.SourceID, k.CustomerID, k.ImportID, k.DescriptionID, k.ContentHash, k.ChangedAt = 0, 0, 0, 0, nil, "", 0
		k.TalkSeconds, k.HoldSeconds = nil, nil
		add("contact", k, numbers)
	}
	addresses := map[int64][]string{}
	customers := stored[contact.Customer](c, "source_id", src.ID)
	for _, a := range stored[contact.Address](c, "customer_id", idsOf(customers, func(k contact.Customer) int64 { return k.ID })...) {
		addresses[a.CustomerID] = append(addresses[a.CustomerID], fmt.Sprint(a.Kind, a.Position, a.Normalised))
	}
	for _, k := range customers {
		who := slices.Concat(slices.Sorted(slices.Values(of[k.ID])), slices.Sorted(slices.Values(addresses[k.ID])))
		k.ID, k.SourceID, k.PersonID, k.Reference, k.UpdatedAt = 0, 0, 0, "", 0
		add("customer", k, who)
	}
	contacts := slices.Collect(maps.Keys(names))
	for _, k := range stored[contact.Resolution](c, "contact_id", contacts...) {
		name, agent := names[k.ContactID], agents[k.AgentID]
		k.ID, k.ContactID, k.BatchID, k.SourceID, k.CustomerID, k.PersonID, k.AgentID = 0, 0, 0, 0, 0, 0, 0
		add("resolution of", name, agent, k)
	}
	for _, k := range stored[contact.ImportedAnswer](c, "contact_id", contacts...) {
		name := names[k.ContactID]
		k.ID, k.BatchID, k.ContactID, k.ResolutionID = 0, 0, 0, min(k.ResolutionID, 1)
		add("answer of", name, k)
	}
	for _, k := range stored[contact.Participant](c, "contact_id", contacts...) {
		add("participant of", names[k.ContactID], k.Role, agents[k.AgentID], k.TeamID)
	}
	for _, k := range stored[contact.Correction](c, "contact_id", contacts...) {
		add("correction of", names[k.ContactID], k.Field, k.OldValue, k.NewValue)
	}
	slices.Sort(lines)
	return lines
}

// stored reads rows by a column.
func stored[T any](c *crossing, column string, values ...int64) []T {
	var rows []T
	webtest.Must(c.t, c.DB.View(c.t.Context()).Gorm().Where(column+" IN ?", values).Find(&rows).Error)
	return rows
}

func idsOf[T any](rows []T, id func(T) int64) []int64 {
	ids := make([]int64, len(rows))
	for i, row := range rows {
		ids[i] = id(row)
	}
	return ids
}

// said is a number that may be absent.
func said(n *int64) string {
	if n == nil {
		return "-"
	}
	return strconv.FormatInt(*n, 10)
}
