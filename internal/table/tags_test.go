package table_test

import (
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"aftercall/internal/table"
)

// standard reads XML with the standard library: a text for each tag and what stands between them.
func standard(file string) ([]string, error) {
	d := xml.NewDecoder(strings.NewReader(file))
	var all []string
	for {
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		switch token := token.(type) {
		case xml.StartElement:
			all = append(all, "<"+token.Name.Local)
			for _, a := range token.Attr {
				all = append(all, a.Name.Local+"="+a.Value)
			}
		case xml.EndElement:
			all = append(all, "/"+token.Name.Local)
		case xml.CharData:
			if len(all) > 0 && strings.HasPrefix(all[len(all)-1], "\"") {
				all[len(all)-1] += string(token)
			} else if len(token) > 0 {
				all = append(all, "\""+string(token))
			}
		default:
			continue
		}
	}
}

// What the standard decoder reads, ours reads alike; ours also reads what it refuses.
func FuzzTagsAreReadAsTheStandardDecoderReadsThem(f *testing.F) {
	for _, seed := range []string{
		`<?xml version="1.0"?><a:row r="1" x:t='a>b'><c/>&amp;&#65;<![CDATA[<]]>x</a:row>`, "<a\n b = \"1\r\n2\"\t/>\r\n",
		`<!-- - --><a><!-- > --></a>`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, file string) {
		others := strings.NewReplacer("<!--", "", "<![CDATA[", "").Replace(file)
		if strings.Contains(file, "encoding") || strings.Contains(others, "<!") {
			t.Skip("another encoding, or a DOCTYPE, which no program writes")
		}
		want, err := standard(file)
		if err != nil {
			_, _ = table.Tags(file)
			return
		}
		got, err := table.Tags(file)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%q:\n got %q %v\nwant %q", file, got, err, want)
		}
	})
}
