package app

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"testing"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/contact/contacttest"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/outbox"
	"aftercall/internal/permission/hours/hourstest"
	"aftercall/tasks/callback"
	"aftercall/tasks/queue"
)

// noon is five past twelve in Shanghai: surveys of the morning have been sent, and customers may be called.
var noon = clock.At(time.Date(2026, 11, 22, 4, 5, 0, 0, time.UTC))

const password = "correct horse battery staple"

// office is a centre in the middle of its day: callbacks are ready, surveys sent, a snapshot is built, two records are one person.
type office struct {
	*Services
	t      *testing.T
	at     clock.Instant // now
	admin  account.Viewer
	caller account.Viewer
	source int64
}

var (
	officeOnce sync.Once
	officeFile []byte
)

// newOffice returns an office of its own: a copy of one that was made once.
func newOffice(t *testing.T) *office {
	t.Helper()
	officeOnce.Do(func() { officeFile = makeOffice(t) })
	if officeFile == nil {
		t.Fatal("the office could not be made")
	}
	path := filepath.Join(t.TempDir(), "office.db")
	if err := os.WriteFile(path, officeFile, 0o600); err != nil {
		t.Fatal(err)
	}
	o := openOffice(t, path, noon)
	o.must(o.Permission.EnsureBuiltIn(t.Context())) // takes the published rules into use, as starting does
	return o
}

// openOffice opens the office in a file at an instant.
func openOffice(t *testing.T, path string, at clock.Instant) *office {
	t.Helper()
	db, err := database.Open(t.Context(), "sqlite:"+path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	o := &office{
		t: t, at: at, source: 1, admin: account.Viewer{UserID: 1, Name: "Wang", Role: account.Admin},
		caller: account.Viewer{UserID: 3, Name: "Li", Role: account.Caller},
	}
	a := &App{cfg: Default(), zone: zone, key: []byte("a key for tests only, 32 bytes..")}
	o.Services, err = a.newServices(db, func() clock.Instant { return o.at }, nil)
	o.must(err)
	return o
}

// makeOffice lives through the morning and returns the file it is in.
func makeOffice(t *testing.T) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "template.db")
	o := openOffice(t, path, noon.Add(-2*time.Hour))
	o.must(o.prepare(t.Context()))
	rules := o.Permission.Rules()
	rules.Timetable = hourstest.Plain() // nobody rests at noon
	_, err := o.Permission.Publish(t.Context(), o.admin, rules, rules.Version, "")
	o.must(err)
	for _, u := range []account.NewUser{
		{Login: "admin", Role: account.Admin}, {Login: "second", Role: account.Admin}, {Login: "caller", Role: account.Caller},
	} {
		u.Password = password
		_, err := o.Accounts.AddUser(t.Context(), u)
		o.must(err)
	}
	source := contacttest.Source(t, o.Contacts, "helpdesk")
	o.source = source.ID
	resolved := o.at.Add(-10 * time.Minute)
	o.take(
		resolution("S-1", "13900000001", contact.High, resolved), resolution("S-2", "13900000002", contact.High, resolved),
		resolution("P-1", "13900000003", contact.Low, resolved), resolution("P-2", "13900000004", contact.Low, resolved),
		resolution("T-1", "13900000005", contact.Low, resolved), resolution("T-2", "13900000005", contact.Low, resolved),
	)
	o.runDue()
	o.at = noon
	o.runDue()
	snapshot, err := o.Campaigns.Snapshot(t.Context(), o.admin, 1, "autumn offer")
	o.must(err)
	o.must(o.Campaigns.Build(t.Context(), outbox.Ticket{}, snapshot.ID))
	o.must(o.DB.Close())
	file, err := os.ReadFile(path)
	o.must(err)
	return file
}

func resolution(id, phone string, severity contact.Severity, at clock.Instant) contact.Input {
	return contact.Input{
		ExternalID: id, Status: contact.Resolved, Severity: severity, OpenedAt: at.Add(-time.Hour), ResolvedAt: at, Category: "broadband",
		Customer: contact.InputCustomer{
			Reference: "C-" + id, Name: id, Phones: []string{phone}, Zone: "Asia/Shanghai", Language: "zh-CN",
		},
		Participants: []contact.InputParticipant{{Agent: "王敏", Team: "二线组"}},
	}
}

func (o *office) ctx() context.Context {
	return account.WithViewer(o.t.Context(), o.admin)
}

func (o *office) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) take(inputs ...contact.Input) {
	o.t.Helper()
	contacttest.Take(o.t, o.Contacts, o.source, inputs...)
}

func (o *office) runDue() {
	o.t.Helper()
	_, err := queue.RunDue(o.t.Context(), o.DB, o.Now, o.handlers())
	o.must(err)
}

// job returns the right to do the first waiting job of a kind; where there is none it is added for the ref.
func (o *office) job(kind string, ref int64) (outbox.Ticket, int64) {
	o.t.Helper()
	g := o.DB.View(o.t.Context()).Gorm()
	waiting := func() []outbox.Job {
		var jobs []outbox.Job
		o.must(g.Where("kind = ? AND state IN ?", kind, []outbox.State{outbox.Due, outbox.Queued}).Order("id").Limit(1).Find(&jobs).Error)
		return jobs
	}
	jobs := waiting()
	if len(jobs) == 0 {
		o.must(o.DB.InTx(o.t.Context(), func(_ context.Context, tx database.Tx) error {
			return outbox.Add(tx, o.Now(), outbox.New(kind, ref, outbox.Normal, o.Now()))
		}))
		jobs = waiting()
	}
	o.must(g.Model(&outbox.Job{}).Where("id = ?", jobs[0].ID).Update("state", outbox.Queued).Error)
	return outbox.Ticket{JobID: jobs[0].ID, Attempt: jobs[0].Attempt, Fence: jobs[0].Fence, At: o.Now()}, jobs[0].Ref
}

// claim gives the caller a callback to be at work on.
func (o *office) claim() callback.Desk {
	o.t.Helper()
	desk, err := o.Callbacks.Claim(o.t.Context(), o.caller)
	o.must(err)
	return desk
}

var linkPattern = regexp.MustCompile(`/s/([0-9a-zA-Z]{22})`)

// token returns the token of the link in the newest message.
func (o *office) token() string {
	o.t.Helper()
	messages, err := o.Messages.Newest(o.t.Context(), 0, 1)
	o.must(err)
	if len(messages) == 0 {
		o.t.Fatal("no survey was sent")
	}
	found := linkPattern.FindStringSubmatch(messages[0].Body)
	if found == nil {
		o.t.Fatal("the message has no link")
	}
	return found[1]
}

// saying is what a use case answered, as a text for comparing.
func saying(value any, err error) string {
	if f, ok := fault.Of(err); ok {
		return "refused: " + f.Code
	}
	if err != nil {
		return "failed: " + err.Error()
	}
	body, err := json.Marshal(value)
	if err != nil {
		return "failed: " + err.Error()
	}
	return string(body)
}
