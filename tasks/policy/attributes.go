package policy

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
)

// Attribute is something sources say of customers that policies may ask about. Only registered ones may be asked about, so that a
// policy never waits for a word nobody sends.
type Attribute struct {
	Name      string `gorm:"primaryKey"` // as sources write it
	Label     string // as people read it
	Kind      FieldKind
	CreatedBy int64
	CreatedAt clock.Instant
}

// anyField is an attribute whose registration has not been looked up.
const anyField FieldKind = ""

const (
	maxAttributes    = 200
	maxAttributeName = 100
)

// AttributeKinds returns what an attribute can be.
func AttributeKinds() []FieldKind { return []FieldKind{TextField, NumberField, YesNoField} }

var errAttributeUsed = fault.New(fault.Conflict, "attribute_used",
	"the policy in force asks about the attribute; publish one that does not first")

// Attributes returns the registered attributes by name.
func (s *Service) Attributes(ctx context.Context) ([]Attribute, error) {
	return store{s.db.View(ctx)}.attributes()
}

// AttributesIn is Attributes in a transaction.
func (s *Service) AttributesIn(tx database.Tx) ([]Attribute, error) { return store{tx}.attributes() }

// RegisterAttribute lets policies ask about an attribute, or changes its label; an empty label means its name. It returns
// fault.Forbidden for anybody but a supervisor or an administrator, fault.Invalid with the wrong fields, and fault.Conflict for
// another kind than it is registered with (published policies were checked against that) or for more than 200 attributes.
func (s *Service) RegisterAttribute(ctx context.Context, viewer account.Viewer, a Attribute) error {
	if !viewer.Is(account.Supervisor) {
		return ErrMayNotDraft
	}
	a.Name, a.Label = strings.TrimSpace(a.Name), strings.TrimSpace(a.Label)
	if a.Label == "" {
		a.Label = a.Name
	}
	if err := a.check(); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		known, err := store{tx}.attributes()
		if err != nil {
			return err
		}
		i := slices.IndexFunc(known, func(k Attribute) bool { return k.Name == a.Name })
		switch {
		case i < 0 && len(known) >= maxAttributes:
			return fault.New(fault.Conflict, "attributes_full", "there are 200 attributes already")
		case i >= 0 && known[i].Kind != a.Kind:
			return fault.New(fault.Conflict, "attribute_kind", "the attribute is registered as something else; unregister it first")
		}
		a.CreatedBy, a.CreatedAt = viewer.UserID, s.now()
		if err := (store{tx}).putAttribute(a); err != nil {
			return err
		}
		return account.Audit(tx, a.CreatedAt, viewer, "attribute.registered", "attribute", 0, string(a.Kind))
	})
}

// printable reports whether a text can be shown as it is.
func printable(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) })
}

func (a Attribute) check() error {
	var fields []fault.Field
	readable := func(text string) bool {
		return text != "" && utf8.RuneCountInString(text) <= maxAttributeName && printable(text)
	}
	if !readable(a.Name) {
		fields = append(fields, fault.Field{Name: "name", Code: "name_length", Problem: "must have 1 to 100 characters"})
	}
	if !readable(a.Label) {
		fields = append(fields, fault.Field{Name: "label", Code: "name_length", Problem: "must have 1 to 100 characters"})
	}
	if !slices.Contains(AttributeKinds(), a.Kind) {
		fields = append(fields, fault.Field{
			Name: "kind", Code: "unknown_value", Problem: "must be text, number or yes_no", Value: string(a.Kind),
		})
	}
	if len(fields) > 0 {
		return fault.InvalidFields(fields...)
	}
	return nil
}

// UnregisterAttribute takes an attribute away from the policies to come. It returns fault.Forbidden for anybody but a
// supervisor or an administrator, and fault.Conflict while the policy in force asks about the attribute.
func (s *Service) UnregisterAttribute(ctx context.Context, viewer account.Viewer, name string) error {
	if !viewer.Is(account.Supervisor) {
		return ErrMayNotDraft
	}
	return s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		p, err := s.InForce(tx)
		if err != nil {
			return err
		}
		if p.asksAbout(AttributeField(name)) {
			return errAttributeUsed
		}
		if err := (store{tx}).deleteAttribute(name); err != nil {
			return err
		}
		return account.Audit(tx, s.now(), viewer, "attribute.unregistered", "attribute", 0, "")
	})
}

func (p *Policy) asksAbout(f Field) bool {
	return slices.ContainsFunc(p.Rules, func(r Rule) bool {
		return slices.ContainsFunc(r.When, func(c Condition) bool { return c.Field == f })
	})
}

// checkReferences checks that the attributes, teams and surveys a policy names exist. body is the policy's text, to tell the
// lines; nil where there is none.
func (s *Service) checkReferences(ctx context.Context, tx database.Tx, p *Policy, body []byte) error {
	attributes, err := store{tx}.attributes()
	if err != nil {
		return err
	}
	surveys, err := s.surveys.SurveyNames(ctx)
	if err != nil {
		return err
	}
	teams, err := account.TeamIDs(tx, p.teams())
	if err != nil {
		return err
	}
	c := checker{}
	for i := range p.Rules {
		r := &p.Rules[i]
		c.enter(i, string(r.ID))
		for j := range r.When {
			c.attribute(fmt.Sprintf("when[%d]", j), &r.When[j], attributes)
		}
		if a := r.Callback; a != nil && a.Team != "" && teams[a.Team] == 0 {
			c.refuse("callback.team", "team_unknown", "is no team there is", a.Team)
		}
		if a := r.Survey; a != nil && !slices.Contains(surveys, a.Survey) {
			c.refuse("survey.survey", "survey_unknown", "is no survey there is; there are "+strings.Join(surveys, ", "), a.Survey)
		}
	}
	return c.fault(body)
}

// attribute checks a condition about an attribute against its registration.
func (c *checker) attribute(path string, when *Condition, registered []Attribute) {
	name, ok := when.Field.Attribute()
	if !ok {
		return
	}
	i := slices.IndexFunc(registered, func(a Attribute) bool { return a.Name == name })
	if i < 0 {
		c.refuse(path+".field", "attribute_unknown", "is no registered attribute; register it first", string(when.Field))
		return
	}
	info := FieldInfo{Field: when.Field, Kind: registered[i].Kind}
	if !slices.Contains(info.Kind.Ops(), when.Op) {
		c.refuse(path+".op", "policy_op", "is no comparison for this field; there are "+Listed(info.Kind.Ops()), string(when.Op))
		return
	}
	for _, v := range when.Values {
		c.value(path+".values", info, v)
	}
}

// teams returns the names of the teams that the policy gives callbacks to.
func (p *Policy) teams() []string {
	var names []string
	for _, r := range p.Rules {
		if r.Callback != nil && r.Callback.Team != "" {
			names = append(names, r.Callback.Team)
		}
	}
	return names
}
