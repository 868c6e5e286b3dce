// Package admin is how people get in and what administrators run: the login, one's own account, users, their skills, API tokens,
// the background jobs, and the audit.
package admin

import (
	"context"
	"embed"
	"slices"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/outbox"
	"aftercall/web/frame"
)

//go:embed templates locales
var files embed.FS

// handlers answer the requests of the area.
type handlers struct {
	*frame.Site
	accounts accountService
	contacts contactService
	pbx      pbxService
	skills   skillService
	jobs     Jobs
}

// New returns the area.
func New(site *frame.Site, accounts accountService, contacts contactService, pbx pbxService, skills skillService, jobs Jobs) frame.Area {
	h := &handlers{Site: site, accounts: accounts, contacts: contacts, pbx: pbx, skills: skills, jobs: jobs}
	return frame.Area{
		Files: files,
		Routes: slices.Concat(
			h.dialerRoutes(),
			h.homeRoutes(),
			h.jobsRoutes(),
			h.loginRoutes(),
			h.meRoutes(),
			h.skillsRoutes(),
			h.tokensRoutes(),
			h.usersRoutes(),
			h.usersImportRoutes(),
			h.setPasswordRoutes(),
			h.auditRoutes(),
		),
		Samples: slices.Concat(
			dialerSamples(),
			jobsSamples(),
			loginSamples(),
			meSamples(),
			skillsSamples(),
			tokensSamples(),
			usersSamples(),
			auditSamples(),
		),
	}
}

// accountService is what these pages ask of accounts.
type accountService interface {
	AddUser(ctx context.Context, n account.NewUser) (account.User, error)
	AuditEntries(
		ctx context.Context, viewer account.Viewer, f account.AuditFilter, before account.AuditKey, limit int,
	) ([]account.AuditLine, error)
	ChangeOwnPassword(ctx context.Context, viewer account.Viewer, keepToken, old, password string) error
	CreateToken(ctx context.Context, name string, role account.Role, sourceID int64, scopes ...account.Scope) (plain string, err error)
	DisableUser(ctx context.Context, id int64) error
	EditUser(ctx context.Context, viewer account.Viewer, id int64, e account.UserEdit) error
	EnableUser(ctx context.Context, id int64) error
	ExportAudit(ctx context.Context, viewer account.Viewer, f account.AuditFilter, each func(account.AuditLine) error) (int, error)
	HeldBy(ctx context.Context, viewer account.Viewer, id int64) ([]account.Held, error)
	HeldIf(ctx context.Context, viewer account.Viewer, id int64, e account.UserEdit) ([]account.Held, error)
	ImportUsers(ctx context.Context, viewer account.Viewer, lines []account.UserLine, key string) ([]account.Invited, error)
	Invite(ctx context.Context, viewer account.Viewer, n account.NewUser) (account.User, string, error)
	LinkPassword(ctx context.Context, viewer account.Viewer, id int64) (secret string, err error)
	ListUsers(
		ctx context.Context, viewer account.Viewer, f account.UserFilter, afterLogin string, limit int,
	) ([]account.Managed, error)
	Login(ctx context.Context, a account.Attempt) (account.Entry, error)
	Logout(ctx context.Context, token string) error
	PlanUsers(ctx context.Context, viewer account.Viewer, lines []account.UserLine) (account.UserPlan, error)
	RevokeOtherSessions(ctx context.Context, viewer account.Viewer, keepToken string) error
	RevokeToken(ctx context.Context, id int64) error
	Sessions(ctx context.Context, userID int64) ([]account.Session, error)
	SetExtension(ctx context.Context, viewer account.Viewer, value string) error
	SetLanguage(ctx context.Context, viewer account.Viewer, language string) error
	SetPassword(ctx context.Context, id int64, password string) error
	SetPasswordByLink(ctx context.Context, from account.Viewer, secret, password string) (account.User, error)
	SkillNames(ctx context.Context) (map[int64]string, error)
	TeamNames(ctx context.Context, ids []int64) (map[int64]string, error)
	TeamsToGive(ctx context.Context, viewer account.Viewer) ([]account.Team, error)
	Tokens(ctx context.Context, beforeID int64, limit int) ([]account.APIToken, error)
	User(ctx context.Context, id int64) (account.User, error)
	UserByLink(ctx context.Context, secret string) (account.User, error)
	UserFor(ctx context.Context, viewer account.Viewer, id int64) (account.Managed, error)
	UserNames(ctx context.Context, ids []int64) (map[int64]string, error)
}

// contactService is what these pages ask of contacts.
type contactService interface {
	EnsureSource(ctx context.Context, name string) (contact.Source, error)
	Sources(ctx context.Context) ([]contact.Source, error)
}

// Jobs is what these pages ask of jobs.
type Jobs interface {
	// CountsUpTo returns how many jobs of each kind are in each of outbox.OpenStates, or how many at least.
	CountsUpTo(ctx context.Context) ([]outbox.KindCount, error)
	// Dead returns jobs that were given up, the newest first, with ids below beforeID (0: from the start), at most limit.
	Dead(ctx context.Context, beforeID int64, limit int) ([]outbox.Job, error)
	// Requeue gives a dead job another round of tries. It returns fault.Conflict if the job is not dead.
	Requeue(ctx context.Context, viewer account.Viewer, id int64) error
}
