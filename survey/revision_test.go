package survey_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/figures"
)

// given is one delivery of a rating: its times are before now, and 0 where the source does not tell them.
type given struct {
	value             int
	answered, changed time.Duration
	days              *int
}

func plain(value int) given                       { return given{value: value} }
func answered(value int, ago time.Duration) given { return given{value: value, answered: ago} }

func changed(value int, ago time.Duration) given { return given{value: value, changed: ago} }

func within(days, value int, answered time.Duration) given { return given{value, answered, 0, &days} }

func TestARatingThatChangesAtItsSourceIsARevision(t *testing.T) {
	t.Parallel()
	const hour, day, early, late = time.Hour, 24 * time.Hour, 5 * time.Hour, 3 * time.Hour
	for name, c := range map[string]struct {
		told            []given
		value           int // that counts
		revisions, kept int // of the answer, and of what was told
		says            string
	}{
		"another value":                     {[]given{plain(2), plain(4)}, 4, 2, 2, ""},
		"there and back":                    {[]given{plain(2), plain(4), plain(2)}, 2, 3, 3, ""},
		"the same again":                    {[]given{plain(2), plain(2)}, 2, 1, 1, ""},
		"the newer answer":                  {[]given{answered(2, early), answered(4, late)}, 4, 2, 2, ""},
		"an older answer":                   {[]given{answered(4, late), answered(2, early)}, 4, 1, 1, "answer_overtaken"},
		"an older answer of the same value": {[]given{answered(4, late), answered(4, early)}, 4, 1, 1, ""},
		"again, and one between": {
			[]given{answered(4, early), answered(4, late), answered(1, 4*hour)}, 4, 2, 2, "answer_overtaken",
		},
		"an older change":                    {[]given{changed(4, late), changed(2, early)}, 4, 1, 1, ""},
		"a newer change":                     {[]given{changed(4, early), changed(2, late)}, 2, 2, 2, ""},
		"at one time, the newer change":      {[]given{{4, early, late, nil}, {2, early, hour, nil}}, 2, 2, 2, ""},
		"at one time, whatever arrives last": {[]given{answered(4, early), answered(2, early)}, 2, 2, 2, ""},
		"a time in the future, mended":       {[]given{answered(4, -99*day), answered(2, late)}, 2, 2, 2, "in_the_future"},
		"a time in the future, too late":     {[]given{answered(2, late), answered(4, -99*day)}, 2, 1, 1, "in_the_future answer_overtaken"},
		"in the window":                      {[]given{within(1, 4, 3*day), within(1, 2, 2*day)}, 2, 2, 2, ""},
		"after the window":                   {[]given{within(1, 4, 3*day), within(1, 2, 2*day-1000)}, 4, 1, 2, "answer_changed_late"},
		"after the window, twice": {
			[]given{within(1, 4, 3*day), within(1, 2, day), within(1, 2, day), within(1, 4, 3*day)}, 4, 1, 2, "answer_changed_late",
		},
		"untold, after the window":  {[]given{within(0, 4, 0), within(0, 2, 0)}, 4, 1, 2, "answer_changed_late"},
		"a window that is too long": {[]given{plain(4), within(4000, 2, 0)}, 4, 1, 1, "out_of_range"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, db *database.DB) {
				centre := newCentre(t, db)
				says := centre.tell(c.told)
				centre.record(centre.batches()...)
				if got := strings.Join(says, " "); got != c.says {
					t.Errorf("it said %q, want %q", got, c.says)
				}
				if n, sum, _, _ := centre.sums(figures.CSAT); n != 1 || sum != c.value {
					t.Errorf("%d answers, sum %d, want one of %d", n, sum, c.value)
				}
				if n := centre.count("answers", "1 = 1"); n != c.revisions {
					t.Errorf("%d revisions, want %d", n, c.revisions)
				}
				if n := centre.count("imported_answers", "1 = 1"); n != c.kept {
					t.Errorf("%d ratings kept, want %d", n, c.kept)
				}
				centre.wantCoverage(1, 1, 0)
				centre.reconcile()
			})
		})
	}
}

// tell delivers a rating of one contact several times, and returns the codes of what was said about it.
func (c *centre) tell(told []given) (says []string) {
	c.t.Helper()
	for n, g := range told {
		in := contact.Input{ExternalID: "1", ResolvedAt: c.now.Add(-240 * time.Hour), OrderRef: strconv.Itoa(n)}
		answer := contact.InputAnswer{Metric: "csat", Value: new(g.value), RevisableDays: g.days}
		if g.answered != 0 {
			answer.AnsweredAt = c.now.Add(-g.answered)
		}
		if g.changed != 0 {
			in.ChangedAt = c.now.Add(-g.changed)
		}
		in.Answers = []contact.InputAnswer{answer}
		says = append(says, c.deliver(in)...)
	}
	return says
}

// Ratings that were kept before they had revisions are gone on with.
func TestARatingFromBeforeRevisionsIsRevised(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		c.tell([]given{answered(2, 5*time.Hour)})
		c.record(c.batches()...)
		folder := "../internal/database/migrations/" + string(db.Dialect())
		migration, err := os.ReadFile(filepath.Join(folder, "00034_rating_revisions.sql"))
		if err != nil {
			t.Fatal(err)
		}
		_, fill, _ := strings.Cut(string(migration), "\nUPDATE imported_answers")
		fill, _, _ = strings.Cut(fill, ";")
		for _, statement := range []string{"UPDATE imported_answers SET contact_id = 0, timed = 0", "UPDATE imported_answers" + fill} {
			dbtest.InTx(t, db, func(tx database.Tx) error { return tx.Gorm().Exec(statement).Error })
		}
		says := c.tell([]given{answered(5, 6*time.Hour), answered(4, 3*time.Hour)})
		if diff := cmp.Diff([]string{"answer_overtaken"}, says); diff != "" {
			t.Error(diff)
		}
		c.record(c.batches()...)
		c.wantCSAT(1, 4, 0)
		c.wantCoverage(1, 1, 0)
		c.reconcile()
	})
}
