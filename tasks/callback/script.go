package callback

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"unicode/utf8"

	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/permission"
	"aftercall/internal/text"
	"aftercall/tasks/callback/script"
)

// Script returns what the caller may say, in the customer's language where there is a script in it, else in the centre's. The desk shows
// the newest version; an attempt keeps the version there was when it began.
func (s *Service) Script(ctx context.Context, desk Desk, callerName string) (script.Spoken, error) {
	about := aboutCall(desk.Callback, desk.Customer, desk.Contact)
	about.Resolution, about.Resolver, about.Caller = desk.Resolution, desk.Resolver, callerName
	spoken, err := s.scripts.Say(ctx, about)
	if err != nil {
		return script.Spoken{}, fmt.Errorf("write the script of callback %d: %w", desk.Callback.ID, err)
	}
	return spoken, nil
}

// MayOffer reports whether the offer of a script may be made in the call of a desk though nobody has asked for consent in it: the customer
// said yes before, and permission allows marketing by phone now; the call itself does not stand in the way. Nobody is offered anything who
// is called for a low score or after a reply, and nobody in the customer's stead.
func (s *Service) MayOffer(ctx context.Context, desk Desk, spoken script.Spoken) (bool, error) {
	if !spoken.Has(script.Offer) || desk.Callback.mends() || desk.Refused() || desk.AskFor != "" {
		return false, nil
	}
	tx := s.db.View(ctx)
	subject, err := s.whom(tx, desk.Callback)
	if err != nil {
		return false, err
	}
	q := permission.Question{Subject: subject, Purpose: permission.MarketingCall, Channel: permission.ByPhone, At: s.now()}
	attempt, on, err := s.callOn(tx, desk.Callback, subject)
	if err != nil {
		return false, err
	}
	if on {
		q.Redial = attempt.ID
	}
	v, err := s.judge(tx, q)
	if err != nil {
		return false, fmt.Errorf("ask whether callback %d may have an offer: %w", desk.Callback.ID, err)
	}
	return v.Allowed, nil
}

// Help returns the steps a caller can walk through with a customer whose problem is not solved; nil where there are none for this call.
func (s *Service) Help(ctx context.Context, desk Desk) ([]string, error) {
	about := aboutCall(desk.Callback, desk.Customer, desk.Contact)
	about.Kind = script.Help
	help, err := s.scripts.InForce(s.db.View(ctx), about)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the steps of help for callback %d: %w", desk.Callback.ID, err)
	}
	return help.Steps(), nil
}

// aboutCall is what a script is chosen by. A rule of the policy may have chosen the script of another kind.
func aboutCall(c Callback, customer contact.Customer, about contact.Contact) script.About {
	kind := script.Kind(c.Script)
	if kind == "" {
		kind = script.Kind(c.Kind)
	}
	return script.About{Kind: kind, Customer: customer, Contact: about, Score: c.OriginValue}
}

// scriptShown returns the id of the version of the script that a call begun now is made with; 0 for a stock one that was never published.
func (s *Service) scriptShown(tx database.Tx, c Callback) (int64, error) {
	customers, err := contact.CustomersByID(tx, []int64{c.CustomerID})
	if err != nil {
		return 0, err
	}
	contacts, err := contact.ContactsByID(tx, []int64{c.ContactID})
	if err != nil {
		return 0, err
	}
	shown, err := s.scripts.InForce(tx, aboutCall(c, customers[c.CustomerID], contacts[c.ContactID]))
	return shown.ID, err
}

// helpTried returns the steps of help that were tried, as they are kept with an attempt: JSON, "" for none. What cannot be a step is left
// out: the desk sends back what it showed.
func helpTried(steps []string) (string, error) {
	var tried []string
	for _, step := range steps {
		step = text.Name(step)
		if step != "" && utf8.RuneCountInString(step) <= script.MaxLine && !slices.Contains(tried, step) && len(tried) < script.MaxSteps {
			tried = append(tried, step)
		}
	}
	if len(tried) == 0 {
		return "", nil
	}
	b, err := json.Marshal(tried)
	if err != nil {
		return "", fmt.Errorf("write the steps of help: %w", err)
	}
	return string(b), nil
}

// HelpSteps returns the steps of help that were tried in an attempt.
func (a *Attempt) HelpSteps() []string {
	var tried []string
	if json.Unmarshal([]byte(a.HelpTried), &tried) != nil { // none
		return nil
	}
	return tried
}
