package imports

import (
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// fact is what a row says, whatever it is written like.
type fact struct {
	id, phone     int64
	at            time.Time // to the second, in Shanghai
	talk          int64
	score         int
	complaint     string // yes, no, or nothing said
	name, comment string
}

const spelt = `
zone: Asia/Shanghai
region: CN
columns: {external_id: id, customer.phones: phone, customer.name: name, resolved_at: {join: [day, time]}, talk_seconds: talk,
	complaint: complaint}
answers: [{metric: csat, column: score, comment: said, values: {满意: 4}}]
`

// written returns the row of a fact in a random but legal spelling; in a workbook numbers are numbers.
func (f fact) written(t *rapid.T, workbook bool) []any {
	pick := func(name string, spellings ...any) any { return rapid.SampledFrom(spellings).Draw(t, name) }
	text := func(spellings ...string) []any {
		all := make([]any, 0, 2*len(spellings))
		for _, s := range spellings {
			all = append(all, s, "\u200b "+s+"\u3000")
		}
		return all
	}
	day := text(f.at.Format("2006-01-02"), f.at.Format("2006/1/2"), f.at.Format("2006年1月2日"), f.at.Format("20060102"),
		f.at.Format("2 Jan 2006"))
	clock := text(f.at.Format("15:04:05"), f.at.Format("3:04:05 PM"), f.at.Format("15时4分5秒"), wide(f.at.Format("15:04:05")))
	minutes, seconds := f.talk/60, f.talk%60
	talk := text(strconv.FormatInt(f.talk, 10), fmt.Sprintf("%d:%02d", minutes, seconds), fmt.Sprintf("%d分%d秒", minutes, seconds),
		fmt.Sprintf("%dm%ds", minutes, seconds), wide(strconv.FormatInt(f.talk, 10)))
	score := text(strconv.Itoa(f.score), fmt.Sprintf("%d.0", f.score), fmt.Sprintf("%d/5", f.score), fmt.Sprintf("%d分", f.score),
		strings.Repeat("★", f.score), wide(strconv.Itoa(f.score)))
	if f.score == 4 {
		score = append(score, text("满意")...)
	}
	complaint := text(map[string][]string{
		"yes": {"yes", "TRUE", "是", "1", "Ｙ"}, "no": {"no", "false", "否", "0"}, "": {"-", "", "N/A"},
	}[f.complaint]...)
	id, phone := text(strconv.FormatInt(f.id, 10)), text(strconv.FormatInt(f.phone, 10))
	if workbook {
		id, phone, score = append(id, f.id), append(phone, f.phone), append(score, f.score)
		talk = append(talk, f.talk, float64(f.talk)/86400)
		midnight := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
		wall := time.Date(f.at.Year(), f.at.Month(), f.at.Day(), 0, 0, 0, 0, time.UTC)
		day = append(day, int(wall.Sub(midnight).Hours()/24))
		h, m, s := f.at.Clock()
		clock = append(clock, float64(h*3600+m*60+s)/86400)
	} else {
		id = append(id, strconv.FormatInt(f.id, 10)+".0")
	}
	return []any{
		pick("id", id...), pick("phone", phone...), pick("name", text(f.name)...), pick("day", day...), pick("time", clock...),
		pick("talk", talk...), pick("complaint", complaint...), pick("score", score...), pick("said", text(f.comment)...),
	}
}

// wide returns a text in full width.
func wide(s string) string {
	return strings.Map(func(r rune) rune {
		if r > ' ' && r < 0x7F {
			return r + 0xFEE0
		}
		return r
	}, s)
}

// The same facts in any two spellings, as text or as a workbook, are the same contacts: importing them again changes nothing.
func TestAFileInAnotherSpellingIsTheSameContacts(t *testing.T) {
	t.Parallel()
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	header := []any{"id", "phone", "name", "day", "time", "talk", "complaint", "score", "said"}
	rapid.Check(t, func(r *rapid.T) {
		f := fact{
			id: rapid.Int64Range(10_000, 999_999_999_999).Draw(r, "id"), phone: rapid.Int64Range(13_000_000_000, 19_999_999_999).Draw(r,
				"phone"),
			at:   time.Unix(rapid.Int64Range(946_684_800, 2_500_000_000).Draw(r, "at"), 0).In(shanghai),
			talk: rapid.Int64Range(1, 7200).Draw(r, "talk"), score: rapid.IntRange(1, 5).Draw(r, "score"), complaint: rapid.SampledFrom([]string{"yes", "no", ""}).
				Draw(r, "complaint"),
			name: rapid.SampledFrom([]string{"王敏", "Ann Lee", "N/A"}).Draw(r, "name"), comment: rapid.SampledFrom([]string{
				"", "还行",
				"-",
			}).Draw(r, "said"),
		}
		var inputs []any
		for _, workbook := range []bool{false, false, true} {
			row := f.written(r, workbook)
			file := csvOf(t, header, row)
			if workbook {
				file = workbookOf(t, header, row)
			}
			got := convertFile(t, spelt, file)[0]
			if len(got.problems)+len(got.warnings) > 0 {
				r.Fatalf("%q: %s", row, said(got))
			}
			inputs = append(inputs, got.input)
		}
		for _, other := range inputs[1:] {
			if diff := cmp.Diff(inputs[0], other); diff != "" {
				r.Fatal(diff)
			}
		}
	})
}

func csvOf(t testing.TB, rows ...[]any) string {
	t.Helper()
	var b strings.Builder
	w := csv.NewWriter(&b)
	for _, row := range rows {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = fmt.Sprint(cell)
		}
		if err := w.Write(cells); err != nil {
			t.Fatal(err)
		}
	}
	w.Flush()
	return b.String()
}
