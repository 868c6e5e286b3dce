package table_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"

	"aftercall/internal/table"
)

const (
	chinese = "工单号,客户,处理结果\n1,张伟,更换光猫后恢复正常\n2,朱镕,已经告知客户并得到确认\n"
	french  = "id,client,note\n1,René Lefèvre,réparé à l'heure, \n2,Zoé,déjà réglé\n3,Paul,rien\n"
)

// encodings without a byte order mark.
var (
	littleEndian = unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	bigEndian    = unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
)

func TestTheEncodingOfAFileIsFoundAndSaid(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		in      encoding.Encoding
		text    string
		want    string
		guessed bool
	}{
		"ASCII":                       {encoding.Nop, "id,x\n1,2\n", "utf-8", false},
		"UTF-8":                       {encoding.Nop, chinese, "utf-8", false},
		"UTF-8, French":               {encoding.Nop, french, "utf-8", false},
		"GBK":                         {simplifiedchinese.GBK, chinese, "gb18030", true},
		"GB 18030":                    {simplifiedchinese.GB18030, chinese + "3,𠮷田,😀\n", "gb18030", true},
		"GBK, one name":               {simplifiedchinese.GBK, "id,name\n1,王敏\n", "gb18030", true},
		"GBK after a million letters": {simplifiedchinese.GBK, strings.Repeat("1,plain,text\n", 150_000) + chinese, "gb18030", true},
		"windows-1252":                {charmap.Windows1252, french, "windows-1252", true},
		"windows-1252, German":        {charmap.Windows1252, "id,Größe\n1,schön\n2,Straße\n", "windows-1252", true},
		"UTF-16 LE, marked":           {unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), chinese, "utf-16le", false},
		"UTF-16 BE, marked":           {unicode.UTF16(unicode.BigEndian, unicode.UseBOM), chinese, "utf-16be", false},
		"UTF-16 LE":                   {littleEndian, chinese, "utf-16le", true},
		"UTF-16 BE":                   {bigEndian, chinese, "utf-16be", true},
		"UTF-16 LE, Latin":            {littleEndian, "id\tname\r\n1\tLin\r\n", "utf-16le", true},
	} {
		t.Run(name, func(t *testing.T) {
			file := encode(t, tt.in.NewEncoder(), tt.text)
			r, err := table.Open(t.Context(), bytes.NewReader(file), table.Options{})
			if err != nil {
				t.Fatal(err)
			}
			rows := rest(t, r)
			if got := r.Found(); got.Encoding != tt.want || got.Guessed != tt.guessed {
				t.Errorf("found %+v", got)
			}
			as := lines(t, tt.text, table.Options{Encoding: "utf-8"})
			if len(rows) != len(as) || !strings.HasSuffix(as[len(as)-1], strings.Join(rows[len(rows)-1].Cells, "/")) {
				t.Errorf("%d rows, the last %q; want %q", len(rows), rows[len(rows)-1].Cells, as[len(as)-1])
			}
		})
	}
}

func TestMostlyValidUTF8IsUTF8AndTheBadCellIsSaid(t *testing.T) {
	t.Parallel()
	gbk := string(encode(t, simplifiedchinese.GBK.NewEncoder(), chinese+"3,王敏,已经处理完毕"))
	rare := string(encode(t, simplifiedchinese.GB18030.NewEncoder(), "id,name\n1,㐀㐁㐂"))
	for name, tt := range map[string]struct {
		file     string
		row      int
		cell     string
		guessed  bool
		encoding string
	}{
		"a character cut": {"id,product,agent\n1,家庭宽带五百\xe5\x85,李强\n2,云盘,李强\n", 1, "家庭宽带五百\uFFFD", true, "utf-8"},
		"one of two":      {"id,product,agent\n1,王\xe6\x95,Mo\n", 1, "王\uFFFD", true, "utf-8"},
		"a Latin letter":  {"id,product,agent\n1,caf\xe9 au lait 牛奶咖啡,李强\n", 1, "caf\uFFFD au lait 牛奶咖啡", true, "utf-8"},
		"behind a mark":   {"\ufeffid,product,agent\n1,\xff,李强\n", 1, "\uFFFD", false, "utf-8"},
		"broken before":   {"id,product,agent\n1,五百\uFFFD,李强\n", 1, "五百\uFFFD", false, "utf-8"},
		"rare characters": {rare + "\xff\n", 1, "㐀㐁㐂\uFFFD", true, "gb18030"},
		"half of GBK":     {gbk + "\xff\n", 3, "已经处理完毕\uFFFD", true, "gb18030"},
		"in quotes, further down": {
			"id,product,agent\n" + strings.Repeat("1,家庭宽带,李强\n", 30_000) + "2,\"五\xe7\x99\",Mo\n", 30_001, "五\uFFFD", false, "utf-8",
		},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := table.Open(t.Context(), strings.NewReader(tt.file), table.Options{})
			if err != nil {
				t.Fatal(err)
			}
			rows := rest(t, r)
			faults := 0
			for _, row := range rows {
				faults += len(row.Faults)
			}
			row := rows[tt.row]
			at := slices.Index(row.Cells, tt.cell)
			want := []table.Fault{{Cell: at, Code: table.BadEncoding, Value: tt.cell}}
			if faults != 1 || at < 0 || !slices.Equal(row.Faults, want) {
				t.Errorf("%d faults; %q %v", faults, row.Cells, row.Faults)
			}
			if got := r.Found(); got.Encoding != tt.encoding || len(tt.file) < 1000 && got.Guessed != tt.guessed {
				t.Errorf("found %+v", got)
			}
		})
	}
}

func TestEncodingsHaveTheNamesPeopleGiveThem(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		in   encoding.Encoding
		text string
	}{
		"latin1": {charmap.ISO8859_1, "id,René"}, "ISO-8859-1": {charmap.ISO8859_1, "id,René"},
		"Windows-1252": {charmap.Windows1252, "id,10 €"},
		"gbk":          {simplifiedchinese.GBK, "编号,王敏"}, "GB2312": {simplifiedchinese.GBK, "编号,王敏"},
		"gb18030": {simplifiedchinese.GB18030, "编号,𠮷"},
		"cp936":   {simplifiedchinese.GBK, "编号,王敏"}, "big5": {traditionalchinese.Big5, "編號,張偉"}, "shift_jis": {japanese.ShiftJIS, "番号,田中"},
		"Shift-JIS": {japanese.ShiftJIS, "番号,田中"}, "euc-kr": {korean.EUCKR, "번호,김"}, "utf8": {encoding.Nop, "编号,王敏"},
		"utf-8-sig": {encoding.Nop, "\ufeff编号,王敏"}, "utf-16le": {littleEndian, "编号,王敏"}, "UTF-16BE": {bigEndian, "编号,王敏"},
		"windows-1251": {charmap.Windows1251, "номер,Иван"}, " utf_8 ": {encoding.Nop, "编号,王敏"},
	} {
		t.Run(name, func(t *testing.T) {
			rows := readAll(t, encode(t, tt.in.NewEncoder(), tt.text), table.Options{Encoding: name})
			want := strings.TrimPrefix(tt.text, "\ufeff")
			if len(rows) != 1 || strings.Join(rows[0].Cells, ",") != want || !table.KnownEncoding(name) {
				t.Errorf("%v, want %q", rows, want)
			}
		})
	}
	for _, name := range []string{"klingon", "iso-2022-kr", "hz-gb-2312", "utf-32"} {
		t.Run(name, func(t *testing.T) {
			_, err := table.Open(t.Context(), strings.NewReader("a,b\n"), table.Options{Encoding: name})
			if codeOf(err) != "invalid: encoding_unknown" || table.KnownEncoding(name) {
				t.Error(err)
			}
		})
	}
}
