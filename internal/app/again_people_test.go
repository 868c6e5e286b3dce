package app

import (
	"strings"

	"aftercall/internal/account"
	"aftercall/internal/contact/imports"
	"aftercall/internal/table"
	"aftercall/tasks/callback"
)

// peopleCases are what is done to users, what they hand back by it, and what is taken away as a file.
func peopleCases() map[string]useCase {
	moved := account.UserEdit{Name: "Li", Role: account.Handler, Teams: []string{"二线组", "新组"}, Revision: account.AnyRevision}
	lines := []account.UserLine{{Line: 2, Login: "new", Teams: "新组"}, {Line: 3, Login: "caller", Role: "handler"}}
	return map[string]useCase{
		"Accounts.Invite": just(func(o *office) error {
			_, _, err := o.Accounts.Invite(o.ctx(), o.admin, account.NewUser{Login: "new", Role: account.Caller, Teams: []string{"新组"}})
			return err
		}),
		"Accounts.EditUser": func(o *office) func() (any, error) {
			o.claim()
			return func() (any, error) { return nil, o.Accounts.EditUser(o.ctx(), o.admin, o.caller.UserID, moved) }
		},
		"Accounts.DisableUser of who is calling": func(o *office) func() (any, error) {
			o.claim()
			return func() (any, error) { return nil, o.Accounts.DisableUser(o.ctx(), o.caller.UserID) }
		},
		"Accounts.LinkPassword": just(func(o *office) error {
			_, err := o.Accounts.LinkPassword(o.ctx(), o.admin, o.caller.UserID)
			return err
		}),
		"Accounts.SetPasswordByLink": func(o *office) func() (any, error) {
			secret, err := o.Accounts.LinkPassword(o.ctx(), o.admin, o.caller.UserID)
			o.must(err)
			return func() (any, error) {
				u, err := o.Accounts.SetPasswordByLink(o.ctx(), account.Viewer{}, secret, "another "+password)
				return u.ID, err
			}
		},
		"Accounts.ImportUsers": func(o *office) func() (any, error) {
			plan, err := o.Accounts.PlanUsers(o.ctx(), o.admin, lines)
			o.must(err)
			return func() (any, error) {
				invited, err := o.Accounts.ImportUsers(o.ctx(), o.admin, lines, plan.Key)
				return len(invited), err
			}
		},
		"Accounts.ExportAudit": func(o *office) func() (any, error) {
			return func() (any, error) {
				return o.Accounts.ExportAudit(o.ctx(), o.admin, account.AuditFilter{}, func(account.AuditLine) error { return nil })
			}
		},
		"Imports.WriteRejected": func(o *office) func() (any, error) {
			run := o.begun()
			return func() (any, error) {
				var b strings.Builder
				w := table.NewCSVWriter(&b)
				return nil, o.Imports.WriteRejected(o.ctx(), run.ID, w, "reason", func(r imports.Reason) string { return r.Code })
			}
		},
	}
}

// leave disables whoever is calling, whose work a job looks for once more.
func (o *office) leave() int64 {
	d := o.claim()
	o.must(o.Accounts.DisableUser(o.ctx(), o.caller.UserID))
	o.must(o.DB.View(o.ctx()).Gorm().Model(&callback.Callback{}).Where("id = ?", d.Callback.ID).
		Update("reserved_for", o.caller.UserID).Error)
	return o.caller.UserID
}
