package account_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/simplifiedchinese"
	"pgregory.net/rapid"

	"aftercall/internal/account"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
)

const userFile = `登录名,姓名,角色,班组,语言,分机,技能
wang,王敏,,二组,,8001,
li,李娜,主管,"一组、三组",中文,,
zhao,赵强,回访专员,一组,en,-,
`

func TestAFileOfUsersDoesWhatItsPreviewSaid(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		d := newDesk(db)
		admin := d.viewer(t, d.add(t, "boss", account.Admin))
		wang := d.add(t, "wang", account.Caller, "一组")
		gbk, err := simplifiedchinese.GBK.NewEncoder().String(userFile)
		must(t, err)
		for name, file := range map[string]string{"plain": userFile, "BOM": "\ufeff" + userFile, "GBK": gbk} {
			lines, err := account.ReadUserFile(t.Context(), strings.NewReader(file))
			if err != nil || len(lines) != 3 || lines[1].Name != "李娜" || lines[2].Line != 4 {
				t.Fatalf("%s: %+v, %v", name, lines, err)
			}
		}
		lines, err := account.ReadUserFile(t.Context(), strings.NewReader(userFile))
		must(t, err)
		plan, err := d.PlanUsers(t.Context(), admin, lines)
		must(t, err)
		var got []string
		for _, u := range plan.Users {
			got = append(got, fmt.Sprintf("%d %s %s %s %s", u.Line, u.Login, u.What, u.After.Role, strings.Join(u.Changes, " ")))
		}
		want := []string{"2 wang edited caller name teams extension", "3 li added supervisor ", "4 zhao added caller "}
		if diff := cmp.Diff(want, got); diff != "" || !cmp.Equal(plan.NewTeams, []string{"三组", "二组"}) {
			t.Errorf("new teams %q, users (-want +got):\n%s", plan.NewTeams, diff)
		}
		if users, err := d.Users(t.Context(), "", 9); err != nil || len(users) != 2 {
			t.Fatalf("a preview added users: %v, %v", users, err)
		}
		_, err = d.ImportUsers(t.Context(), admin, lines, "another")
		wantKind(t, err, fault.Conflict, "users_changed")
		invited, err := d.ImportUsers(t.Context(), admin, lines, plan.Key)
		if err != nil || len(invited) != 2 || invited[0].User.Login != "li" {
			t.Fatalf("invited %+v, %v", invited, err)
		}
		now, err := d.UserFor(t.Context(), admin, wang.ID)
		if err != nil || now.Name != "王敏" || now.Extension != "8001" || now.Role != account.Caller || now.Language != "en" {
			t.Errorf("who was there is %+v, %v", now, err)
		}
		if _, err := d.SetPasswordByLink(t.Context(), account.Viewer{}, invited[1].Secret, password); err != nil {
			t.Error(err)
		}
		d.login(t, "zhao")
		again, err := d.PlanUsers(t.Context(), admin, lines)
		if err != nil || again.Count(account.UserSame) != 3 {
			t.Errorf("the same file again: %+v, %v", again, err)
		}
		boss := account.Viewer{UserID: 7, Role: account.Supervisor}
		_, err = d.PlanUsers(t.Context(), boss, lines)
		wantKind(t, err, fault.Forbidden, "users_import_role")
	})
}

func TestAFileOfUsersIsTakenWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		d := newDesk(db)
		admin := d.viewer(t, d.add(t, "boss", account.Admin))
		for name, c := range map[string]struct{ file, want string }{
			"no login column": {"name,role\n王敏,caller\n", "1 header user_column_login"},
			"unknown column":  {"login,phone\nwang,1\n", "1 header user_column_unknown"},
			"column twice":    {"login,账号\nwang,wang\n", "1 header user_column_twice"},
			"no line":         {"login,name\n", "0 file user_file_empty"},
			"role":            {"login,role\nwang,king\n", "2 role unknown_value"},
			"language":        {"login,language\nwang,fr\n", "2 language unknown_value"},
			"extension":       {"login,extension\nwang,13912345678\n", "2 extension extension"},
			"skill":           {"login,skills\nwang,飞行\n", "2 skills skill_no_such"},
			"twice":           {"login\nwang\n\nWANG\n", "4 login login_twice"},
			"blank in login":  {"login\nwang min\n", "2 login no_spaces"},
			"no login":        {"login,name\n,王敏\n", "2 login required"},
			"oneself":         {"login,role\nboss,caller\n", "2 login import_self"},
		} {
			t.Run(name, func(t *testing.T) {
				lines, err := account.ReadUserFile(t.Context(), strings.NewReader(c.file))
				if err == nil {
					_, err = d.PlanUsers(t.Context(), admin, lines)
				}
				f, ok := fault.Of(err)
				if !ok || len(f.Fields) == 0 {
					t.Fatalf("%v", err)
				}
				if got := fmt.Sprint(f.Fields[0].Line, " ", f.Fields[0].Name, " ", f.Fields[0].Code); got != c.want {
					t.Errorf("%s, want %s", got, c.want)
				}
			})
		}
		lines := []account.UserLine{{Line: 2, Login: "ok"}, {Line: 3, Login: "boss", Name: "x"}}
		plan, err := d.PlanUsers(t.Context(), admin, lines)
		must(t, err)
		lines[1].Role = "caller" // as if somebody had sent another file with the key of this one
		if _, err := d.ImportUsers(t.Context(), admin, lines, plan.Key); err == nil {
			t.Error("it was taken")
		}
		if users, err := d.Users(t.Context(), "", 9); err != nil || len(users) != 1 {
			t.Errorf("half of it was written: %v %v", users, err)
		}
		many := strings.NewReader("login\n" + strings.Repeat("u\n", account.MaxUserLines+1))
		_, err = account.ReadUserFile(t.Context(), many)
		wantKind(t, err, fault.TooLarge, "user_file_long")
	})
}

func TestNoFileOfUsersPanicsOrIsReadTwoWays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		cell := rapid.SampledFrom([]string{"", "-", "wang", "Li", "caller", "主管", "一组;二组", "\"", "=1+1", "x,y", "zh-CN", "\u200b"})
		rows := rapid.SliceOfN(rapid.SliceOfN(cell, 0, 8), 0, 6).Draw(t, "rows")
		var written strings.Builder
		written.WriteString("login,name,role,teams\n")
		for _, row := range rows {
			written.WriteString(strings.Join(row, ",") + "\n")
		}
		file := written.String()
		lines, err := account.ReadUserFile(t.Context(), strings.NewReader(file))
		again, errAgain := account.ReadUserFile(t.Context(), strings.NewReader(file))
		if !cmp.Equal(lines, again) || (err == nil) != (errAgain == nil) || err != nil && !fault.Is(err, fault.Invalid) {
			t.Fatalf("%v %v", err, errAgain)
		}
	})
}
