package policy

import (
	"errors"
	"fmt"

	"gorm.io/gorm"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/versions"
)

// store is a transaction on the tables of policies.
type store struct{ database.Tx }

// policyRow is a draft or a version. Its salt decides the sample and never leaves the database: drafts inherit the salt of their
// version, so that the same resolutions stay in the sample, and nobody can work out which.
type policyRow struct {
	ID          int64
	Version     *int // nil: a draft
	Body        string
	Note        string
	Salt        string // hex
	BasedOn     int
	Revision    int
	CreatedBy   int64
	CreatedAt   clock.Instant
	UpdatedBy   int64
	UpdatedAt   clock.Instant
	PublishedBy int64
	PublishedAt clock.Instant
}

// TableName names the table.
func (policyRow) TableName() string { return "policies" }

// policy parses the body.
func (r policyRow) policy() (Policy, error) {
	p, err := Kept{Body: r.Body, Salt: r.Salt}.Policy()
	if err != nil {
		return Policy{}, fmt.Errorf("policy %d: %w", r.ID, err)
	}
	if r.Version != nil {
		p.Version = *r.Version
	}
	return p, nil
}

// policies are the drafts and the versions.
var policies = versions.Drafts[policyRow]{
	What: "policy", Draft: "version IS NULL", State: func(r policyRow) (bool, int) { return r.Version == nil, r.Revision },
	Unknown: errNoPolicy, Published: errPublished, Changed: errPolicyChanged,
}

func (s store) policyVersion(version int) (policyRow, error) {
	return policies.One(s.Gorm().Where("version = ?", version))
}

func (s store) newestPolicy() (policyRow, error) {
	return policies.One(s.Gorm().Where("version IS NOT NULL").Order("version DESC").Limit(1))
}

// newestVersion returns the number of the policy in force.
func (s store) newestVersion() (int, error) {
	var version *int
	if err := s.Gorm().Model(&policyRow{}).Select("MAX(version)").Scan(&version).Error; err != nil {
		return 0, fmt.Errorf("read the newest version of the policy: %w", err)
	}
	if version == nil {
		return 0, errors.New("no policy was ever published: EnsureBuiltIn has not run")
	}
	return *version, nil
}

// policyList returns the drafts, the one changed last first, then the versions before one, the newest first.
func (s store) policyList(before int) ([]policyRow, error) {
	var drafts, versions []policyRow
	if err := s.Gorm().Where("version IS NULL").Order("updated_at DESC, id DESC").Limit(maxDrafts).Find(&drafts).Error; err != nil {
		return nil, fmt.Errorf("list drafts of the policy: %w", err)
	}
	g := s.Gorm().Where("version IS NOT NULL")
	if before > 0 {
		g = g.Where("version < ?", before)
	}
	if err := g.Order("version DESC").Limit(policiesPerPage).Find(&versions).Error; err != nil {
		return nil, fmt.Errorf("list versions of the policy: %w", err)
	}
	return append(drafts, versions...), nil
}

func (s store) countDrafts() (int, error) {
	var n int64
	if err := s.Gorm().Model(&policyRow{}).Where("version IS NULL").Count(&n).Error; err != nil {
		return 0, fmt.Errorf("count drafts of the policy: %w", err)
	}
	return int(n), nil
}

// updatePolicy writes a draft, and publishes it when it has a version. It returns errPolicyChanged when the version is taken.
func (s store) updatePolicy(row policyRow) error {
	return policies.Write(s.Tx, row.ID, map[string]any{
		"version": row.Version, "body": row.Body, "note": row.Note, "revision": row.Revision, "updated_by": row.UpdatedBy,
		"updated_at": row.UpdatedAt, "published_by": row.PublishedBy, "published_at": row.PublishedAt,
	})
}

// VersionsOf returns some published versions of the policy; 0 is none.
func VersionsOf(tx database.Tx, numbers []int) (Versions, error) {
	rows, err := database.In[policyRow](numbers, "versions of the policy",
		func(part []int) *gorm.DB { return tx.Gorm().Where("version IN ?", part) })
	found := make(Versions, len(rows))
	for _, row := range rows {
		p, err := row.policy()
		if err != nil {
			return nil, err
		}
		found[p.Version] = &p
	}
	return found, err
}
