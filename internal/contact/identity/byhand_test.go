package identity_test

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"aftercall/internal/account"
	"aftercall/internal/contact/identity"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
)

func TestWhoIsBeingCalledStaysWhoTheyAreUntilTheCallIsOver(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		w := newTown(t, db)
		a, b := w.customer(t, "A", []string{"13911110001"}, nil), w.customer(t, "B", []string{"13911110002"}, nil)
		c := w.customer(t, "C", []string{"13911110002"}, nil)
		into, from := w.person(t, a), w.person(t, b)
		for _, person := range []int64{into, from} {
			w.held[person] = w.now().Add(10 * time.Minute)
			_, err := w.Merge(t.Context(), supervisor, into, from, "同一户主")
			if f, _ := fault.Of(err); f == nil || f.Code != "person_held" {
				t.Errorf("merging somebody who is being called: %v", err)
			}
			delete(w.held, person)
		}
		w.held[from] = w.now().Add(10 * time.Minute)
		_, err := w.Split(t.Context(), supervisor, []int64{c}, "并非本人")
		if f, _ := fault.Of(err); f == nil || f.Code != "person_held" {
			t.Errorf("splitting somebody who is being called: %v", err)
		}
		w.customer(t, "A", []string{"13911110002"}, nil)
		w.settle(t)
		if w.same(t, a, b) {
			t.Error("merged under a call")
		}
		w.at.Add(int64(15 * time.Minute / time.Microsecond))
		w.settle(t)
		if !w.same(t, a, b, c) {
			t.Error("not merged when the call was over")
		}
	})
}

func TestSeparatedByHandStaysSeparated(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		w := newTown(t, db)
		father, son := w.customer(t, "F", []string{"13911110001"}, nil), w.customer(t, "S", []string{"13911110001"}, nil)
		change := w.split(t, son)
		if change.Moved != 1 || change.Stayed != 1 || w.same(t, father, son) {
			t.Fatalf("%+v", change)
		}
		w.settle(t)
		w.customer(t, "S", []string{"13911110001", "13911110002"}, nil) // the same number comes again
		w.settle(t)
		if w.same(t, father, son) {
			t.Error("merged again")
		}
		if _, err := w.Undo(t.Context(), supervisor, change.ID); err != nil || !w.same(t, father, son) {
			t.Errorf("taking the separation back: %v", err)
		}
		if diff := cmp.Diff([]identity.ChangeKind{identity.ChangeMerge, identity.ChangeSplit}, w.log(t, son)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestUndoingAMergeRestoresWhatWas(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		w := newTown(t, db)
		a, b := w.customer(t, "A", []string{"13911110001"}, nil), w.customer(t, "B", []string{"13911110001"}, nil)
		c, d := w.customer(t, "C", []string{"13911110002"}, nil), w.customer(t, "D", []string{"13911110002"}, nil)
		all := []int64{a, b, c, d}
		before := w.persons(t, all)
		change := w.merge(t, a, c)
		if change.Moved != 2 || change.Stayed != 2 || !w.same(t, all...) {
			t.Fatalf("%+v", change)
		}
		if _, err := w.Undo(t.Context(), supervisor, change.ID); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(before, w.persons(t, all)); diff != "" {
			t.Errorf("who is whom (-before +after): %s", diff)
		}
		for _, id := range all {
			if w.count(t, "touches", "customer_id = ? AND person_id = ?", id, before[id]) != 1 {
				t.Errorf("the touch of customer %d did not come back", id)
			}
		}
		_, err := w.Undo(t.Context(), supervisor, change.ID)
		if f, _ := fault.Of(err); f == nil || f.Kind != fault.Conflict {
			t.Errorf("taking it back twice: %v", err)
		}
		later := w.merge(t, a, c)
		w.split(t, d)
		_, err = w.Undo(t.Context(), supervisor, later.ID)
		if f, _ := fault.Of(err); f == nil || f.Code != "person_changed" {
			t.Errorf("taking back what has changed since: %v", err)
		}
	})
}

func TestMergingAndSplittingNeedsASupervisorAReasonAndSomebody(t *testing.T) {
	t.Parallel()
	w := newTown(t, dbtest.SQLite(t))
	a, b := w.customer(t, "A", []string{"13911110001"}, nil), w.customer(t, "B", nil, nil)
	pa, pb := w.person(t, a), w.person(t, b)
	merge := func(viewer account.Viewer, into, from int64, reason string) error {
		_, err := w.Merge(t.Context(), viewer, into, from, reason)
		return err
	}
	split := func(viewer account.Viewer, reason string, customers ...int64) error {
		_, err := w.Split(t.Context(), viewer, customers, reason)
		return err
	}
	_, undone := w.Undo(t.Context(), account.Viewer{Role: account.Caller}, 1)
	_, unknown := w.Undo(t.Context(), supervisor, 99)
	for want, errs := range map[fault.Kind][]error{
		fault.Forbidden: {
			merge(account.Viewer{Role: account.Caller}, pa, pb, "因为"),
			split(account.Viewer{Role: account.Handler}, "因为", a), undone,
		},
		fault.Invalid: {
			merge(supervisor, pa, pb, " x "), split(supervisor, "", a), split(supervisor, "因为"), split(supervisor, "因为", a),
		},
		fault.Conflict: {merge(supervisor, pa, pa, "因为"), split(supervisor, "因为", a, b)},
		fault.NotFound: {merge(supervisor, pa, 999, "因为"), split(supervisor, "因为", 999), unknown},
	} {
		for i, err := range errs {
			if !fault.Is(err, want) {
				t.Errorf("%s, no. %d: %v", want, i+1, err)
			}
		}
	}
	if w.count(t, "person_changes", "1 = 1") != 0 || w.same(t, a, b) {
		t.Error("something was changed")
	}
}

func TestPersonIsShownWithTheSameQueriesWhateverThereIs(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		w := newTown(t, db)
		show := func(customer int64) (queries int, v identity.PersonView) {
			queries = dbtest.CountQueries(t, db, func() {
				var err error
				if v, err = w.Person(t.Context(), supervisor, customer); err != nil {
					t.Fatal(err)
				}
			})
			return queries, v
		}
		a := w.customer(t, "A", []string{"13911110001"}, []string{"a@example.com"})
		w.merge(t, a, w.customer(t, "B", []string{"13911110002"}, nil))
		few, v := show(a)
		if v.Total != 2 || len(v.Records) != 2 || v.Records[0].ID != a || len(v.Records[1].Common) != 0 || len(v.Lines) != 0 {
			t.Errorf("%+v", v)
		}
		for i := range 12 {
			c := w.customer(t, fmt.Sprint("C", i), []string{"13911110001", strconv.Itoa(13922220000 + i)}, []string{"a@example.com"})
			if !w.same(t, a, c) {
				w.merge(t, a, c)
			}
		}
		many, v := show(a)
		if many > few || v.Total != 14 || len(v.Log) < 5 || len(v.Lines) != 2 || !v.Lines[0].Shared || len(v.Records[2].Common) != 2 {
			t.Errorf("%d queries for 2 records, %d for %d with %d changes: %+v", few, many, v.Total, len(v.Log), v.Lines)
		}
		found, err := w.Candidates(t.Context(), supervisor, w.customer(t, "Z", nil, nil), "13911110001")
		if err != nil || len(found) != 1 || found[0].Total != 14 || len(found[0].Found) != 13 {
			t.Errorf("%+v %v", found, err)
		}
		if found, err = w.Candidates(t.Context(), supervisor, a, "13911110001"); err != nil || len(found) != 0 {
			t.Errorf("a person is a candidate to be merged with themselves: %+v %v", found, err)
		}
	})
}
