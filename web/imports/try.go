package imports

import (
	"maps"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"aftercall/internal/contact/imports"
	"aftercall/internal/fault"
	"aftercall/internal/table"
	"aftercall/web/frame"
)

// try shows beside each column what the mapping makes of the first rows. A mapping that is not whole yet is not tried.
func (h *handlers) try(c *gin.Context, p *matchPage, asked matching) error {
	m := asked.mapping
	m.Values = translatedValues(m, p.Values)
	if isWhole := m.Check() == nil; !isWhole {
		return nil
	}
	run, err := h.imports.Try(c.Request.Context(), p.Preview, imports.NewRun{
		Mapping: m, Source: p.Form.Get("source"), WithoutAnswers: p.Form.Get("without_answers") != "",
	})
	if _, told := fault.Of(err); told {
		return nil // a heading that is not there: the page says so when the import is asked for
	}
	if err != nil {
		return err
	}
	p.Tried = &run
	for _, g := range h.groupRows(c, run.Report().Groups) {
		at := slices.IndexFunc(p.Columns, func(col matchColumn) bool { return col.Heading == g.Field })
		if at < 0 {
			p.Others = append(p.Others, g)
			continue
		}
		if len(g.Dates) > 0 {
			g.Readings = readings(m.Zone, g.Values[0], p.Preview.Values[at])
		}
		p.Columns[at].Groups = append(p.Columns[at].Groups, g)
	}
	return nil
}

// translatedValues are the words of a mapping with those that the page proposes.
func translatedValues(m imports.Mapping, proposed []matchValues) map[string]map[string]string {
	values := maps.Clone(m.Values)
	for _, v := range proposed {
		words := maps.Clone(values[v.Field])
		for _, row := range v.Rows {
			if row.To == "" || isCode(v.Field, row.From) {
				continue
			}
			if words == nil {
				words = map[string]string{}
			}
			words[row.From] = row.To
		}
		if len(words) == 0 {
			continue
		}
		if values == nil {
			values = map[string]map[string]string{}
		}
		values[v.Field] = words
	}
	return values
}

// sheetOptions are the sheets of a workbook to choose from; none where there is one.
func (h *handlers) sheetOptions(c *gin.Context, f table.Found) []frame.Option {
	if len(f.Sheets) < 2 {
		return nil
	}
	options := make([]frame.Option, len(f.Sheets))
	for i, s := range f.Sheets {
		options[i] = frame.Option{Value: s.Name, Label: s.Name}
		switch {
		case s.Hidden:
			options[i].Label = h.T(c, "imports.sheet_hidden", "sheet", s.Name)
		case s.Empty:
			options[i].Label = h.T(c, "imports.sheet_empty", "sheet", s.Name)
		}
	}
	return options
}

// readings are the formats that would read all values of a column that are times, with how each would read one of them.
func readings(zone, sample string, column []string) []readingRow {
	in, err := time.LoadLocation(zone)
	if err != nil {
		return nil
	}
	times := slices.DeleteFunc(slices.Clone(column), func(value string) bool { return len(imports.DateReadings(value, in)) == 0 })
	formats := imports.SuggestDates(times)
	var rows []readingRow
	for _, r := range imports.DateReadings(sample, in) {
		if slices.Contains(formats, r.Format) {
			rows = append(rows, readingRow{r.Format, sample + " → " + r.At.In(in).Format("2006-01-02 15:04:05")})
		}
	}
	return rows
}
