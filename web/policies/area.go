// Package policies is where policies are read, drafted, tried out over the past and published, with the attributes they ask about.
package policies

import (
	"context"
	"embed"
	"io"
	"slices"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/figures"
	"aftercall/tasks/decision"
	"aftercall/tasks/policy"
	"aftercall/web/frame"
)

//go:embed templates locales
var files embed.FS

// handlers answer the requests of the area.
type handlers struct {
	*frame.Site
	accounts  accountService
	contacts  contactService
	decisions decisionService
	figures   figureService
	policies  policyService
	surveys   surveyService
}

// New returns the area.
func New(
	site *frame.Site, accounts accountService, contacts contactService, decisions decisionService,
	figures figureService, policies policyService, surveys surveyService,
) frame.Area {
	h := &handlers{
		Site: site, accounts: accounts, contacts: contacts, decisions: decisions,
		figures: figures, policies: policies, surveys: surveys,
	}
	return frame.Area{
		Files: files,
		Routes: slices.Concat(
			h.attributesRoutes(),
			h.dryRunsRoutes(),
			h.policiesRoutes(),
		),
		Samples: slices.Concat(
			attributesSamples(),
			dryRunsSamples(),
			policiesSamples(),
			policyRuleSamples(),
		),
	}
}

// accountService is what these pages ask of accounts.
type accountService interface {
	Teams(ctx context.Context) ([]account.Team, error)
	UserNames(ctx context.Context, ids []int64) (map[int64]string, error)
}

// contactService is what these pages ask of contacts.
type contactService interface {
	Sources(ctx context.Context) ([]contact.Source, error)
}

// decisionService is what these pages ask of decisions.
type decisionService interface {
	CancelDryRun(ctx context.Context, viewer account.Viewer, id int64) error
	DryRunByID(ctx context.Context, viewer account.Viewer, id int64) (decision.DryRun, *decision.DryRunReport, error)
	DryRuns(ctx context.Context, policyID int64) ([]decision.DryRun, error)
	StartDryRun(ctx context.Context, viewer account.Viewer, policyID int64, days int) (decision.DryRun, error)
	Summary(ctx context.Context, viewer account.Viewer, from, to clock.Instant) (decision.Summary, error)
}

// figureService is what these pages ask of figures.
type figureService interface {
	Breakdown(ctx context.Context, q figures.Query, by figures.Dimension) ([]figures.Row, error)
}

// policyService is what these pages ask of policies.
type policyService interface {
	Attributes(ctx context.Context) ([]policy.Attribute, error)
	ByID(ctx context.Context, id int64) (policy.Record, error)
	Delete(ctx context.Context, viewer account.Viewer, id int64, revision int) error
	Draft(ctx context.Context, viewer account.Viewer, basedOn int) (policy.Record, error)
	Import(ctx context.Context, viewer account.Viewer, r io.Reader) (policy.Record, error)
	List(ctx context.Context, before int) (policy.List, error)
	Publish(ctx context.Context, viewer account.Viewer, id int64, revision int, note string) (policy.Record, error)
	RegisterAttribute(ctx context.Context, viewer account.Viewer, a policy.Attribute) error
	RollBack(ctx context.Context, viewer account.Viewer, version int, note string) (policy.Record, error)
	Save(ctx context.Context, viewer account.Viewer, id int64, revision int, p policy.Policy, note string) (policy.Record, error)
	UnregisterAttribute(ctx context.Context, viewer account.Viewer, name string) error
	UsedCodes(ctx context.Context) (policy.Codes, error)
}

// surveyService is what these pages ask of surveys.
type surveyService interface {
	Names(ctx context.Context) ([]string, error)
}
