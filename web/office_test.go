package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"aftercall/campaign"
	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/permission"
	"aftercall/internal/webtest"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/notice"
	"aftercall/tasks/callback/roster"
	"aftercall/tasks/callback/script"
	"aftercall/tasks/callback/skill"
	"aftercall/tasks/handoff"
	"aftercall/tasks/handoff/courier"
	"aftercall/tasks/incident"
	"aftercall/web/frame"
)

const unknownID = "999999999"

// namedBy is what stands for one parameter of a route: something that is there, fresh where routes use it up; something of another
// team, empty where what it names is of no team; and something that is not there.
type namedBy struct {
	own     func() string
	foreign string
	unknown string
}

// office is one server with a team's customer, callback, contact and person, the same of another team, and one of everything else.
type office struct {
	*webtest.Server
	t       testing.TB
	admin   account.Viewer
	own     []int64 // customers
	foreign []int64
	params  map[string]namedBy // by the route up to the parameter
	clients map[account.Role]*webtest.Client
	made    int
	kept    int64 // the incident that was made last
}

// What nobody but the other team may read.
var secrets = []string{"外客", "1392222"}

func newOffice(t testing.TB) *office {
	t.Helper()
	o := &office{
		Server: webtest.NewServer(t), t: t, admin: account.Viewer{UserID: 99, Role: account.Admin},
		clients: map[account.Role]*webtest.Client{},
	}
	for _, role := range account.Roles() {
		o.clients[role] = o.Login(t, role, "装维一班")
	}
	webtest.Must(t, o.Campaigns.EnsureBuiltIn(t.Context()))
	var inputs []contact.Input
	for i, name := range []string{"自家甲", "自家乙", "外客甲", "外客乙"} {
		in := webtest.SevereContact(i, name, "宽带报修")
		in.Participants[0].Team, in.Customer.Phones = "装维一班", []string{fmt.Sprintf("1391111000%d", i)}
		if i > 1 {
			in.Participants[0].Team, in.Customer.Phones = "装维二班", []string{fmt.Sprintf("1392222000%d", i)}
		}
		inputs = append(inputs, in)
	}
	o.FillDesk(t, inputs...)
	var changes []string
	for i := int64(1); i <= 4; i += 2 {
		from, err := o.Identity.Person(t.Context(), o.admin, i+1)
		webtest.Must(t, err)
		into, err := o.Identity.Person(t.Context(), o.admin, i)
		webtest.Must(t, err)
		change, err := o.Identity.Merge(t.Context(), o.admin, into.PersonID, from.PersonID, "核实是本人")
		webtest.Must(t, err)
		changes = append(changes, strconv.FormatInt(change.ID, 10))
	}
	o.own, o.foreign = []int64{1, 2}, []int64{3, 4}
	// A caller reads of callbacks what is theirs.
	webtest.Must(t, o.DB.View(t.Context()).Gorm().Exec(
		"UPDATE callbacks SET reserved_for = (SELECT id FROM users WHERE login = 'caller') WHERE id = 1").Error)
	ours := func(own, foreign string) namedBy { return namedBy{func() string { return own }, foreign, unknownID} }
	each := func(own func() string) namedBy { return namedBy{own, "", unknownID} }
	one := func(id string) namedBy { return namedBy{func() string { return id }, "", unknownID} }
	var last int64
	draft := func() int64 {
		if last != 0 {
			_ = o.Policies.Delete(t.Context(), o.admin, last, 1) // there may be fifty
		}
		p, err := o.Policies.Draft(t.Context(), o.admin, 0)
		webtest.Must(t, err)
		last = p.ID
		return last
	}
	var lastWords int64
	words := func() string {
		if lastWords != 0 {
			_ = o.Scripts.Delete(t.Context(), o.admin, lastWords, 1)
		}
		s, err := o.Scripts.Draft(t.Context(), o.admin, script.Match{Kind: "confirm", Language: "en", Category: "移机"})
		webtest.Must(t, err)
		lastWords = s.ID
		return strconv.FormatInt(s.ID, 10)
	}
	var run int64
	kept, err := o.Policies.Draft(t.Context(), o.admin, 0)
	webtest.Must(t, err)
	audience := func() int64 {
		o.made++
		a, err := o.Campaigns.Create(t.Context(), o.admin, campaign.Definition{
			Name: fmt.Sprint("audience ", o.made), Rule: campaign.Rule{Fact: campaign.ResolvedWithin, Days: 30},
			Reach: campaign.Reach{Purpose: permission.MarketingCall, Channel: permission.ByPhone},
		})
		webtest.Must(t, err)
		return a.ID
	}
	fixed := audience()
	snapshot, err := o.Campaigns.Snapshot(t.Context(), o.admin, fixed, "秋季回访")
	webtest.Must(t, err)
	export := campaign.Export{SnapshotID: snapshot.ID, Format: campaign.CSV, Reason: "x", LeftOut: "{}", CreatedBy: 1}
	webtest.Must(t, o.DB.View(t.Context()).Gorm().Create(&export).Error)
	text := func(id int64) string { return strconv.FormatInt(id, 10) }
	webtest.Must(t, o.Outcomes.EnsureBuiltIn(t.Context()))
	o.params = map[string]namedBy{
		"/contacts/:id":                        ours("1", "3"),
		"/customers/:id":                       ours("1", "3"),
		"/customers/:id/changes/:change":       ours(changes[0], changes[1]),
		"/callbacks/:id":                       ours("1", "3"),
		"/callbacks/:id/recordings/:attempt":   ours(text(o.recorded(1)), text(o.recorded(3))),
		"/callbacks/:id/attempts/:attempt":     ours(text(o.ended(1, o.caller())), text(o.ended(3, 99))),
		"/desk/:id":                            ours("1", "3"),
		"/desk/notices/:id":                    {func() string { return text(o.pinned("装维一班")) }, text(o.pinned("装维二班")), unknownID},
		"/notices/:id":                         {func() string { return text(o.pinned("装维一班")) }, text(o.pinned("装维二班")), unknownID},
		"/callbacks/filters/:id":               one("1"),
		"/callbacks/bulk/:id":                  each(o.acted),
		"/settings/working-hours/contacts/:id": {func() string { return o.reachedBy(1) }, o.reachedBy(3), unknownID},
		"/tasks/drafts/:id":                    ours("1", "3"),
		"/handoffs/:id":                        ours(text(o.handedOff(1)), text(o.handedOff(3))),
		"/scripts/:id":                         each(words),
		"/policies/:id":                        each(func() string { return text(draft()) }),
		"/policies/:id/rules/:rule":            {func() string { return "severe" }, "", "nosuch"},
		"/dryruns/:id": each(func() string {
			_ = o.Decisions.CancelDryRun(t.Context(), o.admin, run) // one of a policy at a time
			started, err := o.Decisions.StartDryRun(t.Context(), o.admin, kept.ID, 30)
			webtest.Must(t, err)
			run = started.ID
			return text(run)
		}),
		"/audiences/:id":                     one(text(fixed)),
		"/audiences/:id/snapshots/:snapshot": one(text(snapshot.ID)),
		"/exports/:id":                       one(text(export.ID)),
		"/imports/:id": each(func() string {
			run, err := o.Imports.Upload(t.Context(), o.admin, "a.csv", strings.NewReader("id,phone\n1,13911110000\n"))
			webtest.Must(t, err)
			return text(run.ID)
		}),
		"/incidents/:id": {func() string { return text(o.incident("装维一班")) }, text(o.incident("装维二班")), unknownID},
		"/jobs/:id":      one("1"),
		"/roster/shifts/:id": each(func() string {
			o.made++
			typed := roster.Typed{Name: fmt.Sprint("shift ", o.made), From: "9:00", Until: "17:00"}
			_, err := o.Roster.AddShift(t.Context(), o.admin, typed)
			webtest.Must(t, err)
			shifts, err := o.Roster.Shifts(t.Context())
			webtest.Must(t, err)
			for _, s := range shifts[1:] {
				webtest.Must(t, o.Roster.RemoveShift(t.Context(), o.admin, s.ID))
			}
			return text(shifts[0].ID)
		}),
		"/roster/changes/:id": {func() string { return o.rostered("装维一班") }, o.rostered("装维二班"), unknownID},
		"/suppressions/:id": each(func() string {
			o.made++
			_, err := o.Permission.SuppressByHand(t.Context(), o.admin, permission.Suppression{
				Kind: permission.PhoneAddress, Address: fmt.Sprintf("+86137000%05d", o.made),
				Scope: permission.Everything, Reason: "complaint",
			})
			webtest.Must(t, err)
			list, err := o.Permission.Suppressions(t.Context(), permission.SuppressionFilter{}, 1)
			webtest.Must(t, err)
			return text(list[0].ID)
		}),
		"/settings/calling-hours/versions/:id": one(text(o.published())),
		"/settings/outcomes/versions/:id":      one("1"),
		"/settings/tokens/:id": each(func() string {
			_, err := o.Accounts.CreateToken(t.Context(), "x", account.Caller, 0)
			webtest.Must(t, err)
			list, err := o.Accounts.Tokens(t.Context(), 0, 1)
			webtest.Must(t, err)
			return text(list[0].ID)
		}),
		"/settings/skills/:id": each(func() string {
			o.made++
			s, err := o.Skills.Add(t.Context(), o.admin, fmt.Sprint("skill ", o.made))
			webtest.Must(t, err)
			return text(s.ID)
		}),
		"/settings/skill-rules/:id": each(func() string {
			o.made++
			s, err := o.Skills.Add(t.Context(), o.admin, fmt.Sprint("skill ", o.made))
			webtest.Must(t, err)
			webtest.Must(t, o.Skills.AddRule(t.Context(), o.admin, skill.Rule{Category: fmt.Sprint("c", o.made), SkillID: s.ID}))
			kept, err := o.Skills.All(t.Context())
			webtest.Must(t, err)
			return text(kept.Rules[len(kept.Rules)-1].ID)
		}),
		"/settings/users/:id":  {func() string { return text(o.user("装维一班")) }, text(o.user("装维二班")), unknownID},
		"/set-password/:token": one("x"),
		"/users/:id":           {func() string { return text(o.user("装维一班")) }, "", unknownID},
	}
	return o
}

// rostered changes the roster of a new caller of a team, and returns the change.
func (o *office) rostered(team string) string {
	o.t.Helper()
	o.made++
	u, err := o.Accounts.AddUser(o.t.Context(), account.NewUser{
		Login: fmt.Sprint("rostered", o.made), Password: webtest.Password, Role: account.Caller, Teams: []string{team},
	})
	webtest.Must(o.t, err)
	day := roster.Monday(clock.DayOf(webtest.Now, o.Zone)) + 7
	came, err := o.Roster.Set(o.t.Context(), o.admin, roster.Edit{
		Cells: []roster.Cell{{UserID: u.ID, Day: day, Entries: []roster.Entry{{Kind: roster.Off}}}},
	})
	webtest.Must(o.t, err)
	return strconv.FormatInt(came.ChangeID, 10)
}

// user adds a caller of a team.
func (o *office) user(team string) int64 {
	o.t.Helper()
	o.made++
	u, err := o.Accounts.AddUser(o.t.Context(), account.NewUser{
		Login: fmt.Sprint("spare", o.made), Name: "Spare", Password: webtest.Password, Role: account.Caller, Teams: []string{team},
	})
	webtest.Must(o.t, err)
	return u.ID
}

// incident adds an incident of a team.
func (o *office) incident(team string) int64 {
	o.t.Helper()
	teams, err := o.Accounts.Teams(o.t.Context())
	webtest.Must(o.t, err)
	o.made++
	d := incident.Definition{Name: fmt.Sprint("外客 ", o.made), From: webtest.Now.Add(-time.Hour)}
	if team == "装维一班" {
		d.Name = fmt.Sprint("incident ", o.made)
	}
	for _, t := range teams {
		if t.Name == team {
			d.TeamID = t.ID
		}
	}
	if o.kept != 0 {
		_ = o.Incidents.Dismiss(o.t.Context(), o.admin, o.kept, "room for another") // there may be fifty
	}
	i, err := o.Incidents.Create(o.t.Context(), o.admin, d)
	webtest.Must(o.t, err)
	if team == "装维一班" {
		o.kept = i.ID
	}
	return i.ID
}

// reachedBy adds somebody who gets links to the team of a contact.
func (o *office) reachedBy(contactID int64) string {
	o.t.Helper()
	o.made++
	var r contact.Resolution
	webtest.Must(o.t, o.DB.View(o.t.Context()).Gorm().Where("contact_id = ?", contactID).Take(&r).Error)
	webtest.Must(o.t, o.Couriers.AddContact(o.t.Context(), o.admin, courier.NewContact{
		TeamID: r.TeamID, Name: fmt.Sprintf("班长%d", o.made), Way: courier.BySMS, Address: "13900001111", Language: "zh-CN",
	}))
	var last courier.Contact
	webtest.Must(o.t, o.DB.View(o.t.Context()).Gorm().Last(&last).Error)
	return strconv.FormatInt(last.ID, 10)
}

// handedOff opens a handoff about a contact, in whose second call the caller of the office would ask where it is of their team.
func (o *office) handedOff(contactID int64) int64 {
	o.t.Helper()
	var r contact.Resolution
	webtest.Must(o.t, o.DB.View(o.t.Context()).Gorm().Where("contact_id = ?", contactID).Take(&r).Error)
	opening := handoff.Opening{Kind: handoff.Unsolved, ResolutionID: r.ID, Said: "还是上不了网"}
	if opening.ForCaller = o.caller(); contactID > 2 {
		opening.ForCaller = 99
	}
	h, err := o.Handoffs.Open(o.t.Context(), o.admin, opening)
	webtest.Must(o.t, err)
	return h.ID
}

// recorded adds a call with a recording to a callback, made by the caller of the office, who may hear it.
func (o *office) recorded(callbackID int64) int64 {
	o.t.Helper()
	webtest.Must(o.t, o.Scripts.SetCentre(o.t.Context(), o.admin, script.Centre{OwnCalls: true}))
	a := callback.Attempt{CallbackID: callbackID, No: 90, CallerID: o.caller(), RecordingURL: "https://pbx.example.com/r/1"}
	webtest.Must(o.t, o.DB.View(o.t.Context()).Gorm().Create(&a).Error)
	return a.ID
}

// pinned pins a notice on the desks of a team. There may be as many as are up at once.
func (o *office) pinned(team string) int64 {
	o.t.Helper()
	g := o.DB.View(o.t.Context()).Gorm()
	webtest.Must(o.t, g.Exec("UPDATE notices SET ends_at = 1 WHERE id < (SELECT MAX(id) FROM notices) - 10").Error)
	var id int64
	webtest.Must(o.t, g.Raw("SELECT id FROM teams WHERE name = ?", team).Scan(&id).Error)
	n, err := o.Notices.Pin(o.t.Context(), o.admin, notice.Text{Kind: notice.Announcement, Body: "致" + team, Teams: []int64{id}})
	webtest.Must(o.t, err)
	return n.ID
}

// acted is an act on many callbacks of the supervisor of the office.
func (o *office) acted() string {
	o.t.Helper()
	var boss account.User
	webtest.Must(o.t, o.DB.View(o.t.Context()).Gorm().Where("role = ?", account.Supervisor).Take(&boss).Error)
	o.made++
	viewer := account.Viewer{UserID: boss.ID, Role: account.Supervisor}
	act, err := o.Bulk.Begin(o.t.Context(), viewer, []int64{2}, callback.Act{Kind: callback.ActPriority, Priority: 1 + o.made%5, Why: "x"})
	webtest.Must(o.t, err)
	return strconv.FormatInt(act.ID, 10)
}

// ended adds a call with an outcome to a callback.
func (o *office) ended(callbackID, callerID int64) int64 {
	o.t.Helper()
	a := callback.Attempt{CallbackID: callbackID, No: 91, CallerID: callerID, EndedAt: webtest.Now, CallResult: callback.NoAnswer}
	webtest.Must(o.t, o.DB.View(o.t.Context()).Gorm().Create(&a).Error)
	return a.ID
}

// caller is the caller of the office.
func (o *office) caller() int64 {
	o.t.Helper()
	var caller account.User
	webtest.Must(o.t, o.DB.View(o.t.Context()).Gorm().Where("role = ?", account.Caller).Take(&caller).Error)
	return caller.ID
}

// published publishes a version of the rules and returns its number.
func (o *office) published() int64 {
	o.t.Helper()
	webtest.Must(o.t, o.Permission.EnsureBuiltIn(o.t.Context()))
	rules, err := o.Permission.Publish(o.t.Context(), o.admin, o.Permission.Rules(), o.Permission.Rules().Version, "the same")
	webtest.Must(o.t, err)
	return int64(rules.Version)
}

// What routes are sent, so that nothing but who asks for what decides; ids of customers stand as :own.
var sent = map[string]url.Values{
	"POST /desk/:id/customer":          {"name": {"x"}},
	"POST /desk/:id/draft":             {"fence": {"1"}, "note": {"x"}},
	"POST /desk/:id/finish":            {"fence": {"1"}, "call_result": {"wrong_number"}},
	"POST /desk/:id/dial":              {"fence": {"1"}},
	"POST /desk/:id/skip":              {"fence": {"1"}, "skip_reason": {"other"}},
	"POST /desk/:id/release":           {"fence": {"1"}},
	"POST /desk/:id/transfer":          {"fence": {"1"}, "transfer_to": {"team-1"}, "transfer_words": {"x"}},
	"POST /desk/notices/:id/read":      {"version": {"1"}},
	"POST /notices/:id":                {"kind": {"announcement"}, "body": {"x"}},
	"GET /floor/queue":                 {"part": {"ready"}},
	"POST /desk/:id/wait":              {"fence": {"1"}},
	"POST /callbacks/:id/reassign":     {"caller": {"0"}, "why": {"x"}},
	"POST /callbacks/:id/release":      {"why": {"x"}},
	"POST /callbacks/:id/priority":     {"priority": {"1"}, "why": {"x"}},
	"POST /callbacks/:id/move":         {"at": {soon}, "why": {"x"}},
	"POST /callbacks/:id/pause":        {"at": {soon}, "why": {"x"}},
	"POST /callbacks/:id/cancel":       {"why": {"x"}},
	"POST /callbacks/filters":          {"name": {"x"}},
	"POST /callbacks/bulk":             {"act": {"cancel"}, "scope": {"all"}},
	"POST /contacts/:id/callbacks":     {"kind": {"confirm"}, "priority": {"2"}, "reason": {"客户要求"}},
	"POST /customers/:id/merge/search": {"search": {"K-3"}},
	"POST /customers/:id/split":        {"record": {"1"}, "reason": {"不是本人"}},
	"POST /customers/:id/apart":        {"contact": {"1"}, "name": {"李娜"}, "reason": {"不是本人"}},
	"POST /customers/:id/permission/consents": {
		"purpose": {"survey"}, "answer": {"given"}, "basis": {"consent"}, "evidence": {"x"},
	},
	"POST /customers/:id/permission/refusals":           {"scope": {"surveys"}, "refusal_evidence": {"x"}},
	"POST /audiences/:id/snapshots":                     {"reason": {"x"}},
	"POST /audiences/:id/snapshots/:snapshot/exports":   {"format": {"csv"}, "reason": {"x"}},
	"POST /settings/calling-hours/versions/:id/publish": {"note": {"x"}, "based_on": {"1"}},
	"GET /settings/outcomes/code":                       {"layer": {"call"}, "key": {"busy"}},
	"POST /suppressions/:id/lift":                       {"reason": {"x"}},
	"POST /policies/:id":                                {"revision": {"1"}},
	"POST /policies/:id/rules/:rule":                    {"revision": {"1"}},
	"POST /policies/:id/rules/:rule/up":                 {"revision": {"1"}},
	"POST /policies/:id/rules/:rule/down":               {"revision": {"1"}},
	"POST /policies/:id/rules/:rule/remove":             {"revision": {"1"}},
	"POST /policies/:id/rules/:rule/restore":            {"revision": {"1"}},
	"POST /scripts/:id":                                 {"revision": {"1"}, "body": {"[Opening]\n{caller} of {centre}"}},
	"POST /roster/shifts/:id":                           {"name": {"x"}, "from": {"9:00"}, "until": {"17:00"}},
	"GET /desk/:id/own-time":                            {"appointment": {"1"}},
	"POST /scripts/:id/preview":                         {},
	"POST /scripts/:id/publish":                         {"revision": {"1"}},
	"POST /scripts/:id/delete":                          {"revision": {"1"}},
	"POST /policies/:id/dryruns":                        {"days": {"30"}},
	"POST /settings/users/:id/password":                 {"password": {webtest.Password}},
	"POST /settings/users/:id":                          {"name": {"x"}, "role": {"caller"}},
	"GET /settings/calling-hours/stricter":              {"new": {"1"}},
	"GET /permission/customers":                         {"purpose": {"survey"}, "channel": {"sms"}},
	"POST /customers/:id/permission/refusals/undo":      {"at": {strconv.FormatInt(int64(webtest.Now), 10)}},
	"GET /decisions/list":                               {"kind": {"callback"}, "state": {"resolved"}},
	"POST /customers/:id/changes/:change/undo":          {},
}

// soon is a time as forms send it, in calling hours.
var soon = webtest.Now.In(time.FixedZone("", 8*60*60)).Add(24 * time.Hour).Format(frame.LocalInput)

// What is answered otherwise than by the rule, and why.
var exceptions = map[string]string{
	"POST /tasks/drafts/:id/discard":               "idempotent: a draft that is not there is discarded",
	"POST /customers/:id/permission/refusals/undo": "the refusal of that instant is not there",
	"POST /scripts/:id/retire":                     "a draft is not in force",
	"POST /policies/:id/rollback":                  "a draft was never in force",
	"POST /policies/:id/rules/:rule/restore":       "the rule was not removed",
	"POST /callbacks/filters/:id/delete":           "idempotent: a filter that is not there is deleted",
	"POST /callbacks/:id/resume":                   "nothing is paused: a caller is not told more",
	"GET /desk/:id/own-time":                       "it is not in their hands any more",
	"POST /dryruns/:id/cancel":                     "idempotent: what is not under way is stopped",
}

// ask sends a request of a route with the ids of one kind.
func (o *office) ask(c *webtest.Client, method, route, path string) webtest.Response {
	o.t.Helper()
	values := sent[method+" "+route]
	if method == http.MethodGet || strings.HasSuffix(route, "/undo") && len(values) > 0 {
		return c.Do(method, strings.TrimSuffix(path+"?"+values.Encode(), "?"), nil, nil)
	}
	return c.Post(path, values)
}
