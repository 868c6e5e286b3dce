package tasks

import (
	"errors"
	"fmt"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"aftercall/internal/database"
	"aftercall/internal/fault"
)

type store struct{ database.Tx }

const maxIn = 500 // values in one IN list

// errDecided means that another planner decided about one of the resolutions since we looked.
var errDecided = fault.New(fault.Conflict, "already_decided", "the follow-up was decided by somebody else meanwhile")

// decisionKey names a decision by what it is about.
type decisionKey struct {
	ResolutionID int64
	Kind         Kind
}

// callbackKey names a callback by what it is about.
type callbackKey struct {
	ResolutionID int64
	Kind         CallbackKind
	Round        int
}

// decided returns which decisions there are already about the resolutions.
func (s store) decided(resolutionIDs []int64) (map[decisionKey]bool, error) {
	known := make(map[decisionKey]bool)
	for chunk := range slices.Chunk(resolutionIDs, maxIn) {
		var keys []decisionKey
		if err := s.Gorm().Model(&Decision{}).Select("resolution_id", "kind").Where("resolution_id IN ?", chunk).Find(&keys).Error; err != nil {
			return nil, fmt.Errorf("read decisions: %w", err)
		}
		for _, key := range keys {
			known[key] = true
		}
	}
	return known, nil
}

// insertDecisions gives the decisions their ids. It returns errDecided when one of them exists.
func (s store) insertDecisions(decisions []Decision) error {
	err := database.InsertWithIDs(s.Tx, "decisions", decisions, func(d *Decision) *int64 { return &d.ID })
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return errDecided
	}
	return err
}

// insertCallbacks leaves out those that exist.
func (s store) insertCallbacks(callbacks []Callback) error {
	err := s.Gorm().Clauses(clause.OnConflict{DoNothing: true}).CreateInBatches(callbacks, 200).Error
	if err != nil {
		return fmt.Errorf("insert callbacks: %w", err)
	}
	return nil
}

func (s store) callbackIDs(resolutionIDs []int64) (map[callbackKey]int64, error) {
	ids := make(map[callbackKey]int64, len(resolutionIDs))
	for chunk := range slices.Chunk(resolutionIDs, maxIn) {
		var rows []Callback
		if err := s.Gorm().Select("id", "resolution_id", "kind", "round").Where("resolution_id IN ?", chunk).Find(&rows).Error; err != nil {
			return nil, fmt.Errorf("read callbacks: %w", err)
		}
		for _, c := range rows {
			ids[callbackKey{c.ResolutionID, c.Kind, c.Round}] = c.ID
		}
	}
	return ids, nil
}

// internPools returns the ids of the pools, making those that are new.
func (s store) internPools(keys []poolKey) (map[poolKey]int64, error) {
	wanted := make(map[poolKey]int64, len(keys))
	for _, key := range keys {
		wanted[key] = 0
	}
	if err := s.knownPools(wanted); err != nil {
		return nil, err
	}
	var missing []pool
	for key, id := range wanted {
		if id == 0 {
			missing = append(missing, pool{TeamID: key.TeamID, Skill: key.Skill, Zone: key.Zone})
		}
	}
	if len(missing) == 0 {
		return wanted, nil
	}
	slices.SortFunc(missing, func(a, b pool) int { return a.key().compare(b.key()) }) // everybody locks in the same order
	if err := s.Gorm().Clauses(clause.OnConflict{DoNothing: true}).CreateInBatches(missing, maxIn).Error; err != nil {
		return nil, fmt.Errorf("insert pools: %w", err)
	}
	return wanted, s.knownPools(wanted)
}

// knownPools fills in the ids of the pools that exist.
func (s store) knownPools(wanted map[poolKey]int64) error {
	teams := make([]int64, 0, len(wanted))
	for key := range wanted {
		teams = append(teams, key.TeamID)
	}
	slices.Sort(teams)
	for chunk := range slices.Chunk(slices.Compact(teams), maxIn) {
		var pools []pool
		if err := s.Gorm().Where("team_id IN ?", chunk).Find(&pools).Error; err != nil {
			return fmt.Errorf("read pools: %w", err)
		}
		for _, p := range pools {
			if _, ok := wanted[p.key()]; ok {
				wanted[p.key()] = p.ID
			}
		}
	}
	return nil
}
