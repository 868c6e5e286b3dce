package followup_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/contact/identity"
	"aftercall/internal/database"
	"aftercall/internal/permission"
	"aftercall/internal/upkeep"
	"aftercall/internal/webtest"
	"aftercall/tasks/callback"
)

// severe claims the callback of a contact.
func severe(t *testing.T, ts *webtest.Server, viewer account.Viewer) callback.Desk {
	t.Helper()
	ts.FillDesk(t, webtest.SevereContact(1, "张伟", "宽带"))
	desk, err := ts.Callbacks.Claim(t.Context(), viewer)
	webtest.Must(t, err)
	return desk
}

var boss = account.Viewer{UserID: 1, Role: account.Admin}

func TestContactCustomerAndCallbackLeadToEachOther(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	cb := severe(t, ts, boss).Callback
	_, err := ts.Callbacks.Skip(t.Context(), boss, cb.ID, cb.Fence, callback.SkipLanguage)
	webtest.Must(t, err)
	c := ts.Login(t, account.Supervisor)
	pages := map[string]string{
		"contact":  fmt.Sprintf("/contacts/%d", cb.ContactID),
		"customer": fmt.Sprintf("/customers/%d", cb.CustomerID),
		"callback": fmt.Sprintf("/callbacks/%d", cb.ID),
	}
	for from, path := range pages {
		page := c.Get(path).Page(http.StatusOK)
		for to, href := range pages {
			if from != to && page.Find(fmt.Sprintf(`main a[href=%q]`, href)).Length() == 0 {
				t.Errorf("the page of the %s does not lead to the %s", from, to)
			}
		}
	}
	// What leads to a place on a contact's page finds it there, and what happened says who did it and why.
	contactPage, customer := c.Get(pages["contact"]).Page(http.StatusOK), c.Get(pages["customer"]).Page(http.StatusOK)
	place, found := customer.Find(`#timeline a[href*="#decision-"]`).Attr("href")
	_, id, _ := strings.Cut(place, "#")
	if !found || contactPage.Find("#"+id).Length() != 1 {
		t.Errorf("%q leads nowhere", place)
	}
	if line := customer.Find("#timeline li").Text(); !strings.Contains(line, "skipped: Somebody should call who speaks the language") {
		t.Errorf("nothing tells the skip: %q", line)
	}
	if open := customer.Find("#open").Text(); !strings.Contains(open, "Next:") || !strings.Contains(open, "Confirmation") {
		t.Errorf("open is %q", open)
	}
	// A handler reads the same, and is led nowhere where they may not go.
	page := ts.Login(t, account.Handler).Get(pages["customer"]).Page(http.StatusOK)
	if page.Find("#timeline li").Length() == 0 || page.Find(`main a[href^="/callbacks/"]`).Length() > 0 {
		t.Error("a handler sees no timeline, or is led to callbacks")
	}
}

func TestTheTimelineShowsNothingOfOtherTeamsContacts(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	own, other := webtest.Example("T-1"), webtest.Example("T-2")
	other.Customer = own.Customer
	other.Participants = []contact.InputParticipant{{Agent: "赵磊", Team: "三线组"}}
	ids := ts.AddContacts(t, own, other)
	found, err := contact.ContactsByID(ts.DB.View(t.Context()), ids)
	webtest.Must(t, err)
	path := fmt.Sprintf("/customers/%d", found[ids[0]].CustomerID)
	page := ts.Login(t, account.Supervisor, "二线组").Get(path)
	if strings.Contains(page.Body, "T-2") || !strings.Contains(page.Body, "1 contact of another team is not shown") {
		t.Error("another team's contact is shown, or not counted")
	}
	if all := ts.Login(t, account.Admin).Get(path).Body; !strings.Contains(all, "T-2") || strings.Contains(all, "is not shown") {
		t.Error("an administrator does not see all of it")
	}
}

func TestALongTimelineIsReadPageByPageAndByTopic(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	inputs := make([]contact.Input, 20)
	for i := range inputs {
		inputs[i] = webtest.Example(fmt.Sprint("T-", i))
		inputs[i].Customer.Reference = "C-1"
	}
	found, err := contact.ContactsByID(ts.DB.View(t.Context()), ts.AddContacts(t, inputs...))
	webtest.Must(t, err)
	c := ts.Login(t, account.Supervisor)
	path, told := "", map[string]int{}
	for _, of := range found {
		path = fmt.Sprintf("/customers/%d", of.CustomerID)
	}
	for next, pages := path+"?topic=contacts", 0; next != ""; pages++ {
		page := c.Get(strings.TrimSuffix(next, "#timeline")).Page(http.StatusOK)
		if page.Find(`.tabs [aria-current]`).Text() != "Contacts" {
			t.Fatal("the page does not say which part of the timeline it shows")
		}
		for _, line := range page.Find("#timeline li").EachIter() {
			told[line.Text()]++
		}
		next, _ = page.Find(`a[rel="next"]`).Attr("href")
		if pages > 2 {
			t.Fatal("it has no end")
		}
	}
	if len(told) != 60 { // opened, taken in and resolved, of each
		t.Errorf("%d things are told, not 60", len(told))
	}
	none := c.Get(path + "?topic=touches").Page(http.StatusOK).Find("#timeline").Text()
	if !strings.Contains(none, "Nothing is recorded") {
		t.Errorf("touches there are none of: %q", none)
	}
	if c.Get(path+"?topic=nosuch&older=1-2-x").Status != http.StatusOK {
		t.Error("an address that was written wrongly has no page")
	}
}

// Whatever is told, it is told in words, and no number whole.
func TestWhatATimelineTellsHasWords(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	cb := severe(t, ts, boss).Callback
	add := func(row any) {
		t.Helper()
		webtest.Must(t, ts.DB.InTx(t.Context(), func(_ context.Context, tx database.Tx) error { return tx.Gorm().Create(row).Error }))
	}
	for _, kind := range callback.ChangeKinds() {
		for _, keptFor := range []int64{0, 1} {
			change := callback.Change{CallbackID: cb.ID, At: 1, UserID: 1, ForUserID: keptFor, Kind: kind, Reason: "no_answer"}
			if kind == callback.ChangeSkipped {
				change.Reason = "other"
			}
			add(&change)
		}
	}
	add(&callback.Change{CallbackID: cb.ID, At: 1, UserID: 1, Kind: callback.ChangeCorrected, Reason: "no_answer", Became: "solved"})
	for _, given := range []bool{true, false} {
		for _, channel := range []permission.Channel{"", permission.ByPhone} {
			add(&permission.ConsentEvent{CustomerID: cb.CustomerID, Purpose: permission.Survey, Channel: channel, Given: given, At: 1})
		}
	}
	customers, err := ts.Contacts.CustomersByID(t.Context(), boss, []int64{cb.CustomerID})
	webtest.Must(t, err)
	addresses, err := contact.AddressesOf(ts.DB.View(t.Context()), []int64{cb.CustomerID})
	webtest.Must(t, err)
	number := addresses[cb.CustomerID][0].Normalised
	hash := ts.Permission.HashAddress(permission.PhoneAddress, number)
	for _, s := range []permission.Suppression{{At: 1, LiftedAt: 2, LiftReason: "误录"}, {At: 1, UntilAt: 1 << 60}} {
		s.AddressHash, s.Kind, s.Scope, s.Reason = hash, permission.PhoneAddress, permission.Everything, "complaint"
		add(&s)
	}
	for i, kind := range []permission.TouchKind{
		permission.Attempt, permission.Invitation, permission.Reminder, permission.Offer, permission.Text,
	} {
		add(&permission.Touch{
			PersonID: customers[cb.CustomerID].PersonID, Kind: kind, Purpose: permission.Survey, Channel: permission.BySMS,
			Ref: int64(i), At: 1,
		})
	}
	for _, field := range upkeep.Fields() {
		for _, end := range upkeep.Ends() {
			value := ""
			if field == upkeep.Phones {
				value = fmt.Sprintf("[%q]", number)
			}
			add(&upkeep.Correction{CustomerID: cb.CustomerID, Field: field, NewValue: value, UserID: 1, At: 1, EndedAt: 2, EndedBy: end})
		}
	}
	for i, kind := range identity.ChangeKinds() {
		change := identity.PersonChange{Kind: kind, Moved: 2, At: 1}
		if i == 0 {
			change.Undoes = new(int64(99))
		}
		add(&change)
		webtest.Must(t, ts.DB.InTx(t.Context(), func(_ context.Context, tx database.Tx) error {
			return tx.Gorm().Exec("INSERT INTO person_change_records (change_id, customer_id, moved) VALUES (?, ?, 1)",
				change.ID, cb.CustomerID).Error
		}))
	}
	c := ts.Login(t, account.Admin)
	lines := 0
	for _, lang := range account.Languages() {
		c.Post("/language", map[string][]string{"language": {lang}})
		for _, topic := range []string{"calls", "permission", "corrections", "touches"} {
			page := c.Get(fmt.Sprintf("/customers/%d?topic=%s", cb.CustomerID, topic)).Page(http.StatusOK)
			text := page.Find("#timeline li").Text()
			lines += page.Find("#timeline li").Length()
			for _, raw := range []string{"timeline.", "reason.", "customer_field", "<no value>", "scope.", number} {
				if strings.Contains(text, raw) {
					t.Errorf("%s in %s tells %q: %s", topic, lang, raw, text)
				}
			}
		}
	}
	if lines < 2*40 {
		t.Errorf("only %d lines are told", lines)
	}
}
