package campaign

import (
	"fmt"
	"io"
	"strconv"

	"aftercall/internal/permission"
)

// column is one column of an export.
type column struct {
	name  string // its heading is translated under "export.column.<name>"
	value func(e *exporting, r exportRow) cell
}

// key returns the catalogue key of the heading; the address is a phone number or an e-mail, by channel.
func (c column) key(channel permission.Channel) string {
	if c.name == "address" {
		return "export.column.address_" + string(channel)
	}
	return "export.column." + c.name
}

// columns returns what a row says: who, where to reach them, why they are in the list, and what permits it.
func columns() []column {
	text := func(value func(e *exporting, r exportRow) string) func(*exporting, exportRow) cell {
		return func(e *exporting, r exportRow) cell { return cell{text: value(e, r)} }
	}
	return []column{
		{"reference", func(_ *exporting, r exportRow) cell { return cell{text: r.customer.Reference, exact: true} }},
		{"name", text(func(_ *exporting, r exportRow) string { return r.customer.Name })},
		{"address", func(_ *exporting, r exportRow) cell { return cell{text: r.address, exact: true} }},
		{"language", text(func(_ *exporting, r exportRow) string { return r.customer.Language })},
		{"resolved_at", text(func(e *exporting, r exportRow) string { return e.time(r.known.Resolution.ResolvedAt) })},
		{"category", text(func(_ *exporting, r exportRow) string { return r.known.Resolution.Category })},
		{"product", text(func(_ *exporting, r exportRow) string { return r.known.Resolution.Product })},
		{"score", text(func(e *exporting, r exportRow) string { return e.text("mood." + string(r.known.mood())) })},
		{"consent_at", text(func(e *exporting, r exportRow) string { return e.time(r.consent.At) })},
		{"consent_source", text(func(_ *exporting, r exportRow) string { return r.consent.Source })},
		{"evidence", text(func(_ *exporting, r exportRow) string { return r.member.Reason })},
		{"consent_id", text(func(_ *exporting, r exportRow) string { return strconv.FormatInt(r.consent.ID, 10) })},
	}
}

// receiptLine is one line of the receipt: what, and how much.
type receiptLine struct{ label, value string }

// receipt returns where the list came from and where everybody went, with two sums that hold: base = eligible + left out by the
// snapshot, and members = rows + left out now.
func (e *exporting) receipt(left map[Reason]int) ([]receiptLine, error) {
	w, err := e.snapshot.Waterfall()
	if err != nil {
		return nil, err
	}
	rule, err := ParseRule(e.snapshot.Rule)
	if err != nil {
		return nil, err
	}
	name := e.audience.Name
	if e.audience.BuiltIn() {
		name = e.text("audience.built_in." + name)
	}
	lines := []receiptLine{
		{e.text("receipt.audience"), name},
		{e.text("receipt.rule"), rule.Sentence(e.request.Text)},
		{e.text("receipt.reach"), e.text("reach." + string(e.snapshot.Channel))},
		{e.text("receipt.rule_hash"), e.snapshot.RuleHash},
		{e.text("receipt.audience_version"), strconv.Itoa(e.snapshot.AudienceVersion)},
		{e.text("receipt.policy_version"), strconv.Itoa(e.export.PolicyVersion)},
		{e.text("receipt.snapshot"), strconv.FormatInt(e.snapshot.ID, 10)},
		{e.text("receipt.as_of"), e.time(w.AsOf)},
		{e.text("receipt.base"), strconv.Itoa(w.Base)},
	}
	for _, step := range w.Steps {
		if step.Count > 0 {
			lines = append(lines, receiptLine{"− " + e.text("reason."+string(step.Reason)), strconv.Itoa(step.Count)})
		}
	}
	lines = append(lines,
		receiptLine{"= " + e.text("receipt.eligible"), strconv.Itoa(w.Eligible)},
		receiptLine{e.text("receipt.exported_at"), e.time(e.now)},
		receiptLine{e.text("receipt.exported_by"), e.viewer.Name},
		receiptLine{e.text("receipt.reason"), e.export.Reason},
		receiptLine{e.text("receipt.members"), strconv.Itoa(e.export.Members)},
	)
	for _, r := range Reasons() {
		if left[r] > 0 {
			lines = append(lines, receiptLine{"− " + e.text("reason."+string(r)), strconv.Itoa(left[r])})
		}
	}
	lines = append(lines, receiptLine{"= " + e.text("receipt.rows"), strconv.Itoa(e.export.RowCount)})
	return lines, nil
}

func newSheet(format Format, w io.Writer, folder string, text func(string) string) (sheet, error) {
	switch format {
	case XLSX:
		return newXLSX(w, folder, text)
	case CSV:
		return newCSV(w)
	}
	return nil, fmt.Errorf("export: %q is no format", format)
}
