package admin

import (
	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/outbox"
	"aftercall/web/frame"
)

func jobsSamples() []frame.View {
	return []frame.View{
		&jobsPage{},
		&jobsPage{
			More: true, States: outbox.OpenStates(),
			Kinds: []kindRow{{Kind: "survey.send", Name: "Send", Counts: []jobCount{{1, false}, {2, true}, {3, false}, {4, false}}}},
			Dead: []deadRow{{
				Job:  outbox.Job{ID: 7, Kind: "survey.send", LastError: "internal", UpdatedAt: clock.Instant(1)},
				Name: "Send", Why: "why",
			}},
			Pager: frame.Pager{Older: "/jobs?older=7"},
		},
	}
}

func loginSamples() []frame.View {
	return []frame.View{
		&loginPage{Page: frame.Page{Bare: true}},
		&loginPage{Page: frame.Page{Bare: true}, Form: frame.Form{Error: "wrong"}, Next: "/jobs"},
	}
}

func meSamples() []frame.View {
	return []frame.View{
		&mePage{User: account.User{Login: "wang"}},
		&mePage{
			User: account.User{Login: "wang", Role: account.Caller}, Teams: []string{"A", "B"},
			Sessions: []account.Session{{CreatedAt: 1, UserAgent: "x"}},
			Form:     frame.Form{Errors: map[string]string{"password": "short"}, Error: "no"},
			Phone:    frame.Form{Errors: map[string]string{"extension": "wrong"}}, Phrases: true,
		},
	}
}

func tokensSamples() []frame.View {
	return []frame.View{
		&tokensPage{},
		&tokensPage{
			Tokens: []account.APIToken{
				{ID: 1, Name: "help desk", Role: account.Machine, SourceID: 2, Scopes: "consent:give permission:ask", CreatedAt: 1},
				{ID: 2, Role: account.Admin, RevokedAt: 1},
			},
			Sources: map[int64]string{2: "zendesk"}, Form: frame.Form{Errors: map[string]string{"name": "wrong"}, Error: "wrong"},
			Roles:  []frame.Option{{Value: "machine", Label: "Machine"}},
			Scopes: []frame.Option{{Value: "consent:give", Label: "x"}}, Plain: "ac_x",
		},
	}
}

func usersSamples() []frame.View {
	rows := []userRow{
		{User: account.User{ID: 1, Login: "wang", Name: "Wang Min", Role: account.Caller}, Teams: "A"},
		{User: account.User{ID: 2, Login: "li", Role: account.Admin, DisabledAt: 1}},
	}
	wrong := frame.Form{Errors: map[string]string{"login": "is taken", "password": "is short"}, Error: "wrong"}
	return []frame.View{
		&usersPage{},
		&usersPage{
			Users: rows, Pager: frame.Pager{Older: "/x", Newer: "/y", Newest: "/z"},
			Form: wrong, Roles: []frame.Option{{Value: "admin", Label: "Admin"}},
		},
		&passwordPage{User: rows[0].User, Form: wrong},
	}
}
