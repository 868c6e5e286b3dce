package policy_test

import (
	"testing"

	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/tasks/internal/taskstest"
	"aftercall/tasks/policy"
)

// What a source wrote is compared as what the attribute is registered as: a code of digits is no number.
func TestAttributesAreComparedAsTheyAreRegistered(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.New(t, db)
		for name, kind := range map[string]policy.FieldKind{
			"area": policy.TextField, "seats": policy.NumberField, "active": policy.YesNoField,
		} {
			err := c.Policies.RegisterAttribute(t.Context(), taskstest.Supervisor, policy.Attribute{Name: name, Kind: kind})
			if err != nil {
				t.Fatal(err)
			}
		}
		c.Publish(t, taskstest.ParsePolicy(t,
			`  - {id: as_number, when: [{field: customer.attributes.area, op: is, values: 571}], callback: {}}
  - {id: as_answer, when: [{field: customer.attributes.area, op: is, values: yes}], callback: {}}
  - id: right
    when:
      - {field: customer.attributes.area, op: is, values: 0571}
      - {field: customer.attributes.seats, op: at_least, values: 10}
      - {field: customer.attributes.active, op: is, values: yes}
    callback: {}
`))
		in := taskstest.Severe(1)
		in.Customer.Attributes = map[string]string{"area": "0571", "seats": "010.0", "active": "1"}
		c.Take(t, in)
		c.Plan(t)
		if d := c.DecisionsByKind(t)[policy.FollowUpCallback].Decision; d.Rule != "right" {
			t.Errorf("decided by %s", d.Rule)
		}
	})
}
