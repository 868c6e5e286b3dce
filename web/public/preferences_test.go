package public_test

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/contact/contacttest"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/permission"
	"aftercall/internal/webtest"
	"aftercall/survey"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/missed"
	"aftercall/web/frame"
	"aftercall/web/public"
)

func TestThePreferencePageSaysWhereACustomerStandsAndChangesIt(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	out := ts.Invited(t, "zh-CN")
	c := ts.Anonymous(t)
	expect := func(want ...string) {
		t.Helper()
		if got := c.Preferences(out.OptOutURL); !slices.Equal(got, want) {
			t.Errorf("stands %v, want %v", got, want)
		}
	}
	// tap presses the button of a topic as it is on the page, and returns what is said about it.
	tap := func(selector string) []string {
		t.Helper()
		ts.Advance(time.Microsecond)
		button := c.Get(out.OptOutURL).Page(http.StatusOK).Find(selector + " button")
		topic, _ := button.Parent().Find("input[name=topic]").Attr("value")
		say, _ := button.Attr("value")
		if button.Length() != 1 || topic == "" || say == "" {
			t.Fatalf("%s: %d buttons", selector, button.Length())
		}
		return webtest.TextsOf(c.Follow(c.Post(out.OptOutURL, url.Values{"topic": {topic}, "say": {say}})).Page(http.StatusOK),
			"[role=status] p")
	}
	expect("surveys=yes", "calls=unasked", "messages=unasked", "contact=yes")
	if got := tap("[data-topic=surveys]"); !slices.Equal(got, []string{"好的，已经记下：不再邀请您评价服务。"}) {
		t.Errorf("says %v", got)
	}
	tap("[data-topic=calls]")
	tap("[data-topic=messages]")
	expect("surveys=no", "calls=yes", "messages=yes", "contact=yes")
	tap("[data-topic=surveys]")
	tap("[data-topic=messages]")
	expect("surveys=yes", "calls=yes", "messages=no", "contact=yes")
	tap("[data-topic=contact]")
	expect("contact=no")
	tap("[data-topic=contact]")
	expect("surveys=no", "calls=no", "messages=no", "contact=yes")
}

func TestWhatWasSavedCanBeUndoneOnTheSamePage(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	out := ts.Invited(t, "en")
	c := ts.Anonymous(t)
	for _, test := range []struct{ topic, say, undo string }{
		{"surveys", "no", "yes"},
		{"calls", "yes", "no"},
		{"calls", "no", ""}, // a consent is given again on its own words only
		{"messages", "yes", "no"},
		{"contact", "no", ""}, // it withdrew consents too, which no tap gives back
	} {
		t.Run(test.topic+" "+test.say, func(t *testing.T) {
			c := c.In(t)
			ts.Advance(time.Microsecond)
			posted := c.Post(out.OptOutURL, url.Values{"topic": {test.topic}, "say": {test.say}})
			page := c.Follow(posted).Page(http.StatusOK)
			if n := page.Find("[role=status] p").Length(); n != 1 {
				t.Errorf("%s %s: %d sentences about what was saved", test.topic, test.say, n)
			}
			undo, _ := page.Find("[role=status] button").Attr("value")
			if undo != test.undo {
				t.Errorf("%s %s is undone by %q", test.topic, test.say, undo)
			}
			if undo == "" {
				return
			}
			ts.Advance(time.Microsecond)
			c.Post(out.OptOutURL, url.Values{"topic": {test.topic}, "say": {undo}})
			if n := c.Get(posted.Header.Get("Location")).Page(http.StatusOK).Find("[role=status]").Length(); n != 0 {
				t.Errorf("%s: after the undo the address still says it was saved", test.topic)
			}
		})
	}
}

// textedTo is a contact whose contact person got a text after a missed call; it returns the link in it.
func textedTo(t *testing.T, ts *webtest.Server, phone, language string) string {
	t.Helper()
	source := contacttest.Source(t, ts.Contacts, "calls")
	contacttest.Take(t, ts.Contacts, source.ID, contact.Input{
		ExternalID: "M-" + language, Status: contact.Resolved, ResolvedAt: ts.Now().Add(-time.Hour), ContactPhone: phone,
		Customer: contact.InputCustomer{Reference: "M-" + language, Phones: []string{"13912348001"}},
	})
	var customer int64
	webtest.Must(t, ts.DB.View(t.Context()).Gorm().Table("customers").Select("MAX(id)").Scan(&customer).Error)
	a := callback.Attempt{CustomerID: customer, DialledPhone: phone}
	var link string
	dbtest.InTx(t, ts.DB, func(tx database.Tx) error {
		if err := tx.Gorm().Create(&a).Error; err != nil {
			return err
		}
		text := missed.Text{CallbackID: a.ID, AttemptID: a.ID, CustomerID: customer, State: missed.Sent, Language: language}
		if err := tx.Gorm().Create(&text).Error; err != nil {
			return err
		}
		link, text.TokenHash = ts.Surveys.OfText(text.ID)
		return tx.Gorm().Model(&text).Update("token_hash", text.TokenHash).Error
	})
	return link
}

// Who is not the customer decides about their number only, which the page names, and has no survey to go back to.
func TestTheLinkOfAContactPersonIsAboutTheirNumber(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	c, link := ts.Anonymous(t), textedTo(t, ts, "+8613817772001", "zh-CN")
	page := c.Get(link).Page(http.StatusOK)
	said := webtest.TextsOf(page, ".survey > p, .survey-preference p, .survey-preference button")
	for _, text := range append(said[:1:1], said[2:]...) {
		if !strings.Contains(text, "138") || strings.Contains(text, "7772") || !strings.Contains(text, "2001") {
			t.Errorf("of which number is not said, or to whom it is no secret: %s", text)
		}
	}
	if n := page.Find(".survey-back").Length(); n != 0 {
		t.Error("a way back to a survey that there is not")
	}
	ts.Advance(time.Microsecond)
	c.Post(link, url.Values{"topic": {"surveys"}, "say": {"no"}}).Page(http.StatusUnprocessableEntity)
	posted := c.Post(link, url.Values{"topic": {"contact"}, "say": {"no"}})
	saved := webtest.TextsOf(c.Follow(posted).Page(http.StatusOK), "[role=status] p")
	if len(saved) != 1 || !strings.HasPrefix(saved[0], "好的，已经记下：不再给 +86138") {
		t.Errorf("says %v", saved)
	}
	if got := c.Preferences(link); !slices.Equal(got, []string{"contact=no"}) {
		t.Errorf("stands %v", got)
	}
	if n, m := ts.Rows(t, "suppressions"), ts.Rows(t, "consent_events"); n != 1 || m != 0 {
		t.Errorf("%d numbers suppressed, %d things said by the customer", n, m)
	}
}

func TestAnUnknownChoiceChangesNothing(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	out := ts.Invited(t, "en")
	c := ts.Anonymous(t)
	for _, posted := range []url.Values{
		{},
		{"topic": {"marketing"}, "say": {"no"}},
		{"topic": {"surveys"}},
		{"topic": {"surveys"}, "say": {"maybe"}},
		{"List-Unsubscribe": {"Two-Click"}},
		{"List-Unsubscribe": {"One-Click", "One-Click"}},
	} {
		t.Run(posted.Encode(), func(t *testing.T) {
			c := c.In(t)
			c.Post(out.OptOutURL, posted).Page(http.StatusUnprocessableEntity)
		})
	}
	r := c.Post(out.OptOutURL, url.Values{"topic": {strings.Repeat("x", public.SurveyBody)}})
	if r.Status != http.StatusRequestEntityTooLarge || !strings.Contains(r.Body, "64 KiB") {
		t.Errorf("an endless form: status %d %s", r.Status, r.Body)
	}
	if n := ts.Rows(t, "suppressions") + ts.Rows(t, "consent_events"); n != 0 {
		t.Errorf("%d rows", n)
	}
}

// What another system took in about one purpose or channel hides nothing that still goes on, and stands in the way of no choice.
func TestWhatStillGoesOnCanBeStopped(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		withdrawn permission.ConsentEvent
		post      url.Values
		want      []string
	}{
		"surveys, without callbacks": {
			permission.ConsentEvent{Purpose: permission.ServiceCallback},
			url.Values{"topic": {"surveys"}, "say": {"no"}},
			[]string{"surveys=no", "calls=unasked", "messages=unasked", "contact=yes"},
		},
		"all contact, without callbacks": {
			permission.ConsentEvent{Purpose: permission.ServiceCallback},
			url.Values{"topic": {"contact"}, "say": {"no"}},
			[]string{"contact=no"},
		},
		"surveys with one click, without mail": {
			permission.ConsentEvent{Purpose: permission.Survey, Channel: permission.ByEmail},
			url.Values{"List-Unsubscribe": {"One-Click"}},
			[]string{"surveys=no", "calls=unasked", "messages=unasked", "contact=yes"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ts := webtest.NewServer(t)
			out := ts.Invited(t, "en")
			c := ts.Anonymous(t)
			event := test.withdrawn
			invitation := ts.DB.View(t.Context()).Gorm().Table("invitations").Where("id = ?", out.InvitationID)
			webtest.Must(t, invitation.Pluck("customer_id", &event.CustomerID).Error)
			event.Basis, event.Source = permission.ByOwnRequest, "api"
			dbtest.InTx(t, ts.DB, func(tx database.Tx) error {
				return ts.Permission.RecordConsent(tx, event)
			})
			got := c.Preferences(out.OptOutURL)
			if !slices.Equal(got, []string{"surveys=yes", "calls=unasked", "messages=unasked", "contact=yes"}) {
				t.Errorf("before: %v", got)
			}
			ts.Advance(time.Microsecond)
			c.Post(out.OptOutURL, test.post)
			if got := c.Preferences(out.OptOutURL); !slices.Equal(got, test.want) {
				t.Errorf("after: %v, want %v", got, test.want)
			}
			if ts.Rows(t, "suppressions") == 0 {
				t.Error("nothing is suppressed")
			}
		})
	}
}

// exchange sends a request as it stands on the wire, and returns the status of the answer and its header.
func exchange(t *testing.T, server *httptest.Server, request string) (int, http.Header) {
	t.Helper()
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := response.Body.Close(); err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, response.Header
}

// A mail provider posts what RFC 8058 says and nothing else: no cookie, no origin, and it follows no redirect.
func TestAMailProvidersOneClickUnsubscribes(t *testing.T) {
	t.Parallel()
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	if err := w.WriteField("List-Unsubscribe", "One-Click"); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct{ kind, body, extra string }{
		"urlencoded": {"application/x-www-form-urlencoded", "List-Unsubscribe=One-Click", ""},
		"multipart":  {w.FormDataContentType(), form.String(), ""},
		"from a page elsewhere": {
			"application/x-www-form-urlencoded", "List-Unsubscribe=One-Click",
			"Origin: https://mail.example.net\r\nSec-Fetch-Site: cross-site\r\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ts := webtest.NewServer(t)
			out := ts.Invited(t, "zh-CN")
			server := httptest.NewServer(ts.Handler())
			t.Cleanup(server.Close)
			status, header := exchange(t, server, fmt.Sprintf("POST %s HTTP/1.1\r\nHost: cs.example.com\r\nUser-Agent: provider\r\n"+
				"%sContent-Type: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s",
				out.OptOutURL, test.extra, test.kind, len(test.body), test.body))
			if status != http.StatusOK || header.Get("Location") != "" || header.Get("Set-Cookie") != "" {
				t.Errorf("status %d, header %v", status, header)
			}
			if n := ts.Rows(t, "suppressions"); n != 1 {
				t.Errorf("%d suppressions", n)
			}
			if got := ts.Anonymous(t).Preferences(out.OptOutURL); got[0] != "surveys=no" || got[3] != "contact=yes" {
				t.Errorf("stands %v", got)
			}
		})
	}
}

func TestOpeningTheUnsubscribeAddressNeverUnsubscribes(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	out := ts.Invited(t, "zh-CN")
	c := ts.Anonymous(t)
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		t.Run(method, func(t *testing.T) {
			c := c.In(t)
			for _, query := range []string{"", "?List-Unsubscribe=One-Click", "?topic=surveys&say=no", "?topic=contact&say=no"} {
				if r := c.Do(method, out.OptOutURL+query, nil, nil); r.Status != http.StatusOK {
					t.Errorf("%s %s: status %d", method, query, r.Status)
				}
			}
		})
	}
	c.Post(out.OptOutURL+"?List-Unsubscribe=One-Click", url.Values{}).Page(http.StatusUnprocessableEntity)
	if n := ts.Rows(t, "suppressions") + ts.Rows(t, "consent_events"); n != 0 {
		t.Errorf("%d rows", n)
	}
}

func TestThePreferencePageOutlivesTheSurvey(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	out := ts.Invited(t, "zh-CN")
	c := ts.Anonymous(t)
	ts.Advance(3 * 365 * 24 * time.Hour)
	if n := c.Get(out.URL).Page(http.StatusOK).Find("[data-end=expired]").Length(); n != 1 {
		t.Fatal("the survey has not expired")
	}
	c.Post(out.OptOutURL, url.Values{"topic": {"contact"}, "say": {"no"}})
	if got := c.Preferences(out.OptOutURL); !slices.Equal(got, []string{"contact=no"}) {
		t.Errorf("stands %v", got)
	}
}

// A consent is kept with the version of the words it was given to. Who changes the words raises the version in survey and adds a
// line here; a line that is there never changes.
func TestTheWordsOfAConsentHaveTheVersionTheyAreKeptWith(t *testing.T) {
	t.Parallel()
	known := map[string]string{
		"preferences-1.zh-CN": "12e47487eaefbcc99bb59e00d39442dbb820f07b4c720b3c29454ec837346b6d",
		"preferences-1.en":    "88cbf0679db352c52824bf1501225f5643cb37d71d93e8eb40102b8ed752822c",
	}
	ts := webtest.NewServer(t)
	for _, language := range account.Languages() {
		t.Run(language, func(t *testing.T) {
			hash := sha256.New()
			for _, key := range []string{"calls", "calls_say_yes", "calls_say_no", "messages", "messages_say_yes", "messages_say_no"} {
				text, err := ts.Catalogue.Text(language, "preferences."+key, nil)
				webtest.Must(t, err)
				fmt.Fprintln(hash, []string{text})
			}
			version, got := survey.PreferenceWording(language), hex.EncodeToString(hash.Sum(nil))
			if known[version] != got {
				t.Errorf("the words of %s hash to %s, not to %q", version, got, known[version])
			}
		})
	}
}

func FuzzPreferenceForms(f *testing.F) {
	const plain = "application/x-www-form-urlencoded"
	f.Add(plain, "topic=surveys&say=no")
	f.Add(plain, "List-Unsubscribe=One-Click")
	f.Add(plain, "topic=%ff&say=%zz")
	f.Add("multipart/form-data; boundary=b",
		"--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--b--\r\n")
	f.Add("multipart/form-data", "--b")
	f.Add("text/plain; =", "List-Unsubscribe=One-Click")
	f.Fuzz(func(t *testing.T, kind, body string) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/p/x?topic=contact&say=yes", strings.NewReader(body))
		r.Header.Set("Content-Type", kind)
		choice, oneClick, err := public.ChoiceOf(r)
		switch {
		case err != nil:
			if frame.StatusOf(err) != http.StatusUnprocessableEntity {
				t.Errorf("a form is at worst invalid: %v", err)
			}
		case !slices.Contains(survey.Topics(), choice.Topic):
			t.Errorf("chose %+v", choice)
		case oneClick && (choice.Yes || choice.Topic != survey.OfSurveys):
			t.Errorf("one click chose %+v", choice)
		case !strings.Contains(kind+body, "="):
			t.Error("chose without a form")
		}
	})
}
