package table_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"aftercall/internal/table"
)

// lines returns what became of a file, a text for each row: its line and its cells, or the code of what is wrong with it.
func lines(t testing.TB, file string, opts table.Options) []string {
	t.Helper()
	var got []string
	for _, row := range readAll(t, []byte(file), opts) {
		got = append(got, fmt.Sprintf("%d %s", row.Line, strings.ReplaceAll(strings.Join(row.Cells, "/"), "\n", "¶")))
	}
	return got
}

func TestAStrayQuoteCostsItsOwnLineAndNoOther(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		file string
		want []string
	}{
		"two that meet each other": {
			"id,score,note\nQ-1,5,\"27 inch swapped\nQ-2,1,cable\nQ-3,1,\"32 inch swapped\nQ-4,5,reset\n",
			[]string{"1 id/score/note", "2 !text_after_quote", "3 Q-2/1/cable", "4 !unclosed_quote", "5 Q-4/5/reset"},
		},
		"the second ends its cell": {
			"id,score,note\nQ-1,5,\"27 inch\nQ-2,1,cable\nQ-3,1,screen 32\"\nQ-4,5,reset\n",
			[]string{"1 id/score/note", "2 !quote_over_rows", "3 Q-2/1/cable", "4 Q-3/1/screen 32\"", "5 Q-4/5/reset"},
		},
		"the second ends a cell in the middle": {
			"id,note,score\nQ-1,\"27 inch,5\nQ-2,cable,1\nQ-3,32\",1\nQ-4,reset,5\n",
			[]string{"1 id/note/score", "2 !quote_over_rows", "3 Q-2/cable/1", "4 Q-3/32\"/1", "5 Q-4/reset/5"},
		},
		"the second ends a list of phones": {
			"phone,note\n13912348000,\"27 inch\n13912348001,screen 32\"\n13912348002,x\n",
			[]string{"1 phone/note", "2 !quote_over_rows", "3 13912348001/screen 32\"", "4 13912348002/x"},
		},
		"over rows of which one is short": {
			"id,score,note\nQ-1,5,\"27 inch\nQ-2,1\nQ-3,1,screen 32\"\n",
			[]string{"1 id/score/note", "2 !quote_over_rows", "3 Q-2/1", "4 Q-3/1/screen 32\""},
		},
		"a saying": {
			"id,note\n1,\"Nice\" said he\n2,fine\n3,\"Nice\", said he\n",
			[]string{"1 id/note", "2 !text_after_quote", "3 2/fine", "4 3/Nice/ said he"},
		},
		"a saying in front of a text of two lines": {
			"id,note,more\n1,\"a\nb\" c,d\n2,fine,x\n",
			[]string{"1 id/note/more", "2 !text_after_quote", "3 b\" c/d", "4 2/fine/x"},
		},
		"in every row": {
			"id;note\n1;\"a\n2;\"b\n3;\"c\n", []string{"1 id/note", "2 !text_after_quote", "3 !text_after_quote", "4 !unclosed_quote"},
		},
		"with tabs": {
			"id\tnote\n1\t\"Nice\" said he\n2\tfine\n", []string{"1 id/note", "2 !text_after_quote", "3 2/fine"},
		},
		"in the line of headings": {
			"\"id,note\n1,a\n2,b\n", []string{"1 !unclosed_quote", "2 1/a", "3 2/b"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got := lines(t, tt.file, table.Options{}); !slices.Equal(got, tt.want) {
				t.Errorf("\n got %q\nwant %q", got, tt.want)
			}
		})
	}
}

func TestWhatIsQuotedRightlyIsReadAsItIs(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		file string
		want []string
	}{
		"blanks around":         {"id,note,x\n1, \"a, b\" ,c\n2,\"d\"\t,e\n", []string{"1 id/note/x", "2 1/a, b/c", "3 2/d/e"}},
		"blanks before a stray": {"id,note,x\n1, \"a,b\n2, \"c\" d,e\n", []string{"1 id/note/x", "2 1/ \"a/b", "3 2/ \"c\" d/e"}},
		"a quote within":        {"id,note\n1,27\" screen\n2,5' 3\"\n", []string{"1 id/note", "2 1/27\" screen", "3 2/5' 3\""}},
		"lines of a note": {
			"id,score,note\n1,5,\"Dear all,\nyes, it works\n\nbye\"\n2,4,\"one, two, three\nfour, five, six\"\n",
			[]string{"1 id/score/note", "2 1/5/Dear all,¶yes, it works¶¶bye", "6 2/4/one, two, three¶four, five, six"},
		},
		"an order with numbers": {
			"id,closed,phone,note\nT-1,2026-11-20,13912348000,\"order 1, item 2, sent, fine\nroom 5, floor 2, done, thanks\"\n",
			[]string{"1 id/closed/phone/note", "2 T-1/2026-11-20/13912348000/order 1, item 2, sent, fine¶room 5, floor 2, done, thanks"},
		},
		"a note in the middle": {
			"id,phone,note,score,agent\n1001,13912348000,\"two\nlines\",5,Mo\n1002,13912348001,\"5 of\n7 lines\",4,Li\n",
			[]string{"1 id/phone/note/score/agent", "2 1001/13912348000/two¶lines/5/Mo", "4 1002/13912348001/5 of¶7 lines/4/Li"},
		},
		"nothing but quotes": {"id,note\n1,\"\"\n2,\"\"\"\"\n", []string{"1 id/note", "2 1/", "3 2/\""}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := lines(t, tt.file, table.Options{}); !slices.Equal(got, tt.want) {
				t.Errorf("\n got %q\nwant %q", got, tt.want)
			}
		})
	}
}

func TestEveryRowWithoutAStrayQuoteIsReadWhateverTheOthersHave(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var file strings.Builder
		file.WriteString("id,closed,score,note\n")
		var want, got []string
		for i := range rapid.IntRange(1, 40).Draw(t, "rows") {
			note := rapid.SampledFrom([]string{
				"fine", `"27 inch`, `"Nice" said he`, `32"`, `"quoted, well"`, `"`, "", `a "b" c`, "换了\"光猫\"",
			}).Draw(t, "note")
			fmt.Fprintf(&file, "Q-%d,2026-11-20 10:%02d,%d,%s\n", i, i, i%5+1, note)
			if !strings.HasPrefix(note, `"`) || note == `"quoted, well"` {
				want = append(want, fmt.Sprintf("Q-%d/%d/%s", i, i%5+1, strings.Trim(note, `"`)))
			}
		}
		r, err := table.Open(t.Context(), strings.NewReader(file.String()), table.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rest(t, r) {
			if row.Cells[0] != "id" {
				got = append(got, row.Cells[0]+"/"+row.Cells[2]+"/"+strings.Trim(row.Cells[3], `"`))
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s\n got %q\nwant %q", file.String(), got, want)
		}
	})
}
