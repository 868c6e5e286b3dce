// Package admin is how people get in and what administrators run: the login, one's own account, users, their skills, API tokens,
// and the background jobs.
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
		),
		Samples: slices.Concat(
			dialerSamples(),
			jobsSamples(),
			loginSamples(),
			meSamples(),
			skillsSamples(),
			tokensSamples(),
			usersSamples(),
		),
	}
}

// accountService is what these pages ask of accounts.
type accountService interface {
	AddUser(ctx context.Context, n account.NewUser) (account.User, error)
	ChangeOwnPassword(ctx context.Context, viewer account.Viewer, keepToken, old, password string) error
	CreateToken(ctx context.Context, name string, role account.Role, sourceID int64, scopes ...account.Scope) (plain string, err error)
	DisableUser(ctx context.Context, id int64) error
	EnableUser(ctx context.Context, id int64) error
	Login(ctx context.Context, a account.Attempt) (account.Entry, error)
	Logout(ctx context.Context, token string) error
	RevokeOtherSessions(ctx context.Context, viewer account.Viewer, keepToken string) error
	RevokeToken(ctx context.Context, id int64) error
	Sessions(ctx context.Context, userID int64) ([]account.Session, error)
	SetExtension(ctx context.Context, viewer account.Viewer, value string) error
	SetLanguage(ctx context.Context, viewer account.Viewer, language string) error
	SetPassword(ctx context.Context, id int64, password string) error
	TeamNames(ctx context.Context, ids []int64) (map[int64]string, error)
	TeamsOfUsers(ctx context.Context, userIDs []int64) (map[int64][]int64, error)
	Tokens(ctx context.Context, beforeID int64, limit int) ([]account.APIToken, error)
	User(ctx context.Context, id int64) (account.User, error)
	Users(ctx context.Context, afterLogin string, limit int) ([]account.User, error)
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
