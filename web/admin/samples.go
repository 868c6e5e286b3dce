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
		{
			Managed: account.Managed{
				User: account.User{ID: 1, Login: "wang", Name: "Wang Min", Role: account.Caller, LastLoginAt: 1}, Mine: true,
			},
			Teams: "A", Skills: "粤语",
		},
		{Managed: account.Managed{User: account.User{ID: 2, Login: "li", Role: account.Admin, DisabledAt: 1}, Mine: true}},
		{Managed: account.Managed{User: account.User{ID: 3, Login: "zhao", Role: account.Handler, PasswordHash: "x"}}},
	}
	options := []frame.Option{{Value: "admin", Label: "Admin"}}
	wrong := frame.Form{
		Errors: map[string]string{"login": "is taken", "password": "is short", "role": "e", "teams": "e", "skills": "e", "extension": "e"},
		Error:  "wrong",
	}
	held := []heldRow{
		{account.Held{What: "in_hand", Count: 1}, "/callbacks"},
		{account.Held{What: "appointments", Count: 12}, "/callbacks"},
	}
	fields := userFields{
		Form: wrong, Roles: options, Languages: options, Teams: []frame.Checkbox{{Name: "teams", Value: "A", Label: "A", Checked: true}},
		Skills: []frame.Checkbox{{Name: "skills", Value: "1", Label: "粤语"}},
		Unsure: unsure{NewTeams: []string{"B"}, Held: held, HeldAll: 13},
	}
	added := fields
	added.New = true
	after := account.UserEdit{Role: account.Caller}
	once := &onceFor{Name: "Wang", Login: "wang", URL: "https://care.example.com/set-password/x", Hours: 72}
	return []frame.View{
		&usersPage{},
		&usersPage{
			Users: rows, Pager: frame.Pager{Older: "/x", Newer: "/y", Newest: "/z"}, Narrowed: true, More: true,
			Filter: account.UserFilter{Text: "wa"}, Add: added, Roles: options, Teams: options, States: options, Import: true, Link: once,
		},
		&usersPage{Narrowed: true},
		&userPage{User: rows[0], Edit: fields, Link: once, Acts: "/audit?user=1"},
		&userPage{User: rows[1], Edit: userFields{Roles: options}, Self: true},
		&userPage{User: rows[2]},
		&disablePage{User: rows[0], Held: held, All: 13, Form: frame.Form{Error: "e"}},
		&disablePage{User: rows[0]},
		&passwordPage{User: rows[0].User, Form: wrong},
		&setPasswordPage{Page: frame.Page{Bare: true}},
		&setPasswordPage{Page: frame.Page{Bare: true}, Login: "wang", Form: wrong},
		&usersImportPage{},
		&usersImportPage{
			Form:  frame.Form{Error: "e", Errors: map[string]string{"file": "e"}},
			Wrong: []frame.FieldProblem{{Line: 3, Name: "role", Problem: "p"}},
		},
		&usersImportPage{Plan: &usersPlan{
			Rows: []planRow{
				{PlannedUser: account.PlannedUser{Line: 2, Login: "a", What: account.UserAdded, After: after}},
				{
					PlannedUser: account.PlannedUser{Line: 3, Login: "b", What: account.UserEdited, After: after},
					Teams:       "A", Skills: "粤语", Changes: "name", HeldAll: 2,
				},
			},
			Added: 1, Edited: 1, Same: 3, NewTeams: []string{"B"}, Key: "k", Lines: "[]",
		}},
		&usersImportPage{Plan: &usersPlan{Same: 2}},
		&usersImportPage{Done: &usersDone{Edited: 2, Links: []onceFor{*once}, CSV: "x", Hours: 72}},
		&usersImportPage{Done: &usersDone{Edited: 1}},
	}
}

func auditSamples() []frame.View {
	options := []frame.Option{{Value: "user.edited", Label: "x"}}
	entry := account.AuditEntry{ID: 1, At: 1, UserID: 2, Action: "user.edited", SubjectKind: "user", SubjectID: 3}
	return []frame.View{
		&auditPage{},
		&auditPage{
			Lines: []auditRow{
				{
					AuditLine: account.AuditLine{AuditEntry: entry, By: "Li"}, Did: "edited", What: "user Wang", Href: "/x", From: "page",
					Details: []string{"role: caller → handler"},
				},
				{AuditLine: account.AuditLine{AuditEntry: account.AuditEntry{TokenID: 3}, Token: "HR"}, Did: "x", What: "y"},
				{AuditLine: account.AuditLine{AuditEntry: account.AuditEntry{Door: account.ByCommand}}, Did: "x"},
				{Did: "x"},
			},
			Pager: frame.Pager{Older: "/x"}, Filter: auditQuery{Action: "user.edited", Kind: "user", ID: "3"}, Narrowed: true,
			Who: "Li", Own: true, Export: "/audit/export?", Actions: options, Kinds: options, Doors: options,
		},
		&auditPage{Narrowed: true},
	}
}
