package contact

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/text/language"

	"aftercall/internal/address"
	"aftercall/internal/clock"
	"aftercall/internal/fault"
	"aftercall/internal/text"
	"aftercall/internal/whose"
)

// taken is one input made ready for the database: trimmed, checked, its addresses normalised.
type taken struct {
	input     Input
	reference string // identifies the customer at the source; empty when nothing does
	formerID  string // what the external id was kept as before ids had one form, where that is another
	// formerReferences are what identified the customer then.
	formerReferences []string
	addresses        []Address
	contactLine      string // of the contact's own contact person, as E.164; empty when there is none
	hash             string
	size             int // about how many bytes it is
	problems         []fault.Field
	warnings         []fault.Field

	readdressed bool               // the customer was known, and has other addresses now
	said        *whose.Description // of the customer, where there is no reference; nil: nothing
	strayed     bool               // the contact was known by another address in between
	byHand      bool               // somebody said whose it is
}

// cleaner checks and normalises inputs. It needs no database, so that it runs outside of transactions.
type cleaner struct {
	region    string
	nobodys   *address.Placeholders
	zones     sync.Map // IANA name → whether it is one
	languages sync.Map // tag as given → canonical tag, or ""
}

func newCleaner(region string, nobodys *address.Placeholders) *cleaner {
	return &cleaner{region: region, nobodys: nobodys}
}

// clean returns the input made ready. With problems it must not be taken; with warnings it may.
func (cl *cleaner) clean(in Input, now clock.Instant) *taken {
	t := &taken{input: in}
	t.input.emptyBlanks()
	t.cleanFacts()
	t.cleanPeople()
	t.cleanTimes(now)
	t.cleanResolutions(now)
	t.cleanAnswers(now)
	cl.cleanCustomer(t)
	t.sign()
	return t
}

func (t *taken) refuse(field, code, problem, value string) {
	t.problems = append(t.problems, fault.Field{Name: field, Code: code, Problem: problem, Value: shown(value)})
}

func (t *taken) warn(field, code, problem, value string) {
	t.warnings = append(t.warnings, fault.Field{Name: field, Code: code, Problem: problem, Value: shown(value)})
}

// cleanFacts checks what is said of the contact itself.
func (t *taken) cleanFacts() {
	in := &t.input
	t.formerID = text.FormerID(in.ExternalID)
	in.ExternalID = text.ID(in.ExternalID)
	switch {
	case in.ExternalID == "":
		t.refuse("external_id", "required", "is required", "")
	case text.SaysNone(in.ExternalID): // all that have none would become one contact
		t.refuse("external_id", "placeholder_id", "says that there is none; every contact needs an id of its own", in.ExternalID)
	}
	in.OrderRef = text.ID(in.OrderRef)
	in.Category, in.Subcategory, in.Product = text.Name(in.Category), text.Name(in.Subcategory), text.Name(in.Product)
	t.limit("external_id", in.ExternalID, maxKey)
	t.limit("category", in.Category, maxKey)
	t.limit("subcategory", in.Subcategory, maxKey)
	t.limit("product", in.Product, maxKey)
	t.limit("order_reference", in.OrderRef, maxKey)
	in.RecordingURL = text.Name(in.RecordingURL)
	t.limit("recording_url", in.RecordingURL, maxURL)
	in.RecordingURL = t.link("recording_url", in.RecordingURL)
	in.Resolution = t.shortened("resolution_text", text.Lines(in.Resolution), maxText)

	in.Status = Status(text.Name(string(in.Status)))
	oneOf(t, "status", in.Status, statuses)
	in.Channel = Channel(text.Name(string(in.Channel)))
	oneOf(t, "channel", in.Channel, channels)
	in.Severity = Severity(text.Name(string(in.Severity)))
	oneOf(t, "severity", in.Severity, severities)

	t.seconds("talk_seconds", in.TalkSeconds)
	t.seconds("hold_seconds", in.HoldSeconds)
	t.seconds("wrap_up_seconds", in.WrapUpSeconds)
	in.Tags = t.tags("tags", in.Tags)
}

// cleanPeople checks who took part.
func (t *taken) cleanPeople() {
	if len(t.input.Participants) > maxPeople {
		t.refuse("participants", "too_many", fmt.Sprintf("has more than %d entries", maxPeople), "")
		return
	}
	kept := make([]InputParticipant, 0, len(t.input.Participants))
	for i, p := range t.input.Participants {
		p.Agent, p.Team = named(p.Agent), named(p.Team)
		if p.Agent == "" && p.Team == "" {
			continue
		}
		field := "participants[" + strconv.Itoa(i) + "]"
		if p.Role == "" {
			p.Role = Handled
		}
		oneOf(t, field+".role", p.Role, roles)
		t.limit(field+".agent", p.Agent, maxKey)
		t.limit(field+".team", p.Team, maxKey)
		kept = append(kept, p)
	}
	t.input.Participants = unlessBlank(t, "participants", t.input.Participants, kept)
}

// cleanCustomer checks the customer and finds what identifies them.
func (cl *cleaner) cleanCustomer(t *taken) {
	c := &t.input.Customer
	t.formerReferences = former(c.Reference)
	c.Reference = t.referenceOf(c.Reference)
	t.limit("customer.reference", c.Reference, maxKey)
	c.Name = t.shortened("customer.name", named(c.Name), maxKey)
	c.Tags = t.tags("customer.tags", c.Tags)
	c.Attributes = t.attributes(c.Attributes)
	c.Language = cl.language(t, text.Name(c.Language))
	c.Zone = cl.zone(t, text.Name(c.Zone))
	c.Emails = cl.addressesOf(t, "customer.emails", EmailAddress, c.Emails, address.Email)
	region := t.regions(cl.region)
	phone := func(raw string) string { return address.Phone(raw, region) }
	c.Phones = cl.addressesOf(t, "customer.phones", PhoneAddress, c.Phones, phone)
	cl.cleanContactPerson(t, phone)

	t.reference = c.Reference
	for _, kind := range []AddressKind{EmailAddress, PhoneAddress} {
		for _, a := range t.addresses {
			if t.reference == "" && a.Kind == kind {
				t.reference, t.formerReferences = a.Normalised, earlier(a)
			}
		}
	}
	if t.reference == "" && t.input.tellsOfCustomer() {
		t.warn("customer", "customer_unidentified",
			"has no reference, e-mail or phone, so nothing of the customer is kept or taken away", c.Name)
	}
}

// addressesOf normalises the addresses of a kind. One that is not valid, or nobody's, is kept as it was written, and cannot be used.
func (cl *cleaner) addressesOf(t *taken, field string, kind AddressKind, raws []string, normalise func(string) string) []string {
	if len(raws) > maxPhones {
		t.refuse(field, "too_many", fmt.Sprintf("has more than %d entries", maxPhones), "")
		return nil
	}
	kept := raws[:0:0]
	for _, raw := range raws {
		whole := written(raw)
		raw = text.Cut(whole, maxKey)
		if raw == "" || slices.Contains(kept, raw) {
			continue
		}
		normalised := cl.usable(t, field, kind, whole, normalise(whole)) // what is cut off something longer is another address
		t.addresses = append(t.addresses, Address{Kind: kind, Position: len(kept), Raw: raw, Normalised: normalised})
		kept = append(kept, raw)
	}
	return unlessBlank(t, field, raws, kept)
}

// usable returns the normal form of an address as it was written, or "" and a warning.
func (cl *cleaner) usable(t *taken, field string, kind AddressKind, whole, normalised string) string {
	raw := text.Cut(whole, maxKey)
	switch {
	case cl.isPlaceholder(kind, whole, normalised):
		t.warn(field, "placeholder_address", "is nobody's "+kindWord(kind)+"; kept as it is, and never used", raw)
	case address.IsDeclined(whole):
		t.warn(field, "declined_address", "says that it is not to be used; kept as it is, and never used", raw)
	case normalised == "":
		t.warn(field, "not_"+string(kind), "is not a valid "+kindWord(kind)+"; kept as it is, and never used", raw)
	default:
		return normalised
	}
	return ""
}

// cleanContactPerson checks whom to ask for about the contact. Their number makes nobody the same person, and identifies no customer.
func (cl *cleaner) cleanContactPerson(t *taken, phone func(string) string) {
	in := &t.input
	in.ContactName = t.shortened("contact_name", named(in.ContactName), maxKey)
	whole := written(in.ContactPhone)
	if in.ContactPhone = text.Cut(whole, maxKey); in.ContactPhone != "" {
		t.contactLine = cl.usable(t, "contact_phone", PhoneAddress, whole, phone(whole))
	}
}

// isPlaceholder reports whether an address is what stands where there is none, or the centre's own.
func (cl *cleaner) isPlaceholder(kind AddressKind, raw, normalised string) bool {
	if kind == EmailAddress {
		return cl.nobodys.Email(raw, normalised)
	}
	return cl.nobodys.Phone(raw, normalised)
}

func kindWord(kind AddressKind) string {
	if kind == EmailAddress {
		return "e-mail address"
	}
	return "phone number"
}

// regions checks where the customer lives and returns the country in which their phone numbers are read.
func (t *taken) regions(usual string) string {
	c := &t.input.Customer
	c.Region, c.PhoneRegion = strings.ToUpper(text.Name(c.Region)), strings.ToUpper(text.Name(c.PhoneRegion))
	if c.Region != "" && !isRegion(c.Region) {
		t.warn("customer.region", "unknown_region", "is not an ISO country code such as CN; left out", c.Region)
		c.Region = ""
	}
	if c.PhoneRegion != "" && !address.KnownRegion(c.PhoneRegion) {
		t.warn("customer.phone_region", "unknown_region", "is not an ISO country code such as CN; left out", c.PhoneRegion)
		c.PhoneRegion = ""
	}
	country, _, _ := strings.Cut(c.Region, "-")
	return cmp.Or(c.PhoneRegion, country, usual)
}

// isRegion reports whether a code is a country's, or that of a part of one such as US-FL.
func isRegion(code string) bool {
	country, part, divided := strings.Cut(code, "-")
	notOfCode := func(r rune) bool { return (r < 'A' || r > 'Z') && (r < '0' || r > '9') }
	return address.KnownRegion(country) && (!divided || (part != "" && len(part) <= 3 && !strings.ContainsFunc(part, notOfCode)))
}

func (cl *cleaner) zone(t *taken, name string) string {
	if name == "" {
		return ""
	}
	known, found := cl.zones.Load(name)
	if !found {
		_, err := time.LoadLocation(name)
		known = err == nil && name != "Local" && len(name) <= 40
		if known == true { // what is not a zone is not remembered: it may be anything
			cl.zones.Store(name, known)
		}
	}
	if known != true {
		t.warn("customer.zone", "unknown_zone", "is not an IANA time zone such as Asia/Shanghai; left out", name)
		return ""
	}
	return name
}

func (cl *cleaner) language(t *taken, tag string) string {
	if tag == "" {
		return ""
	}
	if known, found := cl.languages.Load(tag); found {
		return fmt.Sprint(known)
	}
	parsed, err := language.Parse(tag)
	if err != nil || len(parsed.String()) > 40 {
		t.warn("customer.language", "unknown_language", "is not a language tag such as zh-CN; left out", tag)
		return ""
	}
	cl.languages.Store(tag, parsed.String())
	return parsed.String()
}

// sign computes the hash by which the same content is known again.
func (t *taken) sign() {
	body, err := json.Marshal(&t.input)
	if err != nil {
		t.refuse("external_id", "not_storable", "cannot be written down", t.input.ExternalID)
		return
	}
	for _, name := range t.input.Emptied {
		body = append(append(body, 0), name...)
	}
	sum := sha256.Sum256(body)
	t.hash, t.size = hex.EncodeToString(sum[:20]), len(body)
}
