package desk

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/contact/maintenance"
	"aftercall/internal/fault"
	"aftercall/internal/upkeep"
	"aftercall/web/frame"
)

// customerPage is the form on which what is known of the customer on the line is put right.
type customerPage struct {
	frame.Page
	CallbackID int64
	Name       string // as the customer was called before
	Source     string
	Phones     []phoneField
	Places     []frame.Option // of phones
	Spoken     []frame.Option
	Zones      []string // suggested
	Form       frame.Form
	Log        []correctionLine
	Back       string
}

func (*customerPage) Template() string { return "desk_customer" }

// phoneField is one known number on the form. It is named by its place in the database: no number stands in a form.
type phoneField struct {
	ID      int64
	Number  string // masked, but for the one that is called
	Unclear bool   // it is no number that can be dialled
	Wrong   bool
	Place   string
}

// correctionLine is a correction in words.
type correctionLine struct {
	maintenance.Line
	Old, New string
}

func (h *handlers) customerRoutes() []frame.Route {
	readers := []account.Role{account.Caller, account.Supervisor}
	return []frame.Route{
		{Method: http.MethodGet, Path: "/desk/:id/customer", Roles: readers, Handle: h.showCustomerForm},
		{Method: http.MethodPost, Path: "/desk/:id/customer", Roles: readers, Handle: h.correctCustomer},
	}
}

// lineOf is the customer of a callback, and where the form leads back to.
type lineOf struct {
	sheet  maintenance.Sheet
	back   string
	inHand string // the number of a callback that the viewer holds, which is shown whole; empty for one they do not hold
}

// onTheLine reads what is known of the customer of a callback.
func (h *handlers) onTheLine(c *gin.Context, id int64) (lineOf, error) {
	ctx, viewer := c.Request.Context(), frame.Viewer(c)
	desk, err := h.callbacks.ByID(ctx, viewer, id)
	if err != nil {
		return lineOf{}, err
	}
	sheet, err := h.customers.Sheet(ctx, viewer, desk.Callback.CustomerID)
	if err != nil {
		return lineOf{}, err
	}
	if desk.Callback.HeldBy(viewer, desk.At) {
		return lineOf{sheet, "/desk", desk.Phone}, nil
	}
	return lineOf{sheet, fmt.Sprintf("/callbacks/%d", id), ""}, nil
}

// showCustomerForm shows what is known of the customer of a callback, to be put right.
func (h *handlers) showCustomerForm(c *gin.Context) error {
	return h.renderCustomerForm(c, http.StatusOK, frame.Form{})
}

func (h *handlers) renderCustomerForm(c *gin.Context, status int, typed frame.Form) error {
	id, err := frame.PathID(c, "id")
	if err != nil {
		return err
	}
	line, err := h.onTheLine(c, id)
	if err != nil {
		return err
	}
	sheet := line.sheet
	p := &customerPage{CallbackID: id, Name: sheet.Customer.DisplayName(), Source: sheet.Source, Form: typed, Back: line.back}
	if p.Form.Values == nil {
		p.Form.Values = customerValues(sheet)
	}
	p.Phones, p.Places = phoneFields(sheet, p.Form, line.inHand)
	p.Spoken = languageOptions(p.Form.Get("language"), h.Lang(c), h.T(c, "customer_correct.unknown"))
	p.Zones = usualZones
	for _, logged := range sheet.Log {
		was, is := valueText(logged.Field, logged.OldValue), valueText(logged.Field, logged.NewValue)
		p.Log = append(p.Log, correctionLine{Line: logged, Old: was, New: is})
	}
	p.Page = h.Page(c, "customer_correct.title")
	p.Crumbs = []frame.Crumb{{Text: h.T(c, "desk.title"), Href: p.Back}}
	return h.RenderStatus(c, status, p)
}

// customerValues is what stands in the form before anything was typed.
func customerValues(sheet maintenance.Sheet) url.Values {
	v := url.Values{
		"name": {sheet.Customer.Name}, "language": {sheet.Customer.Language}, "zone": {sheet.Customer.Zone},
		"tags": {strings.Join(sheet.Customer.TagList(), ", ")}, "seen_at": {strconv.FormatInt(int64(sheet.Customer.UpdatedAt), 10)},
	}
	for i, phone := range sheet.Phones {
		v.Set(fmt.Sprintf("place_%d", phone.ID), strconv.Itoa(i+1))
		if phone.Wrong {
			v.Set(fmt.Sprintf("wrong_%d", phone.ID), "yes")
		}
	}
	return v
}

func phoneFields(sheet maintenance.Sheet, f frame.Form, inHand string) (fields []phoneField, places []frame.Option) {
	for i, phone := range sheet.Phones {
		number := cmp.Or(phone.Normalised, phone.Raw)
		if number != inHand || inHand == "" {
			number = frame.MaskedPhone(number)
		}
		fields = append(fields, phoneField{
			ID: phone.ID, Number: number, Unclear: phone.Normalised == "" && !phone.Wrong,
			Wrong: f.Get(fmt.Sprintf("wrong_%d", phone.ID)) == "yes", Place: f.Get(fmt.Sprintf("place_%d", phone.ID)),
		})
		places = append(places, frame.Option{Value: strconv.Itoa(i + 1), Label: strconv.Itoa(i + 1)})
	}
	return fields, places
}

// usualZones are offered while a zone is typed; any other of IANA is taken as well.
var usualZones = []string{
	"Asia/Shanghai", "Asia/Urumqi", "Asia/Hong_Kong", "Asia/Taipei", "Asia/Tokyo", "Asia/Singapore", "Europe/Berlin", "Europe/London",
	"Europe/Paris", "America/New_York", "America/Chicago", "America/Los_Angeles",
}

// languageOptions are the languages customers speak most, and the one that is known, by their names in the reader's language.
func languageOptions(known, reader, unknown string) []frame.Option {
	options := []frame.Option{{Value: "", Label: unknown}}
	tags := []string{"zh-CN", "zh-HK", "en", "ja", "ko", "de", "fr", "es", "ru", "ug", "bo"}
	if known != "" && !slices.Contains(tags, known) {
		tags = append(tags, known)
	}
	for _, tag := range tags {
		options = append(options, frame.Option{Value: tag, Label: languageName(tag, reader)})
	}
	return options
}

// languageName returns what a reader calls a language; what is no known one stays as it is.
func languageName(tag, reader string) string {
	if tag == "" {
		return ""
	}
	name := cmp.Or(display.Tags(language.Make(reader)).Name(language.Make(tag)), tag)
	if strings.HasPrefix(reader, "zh") { // CLDR has the brackets of English
		name = strings.NewReplacer(" (", "（", "(", "（", ")", "）").Replace(name)
	}
	return name
}

// correctCustomer puts the customer right and leads back to where the caller was.
func (h *handlers) correctCustomer(c *gin.Context) error {
	id, err := frame.PathID(c, "id")
	if err != nil {
		return err
	}
	f, err := frame.FormOf(c)
	if err != nil {
		return err
	}
	line, err := h.onTheLine(c, id)
	if err != nil {
		return err
	}
	customer := line.sheet.Customer
	fields, err := h.customers.Correct(c.Request.Context(), frame.Viewer(c), customer.ID, id, amendmentOf(f, line.sheet))
	if err != nil {
		refusedForm, unmendable := h.RefusedForm(c, f, err)
		if unmendable != nil {
			return unmendable
		}
		if f, ok := fault.Of(err); ok && f.Code == "customer_changed" { // what is shown beside the form is of now: sent again, it counts
			refusedForm.Values.Set("seen_at", strconv.FormatInt(int64(customer.UpdatedAt), 10))
		}
		return h.renderCustomerForm(c, frame.StatusOf(err), refusedForm)
	}
	if len(fields) == 0 {
		return h.Redirect(c, line.back, frame.Done("customer_correct.nothing"))
	}
	names := make([]string, len(fields))
	for i, field := range fields {
		names[i] = h.T(c, "customer_field."+string(field))
	}
	return h.Redirect(c, line.back, frame.Done("customer_correct.done", "fields", strings.Join(names, h.T(c, "customer_correct.comma"))))
}

// amendmentOf reads the form: known numbers in the order of their places, then new ones.
func amendmentOf(f frame.Form, sheet maintenance.Sheet) contact.Amendment {
	a := contact.Amendment{
		Name: f.Get("name"), Language: f.Get("language"), Zone: f.Get("zone"), Tags: frame.SplitNames(f.Get("tags")),
		SeenAt: clock.Instant(formInt(f, "seen_at")),
	}
	known := slices.Clone(sheet.Phones)
	slices.SortStableFunc(known, func(a, b maintenance.Phone) int {
		return cmp.Compare(formInt(f, fmt.Sprintf("place_%d", a.ID)), formInt(f, fmt.Sprintf("place_%d", b.ID)))
	})
	for _, phone := range known {
		a.Phones = append(a.Phones, contact.AmendedPhone{
			AddressID: phone.ID, Raw: phone.Raw, Wrong: f.Get(fmt.Sprintf("wrong_%d", phone.ID)) == "yes",
		})
	}
	if raw := strings.TrimSpace(f.Get("new_phone")); raw != "" {
		added := contact.AmendedPhone{Raw: raw}
		if f.Get("new_first") == "yes" {
			a.Phones = append([]contact.AmendedPhone{added}, a.Phones...)
		} else {
			a.Phones = append(a.Phones, added)
		}
	}
	return a
}

// valueText writes the value of a field for people: lists with commas, numbers masked.
func valueText(field upkeep.Field, value string) string {
	if field != upkeep.Phones && field != upkeep.Tags {
		return value
	}
	var list []string
	if err := json.Unmarshal([]byte(value), &list); err != nil {
		return ""
	}
	for i := range list {
		if field == upkeep.Phones {
			list[i] = frame.MaskedPhone(list[i])
		}
	}
	return strings.Join(list, ", ")
}
