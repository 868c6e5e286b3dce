package admin_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"aftercall/internal/account"
	"aftercall/internal/webtest"
	"aftercall/web/frame"
)

func TestAUserSetsTheirPasswordByTheLinkTheyWereGiven(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	admin := ts.Login(t, account.Admin)
	made := admin.Post("/settings/users", url.Values{"login": {"wang"}, "name": {"王敏"}, "role": {"caller"}}).Page(http.StatusCreated)
	link := made.Find(".once code").Text()
	path := strings.TrimPrefix(link, ts.URL)
	if path == link || strings.Contains(admin.Get("/settings/users").Body, link) {
		t.Fatalf("the link %q is not ours, or is shown again", link)
	}
	stranger := ts.Anonymous(t)
	if over := stranger.Get(path + "x").Page(http.StatusNotFound); over.Find("[role=alert]").Length() != 1 {
		t.Error("a wrong link is not told what to do")
	}
	short := stranger.Post(path, url.Values{"password": {"short"}}).Page(http.StatusUnprocessableEntity)
	if got := webtest.TextsOf(short, "#e-password"); len(got) != 1 {
		t.Errorf("a short password is refused as %q", got)
	}
	if r := stranger.Post(path, url.Values{"password": {webtest.Password}}); r.Header.Get("Location") != frame.LoginPath {
		t.Fatalf("after it: %d %s", r.Status, r.Header.Get("Location"))
	}
	if r := stranger.Post("/login", url.Values{"login": {"wang"}, "password": {webtest.Password}}); r.Status != http.StatusSeeOther {
		t.Errorf("they cannot log in: %d", r.Status)
	}
	stranger.Post(path, url.Values{"password": {webtest.Password}}).Page(http.StatusNotFound)
}

func TestWhatAnEditMayNotMeanIsAskedFirst(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	admin, caller := ts.Login(t, account.Admin), ts.Login(t, account.Caller)
	ts.FillDesk(t, webtest.SevereContact(1, "张伟", "宽带报修"))
	caller.Follow(caller.Post("/desk/claim", nil)).Page(http.StatusOK)
	edit := url.Values{"name": {"王敏"}, "role": {"handler"}, "teams": {"装维九班"}, "revision": {"0"}}
	asked := admin.Post("/settings/users/2", edit).Page(http.StatusConflict)
	got := webtest.TextsOf(asked, ".error.whole p")
	if len(got) != 2 || !strings.Contains(got[0], "装维九班") || !strings.Contains(got[1], "1 callback") {
		t.Errorf("it is asked %q", got)
	}
	if href, _ := asked.Find(".error.whole li a").Attr("href"); href != "/callbacks?caller=2&state=claimed" {
		t.Errorf("the number leads to %q", href)
	}
	for _, name := range []string{"new_teams", "hand_back", "revision"} {
		value, _ := asked.Find("form[action='/settings/users/2'] input[name=" + name + "]").Attr("value")
		edit.Set(name, value)
	}
	admin.Follow(admin.Post("/settings/users/2", edit)).Page(http.StatusOK)
	user, err := ts.Accounts.UserFor(t.Context(), account.Viewer{}, 2)
	if err != nil || user.Role != account.Handler || user.Name != "王敏" || len(user.TeamIDs) != 1 {
		t.Errorf("they are %+v, %v", user, err)
	}
	edit.Set("name", "王小敏") // made from what the user was before
	stale := admin.Post("/settings/users/2", edit).Page(http.StatusConflict)
	if got := webtest.TextsOf(stale, ".error.whole"); len(got) != 1 || !strings.HasPrefix(got[0], "Somebody else edited") {
		t.Errorf("who is second is told %q", got)
	}
	if revision, _ := stale.Find("input[name=revision]").Attr("value"); revision != "1" {
		t.Errorf("sent again it is made from revision %q", revision)
	}
}

func TestAFileOfUsersIsPreviewedAndThenTaken(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	admin := ts.Login(t, account.Admin)
	const path = "/settings/users/import"
	wrong := admin.SendFile(path, "u.csv", "login,role\nwang,king\nli min,caller\n").Page(http.StatusUnprocessableEntity)
	if got := webtest.TextsOf(wrong, "tbody td:first-child"); !slices.Equal(got, []string{"2", "3"}) {
		t.Errorf("wrong lines are %q", got)
	}
	plan := admin.SendFile(path, "u.csv", "登录名,姓名,班组\nwang,王敏,一组\nadmin,老板,\n").Page(http.StatusOK)
	if got := webtest.TextsOf(plan, "tbody .tag"); !slices.Equal(got, []string{"added", "changed"}) {
		t.Errorf("it would do %q", got)
	}
	if ts.Rows(t, "users") != 1 {
		t.Error("the preview wrote users")
	}
	key, _ := plan.Find("input[name=key]").Attr("value")
	sent := url.Values{"lines": {plan.Find("textarea[name=lines]").Text()}, "key": {key}}
	done := admin.Post(path+"/apply", sent).Page(http.StatusOK)
	link := done.Find("code").Text()
	if !strings.Contains(link, "/set-password/") || ts.Rows(t, "users") != 2 {
		t.Fatalf("the link is %q", link)
	}
	csv := admin.Post(path+"/links.csv", url.Values{"csv": {done.Find("textarea[name=csv]").Text()}})
	if !strings.Contains(csv.Body, link) || !strings.Contains(csv.Header.Get("Content-Disposition"), "attachment") {
		t.Errorf("the file of links: %q", csv.Body)
	}
	changed := admin.Post(path+"/apply", sent).Page(http.StatusConflict) // who is there by now is not added again
	if got := webtest.TextsOf(changed, ".error.whole"); len(got) > 1 {
		t.Errorf("it is told %q", got)
	}
	for _, broken := range []string{"", "{", "[]", "null", `[{"Login":5}]`} {
		if r := admin.Post(path+"/apply", url.Values{"lines": {broken}, "key": {key}}); r.Status != 422 && r.Status != 413 {
			t.Errorf("%q is answered %d", broken, r.Status)
		}
	}
}

func TestTheAuditIsReadNarrowedAndTakenAway(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	admin := ts.Login(t, account.Admin)
	ts.Login(t, account.Caller)
	admin.Post("/settings/users/2", url.Values{"name": {"王敏"}, "role": {"handler"}, "revision": {"0"}})
	page := admin.Get("/audit?kind=user&id=2&action=user.edited").Page(http.StatusOK)
	rows := page.Find("tbody tr")
	if rows.Length() != 1 || !strings.Contains(rows.Text(), "edited a user") || !strings.Contains(rows.Text(), "role: Caller → Handler") ||
		!strings.Contains(rows.Text(), "page · 127.0.0.0/24") {
		t.Errorf("the line is %q", rows.Text())
	}
	if href, _ := rows.Find("td:nth-child(4) a").Attr("href"); href != "/settings/users/2" {
		t.Errorf("the user's page is %q", href)
	}
	for _, odd := range []string{"?id=x&from=2026-13-40&user=-1&older=zz", "?action=nosuch&kind=nosuch&door=window", "?older=1-2,3-4"} {
		admin.Get("/audit" + odd).Page(http.StatusOK)
	}
	csv := admin.Get("/audit/export?kind=user&format=csv")
	if csv.Status != http.StatusOK || strings.Count(csv.Body, "\r\n") < 4 || !strings.HasPrefix(csv.Body, "\ufeff") {
		t.Errorf("the file is %d %q", csv.Status, csv.Body)
	}
	book := admin.Get("/audit/export?format=xlsx")
	file, err := excelize.OpenReader(strings.NewReader(book.Body))
	if err != nil {
		t.Fatal(err)
	}
	cells, err := file.GetRows(file.GetSheetName(0))
	if err != nil || len(cells) < 6 || cells[0][1] != "Who" || cells[1][3] != "exported the audit" {
		t.Errorf("the workbook has %q, %v", cells, err)
	}
	if r := admin.Get("/audit/export?format=pdf"); r.Status != http.StatusUnprocessableEntity {
		t.Errorf("another format: %d", r.Status)
	}
	exports := admin.Get("/audit?action=audit.exported").Page(http.StatusOK).Find("tbody tr").Length()
	if exports != 2 {
		t.Errorf("%d exports are in the audit", exports)
	}
}

var actionWord = regexp.MustCompile(`^[a-z]+\.[a-z_]+$`)

// Every act that is written into the audit, and every kind of thing it is about, has words in both languages. An action that is put
// together elsewhere than in the call is looked for where it is given.
func TestEveryActOfTheAuditHasWords(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	actions, kinds := auditWords(t)
	if len(actions) < 50 || len(kinds) < 15 {
		t.Fatalf("only %d actions and %d kinds were found", len(actions), len(kinds))
	}
	for _, lang := range account.Languages() {
		for prefix, words := range map[string]map[string]string{"audit.action_": actions, "audit.kind_": kinds} {
			for word, at := range words {
				if _, err := ts.Catalogue.Text(lang, prefix+word, nil); err != nil {
					t.Errorf("%s: %v: add it to web/admin/locales/audit.%s.json", at, err, lang)
				}
			}
		}
	}
}

// auditWords finds the actions and kinds in the calls of Audit and of what stands for it, with where they are.
func auditWords(t *testing.T) (actions, kinds map[string]string) {
	t.Helper()
	actions, kinds = map[string]string{}, map[string]string{}
	// by function: which arguments are an action and a kind; -1 for none
	calls := map[string][2]int{"Audit": {3, 4}, "changeUser": {2, -1}, "changeOwn": {2, -1}, "regroup": {2, -1}}
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		body, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, path, body, 0)
		if err != nil {
			return err
		}
		note := func(to map[string]string, e ast.Expr) {
			if literal, ok := e.(*ast.BasicLit); ok && literal.Kind == token.STRING {
				if word, err := strconv.Unquote(literal.Value); err == nil && word != "" {
					to[word] = files.Position(e.Pos()).String()
				}
			}
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				name := ""
				switch f := n.Fun.(type) {
				case *ast.Ident:
					name = f.Name
				case *ast.SelectorExpr:
					name = f.Sel.Name
				}
				if at, ok := calls[name]; ok && at[0] < len(n.Args) {
					note(actions, n.Args[at[0]])
					if at[1] >= 0 && at[1] < len(n.Args) {
						note(kinds, n.Args[at[1]])
					}
				}
			case *ast.KeyValueExpr: // a document that is published in versions
				if key, ok := n.Key.(*ast.Ident); ok && key.Name == "Action" {
					if literal, ok := n.Value.(*ast.BasicLit); ok && actionWord.MatchString(strings.Trim(literal.Value, `"`)) {
						note(actions, n.Value)
					}
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return actions, kinds
}
