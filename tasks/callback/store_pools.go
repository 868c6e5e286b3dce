package callback

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/permission"
	"aftercall/internal/permission/hours"
)

// poolKey names a pool: callbacks that the same callers may claim at the same hours.
type poolKey struct {
	TeamID  int64 // of the resolver; callers see their teams' callbacks
	Kind    Kind
	SkillID int64  // what a caller must be good at; 0 for nothing
	Zone    string // the hours class; see hoursClass
}

// pool is an interned poolKey.
type pool struct {
	ID      int64
	TeamID  int64
	Kind    Kind
	SkillID int64
	Zone    string
}

func (p pool) key() poolKey {
	return poolKey{TeamID: p.TeamID, Kind: p.Kind, SkillID: p.SkillID, Zone: p.Zone}
}

// compare orders pool keys.
func (k poolKey) compare(other poolKey) int {
	return cmp.Or(cmp.Compare(k.TeamID, other.TeamID), cmp.Compare(k.Kind, other.Kind), cmp.Compare(k.SkillID, other.SkillID),
		cmp.Compare(k.Zone, other.Zone))
}

// poolFor puts a callback to the subject into its pool.
func (s *Service) poolFor(tx database.Tx, c *Callback, subject permission.Subject, now clock.Instant) error {
	put := []Callback{*c}
	err := s.poolsFor(tx, put, []permission.Subject{subject}, now)
	c.PoolID, c.OfferedAt = put[0].PoolID, put[0].OfferedAt
	return err
}

// poolsFor puts callbacks into their pools; subjects are whom each calls. What can be had already waits in a new pool from now.
func (s *Service) poolsFor(tx database.Tx, callbacks []Callback, subjects []permission.Subject, now clock.Instant) error {
	needed, err := neededSkills(tx, callbacks)
	if err != nil {
		return err
	}
	keys := make([]poolKey, len(callbacks))
	for i, c := range callbacks {
		keys[i] = poolKey{TeamID: c.TeamID, Kind: c.Kind, SkillID: needed[i], Zone: s.hoursClass(subjects[i])}
	}
	pools, err := store{tx}.internPools(keys)
	if err != nil {
		return err
	}
	for i := range callbacks {
		to := pools[keys[i]]
		if c := &callbacks[i]; c.PoolID != to && !c.OfferedAt.IsZero() {
			c.OfferedAt = now
		}
		callbacks[i].PoolID = to
	}
	return nil
}

// hoursClass names the one zone and country that decide when the subject may be called. It is empty when there are several or
// none: such callbacks are judged one by one.
func (s *Service) hoursClass(subject permission.Subject) string {
	return s.permit.Rules().HoursClass(subject)
}

// window returns the calling hours of a pool's class. Pools without a class count as open.
func (s *Service) window(p pool, now clock.Instant) hours.Window {
	return s.permit.Rules().ClassWindow(p.Zone, now)
}

// knownPools are the pools as they were last read. A pool never changes and is never deleted: as long as there are as many and the newest
// is the same one, they are the same.
type knownPools struct {
	mu    sync.Mutex
	pools []pool
}

// allPools returns all pools. They are shared: leave them as they are.
func (s *Service) allPools(tx database.Tx) ([]pool, error) {
	st := store{tx}
	count, newest, err := st.countPools()
	if err != nil {
		return nil, err
	}
	s.known.mu.Lock()
	pools := s.known.pools
	s.known.mu.Unlock()
	if n := len(pools); n == count && (n == 0 || pools[n-1].ID == newest) {
		return pools, nil
	}
	if pools, err = st.pools(); err != nil {
		return nil, err
	}
	s.known.mu.Lock()
	defer s.known.mu.Unlock()
	s.known.pools = pools
	return pools, nil
}

func (s store) countPools() (count int, newest int64, err error) {
	if err := s.Gorm().Raw("SELECT COUNT(*), COALESCE(MAX(id), 0) FROM pools").Row().Scan(&count, &newest); err != nil {
		return 0, 0, fmt.Errorf("count pools: %w", s.Judged(err))
	}
	return count, newest, nil
}

func (s store) pools() ([]pool, error) {
	var pools []pool
	if err := s.Gorm().Order("id").Limit(MaxPools).Find(&pools).Error; err != nil {
		return nil, fmt.Errorf("read pools: %w", err)
	}
	return pools, nil
}

// MaxPools bounds how many pools a claim looks at: teams × kinds × skills × zones are some hundreds in the largest centres.
const MaxPools = 10000

// internPools returns the ids of the pools, making those that are new.
func (s store) internPools(keys []poolKey) (map[poolKey]int64, error) {
	wanted := make(map[poolKey]int64, len(keys))
	for _, key := range keys {
		wanted[key] = 0
	}
	if err := s.fillPools(wanted); err != nil {
		return nil, err
	}
	var missing []pool
	for key, id := range wanted {
		if id == 0 {
			missing = append(missing, pool{TeamID: key.TeamID, Kind: key.Kind, SkillID: key.SkillID, Zone: key.Zone})
		}
	}
	if len(missing) == 0 {
		return wanted, nil
	}
	slices.SortFunc(missing, func(a, b pool) int { return a.key().compare(b.key()) }) // everybody locks in the same order
	if err := s.Gorm().Clauses(clause.OnConflict{DoNothing: true}).CreateInBatches(missing, database.MaxIn).Error; err != nil {
		return nil, fmt.Errorf("insert pools: %w", err)
	}
	return wanted, s.fillPools(wanted)
}

// fillPools fills in the ids of the pools that exist.
func (s store) fillPools(wanted map[poolKey]int64) error {
	teams := make([]int64, 0, len(wanted))
	for key := range wanted {
		teams = append(teams, key.TeamID)
	}
	pools, err := database.In[pool](teams, "pools", func(part []int64) *gorm.DB { return s.Gorm().Where("team_id IN ?", part) })
	for _, p := range pools {
		if _, ok := wanted[p.key()]; ok {
			wanted[p.key()] = p.ID
		}
	}
	return err
}

// newestCallback returns the highest id of a callback; 0 when there is none.
func (s store) newestCallback() (int64, error) {
	var id int64
	if err := s.Gorm().Model(&Callback{}).Select("COALESCE(MAX(id), 0)").Scan(&id).Error; err != nil {
		return 0, fmt.Errorf("read the newest callback: %w", err)
	}
	return id, nil
}

// openBetween returns what skills and their waits are decided by of the callbacks that are not closed, with ids above after and up to last.
func (s store) openBetween(after, last int64) ([]Callback, error) {
	return listCallbacks(s.Gorm().Select("id, kind, contact_id, customer_id, pool_id, ready_at, offered_at, open_at, due_at, expires_at").
		Where("id > ? AND id <= ? AND state IN ?", after, last, openStates).Order("id"))
}

func (s store) poolsByID(ids []int64) ([]pool, error) {
	return database.In[pool](ids, "pools", func(part []int64) *gorm.DB { return s.Gorm().Where("id IN ?", part) })
}

// movePool moves callbacks from one pool to another, where they wait anew, but for those that somebody moved meanwhile.
func (s store) movePool(callbacks []int64, from, to int64, now clock.Instant) error {
	for part := range slices.Chunk(callbacks, database.MaxIn) {
		err := s.Gorm().Model(&Callback{}).Where("id IN ? AND pool_id = ? AND state IN ?", part, from, openStates).
			Updates(map[string]any{
				"pool_id": to, "offered_at": gorm.Expr("CASE WHEN offered_at > 0 THEN ? ELSE 0 END", now),
			}).Error
		if err != nil {
			return fmt.Errorf("move callbacks to the pool of their skill: %w", err)
		}
	}
	return nil
}

// openAnew writes from when callbacks are anybody's, where they wait so long for somebody with their skill.
func (s store) openAnew(callbacks []int64, fall time.Duration) error {
	for part := range slices.Chunk(callbacks, database.MaxIn) {
		err := s.Gorm().Model(&Callback{}).Where("id IN ? AND state IN ?", part, openStates).
			Update("open_at", gorm.Expr(opensAt(s.Dialect()), fall.Microseconds())).Error
		if err != nil {
			return fmt.Errorf("write from when callbacks are anybody's: %w", err)
		}
	}
	return nil
}

// opensAt is Callback.opens as a statement.
func opensAt(d database.Dialect) string {
	const since = "(CASE WHEN offered_at > 0 THEN offered_at ELSE ready_at END)"
	least := "LEAST"
	if d == database.SQLite {
		least = "MIN"
	}
	return least + "(" + since + " + ?, due_at, (" + since + " + expires_at) >> 1)"
}
