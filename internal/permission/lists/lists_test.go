package lists_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"aftercall/internal/clock"
	"aftercall/internal/fault"
	"aftercall/internal/permission"
	"aftercall/internal/permission/lists"
)

var (
	now     = clock.At(time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC))
	reading = lists.Reading{Region: "CN", Zone: time.FixedZone("Shanghai", 8*3600)}
)

func FuzzParseConsents(f *testing.F) {
	f.Add([]byte("source,reference,purpose,word,at\ndesk,1,survey,given,2026-11-01\n"))
	f.Add([]byte("phone,purpose,word\n\"1\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		last := 1
		report, err := lists.ParseConsents(t.Context(), bytes.NewReader(file), reading, func(line int, _ permission.ConsentInput) error {
			if line <= last {
				t.Errorf("line %d after line %d", line, last)
			}
			last = line
			return nil
		})
		if err == nil && len(report.Issues) > 100 {
			t.Errorf("%d issues", len(report.Issues))
		}
	})
}

func TestAColumnThatNobodyReadsIsRefusedByItsName(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]string{"phone,mail,scope": "mail", "phone,untl": "untl", "email,reference": "reference"} {
		t.Run(header, func(t *testing.T) {
			_, err := lists.ParseSuppressions(t.Context(), strings.NewReader(header+"\n13912345670,a@b.com,everything\n"), reading, now,
				func([]permission.Suppression) error { return nil })
			f, ok := fault.Of(err)
			if !ok || len(f.Fields) != 1 || f.Fields[0].Code != "column_unknown" || f.Fields[0].Value != want || f.Fields[0].Line != 1 {
				t.Errorf("%s: %v", header, err)
			}
		})
	}
}

func TestAColumnThatIsThereTwiceIsRefused(t *testing.T) {
	t.Parallel()
	for _, header := range []string{"phone,phone", "phone,\u200bPHONE ", "email,phone,email"} {
		t.Run(header, func(t *testing.T) {
			_, err := lists.ParseSuppressions(t.Context(), strings.NewReader(header+"\n13912345670,13912345671\n"), reading, now,
				func([]permission.Suppression) error { return nil })
			if f, ok := fault.Of(err); !ok || len(f.Fields) != 1 || f.Fields[0].Code != "column_twice" {
				t.Errorf("%s: %v", header, err)
			}
		})
	}
}

// A refusal behind a comma that nobody put in quotes, or below a heading that is not there, is one that nobody would hear of.
func TestWhatStandsInNoColumnIsReportedAndTheRestTaken(t *testing.T) {
	t.Parallel()
	for _, file := range []string{
		"phone\n13912345670,13912345671\n", "phone,\n13912345670,13912345671\n", ",phone\nann@example.org,13912345670\n",
		"phone,scope\n13912345670,everything,,x\n",
	} {
		t.Run(file, func(t *testing.T) {
			taken := 0
			take := func(list []permission.Suppression) error {
				taken += len(list)
				return nil
			}
			report, err := lists.ParseSuppressions(t.Context(), strings.NewReader(file), reading, now, take)
			if err != nil || taken != 1 || report.Partly != 1 || len(report.Issues) != 1 || report.Issues[0].Code != "cell_unnamed" {
				t.Errorf("%q: %d taken, %+v %v", file, taken, report, err)
			}
		})
	}
}

// Spreadsheets and web pages leave blanks of their own round a word; a cell of nothing else says nothing.
func TestBlanksOfAnyKindRoundACellAreNoPartOfIt(t *testing.T) {
	t.Parallel()
	for _, blank := range []string{" ", "\u3000", "\u00a0", "\u200b", "\ufeff"} {
		var taken []permission.Suppression
		file := "phone,scope\n13912345670," + blank + "everything" + blank + "," + blank + "\n"
		add := func(list []permission.Suppression) error {
			taken = append(taken, list...)
			return nil
		}
		report, err := lists.ParseSuppressions(t.Context(), strings.NewReader(file), reading, now, add)
		if err != nil || len(taken) != 1 || taken[0].Scope != permission.Everything || len(report.Issues) > 0 {
			t.Errorf("%q: %+v, %+v, %v", blank, taken, report.Issues, err)
		}
	}
}

func TestASheetThatIsNotReadIsReported(t *testing.T) {
	t.Parallel()
	book := excelize.NewFile()
	for _, sheet := range []string{"Sheet1", "December", "Empty"} {
		if _, err := book.NewSheet(sheet); err != nil {
			t.Fatal(err)
		}
		if sheet == "Empty" {
			continue
		}
		if err := errors.Join(book.SetCellStr(sheet, "A1", "phone"), book.SetCellStr(sheet, "A2", "13912345670")); err != nil {
			t.Fatal(err)
		}
	}
	var file bytes.Buffer
	if err := book.Write(&file); err != nil {
		t.Fatal(err)
	}
	report, err := lists.ParseSuppressions(t.Context(), &file, reading, now, func([]permission.Suppression) error { return nil })
	if err != nil || len(report.Issues) != 1 || report.Issues[0].Code != "sheet_left_out" || report.Issues[0].Value != "December" {
		t.Errorf("%+v %v", report, err)
	}
}

func TestAFileWithoutAddressesIsRefused(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"", "name,scope\nx,everything\n", "\x00\x01", "source,reference,scope\ncrm,C-1,everything\n"} {
		t.Run(file, func(t *testing.T) {
			_, err := lists.ParseSuppressions(t.Context(), strings.NewReader(file), reading, now,
				func([]permission.Suppression) error { return nil })
			if f, ok := fault.Of(err); !ok || f.Kind != fault.Invalid || len(f.Fields) == 1 && f.Fields[0].Code == "header_missing" {
				t.Errorf("%q: %v", file, err) // a list of consents may have references instead
			}
		})
	}
}

func TestACellThatIsAnErrorIsReportedAndTheGoodPartTaken(t *testing.T) {
	t.Parallel()
	for row, want := range map[string]int{
		"13912345670,#N/A,everything,": 1, "13912345670,a@example.org,everything,caf\xe9": 2, "13912345670,,#REF!,": 0,
		"#REF!,,everything,": 0,
	} {
		t.Run(row, func(t *testing.T) {
			taken := 0
			file := "phone,email,scope,note\n" + row + "\n13912345671,,everything,张伟先生的电话\n"
			take := func(list []permission.Suppression) error {
				taken += len(list)
				return nil
			}
			report, err := lists.ParseSuppressions(t.Context(), strings.NewReader(file), reading, now, take)
			if err != nil || taken != want+1 || len(report.Issues) == 0 || report.Partly+report.Bad != 1 {
				t.Errorf("%s: %d taken, want %d: %+v %v", row, taken, want+1, report, err)
			}
		})
	}
}

func FuzzParseSuppressions(f *testing.F) {
	f.Add([]byte("phone,email,scope,until,reason,note\n13912348000,a@example.com,everything,2026-12-31,import,x\n"))
	f.Add([]byte("phone\n\"13912348000\n"))
	f.Add([]byte("email,campaign,scope\na@example.com,7,campaign\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		rows := 0
		report, err := lists.ParseSuppressions(t.Context(), bytes.NewReader(file), reading, now, func(list []permission.Suppression) error {
			for _, s := range list {
				rows++
				if permission.Normalise(s.Kind, s.Address, "CN") != s.Address {
					t.Errorf("%q is not normalised", s.Address)
				}
				if !s.UntilAt.IsZero() && s.UntilAt <= now {
					t.Errorf("it ended at %s", s.UntilAt)
				}
			}
			return nil
		})
		if err == nil && rows > 2*report.Rows {
			t.Errorf("%d suppressions from %d rows", rows, report.Rows)
		}
	})
}
