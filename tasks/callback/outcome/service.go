package outcome

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/versions"
)

// Service keeps the sets of a centre.
type Service struct {
	db      *database.DB
	now     clock.Now
	country string
	sets    versions.Document[known]
	looked  atomic.Int64 // when Label last asked for a newer set
}

// known are the sets this process has read.
type known struct {
	newest *Set
	sets   map[int]*Set    // by version
	words  map[string]Text // of every code there ever was, as the newest set with it says it
	keys   []string        // of words: those of the newest set in its order, then older ones
	solves []string        // keys of the business results that say that the problem is solved
}

// New returns a service. Country is an ISO 3166 code such as CN: it chooses what a new centre starts with.
func New(db *database.DB, now clock.Now, country string) *Service {
	s := &Service{db: db, now: now, country: country, sets: versions.Document[known]{
		Table: "outcome_sets", Column: "document", What: "the outcomes", Subject: "outcome_set", Action: "outcomes.published",
		Unknown: errNotFound, Changed: errChanged, Take: mostVersions, Read: readSets,
	}}
	former := Former()
	former.Version = 1
	s.sets.Keep(1, knownOf([]*Set{&former}))
	return s
}

// mostVersions bounds how far back codes are remembered by their words.
const mostVersions = 500

func readSets(rows []versions.Row) (*known, error) {
	sets := make([]*Set, len(rows))
	for i, row := range rows {
		set, err := setOf(row)
		if err != nil {
			return nil, err
		}
		sets[i] = set
	}
	return knownOf(sets), nil
}

func setOf(row versions.Row) (*Set, error) {
	set := Set{Version: row.Version}
	if err := json.Unmarshal([]byte(row.Document), &set); err != nil {
		return nil, fmt.Errorf("read version %d of the outcomes: %w", row.Version, err)
	}
	set.fillIn()
	return &set, nil
}

func knownOf(sets []*Set) *known {
	k := &known{newest: sets[0], sets: make(map[int]*Set, len(sets)), words: map[string]Text{}}
	for _, set := range sets { // the newest first
		k.sets[set.Version] = set
		for _, layer := range Layers() {
			for _, code := range set.Codes(layer) {
				if _, there := k.words[code.Key]; there {
					continue
				}
				k.words[code.Key], k.keys = code.Labels, append(k.keys, code.Key)
				if code.Solved == Yes {
					k.solves = append(k.solves, code.Key)
				}
			}
		}
	}
	return k
}

// Stock returns the set a new centre of this country starts with.
func (s *Service) Stock() Set { return Stock(s.country) }

// EnsureBuiltIn stores the set of before as version 1 if there is none. Where no call was recorded under it yet, the stock set is version
// 2 and in force: a centre that is at work keeps what its callers know until somebody publishes another one.
func (s *Service) EnsureBuiltIn(ctx context.Context) error {
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		version, err := s.sets.Newest(tx)
		if err != nil || version > 0 {
			return err
		}
		used, err := anyAttempt(tx)
		if err != nil {
			return err
		}
		now := s.now()
		if err := s.sets.Ensure(tx, 1, Former(), now); err != nil || used {
			return err
		}
		return s.sets.Ensure(tx, 2, Stock(s.country), now)
	})
	if err != nil {
		return fmt.Errorf("add the first outcomes: %w", err)
	}
	_, err = s.Current(ctx)
	return err
}

// InForce returns the newest set there is: what another process has published holds at once. It is shared: to edit, use With and Without.
func (s *Service) InForce(tx database.Tx) (*Set, error) {
	k, err := s.read(tx)
	if err != nil {
		return nil, err
	}
	return k.newest, nil
}

// Current is InForce outside a transaction.
func (s *Service) Current(ctx context.Context) (*Set, error) { return s.InForce(s.db.View(ctx)) }

// read returns the sets there are, and reads them when there is one that this process does not know of.
func (s *Service) read(tx database.Tx) (*known, error) {
	k, _, err := s.sets.InForce(tx)
	return k, err
}

// At returns the set of a version, as attempts name it, or fault.NotFound.
func (s *Service) At(tx database.Tx, version int) (*Set, error) {
	k, err := s.read(tx)
	if err != nil {
		return nil, err
	}
	set, ok := k.sets[version]
	if !ok {
		return nil, errNotFound
	}
	return set, nil
}

// Keys returns the keys of every code there is or was, those in force first. Lists filter by them.
func (s *Service) Keys(tx database.Tx) ([]string, error) {
	k, err := s.read(tx)
	if err != nil {
		return nil, err
	}
	return slices.Clone(k.keys), nil
}

// Solving returns the keys of the business results, of now and of before, that say that the problem is solved.
func (s *Service) Solving(tx database.Tx) ([]string, error) {
	k, err := s.read(tx)
	if err != nil {
		return nil, err
	}
	return slices.Clone(k.solves), nil
}

// lookEvery is how often Label asks at most.
const lookEvery = 10 * time.Second

// Label returns what a code is called in a language, and whether there is or was one with this key. Without must it says what this process
// knows; with it, and where the key is not known, it looks whether another process has published one.
func (s *Service) Label(language, key string, must bool) (string, bool) {
	text, ok := s.sets.Known().words[key]
	if !ok && must {
		now, last := int64(s.now()), s.looked.Load()
		if clock.Instant(now).Sub(clock.Instant(last)) >= lookEvery && s.looked.CompareAndSwap(last, now) {
			if k, err := s.read(s.db.View(context.Background())); err == nil {
				text, ok = k.words[key]
			}
		}
	}
	return text.In(language), ok
}

var (
	errForbidden = fault.New(fault.Forbidden, "outcomes_right", "only an administrator may change the outcomes")
	errSame      = fault.New(fault.Conflict, "outcomes_same", "the set is the one in force already")
	errNotFound  = fault.New(fault.NotFound, "outcomes_not_found", "there is no such version of the outcomes")
	errChanged   = fault.New(fault.Conflict, "outcomes_changed", "somebody else has published outcomes since: look at theirs first")
)

// Publish puts a set in force as the next version. It must be edited from the version basedOn: it returns fault.Conflict if that is not
// the newest any more or nothing would change, fault.Invalid for a set that is not valid or without a note, and fault.Forbidden for
// everybody but an administrator. Rolling back is publishing an old version's set again.
func (s *Service) Publish(ctx context.Context, viewer account.Viewer, set Set, basedOn int, note string) (versions.Line, error) {
	if !viewer.Is(account.Admin) {
		return versions.Line{}, errForbidden
	}
	if err := checkNote(note); err != nil {
		return versions.Line{}, err
	}
	if err := set.Check(); err != nil {
		return versions.Line{}, err
	}
	var published versions.Line
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		newest, err := s.InForce(tx)
		if err != nil {
			return err
		}
		if newest.Version == basedOn && len(Changes(newest, &set)) == 0 {
			return errSame
		}
		published, err = s.sets.Publish(tx, viewer, set, basedOn, note, s.now())
		return err
	})
	if err != nil {
		return versions.Line{}, fmt.Errorf("publish outcomes: %w", err)
	}
	_, _ = s.Current(ctx) // what Label knows; whoever asks for what is in force reads it anyway
	return published, nil
}

func checkNote(note string) error {
	problems := versions.NoteProblems(note)
	if note == "" {
		problems = []fault.Field{{Name: "note", Code: "required", Problem: "is required"}}
	}
	if len(problems) > 0 {
		return fault.InvalidFields(problems...)
	}
	return nil
}

// Versions lists up to limit published versions below before (0: from the newest on), newest first.
func (s *Service) Versions(ctx context.Context, before, limit int) ([]versions.Line, error) {
	return s.sets.Before(s.db.View(ctx), before, limit)
}

// Version returns one published version and its set, or fault.NotFound.
func (s *Service) Version(ctx context.Context, number int) (versions.Line, *Set, error) {
	row, err := s.sets.At(s.db.View(ctx), number)
	if err != nil {
		return versions.Line{}, nil, err
	}
	set, err := setOf(row)
	return row.Line, set, err
}
