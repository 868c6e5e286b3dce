package campaign_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"aftercall/campaign"
	"aftercall/internal/account"
	"aftercall/internal/clock/clocktest"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/internal/figures"
	"aftercall/internal/outbox"
	"aftercall/internal/permission"
)

func keyText(key string, _ map[string]any) string { return key }

// snapshot makes and builds a snapshot.
func (c *centre) snapshot(audienceID int64) campaign.Snapshot {
	c.t.Helper()
	s, err := c.campaigns.Snapshot(c.t.Context(), viewer, audienceID, "autumn offer")
	if err != nil {
		c.t.Fatal(err)
	}
	if err := c.campaigns.Build(c.t.Context(), outbox.Ticket{}, s.ID); err != nil {
		c.t.Fatal(err)
	}
	if s, err = c.campaigns.SnapshotByID(c.t.Context(), s.ID); err != nil || s.State != campaign.Built {
		c.t.Fatal(err, s.State)
	}
	return s
}

func (c *centre) export(snapshotID int64, format campaign.Format) (campaign.Export, []byte) {
	c.t.Helper()
	e, file, err := c.campaigns.Export(c.t.Context(), viewer, campaign.ExportRequest{
		SnapshotID: snapshotID, Format: format, Reason: "autumn offer", Text: keyText, Zone: time.UTC,
	})
	if err != nil {
		c.t.Fatal(err)
	}
	body, err := io.ReadAll(file)
	if err != nil {
		c.t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		c.t.Fatal(err)
	}
	return e, body
}

func TestASnapshotHasTheMembersThatTheCountPromised(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		t.Parallel()
		c := newCentre(t, db)
		c.add(crowd(2300)...) // three pages
		a := c.create(everybodySatisfied())
		s := c.snapshot(a.ID)
		receipt, err := s.Waterfall()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.count(a.ID), receipt); diff != "" {
			t.Error(diff)
		}
		members, err := c.campaigns.Members(t.Context(), s.ID, 0, 5000)
		if err != nil || len(members) != receipt.Eligible || s.Eligible != receipt.Eligible {
			t.Errorf("%v: %d members, %d eligible", err, len(members), receipt.Eligible)
		}
		for _, m := range members {
			if m.ConsentID == 0 || m.Address == "" || !strings.HasPrefix(m.Reason, "resolution ") {
				t.Fatalf("a member without address, reason or consent: %+v", m)
			}
		}
	})
}

func TestABuildGoesOnWhereItStopped(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		t.Parallel()
		c := newCentre(t, db)
		c.add(crowd(3300)...)
		a := c.create(everybodySatisfied())
		s, err := c.campaigns.Snapshot(t.Context(), viewer, a.ID, "a list")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.campaigns.Snapshot(t.Context(), viewer, a.ID, "another"); !fault.Is(err, fault.Conflict) {
			t.Errorf("a second one at the same time: %v", err)
		}
		stopped := campaign.New(db, c.permission, &failing{answers: c.answers}, clocktest.Fixed(now), t.TempDir())
		if err := stopped.Build(t.Context(), outbox.Ticket{}, s.ID); err == nil {
			t.Fatal("the build was not stopped")
		}
		if s, err = c.campaigns.SnapshotByID(t.Context(), s.ID); err != nil || s.Base != 2000 || s.Percent() != 60 {
			t.Fatalf("stopped after two pages: %v, %+v", err, s)
		}
		for range 2 { // the second delivery finds nothing left to do
			if err := c.campaigns.Build(t.Context(), outbox.Ticket{}, s.ID); err != nil {
				t.Fatal(err)
			}
		}
		s, err = c.campaigns.SnapshotByID(t.Context(), s.ID)
		if err != nil || s.State != campaign.Built || s.Base != 3300 || s.Eligible != c.count(a.ID).Eligible {
			t.Errorf("%v: %+v", err, s)
		}
	})
}

// failing answers twice and then no more, as if the database had gone.
type failing struct {
	answers
	calls int
}

func (f *failing) LastScores(tx database.Tx, ids []int64) (map[int64]campaign.Score, error) {
	if f.calls++; f.calls > 2 {
		return nil, errors.New("the database is gone")
	}
	return f.answers.LastScores(tx, ids)
}

func TestAnExportHoldsWhatItsReceiptSays(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		t.Parallel()
		c := newCentre(t, db)
		c.add(crowd(400)...)
		a := c.create(everybodySatisfied())
		s := c.snapshot(a.ID)
		members, err := c.campaigns.Members(t.Context(), s.ID, 0, 3)
		if err != nil {
			t.Fatal(err)
		}
		c.inTx(func(tx database.Tx) error { // after the snapshot, two of them say no, a third is called
			for _, m := range members[:2] {
				if err := c.permission.Refuse(tx, permission.Refusal{
					Subject: permission.Subject{CustomerID: m.CustomerID, Phones: []string{m.Address}},
					Scope:   permission.MarketingOnly, Source: "call",
				}); err != nil {
					return err
				}
			}
			return c.permission.Touch(tx, permission.Touch{
				PersonID: personOf(t, tx, members[2].CustomerID), Kind: permission.Attempt, Channel: permission.ByPhone,
			})
		})
		for _, format := range []campaign.Format{campaign.XLSX, campaign.CSV} {
			c.run(string(format), func(t *testing.T) {
				e, body := c.export(s.ID, format)
				sum := sha256.Sum256(body)
				if e.SHA256 != hex.EncodeToString(sum[:]) || e.SizeBytes != int64(len(body)) {
					t.Errorf("%s: the log has %s and %d bytes, the file %x and %d", format, e.SHA256, e.SizeBytes, sum, len(body))
				}
				left, err := e.Left()
				if err != nil {
					t.Fatal(err)
				}
				want := []campaign.Step{{Reason: "suppressed", Count: 2}, {Reason: "touched_lately", Count: 1}}
				if diff := cmp.Diff(want, left); diff != "" || e.Members != s.Eligible || e.RowCount != s.Eligible-3 {
					t.Errorf("%s: %d members, %d rows of %d; %s", format, e.Members, e.RowCount, s.Eligible, diff)
				}
				rows := read(t, format, body)
				if len(rows) != 1+e.RowCount {
					t.Errorf("%s has %d rows, its receipt says %d", format, len(rows)-1, e.RowCount)
				}
				for _, row := range rows[1:] {
					for _, m := range members {
						if strings.TrimPrefix(row[2], "'") == m.Address {
							t.Errorf("%s names %s, who must not be contacted", format, m.Address)
						}
					}
				}
			})
		}
		var audit []account.AuditEntry
		err = db.View(t.Context()).Gorm().Order("id DESC").Find(&audit, "subject_kind = ? AND subject_id = ?", "snapshot", s.ID).Error
		if err != nil || len(audit) != 3 || audit[0].Action != "snapshot.exported" || audit[0].UserID != viewer.UserID {
			t.Errorf("%v: %+v", err, audit)
		}
	})
}

func personOf(t *testing.T, tx database.Tx, customerID int64) int64 {
	t.Helper()
	var id int64
	if err := tx.Gorm().Table("customers").Where("id = ?", customerID).Pluck("person_id", &id).Error; err != nil {
		t.Fatal(err)
	}
	return id
}

func read(t *testing.T, format campaign.Format, body []byte) [][]string {
	t.Helper()
	if format == campaign.CSV {
		if !bytes.HasPrefix(body, []byte("\ufeff")) || bytes.Count(body, []byte("\n")) != bytes.Count(body, []byte("\r\n")) {
			t.Error("CSV without a byte order mark or with bare line feeds")
		}
		rows, err := csv.NewReader(bytes.NewReader(body[3:])).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		return rows
	}
	book := open(t, body)
	rows, err := book.GetRows("export.sheet.list")
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func open(t *testing.T, body []byte) *excelize.File {
	t.Helper()
	book, err := excelize.OpenReader(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = book.Close() })
	return book
}

func TestTheReceiptInTheWorkbookSumsUp(t *testing.T) {
	t.Parallel()
	c := newCentre(t, dbtest.SQLite(t))
	c.add(crowd(300)...)
	s := c.snapshot(c.create(everybodySatisfied()).ID)
	e, body := c.export(s.ID, campaign.XLSX)
	lines, err := open(t, body).GetRows("export.sheet.receipt")
	if err != nil {
		t.Fatal(err)
	}
	total, rest := 0, 0
	for _, line := range lines {
		n, _ := strconv.Atoi(line[1])
		switch {
		case line[0] == "receipt.base":
			total = n
		case strings.HasPrefix(line[0], "− "), line[0] == "= receipt.eligible":
			rest += n
		}
		if line[0] == "= receipt.rows" && n != e.RowCount {
			t.Errorf("the receipt says %d rows, there are %d", n, e.RowCount)
		}
	}
	if total == 0 || total != rest {
		t.Errorf("%d customers, but %d accounted for:\n%v", total, rest, lines)
	}
}

func TestNothingInAFileIsAFormulaAndPhonesStayText(t *testing.T) {
	t.Parallel()
	c := newCentre(t, dbtest.SQLite(t))
	names := []string{
		"=1+1", "+cmd|' /C calc'!A0", "-2", "@SUM(A1)", "\t=1", "a\x00b\x1b[31m", "\u202egnp.exe", "＝1", " =1", "张伟", "x;=1+1;y",
	}
	want := []string{"'=1+1", "'+cmd|' /C calc'!A0", "'-2", "'@SUM(A1)", "' =1", "ab[31m", "gnp.exe", "'＝1", "' =1", "张伟", "x;=1+1;y"}
	for i, name := range names {
		c.add(person{id: int64(i + 1), name: name, phone: "+861390000000" + strconv.Itoa(i), band: figures.High})
	}
	s := c.snapshot(c.create(everybodySatisfied()).ID)
	for _, format := range []campaign.Format{campaign.XLSX, campaign.CSV} {
		c.run(string(format), func(t *testing.T) {
			_, body := c.export(s.ID, format)
			rows := read(t, format, body)
			if len(rows) != 1+len(names) {
				t.Fatalf("%s: %d rows", format, len(rows))
			}
			for i, row := range rows[1:] {
				phone := "+861390000000" + strconv.Itoa(i)
				if format == campaign.CSV {
					phone, want[i] = "'"+phone, strings.ReplaceAll(want[i], ";=", ";'=") // where semicolons separate, that begins a cell
				}
				if row[1] != want[i] || row[2] != phone {
					t.Errorf("%s: %q, %q; want %q, %q", format, row[1], row[2], want[i], phone)
				}
			}
			if format == campaign.XLSX {
				book := open(t, body)
				kind, err := book.GetCellType("export.sheet.list", "C2")
				if err != nil || (kind != excelize.CellTypeInlineString && kind != excelize.CellTypeSharedString) {
					t.Errorf("the phone's cell has type %v: %v", kind, err)
				}
			}
		})
	}
}

func TestAnUnfinishedSnapshotIsNotExported(t *testing.T) {
	t.Parallel()
	c := newCentre(t, dbtest.SQLite(t))
	c.add(person{id: 1, phone: "+8613900000001", band: figures.High})
	s, err := c.campaigns.Snapshot(t.Context(), viewer, c.create(everybodySatisfied()).ID, "a list")
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = c.campaigns.Export(t.Context(), viewer,
		campaign.ExportRequest{SnapshotID: s.ID, Format: campaign.CSV, Reason: "a list", Text: keyText, Zone: time.UTC})
	if !fault.Is(err, fault.Conflict) {
		t.Errorf("got %v", err)
	}
}

func TestNoFileOfAnExportIsLeftWhateverBecomesOfIt(t *testing.T) {
	t.Parallel()
	c := newCentre(t, dbtest.SQLite(t))
	c.add(crowd(300)...)
	s := c.snapshot(c.create(everybodySatisfied()).ID)
	left := func() int {
		files, err := os.ReadDir(c.folder)
		if err != nil {
			t.Fatal(err)
		}
		return len(files)
	}
	for _, format := range []campaign.Format{campaign.XLSX, campaign.CSV} {
		t.Run(string(format), func(t *testing.T) {
			request := campaign.ExportRequest{SnapshotID: s.ID, Format: format, Reason: "autumn offer", Text: keyText, Zone: time.UTC}
			_, file, err := c.campaigns.Export(t.Context(), viewer, request)
			if err != nil || left() != 1 {
				t.Fatalf("%s: %d files while it is handed over, %v", format, left(), err)
			}
			if err := file.Close(); err != nil || left() != 0 {
				t.Errorf("%s: %d files are left, %v", format, left(), err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			request.Text = func(key string, args map[string]any) string {
				if strings.HasPrefix(key, "receipt.") {
					cancel() // in the middle of it the reader leaves
				}
				return keyText(key, args)
			}
			if _, _, err := c.campaigns.Export(ctx, viewer, request); err == nil || left() != 0 {
				t.Errorf("%s: stopped in the middle, %d files are left, %v", format, left(), err)
			}
			request.Text = func(string, map[string]any) string { panic("a word is missing") }
			func() {
				defer func() { _ = recover() }()
				_, _, _ = c.campaigns.Export(t.Context(), viewer, request)
			}()
			if left() != 0 {
				t.Errorf("%s: after a panic %d files are left", format, left())
			}
		})
	}
}
