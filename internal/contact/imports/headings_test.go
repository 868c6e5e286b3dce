package imports

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"aftercall/internal/contact"
	"aftercall/internal/fault"
	"aftercall/internal/table"
)

func TestAHeadingThatStandsTwiceIsNamedWithItsPlaces(t *testing.T) {
	t.Parallel()
	header := []string{"Ticket ", "Phone", "phone", "Phone", "Score", "Score", "", "e\u0301tat", "\ufeffName"}
	try := func(mapping string) (*converter, error) {
		m, err := ParseMapping([]byte(mapping))
		if err != nil {
			t.Fatal(err)
		}
		return newConverter(m, header, table.Found{})
	}
	_, err := try("columns: {external_id: Ticket, customer.phones: Phone}\nanswers: [{metric: csat, column: score}]\n" +
		"attributes: {tier: Gone}\n")
	f, _ := fault.Of(err)
	var got []string
	for _, field := range f.Fields {
		got = append(got, field.Name+" "+field.Code+": "+field.Problem)
	}
	want := []string{
		"answers[0].column duplicate_column: is the heading of the columns 5 and 6; write score#1 or score#2",
		"attributes.tier unknown_column: is not a column of the file; it has " + strings.Join(header, ", "),
		"columns.customer.phones duplicate_column: is the heading of the columns 2 and 4; write Phone#1 or Phone#2",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	c, err := try("columns: {external_id: ticket, customer.phones: [Phone#2, Phone#1, phone], category: \"#7\", customer.name: name,\n" +
		"  product: état}\n" +
		"answers: [{metric: csat, column: Score#2}]\nparticipants: [{role: took, agent: Phone#1}]\nattributes: {tier: Score#1}\n")
	if err != nil {
		t.Fatal(err)
	}
	in := c.convert(table.Row{Cells: []string{"T-1", "a", "b", "c", "1", "2", "seven", "open", "Lin"}}).input
	value := 2
	want2 := contact.Input{
		ExternalID: "T-1", Category: "seven", Product: "open",
		Customer:     contact.InputCustomer{Name: "Lin", Phones: []string{"c", "a", "b"}, Attributes: map[string]string{"tier": "1"}},
		Participants: []contact.InputParticipant{{Role: "took", Agent: "a"}},
		Answers:      []contact.InputAnswer{{Metric: "csat", Scale: "1-5", Value: &value}},
	}
	if diff := cmp.Diff(want2, in); diff != "" {
		t.Error(diff)
	}
	names := ColumnNames(header)
	if diff := cmp.Diff([]string{"Ticket", "Phone#1", "phone", "Phone#2", "Score#1", "Score#2", "#7", "e\u0301tat", "Name"},
		names); diff != "" {
		t.Error(diff)
	}
}

func TestOneOfManyColumnNamesIsEachColumn(t *testing.T) {
	t.Parallel()
	header := []string{"a", "A", "a", "a#2", "", "#1", " a ", "b", "b\u200b", "B#1"}
	h := newHeadings(header)
	for i, name := range ColumnNames(header) {
		if found := h.matches(name); len(found) != 1 || found[0] != i {
			t.Errorf("column %d is named %q, which is %v", i+1, name, found)
		}
	}
}
