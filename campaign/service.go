package campaign

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/outbox"
	"aftercall/internal/permission"
)

// The kinds of job.
const (
	JobBuild = "snapshots.build" // ref: snapshot
	JobCount = "audiences.count" // ref: audience
)

// Answers tells how satisfied customers last said they are. Package survey knows; flow connects the two, which do not import
// each other.
type Answers interface {
	// LastScores returns the newest valid answer about satisfaction of each customer who gave one.
	LastScores(tx database.Tx, customerIDs []int64) (map[int64]Score, error)
}

// Service keeps audiences, counts them, freezes them in snapshots, and exports those.
type Service struct {
	db         *database.DB
	permission *permission.Service
	answers    Answers
	now        clock.Now
	folder     string
}

// New returns the service. Export files are written in folder before they are handed over; "" means the system's folder for
// temporary files.
func New(db *database.DB, permission *permission.Service, answers Answers, now clock.Now, folder string) *Service {
	return &Service{db: db, permission: permission, answers: answers, now: now, folder: folder}
}

// EnsureBuiltIn adds the audience every centre starts with, once. Several processes may call it at once.
func (s *Service) EnsureBuiltIn(ctx context.Context) error {
	d, code := builtIn(), satisfiedCode
	return s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		return store{tx}.insertOnce(s.audience(d, &code, 0))
	})
}

func (s *Service) audience(d Definition, code *string, by int64) Audience {
	now := s.now()
	return Audience{
		Code: code, Name: d.Name, Reach: d.Reach, Rule: d.Rule.String(),
		Version: 1, Revision: 1, CreatedBy: by, CreatedAt: now, UpdatedAt: now,
	}
}

// Audiences returns all audiences by name, at most 500.
func (s *Service) Audiences(ctx context.Context) ([]Audience, error) {
	return store{s.db.View(ctx)}.audiences()
}

// Audience returns one audience, or fault.NotFound.
func (s *Service) Audience(ctx context.Context, id int64) (Audience, error) {
	return store{s.db.View(ctx)}.audience(id)
}

// Create adds an audience. It returns fault.Invalid for a name or a rule that is not allowed, naming the place in the rule, and
// fault.Conflict for a name in use.
func (s *Service) Create(ctx context.Context, viewer account.Viewer, d Definition) (Audience, error) {
	d, err := d.check()
	if err != nil {
		return Audience{}, err
	}
	var a Audience
	err = s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		a = s.audience(d, nil, viewer.UserID)
		if err := (store{tx}).insert(&a); err != nil {
			return err
		}
		return account.Audit(tx, s.now(), viewer, "audience.created", "audience", a.ID,
			account.Detail(map[string]any{"rule": d.Rule.hash(d.Reach)}))
	})
	return a, err
}

// Change replaces the definition of an audience. Its version goes up unless only the name is new; snapshots keep the rule they
// were made with. revision is the one the editor was shown. It returns fault.Invalid as Create does, fault.NotFound for an
// unknown audience, and fault.Conflict when somebody else changed it since.
func (s *Service) Change(ctx context.Context, viewer account.Viewer, id int64, revision int, d Definition) error {
	d, err := d.check()
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		st := store{tx}
		a, err := st.audience(id)
		if err != nil {
			return err
		}
		if a.Revision != revision {
			return errAudienceChanged
		}
		if a.Rule != d.Rule.String() || a.Reach != d.Reach {
			a.Version++
		}
		a.Revision++
		a.Name, a.Reach, a.Rule, a.UpdatedAt = d.Name, d.Reach, d.Rule.String(), s.now()
		if err := st.change(a); err != nil {
			return err
		}
		return account.Audit(tx, s.now(), viewer, "audience.changed", "audience", id,
			account.Detail(map[string]any{"version": a.Version, "rule": d.Rule.hash(d.Reach)}))
	})
}

// smallBase is up to how many customers a count is made while somebody waits; it takes less than a second.
const smallBase = 10_000

// staleAfter is how old the count of a bigger base may be before it is made anew.
const staleAfter = 10 * time.Minute

// Count returns the waterfall of an audience. Up to 10,000 customers it counts at once. With more it returns the last count
// that a job made; if that is older than ten minutes it starts another and reports counting. Before the first count, and after
// a change of the rule, Base is 0. It returns fault.NotFound for an unknown audience.
func (s *Service) Count(ctx context.Context, id int64) (w Waterfall, counting bool, err error) {
	tx := s.db.View(ctx)
	a, err := store{tx}.audience(id)
	if err != nil {
		return Waterfall{}, false, err
	}
	n, err := contact.CountCustomers(tx, smallBase+1)
	if err != nil {
		return Waterfall{}, false, err
	}
	if n <= smallBase {
		w, err = s.count(ctx, a, s.now())
		return w, false, err
	}
	if a.Counts != "" && a.CountedVersion == a.Version {
		if err := json.Unmarshal([]byte(a.Counts), &w); err != nil {
			return w, false, fmt.Errorf("read the counts of audience %d: %w", id, err)
		}
	}
	if now := s.now(); now.Sub(w.AsOf) > staleAfter {
		period := int64(now) / staleAfter.Microseconds()
		key := fmt.Sprintf("%s:%d:%d:%d", JobCount, a.ID, a.Version, period)
		err = s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
			return outbox.Add(tx, now, outbox.New(JobCount, a.ID, outbox.Normal, now).Once(key))
		})
		counting = true
	}
	return w, counting, err
}

// Recount is the job that counts an audience with many customers and stores the waterfall for Count.
func (s *Service) Recount(ctx context.Context, ticket outbox.Ticket, id int64) error {
	a, err := store{s.db.View(ctx)}.audience(id)
	if err != nil {
		return err
	}
	w, err := s.count(ctx, a, ticket.Now(s.now))
	if err != nil {
		return err
	}
	counts, err := json.Marshal(w)
	if err != nil {
		return fmt.Errorf("write the counts of audience %d: %w", id, err)
	}
	return s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		if err := ticket.Done(tx); err != nil {
			return err
		}
		return store{tx}.counted(id, string(counts), w.AsOf, a.Version)
	})
}

// count evaluates every customer by id, page by page, and then moves those who are the same person as an earlier one to
// Duplicate.
func (s *Service) count(ctx context.Context, a Audience, asOf clock.Instant) (Waterfall, error) {
	q, w, err := s.question(a.Rule, a.Reach, asOf)
	if err != nil {
		return w, err
	}
	tx := s.db.View(ctx)
	var eligible []int64
	for after := int64(0); ; {
		page, err := s.evaluate(tx, q, after)
		if err != nil {
			return w, fmt.Errorf("count audience %d: %w", a.ID, err)
		}
		if len(page) == 0 {
			break
		}
		for _, j := range page {
			w.add(j.reasons, j.allowedFrom)
			if len(j.reasons) == 0 {
				eligible = append(eligible, j.customer.ID)
			}
		}
		after = page[len(page)-1].customer.ID
	}
	kept := make(map[int64]bool, len(eligible))
	for part := range slices.Chunk(eligible, pageSize) {
		persons, err := contact.PersonsOf(tx, part)
		if err != nil {
			return w, fmt.Errorf("count audience %d: %w", a.ID, err)
		}
		w.addDoubles(len(doubles(persons, part, kept)))
	}
	return w, nil
}

// question returns what is asked about every customer, and an empty waterfall for the answers.
func (s *Service) question(ruleText string, reach Reach, asOf clock.Instant) (question, Waterfall, error) {
	rule, err := ParseRule(ruleText)
	if err != nil {
		return question{}, Waterfall{}, err
	}
	return question{rule, reach, asOf}, newWaterfall(asOf, rule.hash(reach), s.permission.Rules().Version), nil
}
