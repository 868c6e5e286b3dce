package policy

import (
	"context"
	"encoding/hex"
	"fmt"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
)

// Record is a draft or a published version of the policy, with who made it.
type Record struct {
	ID          int64
	Version     int // 0: a draft
	Policy      Policy
	Note        string // what it is for, in the words of who made it
	BasedOn     int    // the version it was begun from; 0: none
	Revision    int    // of a draft: raised by every save. Who saves names the one they saw
	CreatedBy   Author
	CreatedAt   clock.Instant
	UpdatedBy   Author
	UpdatedAt   clock.Instant
	PublishedBy Author
	PublishedAt clock.Instant
}

// Author is who did something; the program itself has no id and no name.
type Author struct {
	ID   int64
	Name string
}

// Draft reports whether the record can still be changed.
func (r Record) Draft() bool { return r.Version == 0 }

// List is everything there is to choose from.
type List struct {
	InForce Record
	Drafts  []Record // the one changed last first, at most 50
	History []Record // published versions, the newest first, that in force among them
}

// Limits of lists of policies.
const (
	policiesPerPage = 50
	maxDrafts       = 50
)

// The refusals of policies.
var (
	errNoPolicy      = fault.New(fault.NotFound, "policy_unknown", "there is no such policy")
	errPolicyChanged = fault.New(fault.Conflict, "policy_changed", "somebody else changed or published the draft meanwhile; load it again")
	errPublished     = fault.New(fault.Conflict, "policy_published", "a published version never changes; begin a draft from it")
	errTooManyDrafts = fault.New(fault.Conflict, "policy_drafts", "there are 50 drafts already; delete one first")
	errMayNotPublish = fault.New(fault.Forbidden, "policy_publish_right", "only an administrator may publish a policy or roll back")
	ErrMayNotDraft   = fault.New(fault.Forbidden, "policy_draft_right", "only a supervisor or an administrator may work on policies")
)

// List returns the policy in force, the drafts, and up to 50 published versions before one; 0: from the newest.
func (s *Service) List(ctx context.Context, before int) (List, error) {
	tx := s.db.View(ctx)
	rows, err := store{tx}.policyList(before)
	if err != nil {
		return List{}, err
	}
	newest, err := store{tx}.newestPolicy()
	if err != nil {
		return List{}, err
	}
	records, err := s.records(tx, append(rows, newest)...)
	if err != nil {
		return List{}, err
	}
	list := List{InForce: records[len(records)-1]}
	for _, r := range records[:len(records)-1] {
		if r.Draft() {
			list.Drafts = append(list.Drafts, r)
		} else {
			list.History = append(list.History, r)
		}
	}
	return list, nil
}

// ByID returns one draft or version. It returns fault.NotFound if there is none.
func (s *Service) ByID(ctx context.Context, id int64) (Record, error) {
	tx := s.db.View(ctx)
	row, err := policies.ByID(tx, id)
	if err != nil {
		return Record{}, err
	}
	return s.record(tx, row)
}

// record turns a row into what is shown of it.
func (s *Service) record(tx database.Tx, row policyRow) (Record, error) {
	records, err := s.records(tx, row)
	if err != nil {
		return Record{}, err
	}
	return records[0], nil
}

func (s *Service) records(tx database.Tx, rows ...policyRow) ([]Record, error) {
	var users []int64
	for _, row := range rows {
		users = append(users, row.CreatedBy, row.UpdatedBy, row.PublishedBy)
	}
	names, err := account.UserNames(tx, users)
	if err != nil {
		return nil, fmt.Errorf("name the authors of policies: %w", err)
	}
	records := make([]Record, len(rows))
	for i, row := range rows {
		p, err := row.policy()
		if err != nil {
			return nil, err
		}
		author := func(id int64) Author { return Author{ID: id, Name: names[id]} }
		records[i] = Record{
			ID: row.ID, Version: p.Version, Policy: p, Note: row.Note, BasedOn: row.BasedOn, Revision: row.Revision,
			CreatedBy: author(row.CreatedBy), CreatedAt: row.CreatedAt, UpdatedBy: author(row.UpdatedBy), UpdatedAt: row.UpdatedAt,
			PublishedBy: author(row.PublishedBy), PublishedAt: row.PublishedAt,
		}
	}
	return records, nil
}

// Kept is a draft or a version as it was kept at one moment, with the salt of its sampling.
type Kept struct {
	Revision int
	Body     string
	Salt     string // hex
}

// Kept returns a draft or a version as it is kept now. It returns fault.NotFound if there is none.
func (s *Service) Kept(tx database.Tx, id int64) (Kept, error) {
	row, err := policies.ByID(tx, id)
	return Kept{Revision: row.Revision, Body: row.Body, Salt: row.Salt}, err
}

// Policy returns what was kept, ready to be matched.
func (k Kept) Policy() (Policy, error) {
	p, err := Parse([]byte(k.Body))
	if err != nil {
		return Policy{}, fmt.Errorf("the policy is not readable: %w", err)
	}
	if p.salt, err = hex.DecodeString(k.Salt); err != nil {
		return Policy{}, fmt.Errorf("the salt of the policy is not readable: %w", err)
	}
	return p, nil
}
